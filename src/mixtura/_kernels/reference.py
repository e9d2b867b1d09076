"""What every kernel must compute, said in NumPy: the specification, and the path for densities that have no kernel."""

import itertools
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import reduce
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from mixtura._kernels import conditional, tails
from mixtura._kernels.densities import (
    LITTLE,
    NEIGHBOURS,
    Density,
    Diagonal,
    Ellipses,
    Full,
    Heavy,
    HeavyMoments,
    Moments,
    Spherical,
    Tied,
)
from mixtura._kernels.ledger import row_of

COMPILED = (Full, Tied, Diagonal, Spherical, Heavy)
SKIPPING = (Full, Diagonal, Spherical)

_FEW_COLUMNS = 4
_LOOKED_AT = 256  # rows of a part, about, that say along which feature to cut it

Points = Float[ndarray, "N D"]
Weights = Float[ndarray, " N"]

# Non-finite parameters are reported by a log-likelihood of NaN, as the kernels do, not by NumPy's warnings.
_quiet = np.errstate(invalid="ignore", over="ignore")


@_quiet
def collect(
    points: Points, weights: Weights, log_weights: Float[ndarray, " K"], density: Density
) -> tuple[Float[ndarray, " K"], Moments | HeavyMoments, float]:
    """The E-step of a block and its sums: counts, moments about the means, log-likelihood."""
    responsibilities, log_evidence = _posterior(points, log_weights, density)
    responsibilities *= weights[:, None]
    log_likelihood = float(weights @ log_evidence)
    counts = responsibilities.sum(0)
    if isinstance(density, Heavy):
        return counts, heavy_moments(points, responsibilities, density), log_likelihood
    return counts, moments(points, responsibilities, density), log_likelihood


def collect_each(
    points: Points, weights: Weights, size: int, log_weights: Float[ndarray, " K"], density: Density
) -> Float[ndarray, "B L"]:
    """What `collect` gives for every block of `size` rows, as a row of numbers: see `ledger`."""
    blocks = _blocks(points, weights, size)
    return np.stack([row_of(*collect(*block, log_weights, density)) for block in blocks])


def _blocks(points: Points, weights: Weights, size: int) -> Iterator[tuple[Points, Weights]]:
    """The weights of one block do if all have the same."""
    for first in range(0, max(len(points), 1), max(size, 1)):
        own = points[first : first + size]
        yield own, weights[first : first + size] if len(weights) == len(points) else weights[: len(own)]


def collect_neighbours(
    points: Points, weights: Weights, log_weights: Float[ndarray, " K"], density: Ellipses
) -> tuple[Float[ndarray, " K"], Moments | HeavyMoments, float]:
    """What `collect` gives, in less time where rows that follow each other lie close together."""
    return collect(points, weights, log_weights, density)


@_quiet
def collect_incomplete(
    points: Points, weights: Weights, log_weights: Float[ndarray, " K"], density: Density
) -> tuple[Float[ndarray, " K"], Moments | HeavyMoments, float]:
    """What `collect` gives, expected over the cells that are missing: they are NaN."""
    arithmetic = tails if isinstance(density, Heavy) else conditional
    responsibilities, log_evidence = _share_out(log_weights + arithmetic.log_density(points, density))
    responsibilities *= weights[:, None]
    log_likelihood = float(weights @ log_evidence)
    return responsibilities.sum(0), arithmetic.moments(points, responsibilities, density), log_likelihood


def active_share(points: Points, log_weights: Float[ndarray, " K"], density: Ellipses) -> float:
    """The share of the components that `collect_neighbours` has to look at, on average over its tiles."""
    tiles = [points[start : start + NEIGHBOURS].astype(float) for start in range(0, len(points), NEIGHBOURS)]
    return float(np.mean([_in_sight(tile, log_weights, density) for tile in tiles])) if tiles else 0.0


@_quiet
def _in_sight(tile: Points, log_weights: Float[ndarray, " K"], density: Ellipses) -> Bool[ndarray, " K"]:
    """Whether a component may count anywhere in the box that holds the rows."""
    low, high = tile.min(0), tile.max(0)
    distances = (low + high) / 2 - density.means
    centres = np.abs([_whiten(d, w) for d, w in zip(distances, density.whiteners, strict=True)])
    radii = np.stack([_whiten((high - low) / 2, abs(w)) for w in density.whiteners])
    constants = log_weights + density.log_det + _flaws(density)
    nearest = constants - _squared_norms(np.maximum(centres - radii, 0)) / 2
    top = (constants - _squared_norms(centres + radii) / 2).max()
    horizon: Bool[ndarray, " K"] = nearest >= top + np.log(np.finfo(float).eps / 2) - np.log(len(constants))
    return horizon


def leaves(points: Points) -> Int[ndarray, " N"]:
    """An order of the rows in which neighbours follow each other: tile by tile of `collect_neighbours`."""
    unit = _spreads(points, np.arange(len(points)))
    parts = _parts(points, np.arange(len(points)), np.where(unit > 0, unit, 1))
    return np.concatenate([np.sort(part) for part in parts]).astype(np.int32)


def _parts(points: Points, rows: Int[ndarray, " M"], unit: Float[ndarray, " D"]) -> list[Int[ndarray, " M"]]:
    if len(rows) <= NEIGHBOURS:
        return [rows]
    widest = (_spreads(points, rows) / unit).argmax()
    half = (len(rows) // NEIGHBOURS + 1) // 2 * NEIGHBOURS
    sorted_rows = rows[np.argsort((points[rows, widest] - points[0, widest]).astype(np.float32), kind="stable")]
    return _parts(points, sorted_rows[:half], unit) + _parts(points, sorted_rows[half:], unit)


def _spreads(points: Points, rows: Int[ndarray, " M"]) -> Float[ndarray, " D"]:
    """Standard deviations of every so many-th of the rows."""
    every = 2 ** max(math.ceil(math.log2(max(len(rows), 1) / _LOOKED_AT)), 0)
    looked_at = points[rows[rows % every == 0]]
    spreads: Float[ndarray, " D"] = looked_at.astype(float).std(0) if len(looked_at) else np.zeros(points.shape[1])
    return spreads


def posterior(
    points: Points, log_weights: Float[ndarray, " K"], density: Density
) -> tuple[Float[ndarray, "N K"], Float[ndarray, " N"]]:
    """How much each component explains of each row, and the log-density of the mixture there."""
    responsibilities, log_evidence = _posterior(points, log_weights, density)
    return responsibilities.astype(points.dtype), log_evidence.astype(points.dtype)


def classify(
    points: Points, log_weights: Float[ndarray, " K"], density: Density
) -> tuple[Int[ndarray, " N"], Float[ndarray, " N"], Float[ndarray, " N"]]:
    """The most probable component of each row (the first of equals), its probability, the mixture's log-density."""
    responsibilities, log_evidence = posterior(points, log_weights, density)
    labels = responsibilities.argmax(1)
    return labels.astype(np.int32), responsibilities.max(1), log_evidence


def collect_nearest(
    points: Points, weights: Weights, centres: Float[ndarray, "K D"], is_rare: bool = False
) -> tuple[Float[ndarray, " K"], Float[ndarray, "K D"], float]:
    """Sums over the rows nearest to each centre: counts and deviations from the centre; all squared distances."""
    deviations = points - centres[:, None]
    to_all = _squared_norms(deviations)
    shares = np.where(to_all.argmin(0) == np.arange(len(centres))[:, None], weights, 0.0)
    return shares.sum(1), np.einsum("kn,knd->kd", shares, deviations), float(weights @ to_all.min(0))


def collect_nearest_each(
    points: Points, weights: Weights, size: int, centres: Float[ndarray, "K D"]
) -> Float[ndarray, "B L"]:
    """What `collect_nearest` gives for every block of `size` rows, as a row of numbers."""
    each = [collect_nearest(*block, centres) for block in _blocks(points, weights, size)]
    return np.stack([np.concatenate([counts, shifts.ravel(), [inertia]]) for counts, shifts, inertia in each])


def nearest(points: Points, centres: Float[ndarray, "K D"]) -> tuple[Int[ndarray, " N"], Float[ndarray, " N"]]:
    """The centre nearest to each row (the first of equals) and its squared distance."""
    to_all = _to_all(points, centres)
    return to_all.argmin(0).astype(np.int32), to_all.min(0).astype(points.dtype)


def distances(points: Points, centres: Float[ndarray, "K D"]) -> Float[ndarray, "K N"]:
    """The squared distance of every row to every centre."""
    return _to_all(points, centres).astype(points.dtype, copy=False)


def _to_all(points: Points, centres: Float[ndarray, "K D"]) -> Float[ndarray, "K N"]:
    """Squared distances; column by column where these are few, because NumPy's innermost loops are slow to begin."""
    if points.shape[1] > _FEW_COLUMNS:
        return _squared_norms(points - centres[:, None])
    squares = [(column - numbers[:, None]) ** 2 for column, numbers in zip(points.T, centres.T, strict=True)]
    return reduce(np.add, squares)


@_quiet
def log_density(points: Points, density: Density) -> Float[ndarray, "N K"]:
    """The log-density of every component at every row."""
    if isinstance(density, Heavy):
        return tails.log_density(points, density)
    distances = _distances_at_once if points.size * len(density.means) < LITTLE else _distances_one_by_one
    constants = density.log_det - 0.5 * points.shape[1] * math.log(2 * math.pi) + _flaws(density)
    return constants - 0.5 * distances(points, density)


def _distances_at_once(points: Points, density: Ellipses) -> Float[ndarray, "N K"]:
    """For little work, most of which would be NumPy's own for each component."""
    deviations, whiteners = points - density.means[:, None], density.whiteners
    if whiteners.ndim == 3:
        return _squared_norms(deviations @ whiteners.mT).T
    return _squared_norms(deviations * whiteners.reshape(len(whiteners), 1, -1)).T


def _distances_one_by_one(points: Points, density: Ellipses) -> Float[ndarray, "N K"]:
    """So that the deviations of one component at a time are in memory."""
    components = zip(density.means, itertools.cycle(density.whiteners), strict=False)
    return np.stack([_squared_norms(_whiten(points - mean, whitener)) for mean, whitener in components], axis=1)


def heavy_moments(points: Points, responsibilities: Float[ndarray, "N K"], density: Heavy) -> HeavyMoments:
    """The moments of ellipses, where rows count as much as tails say, and what these are like."""
    shares, evenness = tails.weigh(points, responsibilities, density)
    return HeavyMoments(shares.sum(0), moments(points, shares, density.ellipses), evenness)


@_quiet
def moments(points: Points, responsibilities: Float[ndarray, "N K"], density: Ellipses) -> Moments:
    """Sums of deviations from the means and of their products, each row as much as `responsibilities` say."""
    scatter_of = _SCATTER[type(density)]
    shifts, scatter = np.empty(density.means.shape), np.zeros(density.whiteners.shape)
    for k, mean in enumerate(density.means):
        deviations = points - mean
        weighted = responsibilities[:, k, None] * deviations
        shifts[k] = weighted.sum(0)
        scatter[k % len(scatter)] += scatter_of(weighted, deviations)
    return Moments(shifts, scatter)


_SCATTER: dict[type, Callable[[Points, Points], Any]] = {
    Full: lambda weighted, deviations: weighted.T @ deviations,
    Tied: lambda weighted, deviations: weighted.T @ deviations,
    Diagonal: lambda weighted, deviations: np.einsum("nd,nd->d", weighted, deviations),
    Spherical: lambda weighted, deviations: np.einsum("nd,nd->", weighted, deviations),
}


@_quiet
def _posterior(
    points: Points, log_weights: Float[ndarray, " K"], density: Density
) -> tuple[Float[ndarray, "N K"], Float[ndarray, " N"]]:
    return _share_out(log_weights + log_density(points, density))


def _share_out(log_joint: Float[ndarray, "N K"]) -> tuple[Float[ndarray, "N K"], Float[ndarray, " N"]]:
    """Responsibilities, and the logarithm of what they are shares of."""
    top = log_joint.max(1)
    responsibilities = np.exp(log_joint - top[:, None])
    evidence = responsibilities.sum(1)
    responsibilities /= evidence[:, None]
    return responsibilities, top + np.log(evidence)


def _whiten(deviations: Points, whitener: Any) -> Points:
    whitened: Points = deviations @ whitener.T if np.ndim(whitener) == 2 else deviations * whitener
    return whitened


def _squared_norms(rows: Float[ndarray, "*N D"]) -> Float[ndarray, "*N"]:
    norms: Float[ndarray, "*N"] = np.einsum("...d,...d->...", rows, rows)
    return norms


def _flaws(density: Ellipses) -> Float[ndarray, " K"]:
    """NaN where a parameter is not finite, else 0: an infinite mean would only switch its component off."""
    return 0.0 * sum(field.reshape(len(field), -1).sum(1) for field in density)


def whiten(covariances: Float[ndarray, "K D D"]) -> tuple[Float[ndarray, "K D D"], Float[ndarray, " K"]]:
    """Lower triangular W with W Σ Wᵀ = I, and log det W; NaN for a matrix that is not positive definite."""
    whiteners, log_det = np.full(covariances.shape, np.nan), np.full(len(covariances), np.nan)
    for k, covariance in enumerate(covariances):
        with suppress(np.linalg.LinAlgError):
            whiteners[k] = np.tril(np.linalg.inv(np.linalg.cholesky(covariance)))
            log_det[k] = np.log(np.diagonal(whiteners[k])).sum()
    return whiteners, log_det
