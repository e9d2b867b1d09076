"""The M-step of a climb, in place: means, covariances and whiteners from the sums of a pass.

Spheres are ellipses along the axes whose variances are levelled.
"""

import math

from mixtura._kernels import family
from mixtura._kernels.axes import DiagonalSums
from mixtura._kernels.calling import call
from mixtura._kernels.compile import kernel
from mixtura._kernels.family import implement
from mixtura._kernels.full import FullSums
from mixtura._kernels.memory import zeros
from mixtura._kernels.products import product
from mixtura._kernels.sums import total_of
from mixtura._kernels.tied import TiedSums
from mixtura._kernels.views import as_read_only
from mixtura._kernels.whitening import whiten_into


@kernel
def _reshape_full(sums, ascent, counts, mass):
    density, covariances = ascent.density, ascent.covariances
    K, D = density.means.shape
    scatter = zeros(counts, covariances.shape) if ascent.shaper else covariances  # a shaper asks for those before
    for k in range(K):
        products = sums.products[k]
        for i in range(D):
            shift = sums.shifts[k, i] / mass[k]
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
        _share_out(scatter, counts, ascent)
    for k in range(K):
        density.log_det[k] = whiten_into(as_read_only(covariances[k]), density.whiteners[k])


@kernel
def _share_out(scatter, counts, ascent):
    """The lower triangles of scatters -> covariances, one for all or each its own, in their place."""
    K, D, _ = scatter.shape
    n = total_of(counts)
    for i in range(D):
        for j in range(i + 1):
            total = 0.0
            for k in range(K):
                total += scatter[k, i, j]
            for k in range(K):
                own = total / n if ascent.is_shared else scatter[k, i, j] / counts[k]
                scatter[k, i, j] = scatter[k, j, i] = own + (ascent.ridge[i] if i == j else 0.0)


@kernel
def _reshape_tied(sums, ascent, counts, mass):
    density, covariances = ascent.density, ascent.covariances
    K, D = density.means.shape
    _, shifts, scatter = family.finish(sums, density)
    n = total_of(counts)
    for k in range(K):
        for i in range(D):
            shift = shifts[k, i] / mass[k]
            density.means[k, i] += shift
            for j in range(D):
                scatter[0, i, j] -= shift * shifts[k, j]
    for i in range(D):
        for j in range(D):
            for k in range(K):
                covariances[k, i, j] = scatter[0, i, j] / n + (ascent.ridge[i] if i == j else 0.0)
    log_det = whiten_into(as_read_only(covariances[0]), density.whiteners[0])
    for k in range(K):
        density.log_det[k] = log_det


@kernel
def _reshape_diagonal(sums, ascent, counts, mass):
    density, covariances = ascent.density, ascent.covariances
    K, D = density.means.shape
    scatter = zeros(counts, (K, D)) if ascent.shaper else covariances
    n = total_of(counts)
    for d in range(D):
        total = 0.0
        for k in range(K):
            shift = sums.shifts[d, k] / mass[k]
            density.means[k, d] += shift
            scatter[k, d] = sums.squares[d, k] - shift * sums.shifts[d, k]
            total += scatter[k, d]
        for k in range(K):
            if ascent.shaper:
                scatter[k, d] += counts[k] * ascent.ridge[d]
            else:
                scatter[k, d] = (total / n if ascent.is_shared else scatter[k, d] / counts[k]) + ascent.ridge[d]
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


implement(family.reshape, FullSums, _reshape_full)
implement(family.reshape, TiedSums, _reshape_tied)
implement(family.reshape, DiagonalSums, _reshape_diagonal)
