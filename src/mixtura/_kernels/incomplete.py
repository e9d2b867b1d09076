"""The pass over rows that lack cells: filled with what each component expects, they go the way of complete ones.

See `conditional` for the formulas. Rows are looked at in groups that lack the same cells: the Cholesky factor of the
precisions there, L Lᵀ = P_mm, is worked out once for each group of a tile, so rows that lack the same cells should
follow each other.
"""

import math
from typing import NamedTuple

from numpy import ndarray

from mixtura._kernels import full
from mixtura._kernels.compile import cached_kernel, kernel, tile_kernel
from mixtura._kernels.full import FullSums, FullTerms
from mixtura._kernels.memory import load, store, zeros
from mixtura._kernels.mixtures import new_centre
from mixtura._kernels.products import add_product
from mixtura._kernels.simd import splat, width
from mixtura._kernels.tiles import Tile, new_tile, normalise, weigh

GROUPED = 128  # rows of a tile: every component keeps what it sees of them
FIRST, HOLES, CELLS = 0, 1, 2  # of a group: its first row, how many cells it lacks, those and then the others


class Sight(NamedTuple):
    """What every component sees of the rows of a tile, and what that takes."""

    terms: FullTerms
    precisions: ndarray  # (K, D, D)
    log_weights: ndarray  # (K,)
    deviations: ndarray  # (K, P, stride); zero for added features
    still: ndarray  # (1, P), zeros: the mean of deviations
    root: ndarray  # (D, D), L; on the diagonal its reciprocals
    inverse: ndarray  # (D, D), L⁻¹
    mass: ndarray  # (K,)


@cached_kernel
def collect_incomplete(points, weights, log_weights, density, groups):
    """(N D,), (N,), (K,), density -> counts (K,), shifts (K, D), scatter (K, D, D), log-likelihood.

    Groups are kept track of in memory of the caller, (GROUPED + 1, D + 2).
    """
    K, D = density.means.shape
    N = len(points) // D
    tile, centre = new_tile(points, D, K, GROUPED), new_centre(points, density.means)
    deviations = zeros(centre, (K, len(centre), tile.stride))
    sight, sums = new_sight(density, log_weights, centre, deviations), full.new_sums(density)
    log_likelihood = 0.0
    for start in range(0, N, GROUPED):
        n, G = fill_groups(tile, points, start, centre, groups)
        see(sight, tile, n, groups[: G + 1])
        add_volumes(tile, n, K)
        normalise(tile, n, K)
        log_likelihood += weigh(tile, n, weights, start)
        add_seen(sight, tile, n, sums)
        add_unseen(sight, tile, groups[: G + 1], sums)
    return full.finish(sums, density), log_likelihood


@tile_kernel
def see(sight, tile, n, groups):
    """What every component sees of n rows -> sight.deviations, tile.joint; what holes add to that -> tile.distances."""
    for g in range(len(groups) - 1):
        _complete(sight, tile, groups[g], groups[g + 1, FIRST])
    for k in range(len(sight.mass)):
        full.log_joint(_alone(sight, k), _seen(tile, sight, k), n)


@tile_kernel
def add_seen(sight, tile, n, sums):
    """Moments of n rows that were seen, missing cells where they are expected."""
    for k in range(len(sight.mass)):
        full.accumulate(_alone(sight, k), _seen(tile, sight, k), n, _own(sums, k))


@tile_kernel
def add_unseen(sight, tile, groups, sums):
    """What missing cells scatter about their expectation -> sums.products."""
    for g in range(len(groups) - 1):
        _spread(sight, tile, groups[g], groups[g + 1, FIRST], sums.products)


@kernel
def new_sight(density, log_weights, centre, deviations):
    terms = full.terms(density, log_weights, centre)
    K, D = density.means.shape
    precisions = zeros(centre, (K, D, D))
    for k in range(K):
        for row in range(D):
            for i in range(row + 1):
                for j in range(row + 1):
                    precisions[k, i, j] += density.whiteners[k, row, i] * density.whiteners[k, row, j]
    still = zeros(centre, (1, len(centre)))
    root, inverse, mass = zeros(centre, (D, D)), zeros(centre, (D, D)), zeros(centre, (K,))
    return Sight(terms, precisions, log_weights, deviations, still, root, inverse, mass)


@tile_kernel
def _alone(sight, k):
    """One component about its own mean."""
    return FullTerms(sight.still, sight.terms.whiteners[k : k + 1], sight.terms.constants[k : k + 1])


@tile_kernel
def _seen(tile, sight, k):
    """The tile as a component sees it."""
    return Tile(
        sight.deviations[k], tile.joint[k : k + 1], tile.distances, tile.precisions, tile.logarithms, tile.work,
        tile.weighted, tile.weights, tile.evidence, tile.scale, tile.edge, tile.source, tile.later,
        tile.stride, tile.rows,
    )  # fmt: skip


@tile_kernel
def _own(sums, k):
    return FullSums(sums.counts[k : k + 1], sums.shifts[k : k + 1], sums.products[k : k + 1])


@tile_kernel
def fill_groups(tile, points, start, centre, groups):
    """Rows from `start` on, about the centre, zero where cells are missing -> their number, rounded up; of groups.

    Rows that are added belong to the last group.
    """
    D, value = groups.shape[1] - CELLS, width(tile.points)
    n, G = min(len(points) // D - start, tile.rows), 0
    for p in range(n):
        at = (start + p) * D
        if G == 0 or not _belongs(points, at, groups[G - 1]):
            _describe(points, at, groups[G])
            groups[G, FIRST] = p
            G += 1
        for d in range(D):
            x = points[at + d]
            tile.points[d, p] = x - centre[d] if x == x else 0.0
    rounded = (n + value - 1) // value * value
    for d in range(D):
        for p in range(n, rounded):
            tile.points[d, p] = 0.0
    groups[G, FIRST] = rounded
    return rounded, G


@tile_kernel
def _belongs(points, at, group):
    """Whether the row lacks the cells that the group lacks, and no others."""
    last = CELLS + group[HOLES]
    differ = 0
    for i in range(CELLS, last):
        differ += not math.isnan(points[at + group[i]])
    for i in range(last, len(group)):
        differ += math.isnan(points[at + group[i]])
    return differ == 0


@tile_kernel
def _describe(points, at, group):
    M = 0
    D = len(group) - CELLS
    for d in range(D):
        if math.isnan(points[at + d]):
            group[CELLS + M] = d
            M += 1
    group[HOLES] = M
    seen = CELLS + M
    for d in range(D):
        if not math.isnan(points[at + d]):
            group[seen] = d
            seen += 1


@tile_kernel
def _complete(sight, tile, group, last):
    """Rows up to `last` -> deviations from the mean of every component, and what the volumes of holes add.

    Whole values reach into the rows that follow, which are written later.
    """
    for k in range(len(sight.mass)):
        volume = factorise(sight, k, group)
        for p in range(group[FIRST], last, width(tile.points)):
            store(tile.distances, k * tile.stride + p, splat(tile.points, volume))
            _look(sight, tile, k, group, p)
            _expect(sight, tile, k, group, p)


@tile_kernel
def factorise(sight, k, group):
    """P_mm of a component -> sight.root; what the log-density of a row gains by not having these cells."""
    root, M = sight.root, group[HOLES]
    log_det = 0.0
    for i in range(M):
        for j in range(i + 1):
            total = sight.precisions[k, group[CELLS + i], group[CELLS + j]]
            for m in range(j):
                total -= root[i, m] * root[j, m]
            root[i, j] = total * root[j, j] if j < i else 1.0 / math.sqrt(total) if total > 0.0 else math.nan
        log_det += math.log(root[i, i])
    if len(root) == M:  # nothing is left to have a density
        return sight.log_weights[k] - sight.terms.constants[k]
    return log_det + 0.5 * M * math.log(2 * math.pi)


@tile_kernel
def _look(sight, tile, k, group, p):
    """Deviations of the cells that are there."""
    place = k * sight.deviations.shape[1]
    for i in range(CELLS + group[HOLES], len(group)):
        d = group[i]
        x = load(tile.points, d * tile.stride + p) - sight.terms.means[k, d]
        store(sight.deviations, (place + d) * tile.stride + p, x)


@tile_kernel
def _expect(sight, tile, k, group, p):
    """Those of the others: -P_mm⁻¹ P_mo d_o, by L and then by its transpose."""
    root, stride, M = sight.root, tile.stride, group[HOLES]
    place = k * sight.deviations.shape[1]
    for i in range(M):
        total = splat(tile.points, 0.0)
        for j in range(CELLS + M, len(group)):
            pull = sight.precisions[k, group[CELLS + i], group[j]]
            total += pull * load(sight.deviations, (place + group[j]) * stride + p)
        for m in range(i):
            total += root[i, m] * load(tile.work, m * stride + p)
        store(tile.work, i * stride + p, -root[i, i] * total)
    for i in range(M - 1, -1, -1):
        total = load(tile.work, i * stride + p)
        for m in range(i + 1, M):
            total = total - root[m, i] * load(sight.deviations, (place + group[CELLS + m]) * stride + p)
        store(sight.deviations, (place + group[CELLS + i]) * stride + p, root[i, i] * total)


@tile_kernel
def add_volumes(tile, n, K):
    """What `see` found, together -> tile.joint."""
    for k in range(K):
        for p in range(k * tile.stride, k * tile.stride + n, width(tile.joint)):
            store(tile.joint, p, load(tile.joint, p) + load(tile.distances, p))


@tile_kernel
def _spread(sight, tile, group, last, products):
    """What the missing cells of the group's rows scatter about their expectation, Σ r P_mm⁻¹, -> products."""
    M, mass = group[HOLES], sight.mass
    if M == 0:
        return
    for k in range(len(mass)):
        mass[k] = 0.0
    for p in range(group[FIRST], last):
        for k in range(len(mass)):
            mass[k] += tile.joint[k, p] * tile.scale[p]
    for k in range(len(mass)):
        factorise(sight, k, group)
        _invert(sight.root, sight.inverse, M)
        for i in range(M):
            for j in range(i + 1):
                total = 0.0
                for m in range(i, M):
                    total += sight.inverse[m, i] * sight.inverse[m, j]
                add_product(products[k], group[CELLS + i], group[CELLS + j], mass[k] * total)


@tile_kernel
def _invert(root, inverse, M):
    """L, with reciprocals on its diagonal -> the lower triangle of L⁻¹."""
    for j in range(M):
        inverse[j, j] = root[j, j]
        for i in range(j + 1, M):
            total = 0.0
            for m in range(j, i):
                total -= root[i, m] * inverse[m, j]
            inverse[i, j] = total * root[i, i]
