"""The pass of k-means: which centre is nearest, and the sums that move the centres."""

import numpy as np

from mixtura._kernels.axes import squared_distances
from mixtura._kernels.compile import cached_kernel, kernel
from mixtura._kernels.memory import store, zeros
from mixtura._kernels.mixtures import new_centre
from mixtura._kernels.simd import choose_larger, splat, width
from mixtura._kernels.tiles import ROWS, fill, hand_out, new_tile, whole_quads


@cached_kernel
def nearest(points, centres, labels, distances):
    """(N D,), (K, D) -> labels (N,), squared distances (N,)."""
    D = centres.shape[1]
    N = len(points) // D
    tile, middle = new_tile(points, D, D), new_centre(points, centres)
    columns = _columns(centres, middle)
    for start in range(0, N, ROWS):
        n = fill(tile, points, N, start, middle)
        _label(columns, tile, n)
        hand_out(tile.evidence, n, start, labels)
        hand_out(tile.scale, n, start, distances)


@cached_kernel
def collect_nearest(points, weights, centres):
    """(N D,), (N,), (K, D) -> counts (K,), shifts (K, D), inertias (K,)."""
    K, D = centres.shape
    N = len(points) // D
    tile, middle = new_tile(points, D, D), new_centre(points, centres)
    columns = _columns(centres, middle)
    counts, shifts, inertias = zeros(centres, (K,)), zeros(centres, (K, D)), zeros(centres, (K,))
    for start in range(0, N, ROWS):
        n = fill(tile, points, N, start, middle)
        _label(columns, tile, n)
        for p in range(min(n, N - start)):
            k, weight, inertia = np.int64(tile.evidence[p]), weights[start + p], 0.0
            for d in range(D):
                deviation = points[(start + p) * D + d] - centres[k, d]
                shifts[k, d] += weight * deviation
                inertia += deviation * deviation
            counts[k] += weight
            inertias[k] += weight * inertia
    return counts, shifts, inertias


@cached_kernel
def distances(points, centres, answers):
    """(N D,), (K, D) -> squared distances (K, N)."""
    K, D = centres.shape
    N = len(points) // D
    tile, middle = new_tile(points, D, K), new_centre(points, centres)
    columns = _columns(centres, middle)
    for start in range(0, N, ROWS):
        n = fill(tile, points, N, start, middle)
        _measure(columns, tile, n)
        for k in range(K):
            hand_out(tile.joint[k], n, start, answers[k])


@kernel
def _columns(centres, middle):
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


@kernel
def _measure(columns, tile, n):
    """The squared distance of each row to each column -> tile.joint."""
    for p in range(0, n, width(tile.points)):
        for k in range(0, columns.shape[1], 4):
            a, b, c, d = squared_distances(tile.points, columns, k, p)
            store(tile.joint, k * tile.stride + p, a)
            store(tile.joint, (k + 1) * tile.stride + p, b)
            store(tile.joint, (k + 2) * tile.stride + p, c)
            store(tile.joint, (k + 3) * tile.stride + p, d)


@kernel
def _label(columns, tile, n):
    """The number of each row's nearest column -> tile.evidence, its squared distance -> tile.scale."""
    for p in range(0, n, width(tile.points)):
        label, least = splat(tile.points, 0.0), splat(tile.points, np.inf)
        for k in range(0, columns.shape[1], 4):
            a, b, c, d = squared_distances(tile.points, columns, k, p)
            label, least = _nearer(a, k, label, least)
            label, least = _nearer(b, k + 1, label, least)
            label, least = _nearer(c, k + 2, label, least)
            label, least = _nearer(d, k + 3, label, least)
        store(tile.evidence, p, label)
        store(tile.scale, p, least)


@kernel
def _nearer(distance, k, label, least):
    label = choose_larger(least, distance, splat(label, float(k)), label)
    return label, choose_larger(least, distance, distance, least)
