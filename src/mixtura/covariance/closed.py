"""Covariance models whose M-step is one formula (Celeux & Govaert 1995, section 3).

Each takes (scatter, counts, previous): scatter is W_k, the weighted scatter of component k about its new mean, counts
is n_k. `previous`, the covariances before the step, is for the models that iterate; here it is not needed.
"""

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def vii(scatter: Float[ndarray, " K"], counts: Float[ndarray, " K"], previous: ndarray | None) -> Float[ndarray, " K"]:
    """Spheres, each of its own volume: tr(W_k) / (n_k D); `scatter` is tr(W_k) / D already."""
    return scatter / counts


def vvi(
    scatter: Float[ndarray, "K D"], counts: Float[ndarray, " K"], previous: ndarray | None
) -> Float[ndarray, "K D"]:
    """Ellipsoids along the axes: diag(W_k) / n_k."""
    return scatter / counts[:, None]


def eee(
    scatter: Float[ndarray, "_ D D"], counts: Float[ndarray, " K"], previous: ndarray | None
) -> Float[ndarray, "K D D"]:
    """One ellipsoid for all: sum_k W_k / n; `scatter` may be that sum already."""
    return np.repeat(scatter.sum(0, keepdims=True) / counts.sum(), len(counts), axis=0)


def vvv(
    scatter: Float[ndarray, "K D D"], counts: Float[ndarray, " K"], previous: ndarray | None
) -> Float[ndarray, "K D D"]:
    """Each component its own ellipsoid: W_k / n_k."""
    return scatter / counts[:, None, None]
