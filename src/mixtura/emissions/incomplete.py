"""Cells that are missing from rows of Gaussian components: what they may be, given the cells that are there."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura._kernels import distances, whiten
from mixtura._kernels.conditional import REMEMBERED, components, gaps_of, moments, see
from mixtura._kernels.densities import Ellipses, Full
from mixtura.emissions._moments import move, squared_distances, whitened

_STEPS = 10  # towards the one Gaussian that all rows make up: enough to draw from
_RIDGE = 1e-3  # of a column's variance


def expect(
    points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: Ellipses
) -> Float[ndarray, "N D"]:
    """The rows, every hole filled with the mean that the components together expect there."""
    holes = np.isnan(points)
    gaps, expected = gaps_of(holes), np.zeros(points.shape)
    for k, (mean, whitener) in enumerate(components(density)):
        expected += responsibilities[:, k, None] * (mean + see(points, gaps, mean, whitener).deviations)
    return np.where(holes, expected, points)


def draw(
    points: Float[ndarray, "N D"], labels: Int[ndarray, " N"], density: Ellipses, rng: np.random.Generator
) -> Float[ndarray, "N D"]:
    """The rows, every hole filled with a draw from the component that its label names."""
    drawn = np.array(points, dtype=np.float64)
    for k, (mean, whitener) in enumerate(components(density)):
        mine = np.flatnonzero(labels == k)
        own = drawn[mine]
        gaps = gaps_of(np.isnan(own))
        seen = see(own, gaps, mean, whitener)
        for gap, covariances in zip(gaps, seen.covariances, strict=True):
            noise = rng.standard_normal((len(gap.rows), covariances.shape[1], 1))
            seen.deviations[gap.rows[:, None], gap.cells[gap.pattern]] += (
                np.linalg.cholesky(covariances)[gap.pattern] @ noise
            )[:, :, 0]
        drawn[mine] = np.where(np.isnan(own), mean + seen.deviations, own)
    return drawn


def fill(points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N D"]:
    """The rows, every hole filled with a draw from the one Gaussian that all rows make up.

    No fit sees these cells: it is where starts are looked for. Means in their place would make groups of their own.
    """
    if not np.isnan(points).any():
        return points
    if points.size <= REMEMBERED:
        return _known_fill(points.shape, points.dtype.char, points.tobytes(), weights.tobytes())
    return _fill(points, weights)


@lru_cache(maxsize=4)
def _known_fill(shape: tuple[int, int], kind: str, cells: bytes, weights: bytes) -> Float[ndarray, "N D"]:
    """Small tables are asked for several times in a search; nobody may write to them."""
    filled = _fill(np.frombuffer(cells, kind).reshape(shape), np.frombuffer(weights))
    filled.flags.writeable = False
    return filled


def _fill(points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N D"]:
    centre, unit, means, covariances = _one_ellipse(points, weights)
    ellipse, labels = Full(means, *whiten(covariances)), np.zeros(len(points), dtype=int)
    return centre + unit * draw((points - centre) / unit, labels, ellipse, np.random.default_rng(0))


def one_gaussian(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]
) -> tuple[Float[ndarray, " D"], Float[ndarray, "D D"]]:
    """Mean and covariance of the one Gaussian that all rows make up, within a thousandth of the variances."""
    centre, unit, (mean,), (covariance,) = _one_ellipse(points, weights)
    is_constant = seen_moments(points, weights)[1] == 0
    covariance[is_constant] = covariance[:, is_constant] = 0.0
    return centre + unit * mean, covariance * unit[:, None] * unit


def _one_ellipse(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]
) -> tuple[Float[ndarray, " D"], Float[ndarray, " D"], Float[ndarray, "1 D"], Float[ndarray, "1 D D"]]:
    """Centre and unit of every column and, said in these, the mean and the covariance of all rows."""
    centre, variances = seen_moments(points, weights)
    unit = np.sqrt(np.where(variances > 0, variances, 1))
    standard, D, mass = (points - centre) / unit, points.shape[1], weights.sum(keepdims=True)
    means, covariances = np.zeros((1, D)), np.eye(D)[None]
    for _ in range(_STEPS):
        means, scatter = move(means, mass, moments(standard, weights[:, None], Full(means, *whiten(covariances))))
        covariances = scatter / mass + _RIDGE * np.eye(D)
    return centre, unit, means, covariances


def seen_moments(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]
) -> tuple[Float[ndarray, " D"], Float[ndarray, " D"]]:
    """Mean and variance of the cells of each column that are there; zeros where there are none."""
    if not np.isnan(points).any():
        mean = weights @ points / weights.sum()
        return mean, weights @ (points - mean) ** 2 / weights.sum()
    shares = np.where(np.isnan(points), 0.0, weights[:, None])
    mass = np.maximum(shares.sum(0), np.finfo(np.float64).tiny)
    mean = (shares * np.nan_to_num(points)).sum(0) / mass
    return mean, (shares * np.nan_to_num(points - mean) ** 2).sum(0) / mass


def distances_between(
    points: Float[ndarray, "N D"], places: Float[ndarray, "M D"], covariance: ndarray
) -> Float[ndarray, "M N"]:
    """Of Mahalanobis, by the cells that both rows have, and as if the others were as far on average."""
    if not np.isnan(points).any() and not np.isnan(places).any():
        centre = points.mean(0)
        return distances(whitened(points - centre, covariance), whitened(places - centre, covariance))
    deviations = points - places[:, None]
    holes = np.isnan(deviations)
    D = points.shape[1]
    n_seen = D - holes.sum(-1)
    scale = np.divide(D, n_seen, out=np.full(n_seen.shape, np.inf), where=n_seen > 0)
    seen = squared_distances(np.where(holes, 0.0, deviations), covariance) * np.where(n_seen > 0, scale, 1.0)
    return np.where(n_seen > 0, seen, np.inf)
