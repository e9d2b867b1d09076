"""Components with full covariance."""

import math
from typing import NamedTuple

from numpy import ndarray

from mixtura._kernels import family
from mixtura._kernels.compile import kernel, piece, tile_kernel
from mixtura._kernels.densities import Full
from mixtura._kernels.family import implement
from mixtura._kernels.memory import (
    add_row_sums,
    load,
    load_register,
    load_rows,
    repeat,
    spread,
    store,
    store_rows,
    turn,
    zeros,
)
from mixtura._kernels.products import add_tile, n_tiles, place, product
from mixtura._kernels.simd import lanes, splat, width
from mixtura._kernels.sums import fold
from mixtura._kernels.tiles import flaw, whole_quads


class FullTerms(NamedTuple):
    """P is the number of features, rounded up to a multiple of four; whatever stands for the added ones is zero."""

    means: ndarray  # (K, P), about the centre
    whiteners: ndarray  # (K, D, P)
    constants: ndarray  # (K,)


class FullSums(NamedTuple):
    counts: ndarray  # (K, 4), to be added up
    shifts: ndarray  # (K, P)
    products: ndarray  # (K, T, 4, 4): tiles on and below the diagonal, see `products`


@kernel
def terms(density, log_weights, centre):
    K, D = density.means.shape
    P = len(centre)
    means, whiteners = zeros(centre, (K, P)), zeros(centre, (K, D, P))
    constants = zeros(centre, (K,))
    for k in range(K):
        total = density.log_det[k]
        for i in range(D):
            means[k, i] = density.means[k, i] - centre[i]
            total += density.means[k, i]
            for j in range(i + 1):
                whiteners[k, i, j] = density.whiteners[k, i, j]
                total += density.whiteners[k, i, j]
        constants[k] = log_weights[k] + density.log_det[k] - 0.5 * D * math.log(2 * math.pi) + flaw(total)
    return FullTerms(means, whiteners, constants)


@tile_kernel
def log_joint(terms, tile, n):
    """-|W_k (x - m_k)|²/2 + constant: four rows of W at a time, those that are left one by one."""
    whiteners, constants, stride = terms.whiteners, terms.constants, tile.stride
    K, D, _ = whiteners.shape
    for p in range(0, n, width(tile.points)):
        for k in range(K):
            distance = splat(tile.points, 0.0)
            for i in range(0, D - 3, 4):
                distance += _four_outputs(terms, tile, k, i, p)
            for i in range(D - D % 4, D):
                y = splat(tile.points, 0.0)
                for j in range(i):
                    y += whiteners[k, i, j] * load(tile.work, j * width(tile.points))
                y += whiteners[k, i, i] * _deviation(terms, tile, k, i, p)
                distance += y * y
            store(tile.joint, k * stride + p, constants[k] - 0.5 * distance)


@piece
def _four_outputs(terms, tile, k, i, p):
    """Σ y² over rows i … i + 3 of y = W_k (x - m_k)."""
    whiteners = terms.whiteners
    a = b = c = d = splat(tile.points, 0.0)
    for j in range(i):
        x = load(tile.work, j * width(tile.points))
        a += whiteners[k, i, j] * x
        b += whiteners[k, i + 1, j] * x
        c += whiteners[k, i + 2, j] * x
        d += whiteners[k, i + 3, j] * x
    x = _deviation(terms, tile, k, i, p)
    a += whiteners[k, i, i] * x
    b += whiteners[k, i + 1, i] * x
    c += whiteners[k, i + 2, i] * x
    d += whiteners[k, i + 3, i] * x
    x = _deviation(terms, tile, k, i + 1, p)
    b += whiteners[k, i + 1, i + 1] * x
    c += whiteners[k, i + 2, i + 1] * x
    d += whiteners[k, i + 3, i + 1] * x
    x = _deviation(terms, tile, k, i + 2, p)
    c += whiteners[k, i + 2, i + 2] * x
    d += whiteners[k, i + 3, i + 2] * x
    d += whiteners[k, i + 3, i + 3] * _deviation(terms, tile, k, i + 3, p)
    return a * a + b * b + c * c + d * d


@piece
def _deviation(terms, tile, k, j, p):
    """Feature j of x - m_k; kept for the rows of W that follow."""
    x = load(tile.points, j * tile.stride + p) - terms.means[k, j]
    store(tile.work, j * width(tile.points), x)
    return x


@kernel
def new_sums(density):
    means = density.means
    K, D = means.shape
    P = whole_quads(D)
    return FullSums(zeros(means, (K, 4)), zeros(means, (K, P)), zeros(means, (K, n_tiles(P), 4, 4)))


@tile_kernel
def accumulate(terms, tile, n, sums):
    """With z = x - m and y = r z, sums of y and of y zᵀ."""
    K, P = terms.means.shape
    for k in range(K):
        _responsibility(tile, k, n, sums)
        for i in range(0, P, 4):
            _deviations(terms, tile, k, i, n, sums)
            for j in range(0, i, 4):
                add_tile(tile.weighted, tile.work, j, n, sums.products[k], place(i, j))


@tile_kernel
def _responsibility(tile, k, n, sums):
    """r of component k -> tile.evidence, which has served; Σ r."""
    count = splat(tile.joint, 0.0)
    for p in range(0, n, width(tile.joint)):
        r = load(tile.joint, k * tile.stride + p) * load(tile.scale, p)
        count += r
        store(tile.evidence, p, r)
    add_row_sums(sums.counts, k * 4, count)


@tile_kernel
def _deviations(terms, tile, k, i, n, sums):
    """z and y of features i … i + 3 -> tile.work, tile.weighted; their shifts and the tile on the diagonal."""
    stride = tile.stride
    P = terms.means.shape[1]
    several = P > 4
    mean = spread(terms.means, k * P + i)
    shift = a = b = c = splat(mean, 0.0)
    for p in range(0, n, lanes(tile.points)):
        z = load_rows(tile.points, i * stride + p, stride) - mean
        y = z * repeat(load_register(tile.evidence, p))
        if several:
            store_rows(tile.work, i * stride + p, stride, z)
            store_rows(tile.weighted, p, stride, y)
        shift += y
        a += y * z
        b += y * turn(z, 1)
        c += y * turn(z, 2)
    products, at = sums.products[k], place(i, i)
    add_row_sums(sums.shifts, k * P + i, shift)
    add_row_sums(products, at, a)
    add_row_sums(products, at + 4, b)
    add_row_sums(products, at + 8, c)


@kernel
def finish(sums, density):
    means, whiteners = density.means, density.whiteners
    shifts, scatter = zeros(means, means.shape), zeros(whiteners, whiteners.shape)
    K, D = shifts.shape
    for k in range(K):
        for i in range(D):
            shifts[k, i] = sums.shifts[k, i]
            for j in range(i + 1):
                scatter[k, i, j] = scatter[k, j, i] = product(sums.products[k], i, j)
    return fold(sums.counts), shifts, scatter


implement(family.terms, Full, terms)
implement(family.new_sums, Full, new_sums)
implement(family.log_joint, FullTerms, log_joint)
implement(family.accumulate, FullTerms, accumulate)
implement(family.finish, FullSums, finish)
