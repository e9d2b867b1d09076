"""Components that share one covariance: each row is whitened once, and one scatter is kept for all.

With r normalised and m̄ = Σ r_k m_k, a row's scatter about the means is
Σ_k r_k (x - m_k)(x - m_k)ᵀ = (x - m̄)(x - m̄)ᵀ + Σ_{k<l} r_k r_l (m_k - m_l)(m_k - m_l)ᵀ,
so a pass needs one product a row, not one a row and component, and the responsibilities' products. Nothing cancels.
"""

import math
from typing import NamedTuple

from numpy import ndarray

from mixtura._kernels import family
from mixtura._kernels.axes import (
    add_shifts,
    means_and_constants,
    squared_distances,
    store_four,
    store_log_joint,
    weigh_responsibilities,
)
from mixtura._kernels.compile import kernel, tile_kernel
from mixtura._kernels.densities import Tied
from mixtura._kernels.family import implement
from mixtura._kernels.memory import load, store, zeros
from mixtura._kernels.products import add_products, n_tiles, product
from mixtura._kernels.simd import splat, width
from mixtura._kernels.sums import by_component, fold
from mixtura._kernels.tiles import whole_quads


class TiedTerms(NamedTuple):
    """P features and Q components, rounded up to multiples of four; whatever stands for the added ones is zero."""

    means: ndarray  # (P, Q), about the centre
    whitened_means: ndarray  # (P, Q)
    whitener: ndarray  # (P, P)
    constants: ndarray  # (Q,)


class TiedSums(NamedTuple):
    counts: ndarray  # (K, 4), to be added up
    shifts: ndarray  # (P, Q)
    within: ndarray  # products of w^½ (x - m̄)
    between: ndarray  # products of w^½ r


@kernel
def terms(density, log_weights, centre):
    K, D = density.means.shape
    P, Q = whole_quads(D), whole_quads(K)
    real, constants = means_and_constants(density.means, density.log_det, log_weights, centre)
    means, whitened = zeros(centre, (P, Q)), zeros(centre, (P, Q))
    whitener = zeros(centre, (P, P))
    for i in range(D):
        for j in range(i + 1):
            whitener[i, j] = density.whiteners[0, i, j]
            for k in range(K):
                whitened[i, k] += whitener[i, j] * real[j, k]
        for k in range(K):
            means[i, k] = real[i, k]
            constants[k] += 0.0 * whitened[i, k]  # NaN where a parameter is
    return TiedTerms(means, whitened, whitener, constants)


@tile_kernel
def log_joint(terms, tile, n):
    """-|W x - W m_k|²/2 + constant."""
    for p in range(0, n, width(tile.points)):
        _whiten(terms.whitener, tile, p)
        for k in range(0, len(terms.constants), 4):
            distances = squared_distances(tile, tile.work, terms.whitened_means, k, p)
            store_log_joint(terms.constants, tile, k, p, distances)


@tile_kernel
def _whiten(whitener, tile, p):
    stride = tile.stride
    for i in range(0, len(whitener), 4):
        a = b = c = d = splat(tile.points, 0.0)
        for j in range(i + 4):
            x = load(tile.points, j * stride + p)
            a += whitener[i, j] * x
            b += whitener[i + 1, j] * x
            c += whitener[i + 2, j] * x
            d += whitener[i + 3, j] * x
        store_four(tile.work, i, p, (a, b, c, d))


@kernel
def new_sums(density):
    means = density.means
    K, D = means.shape
    P, Q = whole_quads(D), whole_quads(K)
    within, between = zeros(means, (n_tiles(P), 4, 4)), zeros(means, (n_tiles(Q), 4, 4))
    return TiedSums(zeros(means, (K, 4)), zeros(means, (P, Q)), within, between)


@tile_kernel
def accumulate(terms, tile, n, sums):
    K = len(sums.counts)
    weigh_responsibilities(tile, n, sums.counts)
    add_shifts(terms.means, tile, n, sums.shifts)
    for p in range(n):
        w = tile.weights[p]
        tile.evidence[p] = 1.0 / math.sqrt(w) if w > 0.0 else 0.0
    _leave_means(terms.means, K, tile, n)
    add_products(tile.work, n, sums.within)
    for p in range(0, n, width(tile.points)):
        unit = load(tile.evidence, p)
        for k in range(K):
            at = k * tile.stride + p
            store(tile.joint, at, load(tile.joint, at) * unit)
    add_products(tile.joint, n, sums.between)


@tile_kernel
def _leave_means(means, K, tile, n):
    """w^½ (x - m̄) -> tile.work, as Σ w r (x - m) / w^½."""
    stride = tile.stride
    for p in range(0, n, width(tile.points)):
        unit = load(tile.evidence, p)
        for d in range(0, len(means), 4):
            v, x, y, z = (
                load(tile.points, d * stride + p),
                load(tile.points, (d + 1) * stride + p),
                load(tile.points, (d + 2) * stride + p),
                load(tile.points, (d + 3) * stride + p),
            )
            a = b = c = e = splat(tile.points, 0.0)
            for k in range(K):
                r = load(tile.joint, k * stride + p)
                a += r * (v - means[d, k])
                b += r * (x - means[d + 1, k])
                c += r * (y - means[d + 2, k])
                e += r * (z - means[d + 3, k])
            store_four(tile.work, d, p, (a * unit, b * unit, c * unit, e * unit))


@kernel
def finish(sums, density):
    means = density.means
    K, D = means.shape
    scatter, apart = zeros(means, (1, D, D)), zeros(means, (D,))
    for i in range(D):
        for j in range(D):
            scatter[0, i, j] = product(sums.within, i, j)
    for k in range(K):
        for m in range(k):
            shared = product(sums.between, k, m)
            for d in range(D):
                apart[d] = means[k, d] - means[m, d]
            for i in range(D):
                for j in range(D):
                    scatter[0, i, j] += shared * apart[i] * apart[j]
    return fold(sums.counts), by_component(sums.shifts, density), scatter


implement(family.terms, Tied, terms)
implement(family.new_sums, Tied, new_sums)
implement(family.log_joint, TiedTerms, log_joint)
implement(family.accumulate, TiedTerms, accumulate)
implement(family.finish, TiedSums, finish)
