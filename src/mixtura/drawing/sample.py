"""Which rows are drawn where there are too many for a picture."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.explain.records import Rows

SHOWN_ROWS = 2000
_SIGNS = 12_000  # of all pairs of columns together
_OUTLIERS = 20  # the rows of lowest density are always shown


class Sample(NamedTuple):
    """The rows that are drawn: where they are in the table, and how much weight of the table each stands for."""

    points: Float[ndarray, "M D"]
    labels: Int[ndarray, " M"]
    positions: Int[ndarray, " M"]
    weights: Float[ndarray, " M"]


def still_sample(rows: Rows, n_columns: int) -> Sample:
    """The rows of the matrix of so many columns as it stands in print: fewer where there are many cells."""
    n_pairs = max(n_columns * (n_columns - 1) // 2, 1)
    return draw_sample(rows, min(SHOWN_ROWS, _SIGNS // n_pairs))


def draw_sample(rows: Rows, n_rows: int = SHOWN_ROWS) -> Sample:
    """All rows where they are few; otherwise the outliers, and every so many rows of each cluster in its share.

    Rows of a cluster are taken at even steps in the order of the table, so the same rows give the same picture.
    """
    labels, _, log_density = rows.classification
    if len(labels) <= n_rows:
        return Sample(rows.points, labels, np.arange(len(labels)), rows.weights)
    rare = outliers(log_density)
    weights, is_outlier = np.zeros(len(labels)), np.zeros(len(labels), dtype=bool)
    is_outlier[rare] = True
    for size, members in _members(labels):
        n_drawn = max(1, round((n_rows - _OUTLIERS) * size / len(labels)))
        ordinary = members[~is_outlier[members]]
        some = ordinary[np.linspace(0, len(ordinary) - 1, min(n_drawn, len(ordinary))).astype(int)]
        weights[some] = rows.weights[some] * _stretch(rows.weights[ordinary].sum(), rows.weights[some].sum())
    weights[rare] = rows.weights[rare]
    positions = np.flatnonzero(is_outlier | (weights > 0))
    return Sample(rows.points[positions], labels[positions], positions, weights[positions])


def outliers(log_density: Float[ndarray, " N"]) -> Int[ndarray, " M"]:
    """The rows that the mixture finds least likely, where there are more than these."""
    return np.argpartition(log_density, _OUTLIERS)[:_OUTLIERS]


def _stretch(all_weights: float, some_weights: float) -> float:
    return all_weights / some_weights if some_weights > 0 else 0.0


def _members(labels: Int[ndarray, " N"]) -> list[tuple[int, Int[ndarray, " M"]]]:
    order = np.argsort(labels, kind="stable")
    cuts = [0, *(np.flatnonzero(np.diff(labels[order])) + 1).tolist(), len(order)]
    return [(stop - start, order[start:stop]) for start, stop in pairwise(cuts)]
