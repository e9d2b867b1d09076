"""Sums over the rows that join each centre: weights, deviations from the centre, squared distances.

Where centres and features are few, every row is added to all centres, with its weight where it joins and with zero
elsewhere. Else each row is added to its own centre alone, whole registers at a time, as it lies in memory.
"""

from typing import NamedTuple

import numpy as np
from numpy import ndarray

from mixtura._kernels.centres import find_nearest
from mixtura._kernels.compile import kernel, piece, tile_kernel
from mixtura._kernels.densities import WHOLE
from mixtura._kernels.memory import (
    load,
    load_as,
    load_register,
    prefetch,
    store,
    store_as,
    zeros,
)
from mixtura._kernels.simd import add_registers, add_up, choose_equal, lanes, splat, width
from mixtura._kernels.tiles import ROWS, is_edge, whole_quads
from mixtura._kernels.views import as_read_only

FEW = 56  # sums up to which it takes less time to add a row to all centres than to its own
FEW_IF_ROUNDED = 32  # where its own is found in single precision, if centres are more than three
FEW_COLUMNS = 8  # up to which a tile may have twice the rows, and costs as much to begin


class Sums(NamedTuple):
    """Flat arrays with as much room for each centre: a register for the weight, registers for the deviations.

    Where sums are few, each has a register, whose numbers are to be added up; else features lie side by side.
    """

    total: ndarray  # of the pass, float64
    part: ndarray  # of a tile, in the points' type
    centres: ndarray  # likewise, in the places of the deviations where features lie side by side
    squares: ndarray  # two registers
    n_centres: int
    n_features: int
    room: int  # for each
    are_few: bool


@kernel
def rows_of_a_tile(D):
    return WHOLE if D <= FEW_COLUMNS else ROWS


@kernel
def new_sums(points, centres, are_few):
    K, D = centres.shape
    L = lanes(points)
    room = L * (1 + D) if are_few else L + (D + L - 1) // L * L
    size = whole_quads(K) * room  # whole SIMD values
    part, held, squares = zeros(points, (size,)), zeros(points, (size,)), zeros(points, (2 * L,))
    sums = Sums(zeros(centres, (size,)), part, held, squares, K, D, room, are_few)
    for k in range(K):
        for d in range(D):
            sums.centres[k * room + L + d] = centres[k, d]
    return sums


@tile_kernel
def join_all(columns, tile, n, points, later, sums):
    """Find the nearest column of n rows of the tile, and add each row to all columns -> inertia.

    Rows from `later` on of points (N D,) are fetched.
    """
    D = len(columns)
    inertia = splat(tile.points, 0.0)
    for p in range(0, n, width(tile.points)):
        for i in range(p * D, (p + width(points)) * D, lanes(points)):
            prefetch(points, later * D + i)
        label, least = find_nearest(columns, tile, p)
        store(tile.work, p, label)
        inertia += load(tile.weights, p) * least
    _add_to_all(columns, tile, n, sums)
    _total(sums)
    return add_up(inertia)


@tile_kernel
def join_own(tile, n, points, start, sums):
    """Add n rows, from `start` of points (N D,) on, each to the centre that tile.work names -> inertia."""
    source, offset = points, start * sums.n_features
    if is_edge(tile, len(points) // sums.n_features, start):
        source, offset = as_read_only(tile.edge), 0
    inertia = _add_to_own(source, offset, n, tile, sums)
    _total(sums)
    return inertia


@tile_kernel
def _total(sums):
    for i in range(0, len(sums.part), width(sums.total)):
        store(sums.total, i, load(sums.total, i) + load_as(sums.total, sums.part, i))
        store_as(sums.part, i, splat(sums.total, 0.0))


@tile_kernel
def _add_to_all(columns, tile, n, sums):
    D, L = len(columns), lanes(tile.points)
    for p in range(0, n, width(tile.points)):
        label, weight = load(tile.work, p), load(tile.weights, p)
        for k in range(sums.n_centres):
            own = choose_equal(label, splat(label, float(k)), weight, splat(label, 0.0))
            at = k * sums.room
            store(sums.part, at, load_register(sums.part, at) + add_registers(own))
            for d in range(D):
                at += L
                weighted = own * (load(tile.points, d * tile.stride + p) - columns[d, k])
                store(sums.part, at, load_register(sums.part, at) + add_registers(weighted))


@tile_kernel
def _add_to_own(source, offset, n, tile, sums):
    """Rows, row-major from `offset` on, less the centres that tile.work names -> sums; their squares.

    What the last register of a row holds of the next one goes where nobody looks.
    """
    L, D = lanes(source), sums.n_features
    last = (D - 1) // L * L
    squares = tail = other = splat(load_register(sums.part, 0), 0.0)
    for p in range(n):
        at, weight = np.uint64(tile.work[0, p]) * np.uint64(sums.room), tile.weights[p]
        sums.part[at] += weight
        for d in range(0, last, L):
            squares += _add_register(source, offset + p * D + d, weight, at + np.uint64(L + d), sums)
        # two in turn: else each row would wait for the one before
        tail, other = other + _add_register(source, offset + p * D + last, weight, at + np.uint64(L + last), sums), tail
    store(sums.squares, 0, squares)
    store(sums.squares, L, tail + other)
    return _sum(sums.squares, 0, L + D - last)


@piece
def _add_register(source, offset, weight, at, sums):
    """-> the squares, times the weight."""
    deviation = load_register(source, offset) - load_register(sums.centres, at)
    weighted = deviation * weight
    store(sums.part, at, load_register(sums.part, at) + weighted)
    return weighted * deviation


@kernel
def finish(sums, columns, middle, centres):
    """Counts (K,), shifts (K, D); deviations were from centres as far as the points' type can hold them."""
    K, D = centres.shape
    counts, shifts = zeros(centres, (K,)), zeros(centres, (K, D))
    L = lanes(middle)
    step = L if sums.are_few else 1
    for k in range(K):
        at = k * sums.room
        counts[k] = _sum(sums.total, at, L)
        for d in range(D):
            held = np.float64(sums.centres[at + L + d])
            if sums.are_few:
                held = np.float64(columns[d, k]) + np.float64(middle[d])
            shifts[k, d] = _sum(sums.total, at + L + d * step, step) + counts[k] * (held - centres[k, d])
    return counts, shifts


@kernel
def about_centres(inertia, moments, sums, centres):
    """The inertia about the centres, of that about what the points' type can hold of them."""
    counts, shifts = moments
    for k in range(len(counts)):
        for d in range(sums.n_features):
            apart = np.float64(sums.centres[k * sums.room + lanes(sums.centres) + d]) - centres[k, d]
            inertia += apart * (2 * shifts[k, d] - counts[k] * apart)
    return inertia


@tile_kernel
def _sum(numbers, start, n):
    total = 0.0
    for i in range(start, start + n):
        total += numbers[i]
    return total
