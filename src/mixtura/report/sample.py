"""Which rows and columns are drawn where there are too many for a picture."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.explain.records import Cluster, Rows

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
    is_shown[np.argpartition(log_density, _OUTLIERS)[:_OUTLIERS]] = True
    for size, members in _members(labels):
        n_drawn = max(1, round((n_rows - _OUTLIERS) * size / len(labels)))
        is_shown[members[np.linspace(0, size - 1, n_drawn).astype(int)]] = True
    return Sample(rows.points[is_shown], labels[is_shown])


def _members(labels: Int[ndarray, " N"]) -> list[tuple[int, Int[ndarray, " M"]]]:
    order = np.argsort(labels, kind="stable")
    cuts = [0, *(np.flatnonzero(np.diff(labels[order])) + 1).tolist(), len(order)]
    return [(stop - start, order[start:stop]) for start, stop in pairwise(cuts)]


def most_distinguishing(clusters: Sequence[Cluster], most: int) -> list[int]:
    """The columns in which the clusters' means vary most about the mean of all, in the order of the table."""
    differences = np.array([cluster.differences for cluster in clusters])
    shares = np.array([cluster.weight for cluster in clusters]) @ differences**2
    return sorted(np.argsort(-shares, kind="stable")[:most].tolist())
