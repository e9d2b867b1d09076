"""An order of the rows in which neighbours follow each other: the leaves of a k-d tree (Bentley 1975), one by one."""

import math

import numpy as np

from mixtura._kernels.compile import cached_kernel, kernel
from mixtura._kernels.densities import NEIGHBOURS

LOOKED_AT = 256  # rows of a part, about, that say along which feature to cut it


@cached_kernel
def leaves(points, D, order):
    """(N D,) -> order (N,): rows leaf by leaf, NEIGHBOURS in each but the last, in ascending order.

    A part is cut near its median along the feature in which it is widest, by the feature's standard deviation.
    """
    N = len(points) // D
    order[:] = np.arange(N)
    keys, parts = np.empty(N, np.float32), [(0, N)]
    unit = _spreads(points, D, order)
    while parts:
        start, stop = parts.pop()
        part = order[start:stop]
        if len(part) <= NEIGHBOURS:
            _sort(part)
            continue
        d = np.argmax(_spreads(points, D, part) / np.where(unit > 0.0, unit, 1.0))
        half = (len(part) // NEIGHBOURS + 1) // 2 * NEIGHBOURS
        _cut(points, D, d, part, keys[: len(part)], half)
        parts.append((start, start + half))
        parts.append((start + half, stop))


@kernel
def _spreads(points, D, rows):
    """Standard deviations (D,) of every so many-th of the rows; 0 where there is none."""
    mask = 1
    while mask * LOOKED_AT < len(rows):
        mask *= 2
    looked_at = rows[rows & (mask - 1) == 0]
    spreads = np.zeros(D)
    for d in range(D):
        total = squares = 0.0
        for n in looked_at:
            x = points[n * D + d] - points[looked_at[0] * D + d]
            total += x
            squares += x * x
        variance = squares / len(looked_at) - (total / len(looked_at)) ** 2
        spreads[d] = math.sqrt(variance) if variance > 0.0 else 0.0
    return spreads


@kernel
def _cut(points, D, d, rows, keys, half):
    """Rows (M,) with the smallest values of feature d to the first `half` places; keys (M,) is scratch."""
    for i in range(len(rows)):
        keys[i] = points[rows[i] * D + d] - points[d]
    low, high = 0, len(rows) - 1
    while low < high:
        i, j = _split(keys, rows, low, high)
        if half <= j:
            high = j
        elif half >= i:
            low = i
        else:
            return


@kernel
def _split(keys, rows, low, high):
    """Hoare's partition of the places low … high, rows with their keys -> where the upper part begins, the lower ends.

    The pivot is one of the keys, so neither search leaves the part; keys that are not numbers stop both.
    """
    a, b, c = keys[low], keys[(low + high) // 2], keys[high]
    pivot = max(min(a, b), min(max(a, b), c))
    i, j = low, high
    while i <= j:
        while keys[i] < pivot:
            i += 1
        while keys[j] > pivot:
            j -= 1
        if i <= j:
            keys[i], keys[j] = keys[j], keys[i]
            rows[i], rows[j] = rows[j], rows[i]
            i, j = i + 1, j - 1
    return i, j


@kernel
def _sort(rows):
    """By insertion: they are few."""
    for i in range(1, len(rows)):
        row, j = rows[i], i
        while j > 0 and rows[j - 1] > row:
            rows[j] = rows[j - 1]
            j -= 1
        rows[j] = row
