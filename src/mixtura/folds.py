"""Rows that a fit does not see, to judge it by."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.criteria import CRITERIA
from mixtura.errors import DataError
from mixtura.sources.array import ArraySource


class Fold(NamedTuple):
    """The rows that a fit is made of, and those that it is judged by."""

    seen: ArraySource
    unseen: ArraySource


def split(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_folds: int, rng: np.random.Generator
) -> tuple[Fold, ...]:
    """Folds of about the same weight; every row that counts is unseen in one of them.

    Raises
    ------
    DataError
        If fewer than two rows count.

    Examples
    --------
    >>> import numpy as np
    >>> folds = split(np.arange(6.0)[:, None], np.ones(6), 3, np.random.default_rng(0))
    >>> [fold.unseen.n_rows for fold in folds]
    [2, 2, 2]
    """
    rows = rng.permutation(np.flatnonzero(weights > 0))
    if len(rows) < 2:
        raise DataError("Only one row counts: there is none to judge a fit by. Choose by BIC.")
    n_folds, middles = min(n_folds, len(rows)), np.cumsum(weights[rows]) - weights[rows] / 2
    numbers = np.minimum((middles * (n_folds / weights[rows].sum())).astype(int), n_folds - 1)
    numbers[0], numbers[-1] = 0, n_folds - 1  # two folds at least, even if one row has all but nothing of the weight
    parts = [np.sort(rows[numbers == number]) for number in np.unique(numbers)]
    return tuple(Fold(_take(points, weights, np.setdiff1d(rows, part)), _take(points, weights, part)) for part in parts)


def _take(points: ndarray, weights: ndarray, rows: ndarray) -> ArraySource:
    return ArraySource(np.ascontiguousarray(points[rows]), weights[rows])


def folds_for(
    points: ndarray, weights: ndarray, criterion: str, rng: np.random.Generator, n_folds: int
) -> tuple[Fold, ...]:
    """The same for all fits, so that these are judged by the same rows; none where rows need not be left out."""
    if not CRITERIA[criterion].takes_a_fold:
        return ()
    folds = split(points, weights, n_folds, rng)
    return folds if CRITERIA[criterion].takes_all_folds else folds[:1]
