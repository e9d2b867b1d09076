"""Which rows are drawn where there are too many for a picture."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.explain.records import Rows

SHOWN_ROWS = 2000
_OUTLIERS = 20  # the rows of lowest density are always shown


class Sample(NamedTuple):
    """The rows that are drawn."""

    points: Float[ndarray, "M D"]
    labels: Int[ndarray, " M"]


def draw_sample(rows: Rows, n_rows: int = SHOWN_ROWS) -> Sample:
    """All rows where they are few; otherwise the outliers, and every so many rows of each cluster in its share.

    Rows of a cluster are taken at even steps in the order of the table, so the same rows give the same picture.
    """
    labels, _, log_density = rows.classification
    if len(labels) <= n_rows:
        return Sample(rows.points, labels)
    is_shown = np.zeros(len(labels), dtype=bool)
    is_shown[outliers(log_density)] = True
    for size, members in _members(labels):
        n_drawn = max(1, round((n_rows - _OUTLIERS) * size / len(labels)))
        is_shown[members[np.linspace(0, size - 1, n_drawn).astype(int)]] = True
    return Sample(rows.points[is_shown], labels[is_shown])


def outliers(log_density: Float[ndarray, " N"]) -> Int[ndarray, " M"]:
    """The rows that the mixture finds least likely, where there are more than these."""
    return np.argpartition(log_density, _OUTLIERS)[:_OUTLIERS]


def _members(labels: Int[ndarray, " N"]) -> list[tuple[int, Int[ndarray, " M"]]]:
    order = np.argsort(labels, kind="stable")
    cuts = [0, *(np.flatnonzero(np.diff(labels[order])) + 1).tolist(), len(order)]
    return [(stop - start, order[start:stop]) for start, stop in pairwise(cuts)]
