"""Which rows are drawn where there are too many for a picture."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.explain.records import Rows
from mixtura.mixture import Classification

SHOWN_ROWS = 2000
_OUTLIERS = 20  # the rows of lowest density are always shown


class Sample(NamedTuple):
    """The rows that are drawn."""

    points: Float[ndarray, "M D"]
    labels: Int[ndarray, " M"]


def draw_sample(rows: Rows, n_rows: int = SHOWN_ROWS) -> Sample:
    """The rows that `drawn_rows` says."""
    labels = rows.classification.labels
    shown = drawn_rows(rows.classification, n_rows)
    return Sample(rows.points, labels) if len(shown) == len(labels) else Sample(rows.points[shown], labels[shown])


def drawn_rows(classification: Classification, n_rows: int = SHOWN_ROWS) -> Int[ndarray, " M"]:
    """All rows where they are few; otherwise the outliers, and every so many rows of each cluster in its share.

    Rows of a cluster are taken at even steps in the order of the table, so the same rows give the same picture.
    """
    labels, _, log_density = classification
    if len(labels) <= n_rows:
        return np.arange(len(labels))
    is_shown = np.zeros(len(labels), dtype=bool)
    is_shown[outliers(log_density)] = True
    for size, members in _members(labels):
        n_drawn = max(1, round((n_rows - _OUTLIERS) * size / len(labels)))
        is_shown[members[np.linspace(0, size - 1, n_drawn).astype(int)]] = True
    return np.flatnonzero(is_shown)


def outliers(log_density: Float[ndarray, " N"]) -> Int[ndarray, " M"]:
    """The rows that the mixture finds least likely."""
    n_outliers = min(_OUTLIERS, len(log_density) - 1)
    return np.argpartition(log_density, n_outliers)[:n_outliers]


def _members(labels: Int[ndarray, " N"]) -> list[tuple[int, Int[ndarray, " M"]]]:
    order = np.argsort(labels, kind="stable")
    cuts = [0, *(np.flatnonzero(np.diff(labels[order])) + 1).tolist(), len(order)]
    return [(stop - start, order[start:stop]) for start, stop in pairwise(cuts)]
