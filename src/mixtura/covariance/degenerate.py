"""Covariances that say more about a few rows, or about the regularisation, than about a group."""

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

# Smallest n_k * variance, in units of the columns' variances, of a component that is more than an accident: over some
# hundred fits to tables of 31 to 1100 rows, plain spikes had at most 1e-3 and genuine thin components at least 6e-3.
_THINNEST = 2e-3


def spurious_components(counts: Float[ndarray, " K"], covariances: ndarray) -> Int[ndarray, " M"]:
    """Components that are flat in some direction because they hold few rows: spikes of the likelihood, not groups.

    Parameters
    ----------
    counts : array of shape (K,)
        Rows of each component.
    covariances : array of shape (K,), (K, D) or (K, D, D)
        In units in which the columns have variance one.

    Returns
    -------
    array
        Their indices.

    Examples
    --------
    >>> import numpy as np
    >>> spurious_components(np.array([50.0, 3.0]), np.array([1.0, 1e-6])).tolist()
    [1]
    """
    is_thin = counts * _smallest_variances(covariances) < _THINNEST
    if covariances.ndim == 3:
        is_thin |= counts < covariances.shape[-1] / 2
    return np.flatnonzero(is_thin)


def flat_components(covariances: ndarray, ridge: float) -> Int[ndarray, " M"]:
    """Components whose variance in some direction is little more than the `ridge` that was added to it.

    Examples
    --------
    >>> import numpy as np
    >>> flat_components(np.array([[1.0, 0.5], [1.0, 1.1e-6]]), ridge=1e-6).tolist()
    [1]
    """
    return np.flatnonzero(_smallest_variances(covariances) < 2 * ridge)


def _smallest_variances(covariances: ndarray) -> Float[ndarray, " K"]:
    if covariances.ndim == 3:
        return np.linalg.eigvalsh(covariances)[:, 0]
    return covariances.reshape(len(covariances), -1).min(1)
