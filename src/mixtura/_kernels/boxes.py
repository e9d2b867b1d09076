"""Which components matter to a tile: bounds of their log joint densities over the box that holds its rows.

In every row of the box a component adds to the sum of densities at most its largest value in the box, and the sum is at
least the largest, over components, of their smallest. Where the first is so far below the second that all such
components together change no digit of the sum, they are out of sight (bounds by tile as in Moore 1999, "Very fast
EM-based mixture model clustering using multiresolution kd-trees", which are approximate there). For bounds, components
stand side by side, the lanes of a SIMD value.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy import ndarray

from mixtura._kernels import family
from mixtura._kernels.compile import kernel, piece
from mixtura._kernels.densities import Diagonal, Full, Spherical
from mixtura._kernels.family import implement
from mixtura._kernels.memory import load, load_register, store, zeros
from mixtura._kernels.simd import add_up, choose_larger, lanes, larger, largest, splat, width
from mixtura._kernels.tiles import flaw

# All K components out of sight together are less than half a unit in the last place of the one in sight.
SIGHT = -math.log(np.finfo(np.float64).eps / 2)
# Of the bounds themselves, relative.
ROUNDING = 64 * np.finfo(np.float64).eps


class Box(NamedTuple):
    """Where the rows of a tile are: |x - middle| ≤ half, feature by feature."""

    middle: ndarray  # (D,), about the pass's centre
    half: ndarray  # (D,)


class FullColumns(NamedTuple):
    """C is the number of components, rounded up to whole SIMD values; the added ones are always out of sight."""

    means: ndarray  # (D, C), about the pass's centre
    whiteners: ndarray  # (D, D, C)
    constants: ndarray  # (C,)


class AxesColumns(NamedTuple):
    means: ndarray
    whiteners: ndarray  # (D, C)
    constants: ndarray


@kernel
def new_box(means):
    D = means.shape[1]
    return Box(zeros(means, (D,)), zeros(means, (D,)))


@kernel
def enclose(tile, n, box):
    """The smallest box around n rows of tile.points."""
    for d in range(len(box.middle)):
        low = high = load_register(tile.points, d * tile.stride)
        for p in range(lanes(tile.points), n, lanes(tile.points)):
            x = load_register(tile.points, d * tile.stride + p)
            high = larger(x, high)
            low = 0.0 - larger(0.0 - x, 0.0 - low)
        least, most = -largest(0.0 - low), largest(high)
        box.middle[d], box.half[d] = 0.5 * (least + most), 0.5 * (most - least)


@kernel
def look(columns, box, nearest, active):
    """The components in sight from somewhere in the box -> active (K,), their number."""
    top = family.bound(columns, box, nearest)
    horizon = top - SIGHT - math.log(len(active)) - ROUNDING * abs(top)
    number = 0
    for k in range(len(active)):
        active[number] = k
        number += not nearest[k] < horizon  # a bound that is not a number hides nothing
    return number


@kernel
def keep(tile, n, active, K):
    """The active components (A,) that a row of tile.joint sees, moved to the front with what is known -> the number.

    The box may hold rows of two far clusters: then most of what it sees lies in between, where there is no row.
    """
    stride, joint = tile.stride, tile.joint
    horizon, one = -SIGHT - math.log(K), splat(joint, 1.0)
    for p in range(0, n, width(joint)):
        top = load(joint, p)
        for a in range(1, len(active)):
            top = larger(load(joint, a * stride + p), top)
        store(tile.evidence, p, top)
    number = 0
    for a in range(len(active)):
        hidden = one
        for p in range(0, n, width(joint)):
            below = load(joint, a * stride + p) - load(tile.evidence, p)
            hidden = choose_larger(splat(joint, horizon), below, hidden, splat(joint, 0.0))
        if add_up(hidden) < width(joint):
            _move(tile.joint, n, a, number)
            _move(tile.distances, n, a, number)
            active[number] = active[a]
            number += 1
    return number


@kernel
def _move(table, n, a, place):
    stride = table.shape[1]
    if a > place:
        for p in range(0, n, width(table)):
            store(table, place * stride + p, load(table, a * stride + p))


@kernel
def full_columns(density, log_weights, centre):
    K, D = density.means.shape
    means, constants = _means_and_constants(density, log_weights, centre)
    whiteners = zeros(means, (D, D, len(constants)))
    for k in range(K):
        for i in range(D):
            for j in range(i + 1):
                whiteners[i, j, k] = density.whiteners[k, i, j]
                constants[k] += flaw(density.whiteners[k, i, j])
    return FullColumns(means, whiteners, constants)


@kernel
def diagonal_columns(density, log_weights, centre):
    K, D = density.means.shape
    means, constants = _means_and_constants(density, log_weights, centre)
    whiteners = zeros(means, (D, len(constants)))
    for k in range(K):
        for d in range(D):
            whiteners[d, k] = density.whiteners[k, d]
            constants[k] += flaw(density.whiteners[k, d])
    return AxesColumns(means, whiteners, constants)


@kernel
def spherical_columns(density, log_weights, centre):
    K, D = density.means.shape
    means, constants = _means_and_constants(density, log_weights, centre)
    whiteners = zeros(means, (D, len(constants)))
    for k in range(K):
        constants[k] += flaw(density.whiteners[k])
        for d in range(D):
            whiteners[d, k] = density.whiteners[k]
    return AxesColumns(means, whiteners, constants)


@kernel
def _means_and_constants(density, log_weights, centre):
    """What all components would share, log 2π, is left out."""
    K, D = density.means.shape
    value = width(density.means)
    C = (K + value - 1) // value * value
    means, constants = zeros(log_weights, (D, C)), zeros(log_weights, (C,))
    constants[:] = -np.inf
    for k in range(K):
        constants[k] = log_weights[k] + density.log_det[k] + flaw(density.log_det[k])
        for d in range(D):
            means[d, k] = density.means[k, d] - centre[d]
            constants[k] += flaw(density.means[k, d])
    return means, constants


@kernel
def full_bound(columns, box, nearest):
    """|W (x - m)| lies between |u| - e and |u| + e, output by output: u = W (middle - m), e = |W| half."""
    D, C = columns.means.shape
    top = splat(columns.means, -np.inf)
    for k in range(0, C, width(columns.means)):
        near = far = splat(columns.means, 0.0)
        for i in range(D):
            u = e = splat(columns.means, 0.0)
            for j in range(i + 1):
                w = load(columns.whiteners, (i * D + j) * C + k)
                u += w * (box.middle[j] - load(columns.means, j * C + k))
                e += larger(w, 0.0 - w) * box.half[j]
            near, far = _add_squares(near, far, u, e)
        top = _keep(columns.constants, near, far, k, nearest, top)
    return largest(top)


@kernel
def axes_bound(columns, box, nearest):
    D, C = columns.means.shape
    top = splat(columns.means, -np.inf)
    for k in range(0, C, width(columns.means)):
        near = far = splat(columns.means, 0.0)
        for d in range(D):
            w = load(columns.whiteners, d * C + k)
            u = w * (box.middle[d] - load(columns.means, d * C + k))
            near, far = _add_squares(near, far, u, w * box.half[d])
        top = _keep(columns.constants, near, far, k, nearest, top)
    return largest(top)


@piece
def _add_squares(near, far, u, e):
    distance = larger(u, 0.0 - u)
    gap, reach = larger(distance - e, splat(u, 0.0)), distance + e
    return near + gap * gap, far + reach * reach


@piece
def _keep(constants, near, far, k, nearest, top):
    constant = load(constants, k)
    store(nearest, k, constant - 0.5 * near)
    return larger(constant - 0.5 * far, top)


implement(family.columns, Full, full_columns)
implement(family.columns, Diagonal, diagonal_columns)
implement(family.columns, Spherical, spherical_columns)
implement(family.bound, FullColumns, full_bound)
implement(family.bound, AxesColumns, axes_bound)
