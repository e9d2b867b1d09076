"""What may be wrong with a fit."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.covariance import MODELS
from mixtura.errors import DataError

_MOST_BY_DEFAULT = 9  # components


def count_distinct_rows(points: Float[ndarray, "N D"], enough: int) -> int:
    """How many different rows there are; counting stops at `enough`. Cells that are missing (NaN) are the same.

    Examples
    --------
    >>> import numpy as np
    >>> count_distinct_rows(np.array([[1.0], [2.0], [1.0]]), enough=10)
    2
    """
    distinct: set[tuple[float, ...]] = set()
    step = 4 * enough + 64
    for start in range(0, len(points), step):
        some = points[start : start + step]
        distinct.update(map(tuple, np.where(np.isnan(some), np.inf, some).tolist()))
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


def models_to_try(n_rows: int, n_columns: int, usual: Sequence[str]) -> tuple[str, ...]:
    """Of the usual covariance models, those that so many rows can tell, as in mclust.

    Where there are no more rows than columns of numbers, every ellipse is flat in some direction, and finding that out
    takes long.

    Examples
    --------
    >>> models_to_try(80, 5000, ["full", "tied", "diag", "spherical"])
    ('diag', 'spherical')
    """
    return tuple(name for name in usual if n_rows > n_columns or MODELS[name].kind != "full")


def condition_numbers(covariances: Float[ndarray, "K D D"], units: Float[ndarray, " D"]) -> Float[ndarray, " K"]:
    """How flat each component is: the largest variance in any direction over the smallest, in units of the columns.

    Examples
    --------
    >>> import numpy as np
    >>> condition_numbers(np.array([[[4.0, 0.0], [0.0, 900.0]]]), np.array([1.0, 30.0]))
    array([4.])
    """
    values = np.linalg.eigvalsh(covariances / np.outer(units, units))
    return np.asarray(values[:, -1] / np.maximum(values[:, 0], np.finfo(np.float64).tiny))
