"""An order of the rows in which neighbours follow each other: the leaves of a k-d tree (Bentley 1975), one by one."""

import math
from typing import NamedTuple

from numpy import ndarray

from mixtura._kernels.compile import cached_kernel, kernel
from mixtura._kernels.densities import NEIGHBOURS

LOOKED_AT = 256  # rows of a part, about, that say along which feature to cut it


class Room(NamedTuple):
    """Scratch, made by the caller: to make it here would double what there is to compile."""

    keys: ndarray  # (N,) float32, of rows
    unit: ndarray  # (D,) standard deviations of all rows
    spreads: ndarray  # (D,) of a part
    means: ndarray  # (D,)
    parts: ndarray  # (M, 2), first and last of those not yet cut


@cached_kernel
def leaves(points, order, room):
    """(N D,), order (N,) = 0 … N - 1 -> rows leaf by leaf, NEIGHBOURS in each but the last, in ascending order.

    A part is cut near its median along the feature in which it is widest, by the feature's standard deviation.
    """
    parts = room.parts
    _measure(points, order, room.means, room.unit)
    parts[0, 0], parts[0, 1], left = 0, len(order), 1
    while left > 0:
        left -= 1
        start, stop = parts[left, 0], parts[left, 1]
        part = order[start:stop]
        if len(part) <= NEIGHBOURS:
            _sort(part)
            continue
        _measure(points, part, room.means, room.spreads)
        half = (len(part) // NEIGHBOURS + 1) // 2 * NEIGHBOURS
        _cut(points, len(room.unit), _widest(room), part, room.keys, half)
        parts[left, 0], parts[left, 1] = start, start + half
        parts[left + 1, 0], parts[left + 1, 1] = start + half, stop
        left += 2


@kernel
def _measure(points, rows, means, spreads):
    """Standard deviations (D,) of every so many-th of the rows; 0 where there is none."""
    D, mask, number, first = len(means), 0, 0, 0
    while (mask + 1) * LOOKED_AT < len(rows):
        mask = 2 * mask + 1
    for d in range(D):
        means[d] = spreads[d] = 0.0
    for n in rows:
        if n & mask == 0:
            first = n if number == 0 else first
            number += 1
            for d in range(D):
                x = points[n * D + d] - points[first * D + d]
                means[d] += x
                spreads[d] += x * x
    for d in range(D):
        variance = spreads[d] / max(number, 1) - (means[d] / max(number, 1)) ** 2
        spreads[d] = math.sqrt(variance) if variance > 0.0 else 0.0


@kernel
def _widest(room):
    """The feature in which a part is widest; the first of equals."""
    widest, width = 0, -1.0
    for d in range(len(room.unit)):
        relative = room.spreads[d] / room.unit[d] if room.unit[d] > 0.0 else room.spreads[d]
        if relative > width:
            widest, width = d, relative
    return widest


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
