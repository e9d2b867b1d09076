"""Rows with holes as a component sees them: what is missing, given what is there (Ghahramani & Jordan 1994).

With P = WᵀW and d = x - m, the missing cells m of a row have, given the others o, the mean -P_mm⁻¹ P_mo d_o (about the
component's) and the covariance P_mm⁻¹. A row that is filled with that mean has the Mahalanobis distance of the cells
that are there: the mean is where the quadratic form is smallest. And log det W_oo = log det W - log det P_mm / 2.
"""

import itertools
import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from mixtura._kernels.densities import Ellipses, Full, Moments

Points = Float[ndarray, "N D"]

REMEMBERED = 1 << 16  # cells of a block whose holes are kept in mind
_TOGETHER = 1 << 17  # cells of rows times components that are worked on at once

_quiet = np.errstate(invalid="ignore", over="ignore", divide="ignore")


class Gap(NamedTuple):
    """Rows that lack equally many cells, M."""

    rows: Int[ndarray, " R"]
    cells: Int[ndarray, "P M"]  # the columns that are missing, pattern by pattern
    pattern: Int[ndarray, " R"]  # which one each row has


class Seen(NamedTuple):
    """Rows as components see them, G of them or one, which then is no axis."""

    deviations: Float[ndarray, "*G N D"]  # from the mean; those of missing cells are expected ones
    log_volumes: Float[ndarray, "*G N"]  # what the missing cells add to log det W
    covariances: tuple[ndarray, ...]  # of the missing cells, for each gap (*G P M M); one for all where W is


class Sight(NamedTuple):
    """What tells of the density of rows under components."""

    squares: Float[ndarray, "N K"]  # distances of Mahalanobis, squared, by the cells that are there
    log_det: Float[ndarray, "N K"]  # of what whitens these cells; 0 where there are none
    n_seen: Int[ndarray, "N 1"]  # how many they are


def gaps_of(holes: Bool[ndarray, "N D"]) -> tuple[Gap, ...]:
    """The rows with holes, by the number of these."""
    return _known_gaps(holes.shape, holes.tobytes()) if holes.size <= REMEMBERED else _gaps(holes)


@lru_cache(maxsize=16)
def _known_gaps(shape: tuple[int, int], holes: bytes) -> tuple[Gap, ...]:
    """Small blocks are seen again in every pass, and what they lack takes as long to find out as all the rest."""
    return _gaps(np.frombuffer(holes, dtype=bool).reshape(shape))


def _gaps(holes: Bool[ndarray, "N D"]) -> tuple[Gap, ...]:
    numbers = holes.sum(1)
    return tuple(_gap(holes, np.flatnonzero(numbers == number)) for number in np.unique(numbers[numbers > 0]))


def _gap(holes: Bool[ndarray, "N D"], rows: Int[ndarray, " R"]) -> Gap:
    codes = np.packbits(holes[rows], axis=1)
    _, first, pattern = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    cells = np.nonzero(holes[rows[first]])[1].reshape(len(first), -1)
    return Gap(rows, cells, pattern.reshape(-1))


def see(points: Points, gaps: tuple[Gap, ...], mean: Float[ndarray, " D"], whitener: Any) -> Seen:
    """The rows, NaN where a cell is missing, under a component with this whitener of any kind."""
    seen = _see_all(points, gaps, mean[None], np.asarray(whitener)[None])
    return Seen(seen.deviations[0], seen.log_volumes[0], tuple(covariance[0] for covariance in seen.covariances))


def _see_all(points: Points, gaps: tuple[Gap, ...], means: Float[ndarray, "G D"], whiteners: ndarray) -> Seen:
    """The same under several components, whose whiteners are one for each or one for all."""
    deviations = points - means[:, None]
    if gaps:
        deviations[:, np.isnan(points)] = 0.0
    log_volumes, found = np.zeros(deviations.shape[:2]), []
    own = whiteners.swapaxes(1, 2) @ whiteners if whiteners.ndim == 3 else _squares(whiteners, means.shape[1])
    for rows, cells, pattern in gaps:
        if own.ndim == 3:
            precisions = own[:, cells[:, :, None], cells[:, None, :]]
            covariances, log_dets = _inverse(precisions), np.linalg.slogdet(precisions)[1]
            lacking = cells[pattern]
            pull = np.take_along_axis(deviations[:, rows] @ own, lacking[None], axis=2)
            deviations[:, rows[:, None], lacking] = -(covariances[:, pattern] @ pull[..., None])[..., 0]
        else:
            precisions = own[:, cells]
            covariances, log_dets = np.eye(cells.shape[1]) / precisions[..., None], np.log(precisions).sum(2)
        log_volumes[:, rows] = -log_dets[:, pattern] / 2
        found.append(covariances)
    return Seen(deviations, log_volumes, tuple(found))


def _squares(whiteners: ndarray, n_columns: int) -> Float[ndarray, "G D"]:
    """Precisions by column, of spheres too."""
    return np.broadcast_to(np.square(whiteners).reshape(len(whiteners), -1), (len(whiteners), n_columns))


def _inverse(matrices: Float[ndarray, "P M M"]) -> Float[ndarray, "P M M"]:
    try:
        return np.linalg.inv(matrices)
    except np.linalg.LinAlgError:
        return np.full(matrices.shape, np.nan)


def components(density: Ellipses) -> list[tuple[ndarray, Any]]:
    """The mean and the whitener of each component."""
    return list(zip(density.means, itertools.cycle(density.whiteners), strict=False))


def _in_groups(density: Ellipses, n_cells: int) -> Iterator[tuple[slice, Float[ndarray, "G D"], ndarray]]:
    """Components by the handful: places, means and whiteners of so many that rows of so many cells fit the cache."""
    means, whiteners = density.means, density.whiteners
    step = max(1, _TOGETHER // max(n_cells, 1))
    for start in range(0, len(means), step):
        group = slice(start, start + step)
        yield group, means[group], whiteners[group] if len(whiteners) == len(means) else whiteners


@_quiet
def look(points: Points, density: Ellipses) -> Sight:
    """How far all rows are from all components, by the cells that are there."""
    holes = np.isnan(points)
    gaps, n_seen = gaps_of(holes), (~holes).sum(1)
    squares, log_det = np.empty((2, len(points), len(density.means)))
    for group, means, whiteners in _in_groups(density, points.size):
        seen = _see_all(points, gaps, means, whiteners)
        squares[:, group] = np.where(n_seen > 0, _squared(seen, means, whiteners), 0.0).T
        log_det[:, group] = np.where(n_seen > 0, density.log_det[group, None] + seen.log_volumes, 0.0).T
    return Sight(squares, log_det, n_seen[:, None])


def _squared(seen: Seen, means: Float[ndarray, "G D"], whiteners: ndarray) -> Float[ndarray, "G N"]:
    """Distances of Mahalanobis, squared; not a number where a component is none."""
    if whiteners.ndim == 3:
        whitened = seen.deviations @ whiteners.swapaxes(1, 2)
    else:
        whitened = seen.deviations * whiteners.reshape(len(whiteners), 1, -1)
    flaws = 0.0 * (means.sum(1) + whiteners.reshape(len(whiteners), -1).sum(1))
    return np.einsum("gnd,gnd->gn", whitened, whitened) + flaws[:, None]


@_quiet
def log_density(points: Points, density: Ellipses) -> Float[ndarray, "N K"]:
    """The log-density of every component at the cells of every row that are there: 0 where there are none."""
    return _log_density(look(points, density))


def _log_density(sight: Sight) -> Float[ndarray, "N K"]:
    return sight.log_det - sight.n_seen * (0.5 * math.log(2 * math.pi)) - 0.5 * sight.squares


@_quiet
def moments(
    points: Points, shares: Float[ndarray, "N K"], density: Ellipses, unseen: Float[ndarray, "N K"] | None = None
) -> Moments:
    """What `reference.moments` gives, expected over missing cells; these count as shares say, or as `unseen` does."""
    gaps = gaps_of(np.isnan(points))
    K, D = density.means.shape
    shifts, scatter = np.empty((K, D)), np.zeros((K, D, D))
    for group, means, whiteners in _in_groups(density, points.size):
        seen = _see_all(points, gaps, means, whiteners)
        shifts[group], scatter[group] = _sums(seen, shares[:, group].T)
        scatter[group] += _unseen(gaps, seen, (shares if unseen is None else unseen)[:, group].T, D)
    is_one = len(density.whiteners) < K
    return Moments(shifts, of_kind(scatter.sum(0, keepdims=True) if is_one else scatter, density))


def _sums(seen: Seen, shares: Float[ndarray, "G N"]) -> tuple[Float[ndarray, "G D"], Float[ndarray, "G D D"]]:
    """Of deviations and of their products."""
    weighted = shares[:, :, None] * seen.deviations
    return (shares[:, None] @ seen.deviations)[:, 0], weighted.swapaxes(1, 2) @ seen.deviations


def _unseen(gaps: tuple[Gap, ...], seen: Seen, shares: Float[ndarray, "G N"], D: int) -> Float[ndarray, "G D D"]:
    """The covariances of the missing cells, each as often as rows lack them."""
    G, total = len(shares), np.zeros(len(shares) * D * D)
    each = np.arange(G)[:, None]
    for gap, covariances in zip(gaps, seen.covariances, strict=True):
        P = len(gap.cells)
        mass = np.bincount((each * P + gap.pattern).ravel(), shares[:, gap.rows].ravel(), G * P).reshape(G, P, 1, 1)
        places = (gap.cells[:, :, None] * D + gap.cells[:, None, :]).ravel()
        total += np.bincount((each * (D * D) + places).ravel(), (mass * covariances).ravel(), len(total))
    return total.reshape(G, D, D)


class AtOnce:
    """Few rows under many components, seen once for their densities and their moments."""

    @_quiet
    def __init__(self, points: Points, density: Ellipses) -> None:
        holes = np.isnan(points)
        self._density, self._gaps, self._n_seen = density, gaps_of(holes) if holes.any() else (), (~holes).sum(1)
        self._seen = _see_all(points, self._gaps, density.means, density.whiteners)

    @_quiet
    def log_density(self) -> Float[ndarray, "N K"]:
        """What the function of that name gives."""
        means, whiteners, log_det = self._density
        squares = _squared(self._seen, means, whiteners)
        if not self._gaps:
            log_dets = np.broadcast_to(log_det[:, None], squares.shape)
        else:
            squares = np.where(self._n_seen > 0, squares, 0.0)
            log_dets = np.where(self._n_seen > 0, log_det[:, None] + self._seen.log_volumes, 0.0)
        return _log_density(Sight(squares.T, log_dets.T, self._n_seen[:, None]))

    @_quiet
    def accumulate(self, shares: Float[ndarray, "N K"]) -> Moments:
        """What `moments` gives."""
        shifts, scatter = _sums(self._seen, shares.T)
        if self._gaps:
            scatter += _unseen(self._gaps, self._seen, shares.T, shifts.shape[1])
        is_one = len(self._density.whiteners) < len(shifts)
        return Moments(shifts, of_kind(scatter.sum(0, keepdims=True) if is_one else scatter, self._density))


def in_full(density: Ellipses) -> Full:
    """The same components as ellipses of any shape."""
    whiteners, (K, D) = density.whiteners, density.means.shape
    if whiteners.ndim < 3:
        whiteners = np.eye(D) * whiteners.reshape(K, -1, 1)
    return Full(density.means, np.broadcast_to(whiteners, (K, D, D)), density.log_det)


def of_kind(scatter: Float[ndarray, "K D D"], density: Ellipses) -> ndarray:
    """Of full scatter matrices what is collected for a density: their sum, the diagonals, or the traces."""
    if density.whiteners.ndim == 3:
        return scatter if len(density.whiteners) == len(scatter) else scatter.sum(0, keepdims=True)
    diagonals = np.einsum("kdd->kd", scatter)
    return diagonals.copy() if density.whiteners.ndim == 2 else diagonals.sum(1)
