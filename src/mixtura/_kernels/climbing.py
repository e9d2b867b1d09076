"""Expectation-maximisation on few rows in one call: the loop of `mixtura.em`, where Python's share would be most of it.

The rows are turned on their side once and stay there. Whatever a step changes, it changes in place.
"""

import math

from mixtura._kernels import family
from mixtura._kernels.compile import cached_kernel, kernel
from mixtura._kernels.densities import Diagonal, Full, Spherical, Tied
from mixtura._kernels.family import implement
from mixtura._kernels.memory import zeros
from mixtura._kernels.simd import width
from mixtura._kernels.tiles import fill, new_tile, normalise, weigh, whole_quads
from mixtura._kernels.whitening import whiten_into

GOES_ON, STOPPED, COLLAPSED = 0, 1, 2
_SPECK = 10 * 2.0**-52  # see mixtura.mixture


@cached_kernel
def climb(points, weights, ascent, stop, trace, span):
    """Steps span[0] … span[1] - 1 of a fit -> how many there have been since its start, and how that ended.

    The ascent moves on; trace[step] becomes the log-likelihood before that step. `stop`
    is (tolerance, whether it is for all that is left to gain).
    """
    log_weights, density = ascent.log_weights, ascent.density
    K, D = density.means.shape
    N = len(points) // D
    rows = (N + width(log_weights) - 1) // width(log_weights) * width(log_weights)
    tile, centre = new_tile(points, D, K, rows), _middle(points, D)
    n = fill(tile, points, N, 0, centre)
    for step in range(span[0], span[1]):
        terms, sums = family.terms(density, log_weights, centre), family.new_sums(density)
        family.log_joint(terms, tile, n)
        normalise(tile, n, K)
        trace[step] = weigh(tile, n, weights, 0)
        if not math.isfinite(trace[step]):
            return step, COLLAPSED
        family.accumulate(terms, tile, n, sums)
        counts, shifts, scatter = family.finish(sums, density)
        _share(counts, ascent)
        _move(density.means, counts, shifts)
        family.reshape(density, ascent, (counts, shifts, scatter))
        if is_enough(trace, step, stop):
            return step + 1, STOPPED
    return span[1], GOES_ON


@kernel
def _middle(points, D):
    """The mean of the rows: whatever they are counted from, it is the same in every call."""
    centre = zeros(points, (whole_quads(D),))
    for d in range(D):
        for i in range(d, len(points), D):
            centre[d] += points[i]
        centre[d] /= len(points) // D
    return centre


@kernel
def is_enough(trace, step, stop):
    """What `SmallGain` and `SmallRemainder` of `mixtura.acceleration` say."""
    tolerance, looks_ahead = stop
    if not looks_ahead:
        return step > 0 and abs(trace[step] - trace[step - 1]) < tolerance
    return (
        step > 2
        and _little_is_left(trace[step - 2] - trace[step - 3], trace[step - 1] - trace[step - 2], tolerance)
        and _little_is_left(trace[step - 1] - trace[step - 2], trace[step] - trace[step - 1], tolerance)
    )


@kernel
def _little_is_left(before, now, tolerance):
    if abs(now) < tolerance * 1e-6:
        return True
    if min(before, now) <= 0:
        return max(abs(before), abs(now)) < tolerance
    return now < before and max(now, now * now / (before - now)) < tolerance


@kernel
def _share(counts, ascent):
    """Counts -> log weights; no component is left without a speck of weight."""
    total = 0.0
    for k in range(len(counts)):
        counts[k] += _SPECK
        total += counts[k]
    for k in range(len(counts)):
        share = 1.0 / len(counts) if ascent.has_equal_weights else counts[k] / total
        ascent.log_weights[k] = math.log(share)


@kernel
def _move(means, counts, shifts):
    for k in range(len(means)):
        for d in range(means.shape[1]):
            means[k, d] += shifts[k, d] / counts[k]


@kernel
def _reshape_full(density, ascent, statistics):
    (counts, shifts, scatter), covariances = statistics, ascent.covariances
    K, D = shifts.shape
    for k in range(K):
        for i in range(D):
            for j in range(D):
                covariances[k, i, j] = scatter[k, i, j] - shifts[k, i] * shifts[k, j] / counts[k]
    _share_out(covariances.reshape(K, D * D), counts, ascent.is_shared)
    _widen(covariances, ascent.ridge)
    for k in range(K):
        density.log_det[k] = whiten_into(covariances[k], density.whiteners[k])


@kernel
def _reshape_tied(density, ascent, statistics):
    (counts, shifts, scatter), covariances = statistics, ascent.covariances
    K, D = shifts.shape
    total = 0.0
    for k in range(K):
        total += counts[k]
        for i in range(D):
            for j in range(D):
                scatter[0, i, j] -= shifts[k, i] * shifts[k, j] / counts[k]
    for k in range(K):
        covariances[k] = scatter[0] / total
    _widen(covariances, ascent.ridge)
    density.log_det[:] = whiten_into(covariances[0], density.whiteners[0])


@kernel
def _reshape_diagonal(density, ascent, statistics):
    (counts, shifts, scatter), covariances = statistics, ascent.covariances
    K, D = shifts.shape
    for k in range(K):
        for d in range(D):
            covariances[k, d] = scatter[k, d] - shifts[k, d] * shifts[k, d] / counts[k]
    _share_out(covariances, counts, ascent.is_shared)
    for k in range(K):
        log_det = 0.0
        for d in range(D):
            covariances[k, d] += ascent.ridge[d]
            density.whiteners[k, d] = _root(covariances[k, d])
            log_det += math.log(density.whiteners[k, d])
        density.log_det[k] = log_det


@kernel
def _reshape_spherical(density, ascent, statistics):
    (counts, shifts, scatter), covariances = statistics, ascent.covariances
    K, D = shifts.shape
    for k in range(K):
        moved = 0.0
        for d in range(D):
            moved += shifts[k, d] * shifts[k, d] / counts[k]
        covariances[k] = (scatter[k] - moved) / D
    _share_out(covariances.reshape(K, 1), counts, ascent.is_shared)
    ridge = 0.0
    for d in range(D):
        ridge += ascent.ridge[d]
    for k in range(K):
        covariances[k] += ridge / D
        density.whiteners[k] = _root(covariances[k])
        density.log_det[k] = D * math.log(density.whiteners[k])


@kernel
def _share_out(scatter, counts, is_shared):
    """Scatter (K, M) of each component -> per row of its own, or of all."""
    K, M = scatter.shape
    if not is_shared:
        for k in range(K):
            for m in range(M):
                scatter[k, m] /= counts[k]
        return
    mass = 0.0
    for k in range(K):
        mass += counts[k]
    for m in range(M):
        total = 0.0
        for k in range(K):
            total += scatter[k, m]
        for k in range(K):
            scatter[k, m] = total / mass


@kernel
def _widen(covariances, ridge):
    for k in range(len(covariances)):
        for d in range(covariances.shape[1]):
            covariances[k, d, d] += ridge[d]


@kernel
def _root(variance):
    return 1.0 / math.sqrt(variance) if variance > 0.0 else math.nan


implement(family.reshape, Full, _reshape_full)
implement(family.reshape, Tied, _reshape_tied)
implement(family.reshape, Diagonal, _reshape_diagonal)
implement(family.reshape, Spherical, _reshape_spherical)
