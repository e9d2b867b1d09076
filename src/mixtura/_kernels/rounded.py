"""Which centre of rows of float64 is nearest, judged in single precision, where a register holds twice the numbers.

Let u be the rounding unit of float32, C the largest distance of a centre from the middle of all, e that of a row from a
centre. Rounded are the row and the centre about the middle, no longer than C + e and C, and their difference: its error
is no longer than u (2 C + 2 e). So the sum f of its D squares has

    |f - e²| ≤ u ((D + 4.1) e² + 4.1 C e) ≤ a e² + b,    a = u (D + 8),    b = 3 u C²,

and the nearest centre is certain where the second has f₂ (1 - a) > f₁ (1 + a) + 2 b. In case of doubt nothing is
decided here.
"""

from typing import NamedTuple

import numpy as np
from numpy import ndarray

from mixtura._kernels.axes import squared_distances
from mixtura._kernels.compile import kernel, piece, tile_kernel
from mixtura._kernels.memory import load_transposed, prefetch, single_zeros, spread, store_as, store_row, store_rows
from mixtura._kernels.simd import choose_larger, lanes, larger, largest, narrow, smaller, splat, width
from mixtura._kernels.tiles import AHEAD, copy_edge, is_edge, whole_quads
from mixtura._kernels.views import as_read_only

UNIT = 2.0**-24
LEAST = 2.0**-100  # distances below may have lost their digits


class Rounded(NamedTuple):
    """A tile in single precision, and the centres."""

    points: ndarray  # (P, stride), float32, about the middle
    columns: ndarray  # (D, Q), float32, likewise
    middle: ndarray  # (P,)
    edge: ndarray  # as in `Tile`; these are the tile's
    source: ndarray
    later: ndarray
    stride: int
    rows: int
    slack: float  # 2 b


@kernel
def new_rounded(tile, centres, middle):
    """For as many rows as the tile takes; the centres beyond the last are infinitely far."""
    K, D = centres.shape
    columns = single_zeros(tile.source, (D, whole_quads(K)))
    farthest = 0.0
    for k in range(K):
        squares = 0.0
        for d in range(D):
            deviation = centres[k, d] - middle[d]
            columns[d, k] = deviation
            squares += deviation * deviation
        farthest = max(farthest, squares)
    for k in range(K, columns.shape[1]):
        for d in range(D):
            columns[d, k] = np.inf
    stride = tile.rows + 8 * lanes(tile.source)  # never a power of two, as in `new_tile`
    points = single_zeros(tile.source, (whole_quads(D), stride))
    slack = 8 * UNIT * farthest + LEAST
    return Rounded(points, columns, middle, tile.edge, tile.source, tile.later, stride, tile.rows, slack)


@tile_kernel
def fill_rounded(rounded, points, N, start):
    """Rows from `start` of points (N D,), three columns or more, about the middle -> their number, rounded up."""
    D = len(rounded.columns)
    rounded.later[0] = start + rounded.rows
    n, source, offset = rounded.rows, points, start * D
    if is_edge(rounded, N, start):
        n, source, offset = copy_edge(rounded, points, D, start), as_read_only(rounded.edge), 0
    whole = D - D % 4
    for p in range(0, n, lanes(rounded.points)):
        for i in range(p * D, (p + lanes(rounded.points)) * D, lanes(source)):
            prefetch(source, offset + i + AHEAD)
        for d in range(0, whole, 4):
            store_rows(
                rounded.points, d * rounded.stride + p, rounded.stride, _turn_four(rounded, source, offset + p * D, d)
            )
        if whole < D:
            rest, at = _turn_four(rounded, source, offset + p * D, whole), whole * rounded.stride + p
            store_row(rounded.points, at, rest, 0)
            if D - whole > 1:
                store_row(rounded.points, at + rounded.stride, rest, 1)
            if D - whole > 2:
                store_row(rounded.points, at + 2 * rounded.stride, rest, 2)
    return n


@piece
def _turn_four(rounded, source, offset, d):
    """Four columns from d on of as many rows as a register holds, row-major from `offset` on."""
    D = len(rounded.columns)
    centre, later = spread(rounded.middle, d), offset + lanes(source) * D + d
    return narrow(
        rounded.points,
        load_transposed(source, offset + d, D) - centre,
        load_transposed(source, later, D) - centre,
    )


@tile_kernel
def label_rounded(rounded, n, labels):
    """The number of each row's nearest column -> labels; whether all are certain."""
    above = 1 + (len(rounded.columns) + 16) * UNIT  # 1 + a, and what the comparison itself may round away
    below = 2 - above
    doubt = splat(rounded.points, 0.0)
    one, none = splat(rounded.points, 1.0), splat(rounded.points, 0.0)
    for p in range(0, n, width(rounded.points)):
        label, least, second = _find_two(rounded, p)
        certain = choose_larger(second * below, least * above + rounded.slack, none, one)
        doubt = larger(certain, doubt)
        store_as(labels, p, label)
    return largest(doubt) == 0.0


@piece
def _find_two(rounded, p):
    """For the rows from p on: the number of the nearest column, and squared distances to it and to the second."""
    label, least, second = splat(rounded.points, 0.0), splat(rounded.points, np.inf), splat(rounded.points, np.inf)
    for k in range(0, rounded.columns.shape[1], 4):
        a, b, c, d = squared_distances(rounded, rounded.points, rounded.columns, k, p)
        label, least, second = _nearer(a, k, label, least, second)
        label, least, second = _nearer(b, k + 1, label, least, second)
        label, least, second = _nearer(c, k + 2, label, least, second)
        label, least, second = _nearer(d, k + 3, label, least, second)
    return label, least, second


@piece
def _nearer(distance, k, label, least, second):
    label = choose_larger(least, distance, splat(label, float(k)), label)
    return label, smaller(distance, least), smaller(second, larger(least, distance))
