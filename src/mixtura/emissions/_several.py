"""Many changed copies of one Gaussian mixture at once, which takes less time than one by one."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.emissions._moments import halving_steps
from mixtura.emissions.incomplete import distances_between

_NARROWEST = 1e-6  # of the average covariance: a component that is placed among equal rows has some width
_CHUNK = 1 << 20  # numbers at once, 8 MB
_NEIGHBOURS = 128  # rows at most among which neighbours are looked for: all others are about as far


def placed_means(
    means: Float[ndarray, "K D"], mixture: Float[ndarray, " K"], components: Int[ndarray, " M"],
    places: Float[ndarray, "M D"],
) -> Float[ndarray, "M K D"]:  # fmt: skip
    """The means, once for each component that is now at its place; where a cell is missing there, as on average."""
    placed = _copies(means, len(components))
    placed[np.arange(len(components)), components] = np.where(np.isnan(places), mixture @ means, places)
    return placed


def placed_covariances(
    covariances: ndarray, mixture: Float[ndarray, " K"], components: Int[ndarray, " M"], points: Float[ndarray, "N D"],
    around: Int[ndarray, "M 2"],
) -> ndarray:  # fmt: skip
    """The covariances, once for each component that is now of the average shape, and holds so many neighbours."""
    average = (mixture @ covariances.reshape(len(mixture), -1)).reshape(covariances.shape[1:])
    placed = _copies(covariances, len(components))
    widths = np.maximum(_reach(points, average, around) / (points.shape[1] + 2), _NARROWEST)
    placed[np.arange(len(components)), components] = np.multiply.outer(widths, average)
    return placed


def halves(
    means: Float[ndarray, "K D"], covariances: ndarray, pairs: Int[ndarray, "M 2"], directions: Float[ndarray, "M D"]
) -> tuple[Float[ndarray, "M K D"], ndarray]:
    """For each pair: the first is cut along a direction, and the second becomes the other half.

    The halves lie 0.8 standard deviations to both sides; together they have the mean and covariance.
    """
    first, second = pairs.T
    each, own = np.arange(len(pairs)), covariances[first]
    steps = halving_steps(own, directions)
    if own.ndim == 3:
        own = own - steps[:, :, None] * steps[:, None]
    means, covariances = _copies(means, len(pairs)), _copies(covariances, len(pairs))
    means[each, second] = means[each, first] - steps
    means[each, first] += steps
    covariances[each, first] = covariances[each, second] = own
    return means, covariances


def stacked(arrays: Sequence[ndarray]) -> ndarray:
    """Arrays of as many components, or fewer, as the largest has: zeros stand for those that are not there."""
    sizes = [len(array) for array in arrays]
    if min(sizes) == max(sizes):
        return np.array(arrays)
    found = np.zeros((len(arrays), max(sizes), *arrays[0].shape[1:]))
    for own, array in zip(found, arrays, strict=True):
        own[: len(array)] = array
    return found


def _copies(array: ndarray, number: int) -> ndarray:
    return np.repeat(array[None], number, axis=0)


def _reach(points: Float[ndarray, "N D"], covariance: ndarray, around: Int[ndarray, "M 2"]) -> Float[ndarray, " M"]:
    """The squared distance of each row to the last of so many neighbours, under one covariance of any kind, or about.

    Every so manieth row stands for those between.
    """
    every = -(-len(points) // _NEIGHBOURS)
    some, rows, numbers = points[::every], around[:, 0], np.maximum(around[:, 1] // every, 1)
    size, found = max(1, _CHUNK // some.size), np.empty(len(rows))
    for start in range(0, len(rows), size):
        part = slice(start, start + size)
        squares = distances_between(some, points[rows[part]], covariance)
        squares.partition(np.unique(numbers[part]), axis=1)
        found[part] = squares[np.arange(len(squares)), numbers[part]]
    return found
