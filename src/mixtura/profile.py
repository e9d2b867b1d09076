"""What clusters look like in columns that they were not made from."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Int
from numpy import ndarray

_MOST_VALUES = 5


def profile(columns: Mapping[str, ndarray], labels: Int[ndarray, " N"], n_clusters: int) -> list[dict[str, Any]]:
    """For each cluster and column the `mean` of numbers, or the `shares` of the most frequent values of anything else.

    Parameters
    ----------
    columns : mapping of str to array of shape (N,)
    labels : array of shape (N,)
    n_clusters : int

    Examples
    --------
    >>> import numpy as np
    >>> columns = {"age": np.array([30, 40, 10]), "town": np.array(["Rom", "Oslo", "Oslo"])}
    >>> profile(columns, np.array([0, 0, 1]), 2)[0]
    {'age': {'mean': 35.0}, 'town': {'shares': {'Oslo': 0.5, 'Rom': 0.5}}}
    """
    return [{name: _describe(values[labels == k]) for name, values in columns.items()} for k in range(n_clusters)]


def _describe(values: ndarray) -> dict[str, Any]:
    if values.dtype.kind in "iufb":
        known = values[np.isfinite(values.astype(float))].astype(float)
        return {"mean": float(known.mean()) if len(known) else None}
    known = np.array([str(value) for value in values.tolist() if value is not None])
    distinct, counts = np.unique(known, return_counts=True)
    frequent = np.argsort(-counts, kind="stable")[:_MOST_VALUES]
    return {"shares": {str(distinct[i]): float(counts[i] / len(known)) for i in frequent}}
