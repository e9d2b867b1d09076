"""From covariances to whiteners: Cholesky factors and their inverses, small matrices at no overhead.

Large ones are left to LAPACK, which works in blocks.
"""

import math

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura._kernels.compile import cached_kernel, kernel
from mixtura._kernels.memory import zeros

MANY_COLUMNS = 256  # beyond these LAPACK is quicker, though its threads get in the way of those of a pass


def whiten_wide(covariances: Float[ndarray, "K D D"]) -> tuple[Float[ndarray, "K D D"], Float[ndarray, " K"]]:
    """What `whiten` does, by LAPACK."""
    from scipy.linalg.lapack import dpotrf, dtrtri  # takes a while to load, which few need

    whiteners, log_det = np.full(covariances.shape, np.nan), np.full(len(covariances), np.nan)
    for k, covariance in enumerate(covariances):
        factor, failure = dpotrf(covariance, lower=1)
        if not failure:
            whiteners[k] = np.tril(dtrtri(factor, lower=1)[0])
            log_det[k] = np.log(np.diagonal(whiteners[k])).sum()
    return whiteners, log_det


@cached_kernel
def whiten(covariances):
    """(K, D, D) -> lower triangular W with W Σ Wᵀ = I, log det W (K,); NaN where Σ is not positive definite."""
    K, D, _ = covariances.shape
    whiteners, log_det = zeros(covariances, (K, D, D)), zeros(covariances, (K,))
    for k in range(K):
        log_det[k] = whiten_into(covariances[k], whiteners[k])
    return whiteners, log_det


@kernel
def whiten_into(covariance, whitener):
    """(D, D) -> the lower triangle of the other, log det W."""
    D = len(covariance)
    factor = zeros(covariance, (D, D))
    _factorise(covariance, factor)
    _invert(factor, whitener)
    log_det = 0.0
    for d in range(D):
        log_det -= math.log(factor[d, d])
    return log_det


@kernel
def _factorise(matrix, factor):
    """(D, D) -> upper triangular U with Uᵀ U = matrix, row by row so that inner loops have unit stride."""
    D = len(matrix)
    for i in range(D):
        for j in range(i, D):
            factor[i, j] = matrix[i, j]
        for m in range(i):
            for j in range(i, D):
                factor[i, j] -= factor[m, i] * factor[m, j]
        root = math.sqrt(factor[i, i]) if factor[i, i] > 0.0 else math.nan
        factor[i, i] = root
        for j in range(i + 1, D):
            factor[i, j] /= root


@kernel
def _invert(factor, inverse):
    """Upper triangular U (D, D) -> inverse of Uᵀ, the lower triangle of the other."""
    D = len(factor)
    for i in range(D):
        for j in range(i):
            inverse[i, j] = 0.0
        for m in range(i):
            for j in range(m + 1):
                inverse[i, j] -= factor[m, i] * inverse[m, j]
        for j in range(i):
            inverse[i, j] /= factor[i, i]
        inverse[i, i] = 1.0 / factor[i, i]
