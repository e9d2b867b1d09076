"""What may be wrong with a fit."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.errors import DataError

# Smallest n_k * variance, in units of the columns' variances, of a component that is more than an accident: over some
# hundred fits to tables of 31 to 1100 rows, plain spikes had at most 1e-3 and genuine thin components at least 6e-3.
_THINNEST = 2e-3
_MOST_BY_DEFAULT = 9  # components


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


def count_distinct_rows(points: Float[ndarray, "N D"], enough: int) -> int:
    """How many different rows there are; counting stops at `enough`.

    Examples
    --------
    >>> import numpy as np
    >>> count_distinct_rows(np.array([[1.0], [2.0], [1.0]]), enough=10)
    2
    """
    distinct, step = points[:0], max(4 * enough, 1024)
    for start in range(0, len(points), step):
        distinct = np.unique(np.concatenate([distinct, points[start : start + step]]), axis=0)
        if len(distinct) >= enough:
            return enough
    return len(distinct)


def components_to_try(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"] | None, asked: Sequence[int] | None
) -> tuple[int, ...]:
    """Numbers of components that these rows can tell apart: those asked for, or 1 to 9 but fewer than different rows.

    Raises
    ------
    DataError
        If more components are asked for than there are different rows.

    Examples
    --------
    >>> import numpy as np
    >>> components_to_try(np.array([[1.0], [2.0], [3.0], [3.0]]), None, None)
    (1, 2)
    """
    counted = points if weights is None else points[weights > 0]
    if asked is None:
        return tuple(range(1, max(2, count_distinct_rows(counted, _MOST_BY_DEFAULT + 1))))
    n_distinct = count_distinct_rows(counted, max(asked))
    if n_distinct < max(asked):
        raise DataError(
            f"{max(asked)} clusters are asked for, but only {n_distinct} different rows count: ask for {n_distinct} at "
            "most."
        )
    return tuple(asked)
