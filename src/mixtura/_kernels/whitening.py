"""From covariances to whiteners: Cholesky factors and their inverses, small matrices at no overhead."""

import math

from mixtura._kernels.compile import cached_kernel, kernel
from mixtura._kernels.memory import zeros


@cached_kernel
def whiten(covariances):
    """(K, D, D) -> lower triangular W with W Σ Wᵀ = I, log det W (K,); NaN where Σ is not positive definite."""
    K, D, _ = covariances.shape
    whiteners, log_det, factor = zeros(covariances, (K, D, D)), zeros(covariances, (K,)), zeros(covariances, (D, D))
    for k in range(K):
        _factorise(covariances[k], factor)
        _invert(factor, whiteners[k])
        for d in range(D):
            log_det[k] -= math.log(factor[d, d])
    return whiteners, log_det


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
    """Upper triangular U (D, D) -> lower triangular inverse of Uᵀ, into an array of zeros."""
    D = len(factor)
    for i in range(D):
        for m in range(i):
            for j in range(m + 1):
                inverse[i, j] -= factor[m, i] * inverse[m, j]
        for j in range(i):
            inverse[i, j] /= factor[i, i]
        inverse[i, i] = 1.0 / factor[i, i]
