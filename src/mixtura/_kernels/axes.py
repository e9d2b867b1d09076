"""Components whose axes are the features': each feature apart, four components at a time."""

import math
from typing import NamedTuple

from numpy import ndarray

from mixtura._kernels import family
from mixtura._kernels.compile import kernel, piece, tile_kernel
from mixtura._kernels.densities import Diagonal, Spherical
from mixtura._kernels.family import implement
from mixtura._kernels.memory import add_row_sums, load, load_register, load_rows, prefetch, repeat, spread, store, zeros
from mixtura._kernels.simd import lanes, splat, width
from mixtura._kernels.sums import by_component, fold
from mixtura._kernels.tiles import flaw, share_of_next, whole_quads


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
    traces: ndarray  # (K, 4), to be added up


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


@tile_kernel
def diagonal_log_joint(terms, tile, n):
    """-Σ ((x - m) w)²/2 + constant."""
    means, whiteners, stride = terms.means, terms.whiteners, tile.stride
    D, Q = means.shape
    for p in range(0, n, width(tile.points)):
        for k in range(0, Q, 4):
            a = b = c = d = splat(tile.points, 0.0)
            later = share_of_next(tile, p, k, D)
            for j in range(D):
                prefetch(tile.source, later + j * lanes(tile.points))
                x = load(tile.points, j * stride + p)
                y = (x - means[j, k]) * whiteners[j, k]
                a += y * y
                y = (x - means[j, k + 1]) * whiteners[j, k + 1]
                b += y * y
                y = (x - means[j, k + 2]) * whiteners[j, k + 2]
                c += y * y
                y = (x - means[j, k + 3]) * whiteners[j, k + 3]
                d += y * y
            store_log_joint(terms.constants, tile, k, p, (a, b, c, d))


@tile_kernel
def spherical_log_joint(terms, tile, n):
    """-|x - m|² w²/2 + constant."""
    precisions = terms.precisions
    for p in range(0, n, width(tile.points)):
        for k in range(0, len(precisions), 4):
            a, b, c, d = squared_distances(tile, tile.points, terms.means, k, p)
            store_four(tile.distances, k, p, (a, b, c, d))
            a, b, c, d = precisions[k] * a, precisions[k + 1] * b, precisions[k + 2] * c, precisions[k + 3] * d
            store_log_joint(terms.constants, tile, k, p, (a, b, c, d))


@piece
def store_log_joint(constants, tile, k, p, distances):
    """Of four components from k on, given their squared distances in standard deviations."""
    a, b, c, d = distances
    a, b = constants[k] - 0.5 * a, constants[k + 1] - 0.5 * b
    c, d = constants[k + 2] - 0.5 * c, constants[k + 3] - 0.5 * d
    store_four(tile.joint, k, p, (a, b, c, d))


@piece
def store_four(table, k, p, values):
    """To the rows from k on."""
    a, b, c, d = values
    stride = table.shape[1]
    store(table, k * stride + p, a)
    store(table, (k + 1) * stride + p, b)
    store(table, (k + 2) * stride + p, c)
    store(table, (k + 3) * stride + p, d)


@kernel
def squared_distances(tile, points, centres, k, p):
    """Of the tile's rows from p on, which are those of points (D, stride), to four columns from k on of centres (D, Q).

    Meanwhile a share of the rows that come next is fetched.
    """
    stride = points.shape[1]
    a = b = c = d = splat(points, 0.0)
    later = share_of_next(tile, p, k, len(centres))
    for j in range(len(centres)):
        prefetch(tile.source, later + j * lanes(tile.source))
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
    counts, shifts = _new_sums(density.means)
    return DiagonalSums(counts, shifts, zeros(shifts, shifts.shape))


@kernel
def spherical_sums(density):
    counts, shifts = _new_sums(density.means)
    return SphericalSums(counts, shifts, zeros(counts, counts.shape))


@kernel
def _new_sums(means):
    K, D = means.shape
    return zeros(means, (K, 4)), zeros(means, (D, whole_quads(K)))


# In sums over rows the registers of a quad are four components. Two features at a time: else each addition would wait
# for the one before.


@tile_kernel
def diagonal_accumulate(terms, tile, n, sums):
    """Σ r (x - m), Σ r (x - m)²."""
    weigh_responsibilities(tile, n, sums.counts)
    D, Q = terms.means.shape
    stride = tile.stride
    for k in range(0, Q, 4):
        for d in range(0, D, 2):
            e = min(d + 1, D - 1)
            mean_d, mean_e = spread(terms.means, d * Q + k), spread(terms.means, e * Q + k)
            shift_d = shift_e = square_d = square_e = splat(mean_d, 0.0)
            for p in range(0, n, lanes(tile.points)):
                r = load_rows(tile.joint, k * stride + p, stride)
                deviation = repeat(load_register(tile.points, d * stride + p)) - mean_d
                shift_d += r * deviation
                square_d += r * deviation * deviation
                deviation = repeat(load_register(tile.points, e * stride + p)) - mean_e
                shift_e += r * deviation
                square_e += r * deviation * deviation
            _add_two(sums.shifts, d, e, k, (shift_d, shift_e))
            _add_two(sums.squares, d, e, k, (square_d, square_e))


@tile_kernel
def spherical_accumulate(terms, tile, n, sums):
    """Σ r (x - m), and Σ r |x - m|² of the distances that `spherical_log_joint` left."""
    stride = tile.stride
    for k in range(len(sums.counts)):
        count = trace = splat(tile.joint, 0.0)
        for p in range(0, n, width(tile.joint)):
            r = load(tile.joint, k * stride + p) * load(tile.scale, p)
            store(tile.joint, k * stride + p, r)
            count += r
            trace += r * load(tile.distances, k * stride + p)
        add_row_sums(sums.counts, k * 4, count)
        add_row_sums(sums.traces, k * 4, trace)
    add_shifts(terms.means, tile, n, sums.shifts)


@tile_kernel
def weigh_responsibilities(tile, n, counts):
    """Responsibilities times the weights of the rows -> tile.joint; their sums."""
    for k in range(len(counts)):
        count = splat(tile.joint, 0.0)
        for p in range(0, n, width(tile.joint)):
            r = load(tile.joint, k * tile.stride + p) * load(tile.scale, p)
            store(tile.joint, k * tile.stride + p, r)
            count += r
        add_row_sums(counts, k * 4, count)


@tile_kernel
def add_shifts(means, tile, n, shifts):
    """Σ r (x - m)."""
    D, Q = means.shape
    stride = tile.stride
    for k in range(0, Q, 4):
        for d in range(0, D, 2):
            e = min(d + 1, D - 1)
            mean_d, mean_e = spread(means, d * Q + k), spread(means, e * Q + k)
            shift_d = shift_e = splat(mean_d, 0.0)
            for p in range(0, n, lanes(tile.points)):
                r = load_rows(tile.joint, k * stride + p, stride)
                shift_d += r * (repeat(load_register(tile.points, d * stride + p)) - mean_d)
                shift_e += r * (repeat(load_register(tile.points, e * stride + p)) - mean_e)
            _add_two(shifts, d, e, k, (shift_d, shift_e))


@piece
def _add_two(sums, d, e, k, values):
    """To rows d and e of sums (D, Q), which are one row where the number of features is odd."""
    value_d, value_e = values
    add_row_sums(sums, d * sums.shape[1] + k, value_d)
    if e > d:
        add_row_sums(sums, e * sums.shape[1] + k, value_e)


@kernel
def diagonal_finish(sums, density):
    return fold(sums.counts), by_component(sums.shifts, density), by_component(sums.squares, density)


@kernel
def spherical_finish(sums, density):
    return fold(sums.counts), by_component(sums.shifts, density), fold(sums.traces)


implement(family.terms, Diagonal, diagonal_terms)
implement(family.terms, Spherical, spherical_terms)
implement(family.log_joint, DiagonalTerms, diagonal_log_joint)
implement(family.log_joint, SphericalTerms, spherical_log_joint)
implement(family.new_sums, Diagonal, diagonal_sums)
implement(family.new_sums, Spherical, spherical_sums)
implement(family.accumulate, DiagonalTerms, diagonal_accumulate)
implement(family.accumulate, SphericalTerms, spherical_accumulate)
implement(family.finish, DiagonalSums, diagonal_finish)
implement(family.finish, SphericalSums, spherical_finish)
