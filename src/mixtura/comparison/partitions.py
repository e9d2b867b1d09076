"""How far two partitions of the same rows agree: clusters against clusters, or against groups that are known."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped
from numpy import ndarray

_MOST_GROUPS = 30  # more make no table that anyone reads


def agreement(
    truth: ndarray, labels: Int[ndarray, " N"], weights: Float[ndarray, " N"] | None = None
) -> dict[str, Any]:
    """Both indices and the cross table of known groups and clusters; rows of no known group are left out.

    Rows count by their weights; where these are no whole numbers, so that they add up to the number of rows.

    Examples
    --------
    >>> import numpy as np
    >>> about = agreement(np.array(["a", "a", "b", None], dtype=object), np.array([1, 1, 0, 0]))
    >>> about["adjusted_rand"], about["groups"], about["n_unknown"], about["table"]
    (1.0, ['a', 'b'], 1, [[0, 2], [1, 0]])
    """
    known = np.array([value is not None and value == value for value in truth.tolist()], dtype=bool) & (labels >= 0)
    groups, positions = np.unique(np.array([str(value) for value in truth[known].tolist()]), return_inverse=True)
    table = cross_table(positions, labels[known], None if weights is None else _as_rows(weights)[known])
    return agreement_in(table, groups.tolist(), int((~known).sum()))


def agreement_in(table: Shaped[ndarray, "G K"], groups: Sequence[str], n_unknown: int) -> dict[str, Any]:
    """The same of a cross table of groups and clusters, beside which so many rows are of no known group."""
    return {
        "adjusted_rand": adjusted_rand(table),
        "mutual_information": mutual_information(table),
        "n_unknown": n_unknown,
        "groups": list(groups),
        "table": table.tolist() if len(groups) <= _MOST_GROUPS else None,
    }


def _as_rows(weights: Float[ndarray, " N"]) -> ndarray:
    """Whole numbers as such; others in the unit in which they add up to the number of those that count."""
    if (weights == np.round(weights)).all():
        return weights.astype(np.int64)
    return weights * (np.count_nonzero(weights) / weights.sum())


def cross_table(
    groups: Int[ndarray, " N"], labels: Int[ndarray, " N"], weights: ndarray | None = None
) -> Shaped[ndarray, "G K"]:
    """How many rows of each group each cluster holds, or what they weigh to a tenth."""
    shape = (groups.max(initial=-1) + 1, labels.max(initial=-1) + 1)
    found = np.bincount(groups * shape[1] + labels, weights, minlength=shape[0] * shape[1]).reshape(shape)
    is_whole = weights is None or weights.dtype.kind == "i"
    return found.astype(np.int64) if is_whole else found.round(1)


def adjusted_rand(table: Shaped[ndarray, "G K"]) -> float:
    """How often two partitions agree on a pair of rows, 0 by chance and 1 if they are the same (Hubert & Arabie 1985).

    Examples
    --------
    >>> import numpy as np
    >>> adjusted_rand(np.array([[5, 0], [0, 5]])), adjusted_rand(np.array([[5, 5], [5, 5]])) < 0
    (1.0, True)
    """
    together = _pairs(table).sum()
    in_groups, in_clusters = _pairs(table.sum(1)).sum(), _pairs(table.sum(0)).sum()
    by_chance = in_groups * in_clusters / max(_pairs(table.sum()), 1)
    most = (in_groups + in_clusters) / 2
    return 1.0 if most == by_chance else float((together - by_chance) / (most - by_chance))


def mutual_information(table: Shaped[ndarray, "G K"]) -> float:
    """What one partition says of the other, as a share of what they say on average (Strehl & Ghosh 2002): 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> mutual_information(np.array([[5, 0], [0, 5]])), mutual_information(np.array([[5, 5], [5, 5]]))
    (1.0, 0.0)
    """
    in_groups, in_clusters = _entropy(table.sum(1)), _entropy(table.sum(0))
    mean = (in_groups + in_clusters) / 2
    if mean == 0:
        return 1.0
    return float(np.clip((in_groups + in_clusters - _entropy(table.ravel())) / mean, 0.0, 1.0))


def _entropy(counts: ndarray) -> float:
    shares = counts[counts > 0] / max(counts.sum(), 1)
    return float(-(shares * np.log(shares)).sum())


def _pairs(counts: ndarray) -> ndarray:
    return np.maximum(counts * (counts - 1.0) / 2, 0.0)
