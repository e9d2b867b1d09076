"""How far rows are from centres, and which is nearest: four centres at a time."""

import numpy as np

from mixtura._kernels.axes import squared_distances
from mixtura._kernels.compile import kernel, piece, tile_kernel
from mixtura._kernels.memory import store, zeros
from mixtura._kernels.mixtures import new_centre
from mixtura._kernels.simd import choose_larger, splat, width
from mixtura._kernels.tiles import whole_quads


@kernel
def new_middle(points, centres):
    """What is taken off rows and centres: nothing in double precision, which has the digits for distances as such."""
    middle = new_centre(points, centres)
    if points.itemsize == centres.itemsize:
        middle[:] = 0.0
    return middle


@kernel
def new_columns(centres, middle):
    """(K, D) -> (D, Q) about the middle; the centres beyond the last are infinitely far."""
    K, D = centres.shape
    columns = zeros(middle, (D, whole_quads(K)))
    for d in range(D):
        for k in range(K, columns.shape[1]):
            columns[d, k] = np.inf
    for k in range(K):
        for d in range(D):
            columns[d, k] = centres[k, d] - middle[d]
    return columns


@tile_kernel
def measure(columns, tile, n):
    """The squared distance of each row to each column -> tile.joint."""
    for p in range(0, n, width(tile.points)):
        for k in range(0, columns.shape[1], 4):
            a, b, c, d = squared_distances(tile, tile.points, columns, k, p)
            store(tile.joint, k * tile.stride + p, a)
            store(tile.joint, (k + 1) * tile.stride + p, b)
            store(tile.joint, (k + 2) * tile.stride + p, c)
            store(tile.joint, (k + 3) * tile.stride + p, d)


@tile_kernel
def label(columns, tile, n):
    """The number of each row's nearest column -> tile.work, its squared distance -> tile.evidence."""
    for p in range(0, n, width(tile.points)):
        label, least = find_nearest(columns, tile, p)
        store(tile.work, p, label)
        store(tile.evidence, p, least)


@piece
def find_nearest(columns, tile, p):
    """For the rows from p on: the number of the nearest column (the first of equals), and its squared distance."""
    label, least = splat(tile.points, 0.0), splat(tile.points, np.inf)
    for k in range(0, columns.shape[1], 4):
        a, b, c, d = squared_distances(tile, tile.points, columns, k, p)
        label, least = _nearer(a, k, label, least)
        label, least = _nearer(b, k + 1, label, least)
        label, least = _nearer(c, k + 2, label, least)
        label, least = _nearer(d, k + 3, label, least)
    return label, least


@piece
def _nearer(distance, k, label, least):
    label = choose_larger(least, distance, splat(label, float(k)), label)
    return label, choose_larger(least, distance, distance, least)
