"""Cluster labels that stay the same from run to run: a canonical order, and matching to an earlier fit."""

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

_DIGITS = 9  # weights closer than this are ties


def canonical_order(weights: Float[ndarray, " K"], locations: Float[ndarray, "K D"], by: str = "weight") -> ndarray:
    """The order in which components are numbered.

    Parameters
    ----------
    weights : array of shape (K,)
    locations : array of shape (K, D)
        Where the components are (their means).
    by : {"weight", "means", "none"}
        Largest weight first, ties by means; smallest means first, column by column; or as they are.

    Returns
    -------
    array of shape (K,)
        Indices into the components.

    Raises
    ------
    ValueError
        If `by` is none of the three.

    Examples
    --------
    >>> import numpy as np
    >>> canonical_order(np.array([0.2, 0.5, 0.3]), np.array([[1.0], [3.0], [2.0]])).tolist()
    [1, 2, 0]
    """
    if by not in ORDERS:
        raise ValueError(f"order={by!r} is unknown: use one of {', '.join(ORDERS)}.")
    if by == "none":
        return np.arange(len(weights))
    columns = list(locations.T[::-1])
    return np.lexsort([*columns, -np.round(weights, _DIGITS)] if by == "weight" else columns)


ORDERS = ("weight", "means", "none")


def match(
    reference: Float[ndarray, "K D"], locations: Float[ndarray, "K D"], scale: Float[ndarray, " D"]
) -> Int[ndarray, " K"]:
    """The order of `locations` that lies nearest to `reference`, one to one, in units of `scale` (Hungarian method).

    Examples
    --------
    >>> import numpy as np
    >>> match(np.array([[0.0], [5.0]]), np.array([[5.2], [0.1]]), np.ones(1)).tolist()
    [1, 0]
    """
    return assign((((reference[:, None] - locations) / scale) ** 2).sum(2))[1]


def assign(costs: Float[ndarray, "I J"]) -> tuple[Int[ndarray, " M"], Int[ndarray, " M"]]:
    """The pairs, one to one and as many as there can be, whose costs add up to the least (Hungarian method)."""
    from scipy.optimize import linear_sum_assignment  # 0.7 s to import, and most fits never match

    rows, columns = linear_sum_assignment(costs)
    return np.asarray(rows), np.asarray(columns)
