"""Expectation-maximisation on few rows in one call: the loop of `mixtura.em`, where Python's share would be most of it.

Several fits to the same rows take turns. Whatever a step changes, it changes in place. A first fit waits for all of
this to be compiled, so every line counts: NumPy has turned the rows, and spheres are ellipses along the axes whose
variances are levelled.
"""

import math

from mixtura._kernels import family
from mixtura._kernels.axes import DiagonalSums
from mixtura._kernels.calling import call
from mixtura._kernels.compile import cached_kernel, kernel
from mixtura._kernels.densities import Ascent, Diagonal, Full, Tied
from mixtura._kernels.family import implement
from mixtura._kernels.full import FullSums
from mixtura._kernels.memory import scratch, zeros
from mixtura._kernels.products import product
from mixtura._kernels.tied import TiedSums
from mixtura._kernels.tiles import Tile, count_as_weighted, normalise, whole_quads
from mixtura._kernels.views import as_read_only
from mixtura._kernels.whitening import whiten_into

GOES_ON, STOPPED, COLLAPSED = 0, 1, 2
_SPECK = 10 * 2.0**-52  # see mixtura.mixture


@cached_kernel
def climb(turned, ascents, which, stop, traces, progress):
    """Steps of the fits `which`, each from where it stands up to as many as a row of `traces` has room for.

    progress[m] is how many steps fit m has taken, and how that ended. Its ascent moves on; traces[m, step] becomes the
    log-likelihood before that step. `stop` is (tolerance, whether it is for all that is left to gain).
    """
    tile = _new_tile(turned, ascents.log_weights.shape[1])
    for m in which:
        progress[m, 0], progress[m, 1] = _climb(turned, tile, _of(ascents, m), stop, traces[m], progress[m, 0])


@kernel
def _of(ascents, m):
    return Ascent(
        ascents.log_weights[m], family.of(ascents.density, m), ascents.covariances[m], ascents.ridge,
        ascents.is_shared, ascents.is_round, ascents.has_equal_weights, ascents.shaper,
    )  # fmt: skip


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
        family.reshape(sums, ascent, _share(sums.counts, ascent))
        if _is_enough(trace, step, stop):
            return step + 1, STOPPED
    return len(trace), GOES_ON


@kernel
def _new_tile(turned, K):
    """All rows at once; what passes over larger tables need besides is not there."""
    points = turned.points
    P, stride = points.shape
    joint, work = scratch(points, (whole_quads(K), stride)), scratch(points, (P, stride))
    weighted, evidence, scale = scratch(points, (4, stride)), scratch(points, (stride,)), scratch(points, (stride,))
    return Tile(
        points, joint, joint, joint, joint, work, weighted, turned.weights, evidence, scale, scale, stride, stride
    )


@kernel
def _is_enough(trace, step, stop):
    """What `SmallGain` and `SmallRemainder` of `mixtura.acceleration` say."""
    tolerance, looks_ahead = stop
    if not looks_ahead:
        return step > 0 and abs(trace[step] - trace[step - 1]) < tolerance
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
def _reshape_full(sums, ascent, counts):
    density, covariances = ascent.density, ascent.covariances
    K, D = density.means.shape
    scatter = zeros(counts, covariances.shape) if ascent.shaper else covariances  # a shaper asks for those before
    mass = 0.0
    for k in range(K):
        mass += counts[k]
        products = sums.products[k]
        for i in range(D):
            shift = sums.shifts[k, i] / counts[k]
            density.means[k, i] += shift
            for j in range(i + 1):
                scatter[k, i, j] = product(products, i, j) - shift * sums.shifts[k, j]
    if ascent.shaper:
        for k in range(K):
            for i in range(D):
                for j in range(i):
                    scatter[k, j, i] = scatter[k, i, j]
                scatter[k, i, i] += counts[k] * ascent.ridge[i]
        call(ascent.shaper, (scatter, counts, density.log_det, covariances))
    else:
        _share_out(scatter, counts, mass, ascent)
    for k in range(K):
        density.log_det[k] = whiten_into(as_read_only(covariances[k]), density.whiteners[k])


@kernel
def _share_out(scatter, counts, mass, ascent):
    """The lower triangles of scatters -> covariances, one for all or each its own, in their place."""
    K, D, _ = scatter.shape
    for i in range(D):
        for j in range(i + 1):
            total = 0.0
            for k in range(K):
                total += scatter[k, i, j]
            for k in range(K):
                own = total / mass if ascent.is_shared else scatter[k, i, j] / counts[k]
                scatter[k, i, j] = scatter[k, j, i] = own + (ascent.ridge[i] if i == j else 0.0)


@kernel
def _reshape_tied(sums, ascent, counts):
    density, covariances = ascent.density, ascent.covariances
    K, D = density.means.shape
    _, shifts, scatter = family.finish(sums, density)
    mass = 0.0
    for k in range(K):
        mass += counts[k]
        for i in range(D):
            shift = shifts[k, i] / counts[k]
            density.means[k, i] += shift
            for j in range(D):
                scatter[0, i, j] -= shift * shifts[k, j]
    for i in range(D):
        for j in range(D):
            for k in range(K):
                covariances[k, i, j] = scatter[0, i, j] / mass + (ascent.ridge[i] if i == j else 0.0)
    log_det = whiten_into(as_read_only(covariances[0]), density.whiteners[0])
    for k in range(K):
        density.log_det[k] = log_det


@kernel
def _reshape_diagonal(sums, ascent, counts):
    density, covariances = ascent.density, ascent.covariances
    K, D = density.means.shape
    scatter = zeros(counts, (K, D)) if ascent.shaper else covariances
    for d in range(D):
        total = mass = 0.0
        for k in range(K):
            shift = sums.shifts[d, k] / counts[k]
            density.means[k, d] += shift
            scatter[k, d] = sums.squares[d, k] - shift * sums.shifts[d, k]
            total += scatter[k, d]
            mass += counts[k]
        for k in range(K):
            if ascent.shaper:
                scatter[k, d] += counts[k] * ascent.ridge[d]
            else:
                scatter[k, d] = (total / mass if ascent.is_shared else scatter[k, d] / counts[k]) + ascent.ridge[d]
    if ascent.shaper:
        call(ascent.shaper, (scatter, counts, density.log_det, covariances))
    for k in range(K):
        density.log_det[k] = _whiten_axes(covariances, k, ascent.is_round, density.whiteners)


@kernel
def _whiten_axes(variances, k, is_round, whiteners):
    """Row k of variances -> that of the whiteners, and their log det; of spheres, all become their mean."""
    D = variances.shape[1]
    mean = log_det = 0.0
    for d in range(D):
        mean += variances[k, d] / D
    for d in range(D):
        if is_round:
            variances[k, d] = mean
        whiteners[k, d] = 1.0 / math.sqrt(variances[k, d]) if variances[k, d] > 0.0 else math.nan
        log_det += math.log(whiteners[k, d])
    return log_det


@kernel
def _full_of(density, m):
    return Full(density.means[m], density.whiteners[m], density.log_det[m])


@kernel
def _tied_of(density, m):
    return Tied(density.means[m], density.whiteners[m], density.log_det[m])


@kernel
def _diagonal_of(density, m):
    return Diagonal(density.means[m], density.whiteners[m], density.log_det[m])


implement(family.of, Full, _full_of)
implement(family.of, Tied, _tied_of)
implement(family.of, Diagonal, _diagonal_of)
implement(family.reshape, FullSums, _reshape_full)
implement(family.reshape, TiedSums, _reshape_tied)
implement(family.reshape, DiagonalSums, _reshape_diagonal)
