"""The sums of a block as a row of numbers, and back: one array takes those of many blocks."""

from collections.abc import Iterator
from math import prod

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura._kernels.densities import Density, Heavy, HeavyMoments, Moments


def n_sums(density: Density) -> int:
    """How many numbers the sums of a block are."""
    return sum(map(prod, _shapes(density))) + 1


def n_blocks(n_rows: int, size: int) -> int:
    """How many blocks of `size` rows there are; one without any row where there are none."""
    return max(-(-n_rows // max(size, 1)), 1)


def row_of(
    counts: Float[ndarray, " K"], moments: Moments | HeavyMoments, log_likelihood: float
) -> Float[ndarray, " L"]:
    """Counts and moments, one array after the other, and the log-likelihood."""
    parts = [moments.mass, *moments.moments, moments.evenness] if isinstance(moments, HeavyMoments) else moments
    return np.concatenate([counts, *map(np.ravel, parts), [log_likelihood]])


def sums_of(row: Float[ndarray, " L"], density: Density) -> tuple[Float[ndarray, " K"], Moments | HeavyMoments, float]:
    """What `row_of` made a row of; the arrays are views of it."""
    counts, *moments = _cut(row, _shapes(density))
    if not isinstance(density, Heavy):
        return counts, Moments(*moments), float(row[-1])
    mass, shifts, scatter, evenness = moments
    return counts, HeavyMoments(mass, Moments(shifts, scatter), evenness), float(row[-1])


def nearest_of(
    row: Float[ndarray, " L"], centres: Float[ndarray, "K D"]
) -> tuple[Float[ndarray, " K"], Float[ndarray, "K D"], float]:
    """The sums of `collect_nearest` that stand in a row: counts, deviations, inertia."""
    counts, shifts = _cut(row, [(len(centres),), centres.shape])
    return counts, shifts, float(row[-1])


def _shapes(density: Density) -> list[tuple[int, ...]]:
    """A scatter has the shape of what whitens it."""
    each, means = (len(density.means),), density.means.shape
    if isinstance(density, Heavy):
        return [each, each, means, density.ellipses.whiteners.shape, each]
    return [each, means, density.whiteners.shape]


def _cut(row: Float[ndarray, " L"], shapes: list[tuple[int, ...]]) -> Iterator[ndarray]:
    start = 0
    for shape in shapes:
        yield row[start : start + prod(shape)].reshape(shape)
        start += prod(shape)
