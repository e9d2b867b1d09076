"""A tile: some hundred rows on their side, so that every inner loop runs along rows with unit stride.

The next feature or component is `stride` numbers away. Rows are counted up to the next multiple of a whole SIMD
value: the last row is repeated, with weight zero.
"""

from typing import NamedTuple

from numpy import ndarray

from mixtura._kernels.compile import kernel
from mixtura._kernels.elementary import exp, log
from mixtura._kernels.memory import (
    add_row_sums,
    as_read_only,
    load,
    load_as,
    load_register,
    load_rows,
    load_transposed,
    repeat,
    spread,
    store,
    store_as,
    store_row,
    store_rows,
    store_transposed,
    zeros,
)
from mixtura._kernels.simd import choose_larger, lanes, larger, splat, width

ROWS = 512


class Tile(NamedTuple):
    """Scratch for one pass; P and Q are the numbers of features and components, rounded up to multiples of four."""

    points: ndarray  # (P, stride), about the pass's centre; zero for added features
    joint: ndarray  # (Q, stride), log joint density, then each row's relative to its largest
    work: ndarray  # (P, stride)
    weighted: ndarray  # (4, stride)
    weights: ndarray  # (stride,) of rows
    evidence: ndarray  # (stride,) log evidence
    scale: ndarray  # (stride,) one over the sum of a row of `joint`
    edge: ndarray  # copies of the last rows, row-major
    stride: int
    rows: int  # that it takes at most


@kernel
def whole_quads(number):
    """The next multiple of four."""
    return (number + 3) // 4 * 4


@kernel
def flaw(total):
    """NaN when a sum of parameters is not finite, else 0: an infinite mean would only switch its component off."""
    return 0.0 * total


@kernel
def new_tile(points, D, K, rows=ROWS):
    stride = rows + 4 * lanes(points)  # never a power of two: features would share the same cache sets
    P, Q = whole_quads(D), whole_quads(K)
    features, joint = zeros(points, (P, stride)), zeros(points, (Q, stride))
    work, weighted = zeros(points, (P, stride)), zeros(points, (4, stride))
    weights, evidence, scale = zeros(points, (stride,)), zeros(points, (stride,)), zeros(points, (stride,))
    edge = zeros(points, ((rows + 1) * P,))
    return Tile(features, joint, work, weighted, weights, evidence, scale, edge, stride, rows)


@kernel
def fill(tile, points, N, start, centre):
    """Rows from `start` of points (N D,), about the centre -> the number of rows, rounded up."""
    D = len(points) // N
    n, source, offset = tile.rows, points, start * D
    if start + tile.rows + 3 > N:  # transposing reads three numbers too many
        n, source, offset = _copy_edge(tile, points, D, start), as_read_only(tile.edge), 0
    _transpose(source, offset, D, n, centre, tile)
    return n


@kernel
def _copy_edge(tile, points, D, start):
    """The last rows, and the very last until a whole SIMD value is full -> their number."""
    value = width(tile.points)
    n = (min(len(points) // D - start, tile.rows) + value - 1) // value * value
    for i in range(n * D):
        tile.edge[i] = points[start * D + i if start * D + i < len(points) else len(points) - D + i % D]
    return n


@kernel
def _transpose(source, offset, D, n, centre, tile):
    """Row-major numbers from `offset` on, less the centre -> tile.points; four features of some rows at a time."""
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
def weigh(tile, n, weights, start, log_likelihood):
    """Let rows count as weights (N,) from `start` on say, added ones nothing; add to log_likelihood (4,)."""
    if start + n <= len(weights):
        for p in range(0, n, width(tile.weights)):
            store(tile.weights, p, load_as(tile.weights, weights, start + p))
    else:
        for p in range(n):
            tile.weights[p] = weights[start + p] if start + p < len(weights) else 0.0
    total = splat(tile.weights, 0.0)
    for p in range(0, n, width(tile.weights)):
        weight = load(tile.weights, p)
        store(tile.scale, p, weight * load(tile.scale, p))
        total += weight * load(tile.evidence, p)
    add_row_sums(log_likelihood, 0, total)


@kernel
def hand_out(values, n, start, answers):
    """A row of the tile -> answers (N,) from `start` on."""
    whole = n if start + n <= len(answers) else 0
    for p in range(0, whole, width(values)):
        store_as(answers, start + p, load(values, p))
    for p in range(whole, min(n, len(answers) - start)):
        answers[start + p] = answers.dtype.type(values[p])


@kernel
def hand_out_responsibilities(tile, n, start, answers):
    """tile.joint times tile.scale -> answers (N, K) from `start` on.

    The last quad of a row may reach into the next one, which is written later: rows upwards, quads downwards.
    """
    N, K = answers.shape
    last = (K - 1) // 4 * 4
    whole = n if start + n < N else 0
    for p in range(0, whole, lanes(tile.joint)):
        scale = repeat(load_register(tile.scale, p))
        for k in range(last, -1, -4):
            quad = load_rows(tile.joint, k * tile.stride + p, tile.stride)
            store_transposed(answers, (start + p) * K + k, K, quad * scale)
    for p in range(whole, min(n, N - start)):
        for k in range(K):
            answers[start + p, k] = tile.joint[k, p] * tile.scale[p]


@kernel
def normalise(tile, n, K):
    """Log joint densities -> densities relative to each row's largest, one over their sum, log evidence."""
    stride, joint = tile.stride, tile.joint
    for p in range(0, n, width(joint)):
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
    """Log joint densities -> the first largest's number in tile.work, its probability in tile.scale, log evidence."""
    stride, joint = tile.stride, tile.joint
    for p in range(0, n, width(joint)):
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
