"""Rows with holes as a component sees them: what is missing, given what is there (Ghahramani & Jordan 1994).

With P = WᵀW and d = x - m, the missing cells m of a row have, given the others o, the mean -P_mm⁻¹ P_mo d_o (about the
component's) and the covariance P_mm⁻¹. A row that is filled with that mean has the Mahalanobis distance of the cells
that are there: the mean is where the quadratic form is smallest. And log det W_oo = log det W - log det P_mm / 2.
"""

import itertools
import math
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from mixtura._kernels.densities import Density, Full, Moments

Points = Float[ndarray, "N D"]

_quiet = np.errstate(invalid="ignore", over="ignore", divide="ignore")


class Gap(NamedTuple):
    """Rows that lack equally many cells, M."""

    rows: Int[ndarray, " R"]
    cells: Int[ndarray, "P M"]  # the columns that are missing, pattern by pattern
    pattern: Int[ndarray, " R"]  # which one each row has


class Seen(NamedTuple):
    """Rows as one component sees them."""

    deviations: Float[ndarray, "N D"]  # from its mean; those of missing cells are expected ones
    log_volumes: Float[ndarray, " N"]  # what the missing cells add to log det W
    covariances: tuple[Float[ndarray, "P M M"], ...]  # of the missing cells, for each gap and pattern


def gaps_of(holes: Bool[ndarray, "N D"]) -> tuple[Gap, ...]:
    """The rows with holes, by the number of these."""
    numbers = holes.sum(1)
    return tuple(_gap(holes, np.flatnonzero(numbers == number)) for number in np.unique(numbers[numbers > 0]))


def _gap(holes: Bool[ndarray, "N D"], rows: Int[ndarray, " R"]) -> Gap:
    codes = np.packbits(holes[rows], axis=1)
    _, first, pattern = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    cells = np.nonzero(holes[rows[first]])[1].reshape(len(first), -1)
    return Gap(rows, cells, pattern.reshape(-1))


def see(points: Points, gaps: tuple[Gap, ...], mean: Float[ndarray, " D"], whitener: Any) -> Seen:
    """The rows, NaN where a cell is missing, under a component with this whitener of any kind."""
    deviations = np.where(np.isnan(points), 0.0, points - mean)
    log_volumes, covariances = np.zeros(len(points)), []
    for gap in gaps:
        if np.ndim(whitener) == 2:
            own = whitener.T @ whitener
            precisions = own[gap.cells[:, :, None], gap.cells[:, None, :]]
            covariance, log_det = _inverse(precisions), np.linalg.slogdet(precisions)[1]
            pull = np.take_along_axis(deviations[gap.rows] @ own, gap.cells[gap.pattern], axis=1)
            expected = -np.einsum("rij,rj->ri", covariance[gap.pattern], pull)
            deviations[gap.rows[:, None], gap.cells[gap.pattern]] = expected
        else:
            precisions = np.broadcast_to(np.square(whitener), mean.shape)[gap.cells]
            covariance, log_det = np.eye(gap.cells.shape[1]) / precisions[:, :, None], np.log(precisions).sum(1)
        log_volumes[gap.rows] = -log_det[gap.pattern] / 2
        covariances.append(covariance)
    return Seen(deviations, log_volumes, tuple(covariances))


def _inverse(matrices: Float[ndarray, "P M M"]) -> Float[ndarray, "P M M"]:
    try:
        return np.linalg.inv(matrices)
    except np.linalg.LinAlgError:
        return np.full(matrices.shape, np.nan)


def components(density: Density) -> list[tuple[ndarray, Any]]:
    """The mean and the whitener of each component."""
    return list(zip(density.means, itertools.cycle(density.whiteners), strict=False))


@_quiet
def log_density(points: Points, density: Density) -> Float[ndarray, "N K"]:
    """The log-density of every component at the cells of every row that are there: 0 where there are none."""
    holes = np.isnan(points)
    gaps, n_seen = gaps_of(holes), (~holes).sum(1)
    answers = np.empty((len(points), len(density.means)))
    for k, (mean, whitener) in enumerate(components(density)):
        seen = see(points, gaps, mean, whitener)
        whitened = seen.deviations @ whitener.T if np.ndim(whitener) == 2 else seen.deviations * whitener
        flaw = 0.0 * (mean.sum() + np.sum(whitener))  # not a number for a component that is none
        constants = density.log_det[k] + seen.log_volumes - n_seen * (0.5 * math.log(2 * math.pi))
        answers[:, k] = np.where(n_seen > 0, constants - 0.5 * (whitened**2).sum(1), 0.0) + flaw
    return answers


@_quiet
def moments(points: Points, responsibilities: Float[ndarray, "N K"], density: Density) -> Moments:
    """What `reference.moments` gives, expected over the cells that are missing."""
    gaps = gaps_of(np.isnan(points))
    D = points.shape[1]
    shifts, scatter = np.empty(density.means.shape), np.zeros((len(density.whiteners), D, D))
    for k, (mean, whitener) in enumerate(components(density)):
        seen, shares = see(points, gaps, mean, whitener), responsibilities[:, k]
        weighted = shares[:, None] * seen.deviations
        shifts[k] = weighted.sum(0)
        own = scatter[k % len(scatter)]
        own += weighted.T @ seen.deviations
        for gap, covariances in zip(gaps, seen.covariances, strict=True):
            mass = np.bincount(gap.pattern, shares[gap.rows], len(gap.cells))
            np.add.at(own, (gap.cells[:, :, None], gap.cells[:, None, :]), mass[:, None, None] * covariances)
    return Moments(shifts, of_kind(scatter, density))


def in_full(density: Density) -> Full:
    """The same components as ellipses of any shape."""
    whiteners, (K, D) = density.whiteners, density.means.shape
    if whiteners.ndim < 3:
        whiteners = np.eye(D) * whiteners.reshape(K, -1, 1)
    return Full(density.means, np.broadcast_to(whiteners, (K, D, D)), density.log_det)


def of_kind(scatter: Float[ndarray, "K D D"], density: Density) -> ndarray:
    """Of full scatter matrices what is collected for a density: their sum, the diagonals, or the traces."""
    if density.whiteners.ndim == 3:
        return scatter if len(density.whiteners) == len(scatter) else scatter.sum(0, keepdims=True)
    diagonals = np.einsum("kdd->kd", scatter)
    return diagonals.copy() if density.whiteners.ndim == 2 else diagonals.sum(1)
