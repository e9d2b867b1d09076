"""Components whose axes are the features': each feature apart, four components at a time."""

import math
from typing import NamedTuple

from numpy import ndarray

from mixtura._kernels import family
from mixtura._kernels.compile import kernel
from mixtura._kernels.densities import Diagonal, Spherical
from mixtura._kernels.family import implement
from mixtura._kernels.memory import add_row_sums, load, load_register, load_rows, repeat, spread, store, zeros
from mixtura._kernels.simd import lanes, splat, width
from mixtura._kernels.tiles import flaw, whole_quads


class DiagonalTerms(NamedTuple):
    """Q is the number of components, rounded up to a multiple of four."""

    means: ndarray  # (D, Q), about the centre
    whiteners: ndarray  # (D, Q)
    constants: ndarray  # (Q,)


class SphericalTerms(NamedTuple):
    means: ndarray  # (D, Q)
    precisions: ndarray  # (Q,) squares of the whiteners
    constants: ndarray  # (Q,)


class DiagonalSums(NamedTuple):
    counts: ndarray  # (K, 4), to be added up
    shifts: ndarray  # (D, Q)
    squares: ndarray  # (D, Q)


class SphericalSums(NamedTuple):
    counts: ndarray
    shifts: ndarray
    squares: ndarray  # (D, Q), to be added up over the features


@kernel
def diagonal_terms(density, log_weights, centre):
    means, constants = means_and_constants(density.means, density.log_det, log_weights, centre)
    whiteners = zeros(centre, means.shape)
    for k in range(len(density.means)):
        for d in range(len(means)):
            whiteners[d, k] = density.whiteners[k, d]
            constants[k] += flaw(density.whiteners[k, d])
    return DiagonalTerms(means, whiteners, constants)


@kernel
def spherical_terms(density, log_weights, centre):
    means, constants = means_and_constants(density.means, density.log_det, log_weights, centre)
    precisions = zeros(centre, (len(constants),))
    for k in range(len(density.means)):
        precisions[k] = density.whiteners[k] * density.whiteners[k]
        constants[k] += flaw(density.whiteners[k])
    return SphericalTerms(means, precisions, constants)


@kernel
def means_and_constants(means, log_det, log_weights, centre):
    """Means about the centre (D, Q), and what a log-density is where nothing is squared (Q,)."""
    K, D = means.shape
    columns, constants = zeros(centre, (D, whole_quads(K))), zeros(centre, (whole_quads(K),))
    for k in range(K):
        total = log_det[k]
        for d in range(D):
            columns[d, k] = means[k, d] - centre[d]
            total += means[k, d]
        constants[k] = log_weights[k] + log_det[k] - 0.5 * D * math.log(2 * math.pi) + flaw(total)
    return columns, constants


@kernel
def diagonal_log_joint(terms, tile, n):
    """-Σ ((x - m) w)²/2 + constant."""
    means, whiteners, constants, stride = terms.means, terms.whiteners, terms.constants, tile.stride
    D, Q = means.shape
    for p in range(0, n, width(tile.points)):
        for k in range(0, Q, 4):
            a = b = c = d = splat(tile.points, 0.0)
            for j in range(D):
                x = load(tile.points, j * stride + p)
                y = (x - means[j, k]) * whiteners[j, k]
                a += y * y
                y = (x - means[j, k + 1]) * whiteners[j, k + 1]
                b += y * y
                y = (x - means[j, k + 2]) * whiteners[j, k + 2]
                c += y * y
                y = (x - means[j, k + 3]) * whiteners[j, k + 3]
                d += y * y
            at = k * stride + p
            store(tile.joint, at, constants[k] - 0.5 * a)
            store(tile.joint, at + stride, constants[k + 1] - 0.5 * b)
            store(tile.joint, at + 2 * stride, constants[k + 2] - 0.5 * c)
            store(tile.joint, at + 3 * stride, constants[k + 3] - 0.5 * d)


@kernel
def spherical_log_joint(terms, tile, n):
    """-|x - m|² w²/2 + constant."""
    means, precisions, constants, stride = terms.means, terms.precisions, terms.constants, tile.stride
    for p in range(0, n, width(tile.points)):
        for k in range(0, len(constants), 4):
            a, b, c, d = squared_distances(tile.points, means, k, p)
            at = k * stride + p
            store(tile.joint, at, constants[k] - 0.5 * precisions[k] * a)
            store(tile.joint, at + stride, constants[k + 1] - 0.5 * precisions[k + 1] * b)
            store(tile.joint, at + 2 * stride, constants[k + 2] - 0.5 * precisions[k + 2] * c)
            store(tile.joint, at + 3 * stride, constants[k + 3] - 0.5 * precisions[k + 3] * d)


@kernel
def squared_distances(points, centres, k, p):
    """Of the rows from p on of points (D, stride) to the four columns from k on of centres (D, Q)."""
    stride = points.shape[1]
    a = b = c = d = splat(points, 0.0)
    for j in range(len(centres)):
        x = load(points, j * stride + p)
        y = x - centres[j, k]
        a += y * y
        y = x - centres[j, k + 1]
        b += y * y
        y = x - centres[j, k + 2]
        c += y * y
        y = x - centres[j, k + 3]
        d += y * y
    return a, b, c, d


@kernel
def diagonal_sums(density):
    return DiagonalSums(*_new_sums(density.means))


@kernel
def spherical_sums(density):
    return SphericalSums(*_new_sums(density.means))


@kernel
def _new_sums(means):
    K, D = means.shape
    Q = whole_quads(K)
    return zeros(means, (K, 4)), zeros(means, (D, Q)), zeros(means, (D, Q))


@kernel
def accumulate(terms, tile, n, sums):
    weigh_responsibilities(tile, n, sums.counts)
    _add(terms.means, tile, n, sums.shifts, sums.squares)


@kernel
def _add(means, tile, n, shifts, squares):
    """Σ r (x - m), Σ r (x - m)²: the registers of a quad are four components."""
    D, Q = means.shape
    stride = tile.stride
    for k in range(0, Q, 4):
        for d in range(D):
            mean = spread(means, d * Q + k)
            shift = square = splat(mean, 0.0)
            for p in range(0, n, lanes(tile.points)):
                deviation = repeat(load_register(tile.points, d * stride + p)) - mean
                weighted = load_rows(tile.joint, k * stride + p, stride) * deviation
                shift += weighted
                square += weighted * deviation
            add_row_sums(shifts, d * Q + k, shift)
            add_row_sums(squares, d * Q + k, square)


@kernel
def weigh_responsibilities(tile, n, counts):
    """Responsibilities times the weights of the rows -> tile.joint; their sums."""
    for k in range(len(counts)):
        count = splat(tile.joint, 0.0)
        for p in range(0, n, width(tile.joint)):
            r = load(tile.joint, k * tile.stride + p) * load(tile.scale, p)
            store(tile.joint, k * tile.stride + p, r)
            count += r
        add_row_sums(counts, k * 4, count)


@kernel
def diagonal_finish(sums, density):
    return _by_component(sums.counts, sums.shifts, sums.squares)


@kernel
def spherical_finish(sums, density):
    counts, shifts, squares = _by_component(sums.counts, sums.shifts, sums.squares)
    traces = zeros(counts, counts.shape)
    for k in range(len(counts)):
        for d in range(squares.shape[1]):
            traces[k] += squares[k, d]
    return counts, shifts, traces


@kernel
def _by_component(quarters, columns, squares):
    K, D = len(quarters), len(columns)
    counts, shifts, scatter = zeros(columns, (K,)), zeros(columns, (K, D)), zeros(columns, (K, D))
    for k in range(K):
        for t in range(4):
            counts[k] += quarters[k, t]
        for d in range(D):
            shifts[k, d], scatter[k, d] = columns[d, k], squares[d, k]
    return counts, shifts, scatter


implement(family.terms, Diagonal, diagonal_terms)
implement(family.terms, Spherical, spherical_terms)
implement(family.log_joint, DiagonalTerms, diagonal_log_joint)
implement(family.log_joint, SphericalTerms, spherical_log_joint)
implement(family.new_sums, Diagonal, diagonal_sums)
implement(family.new_sums, Spherical, spherical_sums)
implement(family.accumulate, DiagonalTerms, accumulate)
implement(family.accumulate, SphericalTerms, accumulate)
implement(family.finish, DiagonalSums, diagonal_finish)
implement(family.finish, SphericalSums, spherical_finish)
