"""Rows and centres of k-means, and `partial_fit`: centres that go on with batches of rows (Sculley 2010)."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.utils.validation import check_is_fitted

from mixtura.errors import DataError
from mixtura.estimators import _parameters as rules
from mixtura.estimators._base import check_points, check_weights, is_far, local, weighted_source
from mixtura.estimators._elsewhere import answered
from mixtura.estimators._lloyd import assign
from mixtura.estimators._sources import far_rows_asked, far_rows_of_a_fit, is_source
from mixtura.kmeans import block_statistics
from mixtura.online import Schedule
from mixtura.runners.contract import Measured
from mixtura.runners.local import Local
from mixtura.sources.streamed import StreamedSource
from mixtura.statistics import Block, Incomplete


class Past(NamedTuple):
    """What is known of the rows so far: how many each centre stands for, the weight of all, and of the first batch."""

    counts: Float[ndarray, " K"]
    seen: float
    unit: float


class Rows(NamedTuple):
    """The rows that count, and where they are held also all of them with their weights."""

    source: Measured
    points: Float[ndarray, "N D"] | None = None
    weights: Float[ndarray, " N"] | None = None


class Joined(NamedTuple):
    """Which centre every row joins, where rows are held; what joins each centre, and the squared distances together."""

    labels: ndarray | None
    counts: Float[ndarray, " K"]
    inertia: float


def rows_of(estimator: Any, X: Any, sample_weight: Any, *, reset: bool) -> Rows:
    """The rows to fit, or to go on with."""
    if not is_far(X):
        points = check_points(estimator, X, reset=reset)
        weights = check_weights(sample_weight, len(points))
        return Rows(weighted_source(points, weights), points, weights)
    if reset:
        source = far_rows_of_a_fit(estimator, X, sample_weight)
    else:
        source = far_rows_asked(estimator, X, sample_weight, estimator.cluster_centers_.shape[1])
    refuse_holes(source, is_chosen=is_source(X))
    return Rows(source)


def refuse_holes(source: Measured, *, is_chosen: bool) -> None:
    """Raise DataError where rows lack cells, unless somebody has chosen to leave these rows out."""
    if not isinstance(source, StreamedSource):
        return
    facts = source.facts
    n_cells = facts.n_missing.sum() + (0 if is_chosen else facts.n_without_cells * source.n_columns)
    if n_cells:
        raise DataError(
            f"{source.origin} lacks {n_cells} cells, and k-means has no distance to rows without them: "
            "mixtura.stream(..., missing='drop') leaves these out, and GaussianMixture models what is missing."
        )


def join(rows: Rows, centres: Float[ndarray, "K D"], runner: Local) -> Joined:
    """Let every row join its nearest centre; where rows are not held their labels are not kept either."""
    if rows.points is None:
        counts, _, inertia = runner(rows.source, partial(block_statistics, centres=centres))
        return Joined(None, counts, inertia)
    labels, inertia = assign(rows.points, rows.weights, centres, runner)
    counts = np.bincount(labels, rows.weights, minlength=len(centres)).astype(np.float64)
    return Joined(labels, counts, inertia)


def ask_far(estimator: Any, X: Any, function: Callable[..., Any], answers: Sequence[str], dtype: Any) -> Any:
    """What a function of blocks and centres says first of every row that is not held."""
    from mixtura.sources._questions import Question

    check_is_fitted(estimator)
    bound, is_matrix = partial(_of_complete, function=function, centres=estimator._centres()), dtype != np.int64
    return answered(estimator, X, Question(bound, 0, tuple(answers), dtype, is_matrix), estimator.n_features_in_)


def _of_complete(block: Block, function: Callable[..., Any], centres: Float[ndarray, "K D"]) -> tuple[ndarray, ...]:
    if isinstance(block, Incomplete):
        raise DataError("There is a row that lacks cells, and k-means has no distance to it: leave such rows out.")
    said = function(block, centres)
    return said if isinstance(said, tuple) else (said,)


class CentresGoOn:
    """What `KMeans` needs besides to go on with new rows."""

    _past: Past | None = None  # nothing is known of centres that were set by hand

    def partial_fit(self: Any, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Go on with a batch of rows: each centre moves to the mean of its rows so far; the first batch is fitted.

        How many rows are remembered, `schedule` says: with ``Schedule(power=1)`` all, as in scikit-learn's
        ``MiniBatchKMeans``. No centre is taken away from its place where it has no rows in a batch.

        Parameters
        ----------
        X : array-like of shape (N, D), or file or collection
            New rows, as for `fit`.
        y : ignored
        sample_weight : array-like of shape (N,), optional
            How much each row counts.

        Returns
        -------
        self
            `labels_` and `inertia_` are those of the batch.

        Raises
        ------
        ValueError
            If an option or the data cannot be used.

        Examples
        --------
        >>> import numpy as np
        >>> from mixtura import KMeans
        >>> rng = np.random.default_rng(0)
        >>> kmeans = KMeans(n_clusters=2, random_state=0)
        >>> for _ in range(20):
        ...     kmeans = kmeans.partial_fit(rng.normal(size=(100, 1)) + rng.choice([0, 9], (100, 1), p=[0.3, 0.7]))
        >>> kmeans.cluster_centers_.round(0), kmeans.n_samples_seen_
        (array([[9.],
               [0.]]), 2000.0)
        """
        if not hasattr(self, "cluster_centers_"):
            return self.fit(X, sample_weight=sample_weight)
        rules.check_parameters(self, self._rules)
        rows = rows_of(self, X, sample_weight, reset=False)
        self._go_on(rows.source)
        joined = join(rows, self._centres(), local(self.n_jobs))
        self._label(joined.labels)
        self.inertia_ = joined.inertia
        return self

    def _label(self: Any, labels: ndarray | None) -> None:
        """Keep the label of every row, or none where rows are not held."""
        vars(self).pop("labels_", None)
        if labels is not None:
            self.labels_ = labels

    @property
    def n_samples_seen_(self) -> float:
        """The weight of all rows so far: their number where every row counts once."""
        check_is_fitted(self)
        return 0.0 if self._past is None else self._past.seen

    def _go_on(self: Any, source: Measured) -> None:
        centres = self._centres()
        past = self._past or Past(np.zeros(len(centres)), 0.0, source.total_weight)
        added = local(self.n_jobs)(source, partial(block_statistics, centres=centres))
        seen = past.seen + source.total_weight
        remembered = max((self.schedule or Schedule()).remembered(seen, past.unit), source.total_weight)
        kept = (remembered - source.total_weight) / past.counts.sum() if past.seen else 0.0
        counts = kept * past.counts + added.counts
        moves = np.divide(added.shifts, counts[:, None], out=np.zeros(centres.shape), where=counts[:, None] > 0)
        self.cluster_centers_ = (centres + moves).astype(self.cluster_centers_.dtype)
        self._past = Past(counts, seen, past.unit)
