"""A tile: some hundred rows on their side, so that every inner loop runs along rows with unit stride.

Arrays of a tile are flat; a feature or component begins every `stride` numbers. Rows are counted up to the next multiple of a
whole SIMD value: the last row is repeated with weight zero.
"""

from typing import NamedTuple

import numpy as np
from numpy import ndarray

from mixtura._kernels.compile import kernel
from mixtura._kernels.elementary import exp, log
from mixtura._kernels.simd import (
    as_read_only,
    choose_larger,
    lanes,
    larger,
    load,
    load_transposed,
    splat,
    spread,
    store,
    store_row,
    store_rows,
)

ROWS = 512


class Tile(NamedTuple):
    """Scratch for one pass; D and K stand for the next multiples of four."""

    points: ndarray  # (D, stride), about the pass's centre
    joint: ndarray  # (K, stride): log joint density, then each row's relative to its largest
    work: ndarray  # (D, stride)
    weights: ndarray  # (stride,) of rows
    evidence: ndarray  # (stride,) log evidence
    scale: ndarray  # (stride,) one over the sum of a row of `joint`
    edge: ndarray  # (ROWS + 4, D) copies of the last rows, row-major
    stride: int


@kernel
def round_up(number, step):
    return (number + step - 1) // step * step


@kernel
def new_tile(points, K):
    """Scratch in one aligned piece, since a load that straddles two cache lines counts twice."""
    stride = ROWS + 4 * lanes(points)  # never a power of two: features would share the same cache sets
    features, components = round_up(points.shape[1], 4), round_up(K, 4)
    scratch = np.zeros((2 * features + components + 3) * stride + (ROWS + 4) * features + 64, points.dtype)
    a = (-scratch.ctypes.data % 64) // scratch.itemsize
    b = a + features * stride
    c = b + components * stride
    d = c + features * stride
    e = d + stride
    f = e + stride
    g = f + stride
    return Tile(scratch[a:b], scratch[b:c], scratch[c:d], scratch[d:e], scratch[e:f], scratch[f:g], scratch[g:], stride)


@kernel
def fill(tile, points, start, centre):
    """Rows from `start` of points (N, D), about the centre (D,) -> the number of rows, rounded up."""
    N, D = points.shape
    n = min(ROWS, N - start)
    padded = round_up(n, 4 * lanes(tile.points))
    if start + ROWS + 3 <= N:
        _transpose(as_read_only(points), start * D, D, n, centre, tile)
    else:  # transposing reads three numbers too many
        for row in range(padded):
            for d in range(D):
                tile.edge[row * D + d] = points[start + min(row, n - 1), d]
        _transpose(as_read_only(tile.edge), 0, D, padded, centre, tile)
    return padded


@kernel
def _transpose(source, offset, D, n, centre, tile):
    """Row-major numbers from `offset` on -> tile.points less the centre, one register of rows of four features at a time."""
    stride = tile.stride
    whole = D - D % 4
    for p in range(0, n, lanes(tile.points)):
        for d in range(0, whole, 4):
            store_rows(
                tile.points, d * stride + p, stride, load_transposed(source, offset + p * D + d, D) - spread(centre, d)
            )
        if whole < D:
            rest = load_transposed(source, offset + p * D + whole, D) - spread(centre, whole)
            at = whole * stride + p
            store_row(tile.points, at, rest, 0)
            if D - whole > 1:
                store_row(tile.points, at + stride, rest, 1)
            if D - whole > 2:
                store_row(tile.points, at + 2 * stride, rest, 2)


@kernel
def weigh(tile, weights, start):
    """Weights (N,) of the rows from `start` on; nothing for rows beyond the last."""
    n = min(ROWS, len(weights) - start)
    for p in range(n):
        tile.weights[p] = weights[start + p]
    for p in range(n, ROWS):
        tile.weights[p] = 0.0


@kernel
def normalise(tile, n, K):
    """Log joint densities -> densities relative to each row's largest, one over their sum, log evidence."""
    stride, joint = tile.stride, tile.joint
    for p in range(0, n, 4 * lanes(joint)):
        top = load(joint, p)
        for k in range(1, K):
            top = larger(load(joint, k * stride + p), top)
        total = splat(joint, 0.0)
        for k in range(K):
            relative = exp(load(joint, k * stride + p) - top)
            store(joint, k * stride + p, relative)
            total += relative
        store(tile.evidence, p, top + log(total))
        store(tile.scale, p, 1.0 / total)


@kernel
def best(tile, n, K):
    """Log joint densities -> in row 0 of `work` the first largest's number, in `scale` its probability, log evidence."""
    stride, joint = tile.stride, tile.joint
    for p in range(0, n, 4 * lanes(joint)):
        top = load(joint, p)
        label = splat(joint, 0.0)
        for k in range(1, K):
            candidate = load(joint, k * stride + p)
            label = choose_larger(candidate, top, splat(joint, float(k)), label)
            top = larger(candidate, top)
        total = splat(joint, 0.0)
        for k in range(K):
            total += exp(load(joint, k * stride + p) - top)
        store(tile.work, p, label)
        store(tile.evidence, p, top + log(total))
        store(tile.scale, p, 1.0 / total)
