"""Ellipses as numbers that may take any value: means, logs of widths, and how far the axes lean.

With W Σ Wᵀ = I, W lower triangular, these are the means in typical widths, the logs of W's diagonal, and the rest of W,
column by column in units of the diagonal. Other units for a column change them by constants, or not at all.
"""

from functools import cache

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura._kernels import whiten


def coordinates(
    means: Float[ndarray, "K D"], covariances: ndarray, widths: Float[ndarray, " D"]
) -> Float[ndarray, " M"] | None:
    """None where a covariance is not positive definite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shapes = -0.5 * np.log(covariances) if covariances.ndim < 3 else _shapes(covariances)
        found = np.concatenate([(means / widths).ravel(), shapes.ravel()])
    return found if np.isfinite(found).all() else None


def at(
    numbers: Float[ndarray, " M"], means: Float[ndarray, "K D"], covariances: ndarray
) -> tuple[Float[ndarray, "K D"], ndarray]:
    """Means and covariances of the kind of these, in whose typical widths the numbers are."""
    K, D = means.shape
    places, shapes = np.split(numbers, [K * D])
    found = places.reshape(K, D) * widths(means, covariances)
    with np.errstate(over="ignore", invalid="ignore"):
        if covariances.ndim < 3:
            return found, np.exp(-2 * shapes).reshape(covariances.shape)
        return found, _matrices(shapes.reshape(K, -1), D)


def widths(means: Float[ndarray, "K D"], covariances: ndarray) -> Float[ndarray, " D"]:
    """Typical standard deviations of a component along the columns."""
    D = means.shape[1]
    variances = covariances.diagonal(axis1=1, axis2=2) if covariances.ndim == 3 else covariances.reshape(len(means), -1)
    typical: ndarray = np.sqrt(variances.mean(0) * np.ones(D))
    return typical


def _shapes(covariances: Float[ndarray, "K D D"]) -> Float[ndarray, "K M"]:
    whiteners, _ = whiten(covariances)
    diagonal = whiteners.diagonal(axis1=1, axis2=2)
    leaning = (whiteners / diagonal[:, None])[:, *_below(covariances.shape[-1])]
    return np.concatenate([np.log(diagonal), leaning], axis=1)


@cache
def _below(D: int) -> tuple[ndarray, ndarray]:
    """The places below the diagonal: to find them takes longer than all the rest of a small leap."""
    return np.tril_indices(D, -1)


def _matrices(shapes: Float[ndarray, "K M"], D: int) -> Float[ndarray, "K D D"]:
    """The inverse of WᵀW is VᵀV for the V that whitens WᵀW."""
    whiteners = np.zeros((len(shapes), D, D))
    whiteners[:, *_below(D)] = shapes[:, D:]
    whiteners[:, range(D), range(D)] = 1
    whiteners *= np.exp(shapes[:, None, :D])
    inverse, _ = whiten(np.einsum("kji,kjl->kil", whiteners, whiteners))
    return np.einsum("kji,kjl->kil", inverse, inverse)
