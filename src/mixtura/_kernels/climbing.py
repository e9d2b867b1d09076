"""Expectation-maximisation on few rows in one call: the loop of `mixtura.em`, where Python's share would be most of it.

Several fits to the same rows take turns. Whatever a step changes, it changes in place. A first fit waits for all of
this to be compiled, so every line counts: NumPy has turned the rows, and there are no kernels for spheres.
"""

import math

from mixtura._kernels import family
from mixtura._kernels.compile import cached_kernel, kernel
from mixtura._kernels.densities import Ascent, Diagonal, Full, Heavy, HeavyAscent, HeavyHoled, Holed, Masked, Tied
from mixtura._kernels.family import implement
from mixtura._kernels.memory import scratch, zeros
from mixtura._kernels.tiles import Tile, count_as_weighted, normalise, whole_quads

GOES_ON, STOPPED, COLLAPSED = 0, 1, 2
_SPECK = 10 * 2.0**-52  # see mixtura.mixture


@cached_kernel
def climb(turned, ascents, which, stop, traces, progress):
    """Steps of the fits `which`, each from where it stands up to as many as a row of `traces` has room for.

    `which` is (fit, its number of components) by row: the first so many in its arrays are its own. progress[m] is how
    many steps fit m has taken, and how that ended. Its ascent moves on; traces[m, step] becomes the log-likelihood
    before that step. `stop` is (tolerance, whether it is for all that is left to gain, aim, hope, near).
    """
    tile = _new_tile(turned, ascents.log_weights.shape[1])
    for i in range(len(which)):
        m, ascent = which[i, 0], family.of(ascents, which[i, 0], which[i, 1])
        progress[m, 0], progress[m, 1] = _climb(turned, tile, ascent, stop, traces[m], progress[m, 0])


@kernel
def _climb(turned, tile, ascent, stop, trace, n_steps):
    log_weights, density = ascent.log_weights, ascent.density
    n, K = turned.n, len(log_weights)
    for step in range(n_steps, len(trace)):
        terms, sums = family.terms(density, log_weights, turned.centre), family.new_sums(density)
        family.log_joint(terms, tile, n)
        normalise(tile, n, K)
        trace[step] = count_as_weighted(tile, n)
        if not math.isfinite(trace[step]):
            return step, COLLAPSED
        family.accumulate(terms, tile, n, sums)
        counts = _share(sums.counts, ascent)
        family.reshape(sums, ascent, counts, counts)
        if _is_enough(trace, step, stop):
            return step + 1, STOPPED
    return len(trace), GOES_ON


@kernel
def _new_tile(turned, K):
    """All rows at once; what passes over larger tables need besides is not there."""
    points = turned.points
    P, stride = points.shape
    Q = whole_quads(K)
    joint, distances = scratch(points, (Q, stride)), scratch(points, (Q, stride))
    precisions, logarithms = scratch(points, (Q, stride)), scratch(points, (Q, stride))
    work, weighted = scratch(points, (P, stride)), scratch(points, (4, stride))
    evidence, scale = scratch(points, (stride,)), scratch(points, (stride,))
    return Tile(
        points, joint, distances, precisions, logarithms, work, weighted, turned.weights, evidence, scale, scale,
        None, scale, stride, stride,
    )  # fmt: skip


@kernel
def _is_enough(trace, step, stop):
    """What `SmallGain` and `SmallRemainder` of `mixtura.acceleration` say."""
    tolerance, looks_ahead, aim, hope, near = stop
    if not looks_ahead:
        return step > 0 and abs(trace[step] - trace[step - 1]) < tolerance
    if step > 1 and aim - trace[step] > max(near, hope * (trace[step] - trace[step - 1])):
        return True
    if step < 3:
        return False
    for i in range(step - 1, step + 1):
        before, now = trace[i - 1] - trace[i - 2], trace[i] - trace[i - 1]
        left = max(abs(before), abs(now))
        if before > 0.0 and now > 0.0:
            left = max(now, now * now / (before - now)) if now < before else math.inf
        if left >= tolerance and abs(now) >= tolerance * 1e-6:
            return False
    return True


@kernel
def _share(quarters, ascent):
    """Counts (K, 4), to be added up -> log weights; no component is left without a speck of weight."""
    counts, total = zeros(quarters, (len(quarters),)), 0.0
    for k in range(len(counts)):
        counts[k] = quarters[k, 0] + quarters[k, 1] + quarters[k, 2] + quarters[k, 3] + _SPECK
        total += counts[k]
    for k in range(len(counts)):
        ascent.log_weights[k] = math.log(1.0 / len(counts) if ascent.has_equal_weights else counts[k] / total)
    return counts


@kernel
def _ascent_of(ascents, m, K):
    return Ascent(
        ascents.log_weights[m, :K], family.of(ascents.density, m, K), ascents.covariances[m, :K], ascents.ridge,
        ascents.is_shared, ascents.is_round, ascents.has_equal_weights, ascents.shaper,
    )  # fmt: skip


@kernel
def _heavy_ascent_of(ascents, m, K):
    return HeavyAscent(
        ascents.log_weights[m, :K], family.of(ascents.density, m, K), family.of(ascents.ellipses, m, K),
        ascents.is_dof_known, ascents.is_dof_shared, ascents.has_equal_weights,
    )  # fmt: skip


@kernel
def _full_of(densities, m, K):
    return Full(densities.means[m, :K], densities.whiteners[m, :K], densities.log_det[m, :K])


@kernel
def _tied_of(densities, m, K):
    return Tied(densities.means[m, :K], densities.whiteners[m], densities.log_det[m, :K])


@kernel
def _diagonal_of(densities, m, K):
    return Diagonal(densities.means[m, :K], densities.whiteners[m, :K], densities.log_det[m, :K])


@kernel
def _holed_of(densities, m, K):
    means, whiteners, log_det, groups, deviations = densities
    return Holed(means[m, :K], whiteners[m, :K], log_det[m, :K], groups, deviations[:K])


@kernel
def _masked_of(densities, m, K):
    means, whiteners, log_det, there, some = densities
    return Masked(means[m, :K], whiteners[m, :K], log_det[m, :K], there, some)


@kernel
def _heavy_of(densities, m, K):
    return Heavy(densities.means[m, :K], family.of(densities.ellipses, m, K), densities.dof[m, :K])


@kernel
def _heavy_holed_of(densities, m, K):
    means, ellipses, dof, groups, n_seen = densities
    return HeavyHoled(means[m, :K], family.of(ellipses, m, K), dof[m, :K], groups, n_seen)


implement(family.of, Ascent, _ascent_of)
implement(family.of, HeavyAscent, _heavy_ascent_of)
implement(family.of, Full, _full_of)
implement(family.of, Tied, _tied_of)
implement(family.of, Diagonal, _diagonal_of)
implement(family.of, Holed, _holed_of)
implement(family.of, Masked, _masked_of)
implement(family.of, Heavy, _heavy_of)
implement(family.of, HeavyHoled, _heavy_holed_of)
