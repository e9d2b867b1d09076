"""A tile: some hundred rows on their side, so that every inner loop runs along rows with unit stride.

The next feature or component is `stride` numbers away. Rows are counted up to the next multiple of a whole SIMD
value: the last row is repeated, with weight zero.
"""

from typing import NamedTuple

from numpy import ndarray

from mixtura._kernels.compile import kernel, piece, tile_kernel
from mixtura._kernels.densities import WHOLE
from mixtura._kernels.elementary import exp, log
from mixtura._kernels.memory import (
    load,
    load_as,
    load_every,
    load_register,
    load_rows,
    load_transposed,
    prefetch,
    repeat,
    scratch,
    spread,
    store,
    store_as,
    store_row,
    store_rows,
    store_transposed,
)
from mixtura._kernels.simd import add_up, choose_larger, lanes, larger, splat, width
from mixtura._kernels.views import as_read_only

ROWS = WHOLE // 2
AHEAD = 1024  # numbers: rows are read by fits and starts, and processors foresee only an even flow
SUMS = 4  # SIMD values of sums whose product has one logarithm
MANY = 2**15  # components: to the fourth, they are as much as `log` takes in float32
SPARE = 16  # rows after those of a tile that may be read with them: loads reach over the end of a row


class Tile(NamedTuple):
    """Scratch for one pass; P and Q are the numbers of features and components, rounded up to multiples of four."""

    points: ndarray  # (P, stride), about the pass's centre; zero for added features
    joint: ndarray  # (Q, stride), log joint density, then densities relative to each row's largest
    distances: ndarray  # (Q, stride), squared, from each mean; where moments are made of them
    precisions: ndarray  # (Q, stride), of rows under each component; where tails are heavy
    logarithms: ndarray  # (Q, stride), of how far rows are from each mean; where tails are heavy
    work: ndarray  # (P, stride)
    weighted: ndarray  # (4, stride)
    weights: ndarray  # (stride,) of rows
    evidence: ndarray  # (stride,) each row's largest log joint density, then log evidence
    scale: ndarray  # (stride,) the sum of a row of `joint`, then its weight over the sum
    edge: ndarray  # copies of the last rows, row-major
    source: ndarray  # (N D,) what the tile is filled from; None where that is done once
    later: ndarray  # (1,) the row that the next tile begins with, or one near it
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
    features, joint = scratch(points, (P, stride)), scratch(points, (Q, stride))
    for d in range(D, P):
        for p in range(stride):
            features[d, p] = 0.0
    distances = scratch(points, (Q, stride))
    precisions, logarithms = scratch(points, (Q, stride)), scratch(points, (Q, stride))
    work, weighted = scratch(points, (P, stride)), scratch(points, (4, stride))
    weights, evidence, scale = scratch(points, (stride,)), scratch(points, (stride,)), scratch(points, (stride,))
    edge = scratch(points, ((rows + SPARE) * P,))
    later = scratch(points, (1,))
    return Tile(
        features, joint, distances, precisions, logarithms, work, weighted, weights, evidence, scale, edge, points,
        later, stride, rows,
    )  # fmt: skip


@tile_kernel
def fill(tile, points, N, start, centre):
    """Rows from `start` of points (N D,), about the centre -> the number of rows, rounded up."""
    D = len(points) // N
    tile.later[0] = start + tile.rows
    n, source, offset = tile.rows, points, start * D
    if is_edge(tile, N, start):
        n, source, offset = copy_edge(tile, points, D, start), as_read_only(tile.edge), 0
    _transpose(source, offset, D, n, centre, tile)
    return n


@tile_kernel
def is_edge(tile, N, start):
    """Whether the rows from `start` stand in tile.edge, with room after them, and not as they lie in memory."""
    return start + tile.rows + SPARE > N


@tile_kernel
def copy_edge(tile, points, D, start):
    """The last rows, and the very last until a whole SIMD value is full -> their number."""
    value = width(tile.points)
    n = (min(len(points) // D - start, tile.rows) + value - 1) // value * value
    for i in range(n * D):
        tile.edge[i] = points[start * D + i if start * D + i < len(points) else len(points) - D + i % D]
    return n


@tile_kernel
def _transpose(source, offset, D, n, centre, tile):
    """Row-major numbers from `offset` on, less the centre -> tile.points; four features of some rows at a time."""
    if D < 3:
        _deal(source, offset, D, n, centre, tile)
        return
    stride = tile.stride
    whole = D - D % 4
    for p in range(0, n, lanes(tile.points)):
        for i in range(0, lanes(tile.points) * D, lanes(tile.points)):
            prefetch(source, offset + p * D + i + AHEAD)
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


@tile_kernel
def _deal(source, offset, D, n, centre, tile):
    """One feature, or two in turn."""
    for p in range(0, n, width(tile.points)):
        for i in range(0, width(tile.points) * D, lanes(tile.points)):
            prefetch(source, offset + p * D + i + AHEAD)
        if D == 1:
            store(tile.points, p, load(source, offset + p) - centre[0])
        else:
            store(tile.points, p, load_every(source, offset + 2 * p, 2, 0) - centre[0])
            store(tile.points, tile.stride + p, load_every(source, offset + 2 * p, 2, 1) - centre[1])


@piece
def share_of_next(tile, p, k, D):
    """Where the share of the next tile's numbers begins that is fetched while rows from p on meet four components.

    Rows that are fetched all at once would keep the processor waiting as long as it works on them.
    """
    return (int(tile.later[0]) + p) * D + k // 4 * D * lanes(tile.source)


@tile_kernel
def weigh(tile, n, weights, start):
    """Let rows count as weights (N,) from `start` on say, added ones nothing -> their log-likelihood."""
    find_weights(tile, n, weights, start)
    return _count_once(tile, n) if _is_one(tile.weights, n) else count_as_weighted(tile, n)


@tile_kernel
def _is_one(numbers, n):
    apart = splat(numbers, 0.0)
    for p in range(0, n, width(numbers)):
        difference = load(numbers, p) - 1.0
        apart += difference * difference
    return add_up(apart) == 0.0


@tile_kernel
def _count_once(tile, n):
    """Σ log evidence as the logarithm of products of sums, each of which lies between 1 and K."""
    step = width(tile.scale) * (SUMS if len(tile.joint) <= MANY else 1)
    log_likelihood = splat(tile.scale, 0.0)
    for start in range(0, n, step):
        product = splat(tile.scale, 1.0)
        for p in range(start, min(start + step, n), width(tile.scale)):
            total = load(tile.scale, p)
            product = product * total
            log_likelihood += load(tile.evidence, p)
            store(tile.scale, p, 1.0 / total)
        log_likelihood += log(product)
    return add_up(log_likelihood)


@tile_kernel
def count_as_weighted(tile, n):
    """Σ w log evidence of rows of weights w; what they count for -> tile.scale."""
    log_likelihood = splat(tile.scale, 0.0)
    for p in range(0, n, width(tile.scale)):
        weight, total = load(tile.weights, p), load(tile.scale, p)
        log_likelihood += weight * (load(tile.evidence, p) + log(total))
        store(tile.scale, p, weight / total)
    return add_up(log_likelihood)


@tile_kernel
def find_weights(tile, n, weights, start):
    """weights (N,) from `start` on -> tile.weights; added rows weigh nothing."""
    if start + n <= len(weights):
        for p in range(0, n, width(tile.weights)):
            store(tile.weights, p, load_as(tile.weights, weights, start + p))
    else:
        for p in range(n):
            tile.weights[p] = weights[start + p] if start + p < len(weights) else 0.0


@kernel
def weights_from(weights, N, first, size):
    """Those of a block that begins at row `first` of N, out of (N,) or, where blocks have the same, of one block's."""
    return weights[first : first + size] if len(weights) == N else weights[: N - first]


@tile_kernel
def hand_out(values, n, start, answers):
    """A row of the tile -> answers (N,) from `start` on."""
    whole = n if start + n <= len(answers) else 0
    for p in range(0, whole, width(values)):
        store_as(answers, start + p, load(values, p))
    for p in range(whole, min(n, len(answers) - start)):
        answers[start + p] = answers.dtype.type(values[p])


@tile_kernel
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


@tile_kernel
def normalise(tile, n, K):
    """Log joint densities -> densities relative to each row's largest (-> tile.evidence), their sum -> tile.scale."""
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
        store(tile.evidence, p, top)
        store(tile.scale, p, total)


@tile_kernel
def settle(tile, n):
    """What `normalise` found -> log evidence, and one over the sums, of rows that all count once."""
    for p in range(0, n, width(tile.scale)):
        total = load(tile.scale, p)
        store(tile.evidence, p, load(tile.evidence, p) + log(total))
        store(tile.scale, p, 1.0 / total)


@tile_kernel
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
