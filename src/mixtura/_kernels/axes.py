"""Components whose axes are the features': each feature apart, four components at a time."""

import math
from typing import NamedTuple

import numpy as np
from numpy import ndarray

from mixtura._kernels import family
from mixtura._kernels.compile import kernel
from mixtura._kernels.densities import Diagonal, Spherical
from mixtura._kernels.family import implement
from mixtura._kernels.memory import add_row_sums, load, load_register, load_rows, repeat, spread, store
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
    means, constants = means_and_constants(density, log_weights, centre)
    whiteners = np.zeros(means.shape, centre.dtype)
    for k in range(len(density.means)):
        for d in range(len(means)):
            whiteners[d, k] = density.whiteners[k, d]
            constants[k] += flaw(density.whiteners[k, d])
    return DiagonalTerms(means, whiteners, constants)


@kernel
def spherical_terms(density, log_weights, centre):
    means, constants = means_and_constants(density, log_weights, centre)
    precisions = np.zeros(len(constants), centre.dtype)
    for k in range(len(density.means)):
        precisions[k] = density.whiteners[k] ** 2
        constants[k] += flaw(density.whiteners[k])
    return SphericalTerms(means, precisions, constants)


@kernel
def means_and_constants(density, log_weights, centre):
    K, D = density.means.shape
    means, constants = np.zeros((D, whole_quads(K)), centre.dtype), np.zeros(whole_quads(K), centre.dtype)
    for k in range(K):
        total = density.log_det[k]
        for d in range(D):
            means[d, k] = density.means[k, d] - centre[d]
            total += density.means[k, d]
        constants[k] = log_weights[k] + density.log_det[k] - 0.5 * D * math.log(2 * math.pi) + flaw(total)
    return means, constants


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
    K, D = density.means.shape
    return DiagonalSums(np.zeros((K, 4)), np.zeros((D, whole_quads(K))), np.zeros((D, whole_quads(K))))


@kernel
def spherical_sums(density):
    K, D = density.means.shape
    return SphericalSums(np.zeros((K, 4)), np.zeros((D, whole_quads(K))), np.zeros((D, whole_quads(K))))


@kernel
def accumulate(terms, tile, n, sums):
    """Σ r, Σ r (x - m), Σ r (x - m)²: the registers of a quad are four components."""
    means, stride = terms.means, tile.stride
    D, Q = means.shape
    weigh_responsibilities(tile, n, sums.counts)
    for k in range(0, Q, 4):
        for d in range(D):
            mean = spread(means, d * Q + k)
            shift = square = splat(mean, 0.0)
            for p in range(0, n, lanes(tile.points)):
                deviation = repeat(load_register(tile.points, d * stride + p)) - mean
                weighted = load_rows(tile.joint, k * stride + p, stride) * deviation
                shift += weighted
                square += weighted * deviation
            add_row_sums(sums.shifts, d * Q + k, shift)
            add_row_sums(sums.squares, d * Q + k, square)


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
    K, D = density.means.shape
    counts, shifts, squares = np.zeros(K), np.empty((K, D)), np.empty((K, D))
    for k in range(K):
        for t in range(4):
            counts[k] += sums.counts[k, t]
        for d in range(D):
            shifts[k, d], squares[k, d] = sums.shifts[d, k], sums.squares[d, k]
    return counts, shifts, squares


@kernel
def spherical_finish(sums, density):
    counts, shifts, squares = diagonal_finish(sums, density)
    traces = np.zeros(len(counts))
    for k in range(len(counts)):
        for d in range(shifts.shape[1]):
            traces[k] += squares[k, d]
    return counts, shifts, traces


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
