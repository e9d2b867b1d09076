"""The rows that are measured, and starts that leave nothing to draw."""

from typing import Any

import numpy as np

SHARE = 1.0  # of the rows
AT_ONCE = 1e9  # a tolerance that ends a fit after its second iteration
SIZES = ["1000000 x 2, 4", "1000000 x 8, 16", "200000 x 32, 32", "50000 x 128, 16"]
TYPES = ["full", "tied", "diag", "spherical"]


def overlapping(size: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows of groups that overlap, and the centres of these; the size is "N x D, K"."""
    N, D, K = (int(number) for number in size.replace(" x ", ", ").split(", "))
    rng = np.random.default_rng(0)
    means = rng.normal(0, 1.5, (K, D))
    n_rows = max(int(N * SHARE), 20 * K)
    return means[rng.integers(K, size=n_rows)] + rng.normal(0, 1, (n_rows, D)), means


def whole_start(means: np.ndarray, covariance_type: str) -> dict[str, Any]:
    """Weights, means and precisions to begin from."""
    K, D = means.shape
    precisions = {"full": np.tile(np.eye(D), (K, 1, 1)), "tied": np.eye(D), "diag": np.ones((K, D))}
    return {
        "weights_init": np.full(K, 1 / K),
        "means_init": means,
        "precisions_init": precisions.get(covariance_type, np.ones(K)),
    }
