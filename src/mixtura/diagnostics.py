"""What may be wrong with a fit."""

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
    if covariances.ndim == 3:
        smallest = np.linalg.eigvalsh(covariances)[:, 0]
    else:
        smallest = covariances.reshape(len(covariances), -1).min(1)
    is_thin = counts * smallest < _THINNEST
    if covariances.ndim == 3:
        is_thin |= counts < covariances.shape[-1] / 2
    return np.flatnonzero(is_thin)
