"""What clusters look like in columns that they were not made from."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

_MOST_VALUES = 5


def profile(
    columns: Mapping[str, ndarray], labels: Int[ndarray, " N"], n_clusters: int, weights: Float[ndarray, " N"]
) -> list[dict[str, Any]]:
    """For each cluster and column the `mean` of numbers, or the `shares` of the most frequent values of anything else.

    Parameters
    ----------
    columns : mapping of str to array of shape (N,)
    labels : array of shape (N,)
    n_clusters : int
    weights : array of shape (N,)
        How much each row counts.

    Examples
    --------
    >>> import numpy as np
    >>> columns = {"age": np.array([30, 40, 10]), "town": np.array(["Rom", "Oslo", "Oslo"])}
    >>> profile(columns, np.array([0, 0, 1]), 2, np.array([1.0, 3.0, 1.0]))[0]
    {'age': {'mean': 37.5}, 'town': {'shares': {'Oslo': 0.75, 'Rom': 0.25}}}
    """
    counted = [(labels == k) & (weights > 0) for k in range(n_clusters)]
    return [{name: _describe(values[mine], weights[mine]) for name, values in columns.items()} for mine in counted]


def _describe(values: ndarray, weights: Float[ndarray, " N"]) -> dict[str, Any]:
    if values.dtype.kind in "iufb":
        numbers = values.astype(float)
        known = np.isfinite(numbers)
        return {"mean": float(np.average(numbers[known], weights=weights[known])) if known.any() else None}
    known = np.array([value is not None for value in values.tolist()], dtype=bool)
    distinct, places = np.unique(np.array([str(value) for value in values[known].tolist()]), return_inverse=True)
    counts = np.bincount(places, weights[known], len(distinct))
    frequent = np.argsort(-counts, kind="stable")[:_MOST_VALUES]
    return {"shares": {str(distinct[i]): float(counts[i] / counts.sum()) for i in frequent}}
