"""What a posterior has learnt: the sums of the rows that led to it from its prior, as conjugacy tells them."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura._kernels.densities import Moments
from mixtura.covariance import add_ridge

_NEXT_TO_NONE = np.finfo(np.float64).tiny


def about_posterior_means(
    scatter: ndarray, counts: Float[ndarray, " K"], prior_scatter: ndarray, shifts: Float[ndarray, "K D"],
    ridge: float | tuple[float, ...],
) -> Moments:  # fmt: skip
    """Sums about the posterior means, from the whole scatter of a posterior and what the prior put there.

    With m = m₀ + n / (κ + n) (x̄ - m₀), rows are shifted by n (x̄ - m) = κ (m - m₀) about m, and scatter by
    n (x̄ - m)(x̄ - m)ᵀ more about m than about x̄.
    """
    width = shifts.shape[1] if scatter.ndim == 1 else 1
    own = add_ridge(scatter - prior_scatter, counts, tuple(-np.ravel(ridge))) * width
    steps = shifts / np.maximum(counts, _NEXT_TO_NONE)[:, None]
    if scatter.ndim < 3:
        more = shifts * steps
        return Moments(shifts, own + (more if scatter.ndim == 2 else more.sum(1)))
    outer = shifts[:, :, None] * steps[:, None, :]
    return Moments(shifts, own + (outer if len(scatter) == len(counts) else outer.sum(0, keepdims=True)))
