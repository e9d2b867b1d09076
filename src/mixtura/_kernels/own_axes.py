"""M-steps of components of one shape that have axes of their own: EEV, VEV.

Their axes are the eigenvectors of their scatters; along these they are EEI and VEI.
"""

from mixtura._kernels.compile import cached_kernel, kernel
from mixtura._kernels.memory import zeros
from mixtura._kernels.one_shape import share_shape_along_axes
from mixtura._kernels.rotations import along, find_eigenvectors


@cached_kernel
def eev(scatter, counts, log_det, covariances):
    """Ellipsoids of one volume and shape."""
    K, D, _ = scatter.shape
    axes, values = _own_axes(scatter)
    n_rows = 0.0
    for k in range(K):
        n_rows += counts[k]
    for d in range(D):
        total = 0.0
        for k in range(K):
            total += values[k, d]
        for k in range(K):
            values[k, d] = total / n_rows
    for k in range(K):
        along(axes[k], values[k], covariances[k])


@cached_kernel
def vev(scatter, counts, log_det, covariances):
    """Ellipsoids of one shape."""
    axes, values = _own_axes(scatter)
    variances = zeros(values, values.shape)
    share_shape_along_axes(values, counts, log_det, variances)
    for k in range(len(counts)):
        along(axes[k], variances[k], covariances[k])


@kernel
def _own_axes(scatter):
    """Scatters (K, D, D) -> their eigenvectors, as rows, and their eigenvalues (K, D), ascending."""
    K, D, _ = scatter.shape
    axes, values, matrix = zeros(scatter, (K, D, D)), zeros(scatter, (K, D)), zeros(scatter, (D, D))
    for k in range(K):
        for i in range(D):
            for j in range(D):
                matrix[i, j] = scatter[k, i, j]
        find_eigenvectors(matrix, axes[k])
        for d in range(D):
            values[k, d] = max(matrix[d, d], 0.0)
    return axes, values
