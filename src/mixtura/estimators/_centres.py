"""`partial_fit` of k-means: centres that go on with batches of rows, of which none is kept (Sculley 2010)."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.utils.validation import check_is_fitted

from mixtura.estimators import _parameters as rules
from mixtura.estimators._base import check_points, check_weights, local, weighted_source
from mixtura.estimators._lloyd import assign
from mixtura.kmeans import block_statistics
from mixtura.online import Schedule


class Held(NamedTuple):
    """What is known of the rows so far: how many each centre stands for, the weight of all, and of the first batch."""

    counts: Float[ndarray, " K"]
    seen: float
    unit: float


class CentresGoOn:
    """What `KMeans` needs besides to go on with new rows."""

    _held: Held | None = None  # nothing is known of centres that were set by hand

    def partial_fit(self: Any, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Go on with a batch of rows: each centre moves to the mean of its rows so far; the first batch is fitted.

        How many rows are remembered, `schedule` says: with ``Schedule(power=1)`` all, as in scikit-learn's
        ``MiniBatchKMeans``. No centre is taken away from its place where it has no rows in a batch.

        Parameters
        ----------
        X : array-like of shape (N, D)
            New rows.
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
        points = check_points(self, X, reset=False)
        weights = check_weights(sample_weight, len(points))
        self._go_on(points, weights)
        self.labels_, self.inertia_ = assign(points, weights, self._centres(), local(self.n_jobs))
        return self

    @property
    def n_samples_seen_(self) -> float:
        """The weight of all rows so far: their number where every row counts once."""
        check_is_fitted(self)
        return 0.0 if self._held is None else self._held.seen

    def _go_on(self: Any, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"] | None) -> None:
        centres, source = self._centres(), weighted_source(points, weights)
        held = self._held or Held(np.zeros(len(centres)), 0.0, source.total_weight)
        added = local(self.n_jobs)(source, partial(block_statistics, centres=centres))
        seen = held.seen + source.total_weight
        remembered = max((self.schedule or Schedule()).remembered(seen, held.unit), source.total_weight)
        kept = (remembered - source.total_weight) / held.counts.sum() if held.seen else 0.0
        counts = kept * held.counts + added.counts
        moves = np.divide(added.shifts, counts[:, None], out=np.zeros(centres.shape), where=counts[:, None] > 0)
        self.cluster_centers_ = (centres + moves).astype(self.cluster_centers_.dtype)
        self._held = Held(counts, seen, held.unit)
