"""M-steps of components of one volume, but own shapes: EVI, EVV. `mixtura.covariance.closed` says what they are."""

import math

from mixtura._kernels.compile import cached_kernel, kernel
from mixtura._kernels.memory import zeros
from mixtura._kernels.views import as_read_only
from mixtura._kernels.whitening import whiten_into


@cached_kernel
def evi(scatter, counts, log_det, variances):
    """Ellipsoids along the axes, of one volume."""
    share_volume_along_axes(scatter, counts, variances)


@cached_kernel
def evv(scatter, counts, log_det, covariances):
    """Ellipsoids of one volume."""
    K, D, _ = scatter.shape
    log_volumes = zeros(counts, (K,))
    for k in range(K):  # the covariances have served, as they are not needed before they are made
        log_volumes[k] = -2.0 * whiten_into(as_read_only(scatter[k]), covariances[k]) / D
    _to_one_volume(log_volumes, counts)
    for k in range(K):
        for i in range(D):
            for j in range(D):
                covariances[k, i, j] = log_volumes[k] * scatter[k, i, j]


@kernel
def share_volume_along_axes(scatter, counts, variances):
    """Scatters along axes (K, D) -> variances."""
    K, D = scatter.shape
    factors = zeros(counts, (K,))
    for k in range(K):
        for d in range(D):
            factors[k] += math.log(scatter[k, d]) / D
    _to_one_volume(factors, counts)
    for k in range(K):
        for d in range(D):
            variances[k, d] = factors[k] * scatter[k, d]


@kernel
def _to_one_volume(log_volumes, counts):
    """log |W_k|^(1/D) (K,) -> what W_k has to be multiplied by for the volume sum_k |W_k|^(1/D) / n of all."""
    largest, n_rows, total = log_volumes[0], 0.0, 0.0
    for k in range(len(counts)):
        largest = max(largest, log_volumes[k])
        n_rows += counts[k]
    for k in range(len(counts)):
        total += math.exp(log_volumes[k] - largest)
    for k in range(len(counts)):
        log_volumes[k] = math.exp(largest - log_volumes[k]) * total / n_rows
