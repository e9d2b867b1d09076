"""Components with heavy tails: ellipses of any kind, each of whose rows has a precision of its own (see `tails`).

The ellipses' own kernels make the distances δ of rows, and their moments, where rows count u = (v + D)/(v + δ) times.
"""

import math
from typing import NamedTuple

from numpy import ndarray

from mixtura._kernels import family
from mixtura._kernels.compile import kernel, tile_kernel
from mixtura._kernels.densities import Heavy
from mixtura._kernels.elementary import log
from mixtura._kernels.family import implement
from mixtura._kernels.gamma import digamma, log_gamma_ratio, trigamma
from mixtura._kernels.memory import add_row_sums, load, store, zeros
from mixtura._kernels.simd import splat, width
from mixtura._kernels.sums import fold, total_of
from mixtura._kernels.tails import FEWEST, MOST, STEPS
from mixtura._kernels.tiles import Tile, flaw

_LEAST = 2.0**-52  # mass, so that no division by zero can follow
_EVEN, _UNEVEN = (math.log(0.5 * dof) - digamma.py_func(0.5 * dof) for dof in (MOST, FEWEST))


class HeavyTerms(NamedTuple):
    ellipses: NamedTuple  # terms whose log joint densities are -δ/2
    constants: ndarray  # (K,) log joint density at the mean
    scales: ndarray  # (K,) -2/v: times -δ/2, what one is added to
    powers: ndarray  # (K,) (v + D)/2
    precisions: ndarray  # (K,) 1 + D/v: what a row at the mean has


class HeavySums(NamedTuple):
    counts: ndarray  # (K, 4), to be added up
    logarithms: ndarray  # (K, 4), to be added up: Σ r log(1 + δ/v)
    moments: NamedTuple  # of the ellipses; where they have counts, these are Σ r u


@kernel
def terms(density, log_weights, centre):
    K, D = density.means.shape
    at_means = zeros(density.means, (K,))
    constants, scales = zeros(centre, (K,)), zeros(centre, (K,))
    powers, precisions = zeros(centre, (K,)), zeros(centre, (K,))
    for k in range(K):
        v, log_det = density.dof[k], density.ellipses.log_det[k]
        at_means[k] = 0.5 * D * math.log(2 * math.pi) - log_det
        volume = log_det + log_gamma_ratio(0.5 * v, 0.5 * D) - 0.5 * D * math.log(v * math.pi)
        constants[k] = log_weights[k] + volume + flaw(v)
        scales[k], powers[k], precisions[k] = -2.0 / v, 0.5 * (v + D), 1.0 + D / v
    ellipses = family.terms(density.ellipses, at_means, centre)
    return HeavyTerms(ellipses, constants, scales, powers, precisions)


@tile_kernel
def log_joint(terms, tile, n):
    """Constant - (v + D)/2 log(1 + δ/v). The rounding error of 1 + δ/v, which weighs much where v is large, is made up.

    log(1 + δ/v) and u stay in tile.logarithms and tile.precisions.
    """
    family.log_joint(terms.ellipses, tile, n)
    K, stride = len(terms.constants), tile.stride
    for p in range(0, n, width(tile.joint)):
        for k in range(K):
            at = k * stride + p
            share = terms.scales[k] * load(tile.joint, at)
            whole = share + 1.0
            inverse = 1.0 / whole
            logarithm = log(whole) + (share - (whole - 1.0)) * inverse
            store(tile.logarithms, at, logarithm)
            store(tile.precisions, at, terms.precisions[k] * inverse)
            store(tile.joint, at, terms.constants[k] - terms.powers[k] * logarithm)


@kernel
def new_sums(density):
    K = len(density.dof)
    return HeavySums(zeros(density.dof, (K, 4)), zeros(density.dof, (K, 4)), family.new_sums(density.ellipses))


@tile_kernel
def accumulate(terms, tile, n, sums):
    family.accumulate(terms.ellipses, weigh(tile, n, sums), n, sums.moments)


@tile_kernel
def weigh(tile, n, sums):
    """Σ r and Σ r log(1 + δ/v), and the tile whose rows count r u."""
    K, stride = len(sums.counts), tile.stride
    for k in range(K):
        count = logarithm = splat(tile.joint, 0.0)
        for p in range(0, n, width(tile.joint)):
            at = k * stride + p
            relative = load(tile.joint, at)
            r = relative * load(tile.scale, p)
            count += r
            logarithm += r * load(tile.logarithms, at)
            store(tile.joint, at, relative * load(tile.precisions, at))
        add_row_sums(sums.counts, k * 4, count)
        add_row_sums(sums.logarithms, k * 4, logarithm)
    return _weighed_anew(tile, n, K)


@tile_kernel
def _weighed_anew(tile, n, K):
    """The tile, rows weighing what their components now count together; the evidence has served."""
    for p in range(0, n, width(tile.joint)):
        total = splat(tile.joint, 0.0)
        for k in range(K):
            total += load(tile.joint, k * tile.stride + p)
        store(tile.evidence, p, total * load(tile.scale, p))
    return Tile(
        tile.points, tile.joint, tile.distances, tile.precisions, tile.logarithms, tile.work, tile.weighted,
        tile.evidence, tile.evidence, tile.scale, tile.edge, tile.source, tile.later,
        tile.stride, tile.rows,
    )  # fmt: skip


@kernel
def finish(sums, density):
    """-> counts, then mass, shifts, scatter and evenness: see `HeavyMoments`."""
    mass, shifts, scatter = family.finish(sums.moments, density.ellipses)
    return fold(sums.counts), mass, shifts, scatter, _evenness(sums, density, mass)


@kernel
def _evenness(sums, density, mass):
    counts, logarithms = fold(sums.counts), fold(sums.logarithms)
    K, D = density.means.shape
    evenness = zeros(density.dof, (K,))
    for k in range(K):
        half = 0.5 * density.dof[k]
        at_mean = digamma(half + 0.5 * D) - math.log(half)
        evenness[k] = counts[k] * at_mean - logarithms[k] - mass[k]
    return evenness


@kernel
def reshape(sums, ascent, counts, mass):
    """The M-step of the ellipses, where rows count as much as their precisions say, and then that of the tails."""
    density, own = ascent.density, fold(sums.moments.counts)
    evenness = _evenness(sums, density, own)
    for k in range(len(own)):
        own[k] = max(own[k], _LEAST)
    family.reshape(sums.moments, ascent.ellipses, counts, own)
    if not ascent.is_dof_known:
        shared = most_likely(total_of(evenness) / total_of(counts)) if ascent.is_dof_shared else 0.0
        for k in range(len(own)):
            density.dof[k] = shared if ascent.is_dof_shared else most_likely(evenness[k] / counts[k])


@kernel
def most_likely(evenness):
    """What `tails.solve` finds for one component."""
    wanted = -1.0 - evenness
    if wanted < _EVEN:
        return MOST
    if wanted > _UNEVEN:
        return FEWEST
    x = (3.0 - wanted + math.sqrt((wanted - 3.0) * (wanted - 3.0) + 24.0 * wanted)) / (12.0 * wanted)
    for _ in range(STEPS):
        found = math.log(x) - digamma(x)
        x *= math.exp(math.log(wanted / found) * found / (1.0 - x * trigamma(x)))
    return min(max(2.0 * x, FEWEST), MOST)


implement(family.terms, Heavy, terms)
implement(family.new_sums, Heavy, new_sums)
implement(family.log_joint, HeavyTerms, log_joint)
implement(family.accumulate, HeavyTerms, accumulate)
implement(family.finish, HeavySums, finish)
implement(family.reshape, HeavySums, reshape)
