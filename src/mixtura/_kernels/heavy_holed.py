"""Components with heavy tails as rows that lack cells see them: `heavy`, by the cells that are there.

Of o cells at the squared distance δ the precision is u = (v + o)/(v + δ). Rows count u times in the moments, but not in
what missing cells scatter about their expectation: that is S / u, so it counts once.
"""

import math
from typing import NamedTuple

from numpy import ndarray

from mixtura._kernels import family, heavy
from mixtura._kernels.compile import cached_kernel, kernel, tile_kernel
from mixtura._kernels.densities import HeavyHoled, Holed
from mixtura._kernels.elementary import log
from mixtura._kernels.family import implement
from mixtura._kernels.gamma import digamma, log_gamma_ratio
from mixtura._kernels.holed import HoledTerms
from mixtura._kernels.incomplete import CELLS, FIRST, GROUPED, HOLES, fill_groups
from mixtura._kernels.memory import load, store, zeros
from mixtura._kernels.mixtures import new_centre
from mixtura._kernels.simd import splat, width
from mixtura._kernels.tiles import flaw, new_tile, normalise, weigh


class HeavyHoledTerms(NamedTuple):
    """Tables have a row for every number of cells that are there, from none to all of them."""

    ellipses: NamedTuple  # terms whose squares are -δ/2
    log_weights: ndarray  # (K,)
    volumes: ndarray  # (D + 1, K), what tails add to those of the ellipses
    slopes: ndarray  # (D + 1, K), digamma of (v + D)/2 less that of (v + o)/2
    dof: ndarray  # (K,)
    groups: ndarray  # (G + 1, D + 2)
    n_seen: ndarray  # (stride,)


@kernel
def terms(density, log_weights, centre):
    K, D = density.means.shape
    at_means, volumes, slopes = zeros(centre, (K,)), zeros(centre, (D + 1, K)), zeros(centre, (D + 1, K))
    for k in range(K):
        at_means[k] = 0.5 * D * math.log(2 * math.pi) - density.ellipses.log_det[k]
        _tabulate(0.5 * density.dof[k], k, volumes, slopes)
    ellipses = family.terms(density.ellipses, at_means, centre)
    return HeavyHoledTerms(ellipses, log_weights, volumes, slopes, density.dof, density.groups, density.n_seen)


@kernel
def _tabulate(half, k, volumes, slopes):
    """Columns k, of v/2, by log Γ(x + 1) = log x + log Γ(x)."""
    D = len(volumes) - 1
    ratio, log_half = log_gamma_ratio(half, 0.5), math.log(half)
    volumes[0, k], volumes[1, k] = flaw(half), ratio - 0.5 * log_half
    for o in range(2, D + 1):
        volumes[o, k] = volumes[o - 2, k] + math.log(half + 0.5 * o - 1.0) - log_half
    slopes[D - 1, k] = digamma(half + 0.5 * D) - digamma(half + 0.5 * (D - 1))
    for o in range(D - 2, -1, -1):
        slopes[o, k] = slopes[o + 2, k] + 1.0 / (half + 0.5 * o)


@tile_kernel
def log_joint(terms, tile, n):
    """As where no cell is missing; to log(1 + δ/v) is added by how much its expectation is less for want of cells."""
    family.squares(terms.ellipses, tile, n)
    for g in range(len(terms.groups) - 1):
        _begin(terms, tile, terms.groups[g], terms.groups[g + 1, FIRST])
    K, stride = len(terms.dof), tile.stride
    for p in range(0, n, width(tile.joint)):
        n_seen = load(terms.n_seen, p)
        for k in range(K):
            at, v = k * stride + p, terms.dof[k]
            share = -2.0 / v * load(tile.joint, at)
            whole = share + 1.0
            inverse = 1.0 / whole
            logarithm = log(whole) + (share - (whole - 1.0)) * inverse
            store(tile.joint, at, load(tile.precisions, at) - 0.5 * (n_seen + v) * logarithm)
            store(tile.logarithms, at, load(tile.logarithms, at) + logarithm)
            store(tile.precisions, at, (n_seen * (1.0 / v) + 1.0) * inverse)


@tile_kernel
def _begin(terms, tile, group, last):
    """Of rows up to `last` the log joint density at the mean -> tile.precisions; slopes -> tile.logarithms.

    Whole values reach into the rows that follow, which are written later.
    """
    o = len(group) - CELLS - group[HOLES]
    for k in range(len(terms.dof)):
        volume = terms.log_weights[k] + family.volume(terms.ellipses, group, k) + terms.volumes[o, k]
        for p in range(k * tile.stride + group[FIRST], k * tile.stride + last, width(tile.joint)):
            store(tile.precisions, p, splat(tile.joint, volume))
            store(tile.logarithms, p, splat(tile.joint, terms.slopes[o, k]))


@tile_kernel
def accumulate(terms, tile, n, sums):
    family.add_unseen(terms.ellipses, tile, n, sums.moments)
    family.add_seen(terms.ellipses, heavy.weigh(tile, n, sums), n, sums.moments)


@cached_kernel
def collect_heavy_incomplete(points, weights, log_weights, density, groups):
    """What `incomplete.collect_incomplete` does; the sums are those of `heavy.finish`."""
    K, D = density.means.shape
    N = len(points) // D
    tile, centre = new_tile(points, D, K, GROUPED), new_centre(points, density.means)
    n_seen, sums = zeros(centre, (tile.stride,)), heavy.new_sums(density)
    means, whiteners, log_det = density.ellipses
    ellipses = Holed(means, whiteners, log_det, groups, zeros(centre, (K, len(centre), tile.stride)))
    whole = terms(HeavyHoled(means, ellipses, density.dof, groups, n_seen), log_weights, centre)
    log_likelihood = 0.0
    for start in range(0, N, GROUPED):
        n, G = fill_groups(tile, points, start, centre, groups)
        _count_cells(groups[: G + 1], n_seen)
        now = _among(whole, groups[: G + 1])
        log_joint(now, tile, n)
        normalise(tile, n, K)
        log_likelihood += weigh(tile, n, weights, start)
        accumulate(now, tile, n, sums)
    return heavy.finish(sums, density), log_likelihood


@tile_kernel
def _count_cells(groups, n_seen):
    for g in range(len(groups) - 1):
        for p in range(groups[g, FIRST], groups[g + 1, FIRST]):
            n_seen[p] = groups.shape[1] - CELLS - groups[g, HOLES]


@kernel
def _among(terms, groups):
    """The terms of the rows of a tile."""
    ellipses = HoledTerms(terms.ellipses.sight, groups)
    return HeavyHoledTerms(
        ellipses, terms.log_weights, terms.volumes, terms.slopes, terms.dof, groups, terms.n_seen
    )  # fmt: skip


implement(family.terms, HeavyHoled, terms)
implement(family.new_sums, HeavyHoled, heavy.new_sums)
implement(family.log_joint, HeavyHoledTerms, log_joint)
implement(family.accumulate, HeavyHoledTerms, accumulate)
