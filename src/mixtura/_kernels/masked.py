"""The pass over rows that lack cells, under components whose axes are the features': there missing cells count nothing.

Features are independent within a component, so a row has the density of the cells that are there. Of the others it is
expected that they scatter as they do under the component: Σ r σ² over the rows that lack them.
"""

import math
from typing import NamedTuple

from numpy import ndarray

from mixtura._kernels import family
from mixtura._kernels.axes import DiagonalSums, store_log_joint, weigh_responsibilities
from mixtura._kernels.compile import cached_kernel, kernel, tile_kernel
from mixtura._kernels.densities import Masked
from mixtura._kernels.family import implement
from mixtura._kernels.incomplete import CELLS, HOLES
from mixtura._kernels.memory import add_row_sums, load, load_register, load_rows, repeat, spread, store, zeros
from mixtura._kernels.mixtures import new_centre
from mixtura._kernels.simd import choose_equal, lanes, larger, splat, width
from mixtura._kernels.sums import by_component, fold
from mixtura._kernels.tiles import ROWS, fill, flaw, new_tile, normalise, weigh, whole_quads


class MaskedTerms(NamedTuple):
    """Q is the number of components, rounded up to a multiple of four."""

    means: ndarray  # (D, Q), about the centre
    whiteners: ndarray  # (D, Q)
    volumes: ndarray  # (D, Q), minus twice what a cell at the mean adds to the log-density
    excesses: ndarray  # (Q,), minus twice what that lacks, taken together, of the density's; for rows that have a cell
    constants: ndarray  # (Q,), log weights
    there: ndarray  # (P, stride), ones where cells are there, else zeros
    some: ndarray  # (stride,), ones for rows that have a cell


class MaskedSums(NamedTuple):
    counts: ndarray  # (K, 4), to be added up
    shifts: ndarray  # (D, Q)
    squares: ndarray  # (D, Q)
    lost: ndarray  # (D, Q), Σ r over the rows that lack the feature


@cached_kernel
def collect_masked(points, weights, log_weights, density):
    """(N D,), (N,), (K,), density -> counts (K,), shifts (K, D), scatter (K, D), log-likelihood."""
    K, D = density.means.shape
    N = len(points) // D
    tile, centre = new_tile(points, D, K), new_centre(points, density.means)
    masked = Masked(density.means, density.whiteners, density.log_det, tile.work, tile.weighted[0])
    terms, sums = _new_terms(masked, log_weights, centre), _new_sums(density)
    log_likelihood = 0.0
    for start in range(0, N, ROWS):
        n = fill(tile, points, N, start, centre)
        _mask(tile, n, D)
        _log_joint(terms, tile, n)
        normalise(tile, n, K)
        log_likelihood += weigh(tile, n, weights, start)
        _accumulate(terms, tile, n, sums)
    return _finish(sums, density), log_likelihood


@kernel
def _new_terms(density, log_weights, centre):
    K, D = density.means.shape
    Q = whole_quads(K)
    means, whiteners, volumes = zeros(centre, (D, Q)), zeros(centre, (D, Q)), zeros(centre, (D, Q))
    excesses, constants = zeros(centre, (Q,)), zeros(centre, (Q,))
    for k in range(K):
        constants[k] = log_weights[k]
        excess = -2.0 * density.log_det[k]
        for d in range(D):
            whitener = density.whiteners[k, d]
            means[d, k], whiteners[d, k] = density.means[k, d] - centre[d], whitener
            volumes[d, k] = math.log(2 * math.pi) - 2.0 * math.log(whitener)
            excess += 2.0 * math.log(whitener)
            constants[k] += flaw(density.means[k, d] + whitener)
        excesses[k] = excess
    return MaskedTerms(means, whiteners, volumes, excesses, constants, density.there, density.some)


@kernel
def _new_sums(density):
    means = density.means
    K, D = means.shape
    Q = whole_quads(K)
    return MaskedSums(zeros(means, (K, 4)), zeros(means, (D, Q)), zeros(means, (D, Q)), zeros(means, (D, Q)))


@tile_kernel
def _mask(tile, n, D):
    """Ones where cells are there, else zeros -> tile.work; zeros for what is missing -> tile.points.

    Ones for rows that have a cell -> tile.weighted.
    """
    for p in range(0, n, width(tile.points)):
        some = nothing = splat(tile.points, 0.0)
        for d in range(D):
            x = load(tile.points, d * tile.stride + p)
            there = choose_equal(x, x, splat(tile.points, 1.0), nothing)
            some = larger(there, some)
            store(tile.work, d * tile.stride + p, there)
            store(tile.points, d * tile.stride + p, choose_equal(x, x, x, nothing))
        store(tile.weighted, p, some)


@tile_kernel
def _log_joint(terms, tile, n):
    """Constant - Σ (((x - m) w)² + volume)/2 over the cells that are there."""
    means, whiteners, volumes, excesses = terms.means, terms.whiteners, terms.volumes, terms.excesses
    stride = tile.stride
    D, Q = means.shape
    for p in range(0, n, width(tile.points)):
        for k in range(0, Q, 4):
            some = load(terms.some, p)
            a, b, c, d = excesses[k] * some, excesses[k + 1] * some, excesses[k + 2] * some, excesses[k + 3] * some
            for j in range(D):
                x, there = load(tile.points, j * stride + p), load(terms.there, j * stride + p)
                y = (x - means[j, k]) * whiteners[j, k]
                a += there * (y * y + volumes[j, k])
                y = (x - means[j, k + 1]) * whiteners[j, k + 1]
                b += there * (y * y + volumes[j, k + 1])
                y = (x - means[j, k + 2]) * whiteners[j, k + 2]
                c += there * (y * y + volumes[j, k + 2])
                y = (x - means[j, k + 3]) * whiteners[j, k + 3]
                d += there * (y * y + volumes[j, k + 3])
            store_log_joint(terms.constants, tile, k, p, (a, b, c, d))


@tile_kernel
def _accumulate(terms, tile, n, sums):
    """Over the cells that are there Σ r (x - m) and Σ r (x - m)², over the others Σ r; a quad is four components."""
    weigh_responsibilities(tile, n, sums.counts)
    D, Q = terms.means.shape
    stride = tile.stride
    for k in range(0, Q, 4):
        for d in range(D):
            mean = spread(terms.means, d * Q + k)
            shift = square = lost = splat(mean, 0.0)
            for p in range(0, n, lanes(tile.points)):
                r = load_rows(tile.joint, k * stride + p, stride)
                there = repeat(load_register(terms.there, d * stride + p))
                deviation = (repeat(load_register(tile.points, d * stride + p)) - mean) * there
                shift += r * deviation
                square += r * deviation * deviation
                lost += r * (1.0 - there)
            add_row_sums(sums.shifts, d * Q + k, shift)
            add_row_sums(sums.squares, d * Q + k, square)
            add_row_sums(sums.lost, d * Q + k, lost)


@kernel
def squares(terms, tile, n):
    volumes, nothing = zeros(terms.means, terms.means.shape), zeros(terms.means, terms.constants.shape)
    bare = MaskedTerms(terms.means, terms.whiteners, volumes, nothing, nothing, terms.there, terms.some)
    _log_joint(bare, tile, n)


@tile_kernel
def volume(terms, group, k):
    first = CELLS + group[HOLES]
    total = terms.excesses[k] if first < len(group) else 0.0
    for i in range(first, len(group)):
        total += terms.volumes[group[i], k]
    return -0.5 * total


@kernel
def add_seen(terms, tile, n, sums):
    spare = zeros(sums.lost, sums.lost.shape)
    _accumulate(terms, tile, n, MaskedSums(sums.counts, sums.shifts, sums.squares, spare))


@tile_kernel
def add_unseen(terms, tile, n, sums):
    """Σ r over the cells that are not there."""
    D, Q = terms.means.shape
    stride = tile.stride
    for k in range(0, Q, 4):
        for d in range(D):
            lost = splat(spread(terms.means, d * Q + k), 0.0)
            for p in range(0, n, lanes(tile.points)):
                r = load_rows(tile.joint, k * stride + p, stride) * repeat(load_register(tile.scale, p))
                lost += r * (1.0 - repeat(load_register(terms.there, d * stride + p)))
            add_row_sums(sums.lost, d * Q + k, lost)


@kernel
def _finish(sums, density):
    _add_lost(sums, density)
    return fold(sums.counts), by_component(sums.shifts, density), by_component(sums.squares, density)


@kernel
def _add_lost(sums, density):
    """What missing cells scatter -> squares."""
    K, D = density.means.shape
    for k in range(K):
        for d in range(D):
            sums.squares[d, k] += sums.lost[d, k] / (density.whiteners[k, d] * density.whiteners[k, d])


@kernel
def reshape(sums, ascent, counts, mass):
    """The M-step of a climb."""
    _add_lost(sums, ascent.density)
    family.reshape(DiagonalSums(sums.counts, sums.shifts, sums.squares), ascent, counts, mass)


implement(family.terms, Masked, _new_terms)
implement(family.new_sums, Masked, _new_sums)
implement(family.log_joint, MaskedTerms, _log_joint)
implement(family.accumulate, MaskedTerms, _accumulate)
implement(family.reshape, MaskedSums, reshape)
implement(family.squares, MaskedTerms, squares)
implement(family.volume, MaskedTerms, volume)
implement(family.add_seen, MaskedTerms, add_seen)
implement(family.add_unseen, MaskedTerms, add_unseen)
