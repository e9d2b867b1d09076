"""Sums over the rows that join each centre: weights, deviations from the centre, squared distances.

Where centres and features are few, every row is added to all centres, with its weight where it joins and with zero
elsewhere. Else each row is added to its own centre alone, whole registers at a time, as it lies in memory.
"""

from typing import NamedTuple

import numpy as np
from numpy import ndarray

from mixtura._kernels.centres import find_nearest
from mixtura._kernels.compile import kernel, piece, tile_kernel
from mixtura._kernels.memory import (
    load,
    load_as,
    load_register,
    store,
    store_as,
    zeros,
)
from mixtura._kernels.simd import add_registers, add_up, choose_equal, lanes, splat, width
from mixtura._kernels.tiles import is_edge
from mixtura._kernels.views import as_read_only

FEW = 56  # sums up to which it takes less time to add a row to all centres than to its own


class Sums(NamedTuple):
    """R is the number of features, rounded up to whole registers of L numbers.

    Sums are flat: K (1 + D) registers of weights and deviations where they are few, else K R deviations.
    """

    total: ndarray  # of the pass, float64
    part: ndarray  # of a tile, in the points' type
    centres: ndarray  # (K, R), in the points' type
    counts: ndarray  # (K,), where sums are many


@kernel
def new_sums(points, centres):
    K, D = centres.shape
    L = lanes(points)
    R = (D + L - 1) // L * L
    own = zeros(points, (K, R))
    for k in range(K):
        for d in range(D):
            own[k, d] = centres[k, d]
    size = K * (1 + D) * L if _are_few(K, D) else K * R
    whole = (size + width(centres) - 1) // width(centres) * width(centres)
    return Sums(zeros(centres, (whole,)), zeros(points, (whole,)), own, zeros(centres, (K,)))


@kernel
def _are_few(K, D):
    return K * (1 + D) <= FEW


@tile_kernel
def join(columns, tile, n, points, start, sums):
    """Find the nearest column of n rows of the tile, from `start` of points (N D,) on; add them to it -> inertia."""
    D = len(columns)
    if _are_few(len(sums.counts), D):
        inertia = _add_to_all(columns, tile, n, sums)
    else:
        inertia = _label(columns, tile, n)
        if is_edge(tile, len(points) // D, start):
            _add_to_own(as_read_only(tile.edge), 0, D, n, tile, sums)
        else:
            _add_to_own(points, start * D, D, n, tile, sums)
    for i in range(0, len(sums.part), width(sums.total)):
        store(sums.total, i, load(sums.total, i) + load_as(sums.total, sums.part, i))
        store_as(sums.part, i, splat(sums.total, 0.0))
    return inertia


@tile_kernel
def _add_to_all(columns, tile, n, sums):
    D, K, L = len(columns), len(sums.counts), lanes(tile.points)
    inertia = splat(tile.points, 0.0)
    for p in range(0, n, width(tile.points)):
        label, least = find_nearest(columns, tile, p)
        weight = load(tile.weights, p)
        inertia += weight * least
        at = 0
        for k in range(K):
            own = choose_equal(label, splat(label, float(k)), weight, splat(label, 0.0))
            store(sums.part, at, load_register(sums.part, at) + add_registers(own))
            for d in range(D):
                at += L
                weighted = own * (load(tile.points, d * tile.stride + p) - columns[d, k])
                store(sums.part, at, load_register(sums.part, at) + add_registers(weighted))
            at += L
    return add_up(inertia)


@tile_kernel
def _label(columns, tile, n):
    """The number of each row's nearest column -> tile.work; their inertia."""
    inertia = splat(tile.points, 0.0)
    for p in range(0, n, width(tile.points)):
        label, least = find_nearest(columns, tile, p)
        store(tile.work, p, label)
        inertia += load(tile.weights, p) * least
    return add_up(inertia)


@tile_kernel
def _add_to_own(source, offset, D, n, tile, sums):
    """Rows, row-major from `offset` on, less the centres that tile.work names -> sums."""
    R, L = sums.centres.shape[1], lanes(source)
    for p in range(n):
        k, weight = np.uint64(tile.work[0, p]), tile.weights[p]
        at = k * np.uint64(R)
        sums.counts[k] += weight
        _add_register(source, offset + p * D, weight, at, sums)
        for d in range(L, R, L):  # the first one apart: mostly it is all
            _add_register(source, offset + p * D + d, weight, at + np.uint64(d), sums)


@piece
def _add_register(source, offset, weight, at, sums):
    """What the last register of a row holds of the next one goes where nobody looks."""
    deviation = load_register(source, offset) - load_register(sums.centres, at)
    store(sums.part, at, load_register(sums.part, at) + deviation * weight)


@kernel
def finish(sums, columns, middle, centres):
    """Counts (K,), shifts (K, D); deviations were from centres as far as the points' type can hold them."""
    K, D = centres.shape
    counts, shifts = zeros(centres, (K,)), zeros(centres, (K, D))
    for k in range(K):
        if _are_few(K, D):
            counts[k] = _register_sum(middle, sums.total, k * (1 + D))
        else:
            counts[k] = sums.counts[k]
        for d in range(D):
            if _are_few(K, D):
                shift = _register_sum(middle, sums.total, k * (1 + D) + 1 + d)
                used = np.float64(columns[d, k]) + np.float64(middle[d])
            else:
                shift, used = sums.total[k * sums.centres.shape[1] + d], np.float64(sums.centres[k, d])
            shifts[k, d] = shift + counts[k] * (used - centres[k, d])
    return counts, shifts


@kernel
def _register_sum(like, numbers, place):
    total = 0.0
    for i in range(place * lanes(like), (place + 1) * lanes(like)):
        total += numbers[i]
    return total
