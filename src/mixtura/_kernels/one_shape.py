"""M-steps of components of one shape, but own volumes: VEI, VEE. `mixtura.covariance.one_shape` derives them.

With S = sum_k W_k / lambda_k, Newton steps minimise n log det S(l) + D sum_k n_k l_k over l = log lambda; where one
leads no lower, the step is the classical one.
"""

import math
from typing import NamedTuple

from numpy import ndarray

from mixtura._kernels.compile import cached_kernel, kernel
from mixtura._kernels.memory import zeros
from mixtura._kernels.views import as_read_only
from mixtura._kernels.whitening import whiten_into

_ENOUGH, _TRUSTED, _MOST_STEPS = 1e-16, 1e-12, 200  # see mixtura.covariance.descent
_SPECK = 1e-8  # of curvature, see mixtura.covariance.one_shape


class Pool(NamedTuple):
    """S, and what each component has in S^(-1/2) S S^(-1/2) = I."""

    total: ndarray  # (D,) or (D, D)
    parts: ndarray  # (K, D) or (K, D²)
    traces: ndarray  # of the parts (K,)


@cached_kernel
def vei(scatter, counts, log_det, variances):
    """Ellipsoids along the axes, of one shape."""
    share_shape_along_axes(scatter, counts, log_det, variances)


@cached_kernel
def vee(scatter, counts, log_det, covariances):
    """Ellipsoids of one shape and orientation."""
    K, D, _ = scatter.shape
    pool = Pool(zeros(scatter, (D, D)), zeros(scatter, (K, D * D)), zeros(scatter, (K,)))
    factors = _share_shape(_pool, scatter, counts, log_det, pool)
    for k in range(K):
        for i in range(D):
            for j in range(D):
                covariances[k, i, j] = factors[k] * pool.total[i, j]


@kernel
def share_shape_along_axes(scatter, counts, log_det, variances):
    """Scatters along axes (K, D) -> variances."""
    K, D = scatter.shape
    pool = Pool(zeros(scatter, (D,)), zeros(scatter, (K, D)), zeros(scatter, (K,)))
    factors = _share_shape(_pool_along_axes, scatter, counts, log_det, pool)
    for k in range(K):
        for d in range(D):
            variances[k, d] = factors[k] * pool.total[d]


@kernel
def _share_shape(pool_up, scatter, counts, log_det, pool):
    """Scatters -> the factors (K,) that make S the covariances; log_det is of the whiteners before."""
    K, D = scatter.shape[0], scatter.shape[1]
    here, bold, safe = zeros(counts, (K,)), zeros(counts, (K,)), zeros(counts, (K,))
    n_rows = 0.0
    for k in range(K):
        here[k] = -2.0 * log_det[k] / D
        n_rows += counts[k]
    objective = _objective(pool_up(scatter, here, pool), counts, here, n_rows, D)
    for _ in range(_MOST_STEPS):
        promise = _look_ahead(pool, counts, n_rows, here, (bold, safe))
        here, bold = bold, here
        there = _objective(pool_up(scatter, here, pool), counts, here, n_rows, D)
        if not promise > _ENOUGH * n_rows:
            break
        if not there < objective and promise > _TRUSTED * n_rows:
            here, safe = safe, here
            there = _objective(pool_up(scatter, here, pool), counts, here, n_rows, D)
        objective = there
    for k in range(K):
        here[k] = math.exp(here[k]) * pool.traces[k] / (D * counts[k])
    return here


@kernel
def _objective(log_det, counts, log_volumes, n_rows, D):
    """What is to be minimised, given log det S."""
    total = n_rows * log_det
    for k in range(len(counts)):
        total += D * counts[k] * log_volumes[k]
    return total


@kernel
def _pool_along_axes(scatter, log_volumes, pool):
    """Fill the pool -> log det S."""
    K, D = scatter.shape
    for d in range(D):
        pool.total[d] = 0.0
    for k in range(K):
        pool.traces[k], precision = 0.0, math.exp(-log_volumes[k])
        for d in range(D):
            pool.parts[k, d] = scatter[k, d] * precision
            pool.total[d] += pool.parts[k, d]
    log_det = 0.0
    for d in range(D):
        log_det += math.log(pool.total[d])
        for k in range(K):
            pool.parts[k, d] /= pool.total[d]
            pool.traces[k] += pool.parts[k, d]
    return log_det


@kernel
def _pool(scatter, log_volumes, pool):
    """Fill the pool -> log det S."""
    K, D, _ = scatter.shape
    whitener, half = zeros(scatter, (D, D)), zeros(scatter, (D, D))
    for i in range(D):
        for j in range(D):
            pool.total[i, j] = 0.0
    for k in range(K):
        precision = math.exp(-log_volumes[k])
        for i in range(D):
            for j in range(D):
                pool.total[i, j] += precision * scatter[k, i, j]
    log_det = -2.0 * whiten_into(as_read_only(pool.total), whitener)
    for k in range(K):
        pool.traces[k], precision = 0.0, math.exp(-log_volumes[k])
        for i in range(D):
            for j in range(D):
                half[i, j] = 0.0
                for m in range(i + 1):
                    half[i, j] += whitener[i, m] * scatter[k, m, j]
            for j in range(D):
                part = 0.0
                for m in range(j + 1):
                    part += half[i, m] * whitener[j, m]
                pool.parts[k, i * D + j] = precision * part
            pool.traces[k] += pool.parts[k, i * D + i]
    return log_det


@kernel
def _look_ahead(pool, counts, n_rows, here, steps):
    """Where a bold and a safe step lead, Newton's and the classical one -> by how much the bold one is to lead lower.

    Both are classical where the pool is so badly conditioned that its curvature is none.
    """
    bold, safe = steps
    traces, K = pool.traces, len(counts)
    n_columns, promise = 0.0, 0.0
    for k in range(K):
        n_columns += traces[k]
    whitener = zeros(counts, (K, K))
    whiten_into(as_read_only(_curvature(pool, n_columns)), whitener)
    for k in range(K):  # until the steps are known, slopes in the units of the curvature, and sums
        safe[k] = (n_columns * counts[k] / n_rows - traces[k]) / math.sqrt(traces[k])
        bold[k] = 0.0
    for k in range(K):
        half = 0.0
        for m in range(k + 1):
            half += whitener[k, m] * safe[m]
        promise += 0.5 * n_rows * half * half
        for m in range(k + 1):
            bold[m] -= whitener[k, m] * half
    for k in range(K):
        bold[k] = here[k] + bold[k] / math.sqrt(traces[k])
        safe[k] = here[k] + math.log(n_rows * traces[k] / (n_columns * counts[k]))
    if promise >= 0.0:
        return promise
    promise = 0.0
    for k in range(K):
        bold[k] = safe[k]
        promise += 0.5 * (n_columns * counts[k] - n_rows * traces[k]) * (here[k] - safe[k])
    return promise


@kernel
def _curvature(pool, n_columns):
    """Of the objective per row, in units of the roots of the traces; that of a common factor, zero, becomes one."""
    traces, K = pool.traces, len(pool.traces)
    curvature = zeros(traces, (K, K))
    for k in range(K):
        for m in range(k + 1):
            shared = 0.0
            for i in range(pool.parts.shape[1]):
                shared += pool.parts[k, i] * pool.parts[m, i]
            unit = math.sqrt(traces[k] * traces[m])
            curvature[k, m] = curvature[m, k] = unit / n_columns - shared / unit
        curvature[k, k] += 1.0 + _SPECK
    return curvature
