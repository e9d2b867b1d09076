"""`KMeans`: scikit-learn's class on the same loop as the mixtures."""

import warnings
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from mixtura.em import Outcome
from mixtura.estimators import _parameters as rules
from mixtura.estimators._base import check_points, fill, is_far, local, reference_means
from mixtura.estimators._centres import CentresGoOn, Joined, Past, Rows, ask_far, join, rows_of
from mixtura.estimators._lloyd import INITS, Progress, assign, drawing, rest, search
from mixtura.estimators._online import SCHEDULE
from mixtura.kmeans import block_distances, block_nearest
from mixtura.online import Schedule
from mixtura.ordering import ORDERS, canonical_order, match
from mixtura.race import Search
from mixtura.runners.contract import Measured
from mixtura.runners.held import Held

_RESTARTS = 10  # of a random or a callable init, as scikit-learn has it


class KMeans(CentresGoOn, ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """K-means with scikit-learn's parameters, attributes and methods.

    From the same initial centres it finds what scikit-learn finds. Rows are read block by block, never copied.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters, K.
    init : {"k-means++", "random"}, array-like of shape (K, D) or callable, default="k-means++"
        Where the centres begin: rows drawn from 20 000 at most, given ones, or what
        ``init(X, n_clusters, random_state=...)`` returns (for a sample where rows are not held). For up to 200 clusters
        of 200 000 rows or more, "k-means++" makes three short fits of those 20 000 and begins where the best ends.
    n_init : int or "auto", default="auto"
        How many starts; the best is kept. "auto" is 10 for a random or a callable `init`, else 1.
    max_iter : int, default=300
        The most iterations of one start.
    tol : float, default=1e-4
        Stop when the squared moves of all centres sum to less than this part of the mean variance of the columns.
    verbose : int, default=0
        Whether iterations are printed.
    random_state : int, RandomState or None, default=None
        Same seed, same result.
    copy_x, algorithm
        Accepted as in scikit-learn, without effect: `X` is never changed, and "elkan" would find the same as "lloyd".
    order : {"auto", "weight", "means", "none"}, default="auto"
        How clusters are numbered: the heaviest first with ties by centres, the smallest centre first, or as they
        began. "auto" is "weight" where centres are drawn and "none" where they are given.
    n_jobs : int or None, default=None
        Threads; -1 means all cores. The result does not depend on it.
    schedule : mixtura.Schedule or None, default=None
        How much `partial_fit` remembers; None is ``Schedule()``.

    Attributes
    ----------
    cluster_centers_ : array of shape (K, D)
    labels_ : array of shape (N,)
        The cluster of each row, the same that `predict` gives; not kept of files and collections.
    inertia_ : float
        The sum of the squared distances to the nearest centres, by weight.
    inertias_ : array
        The inertia of every start before its last move.
    n_iter_ : int
    outcome_ : mixtura.em.Outcome
        How the best start ended.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Examples
    --------
    >>> from mixtura import KMeans
    >>> kmeans = KMeans(n_clusters=2, random_state=0).fit([[1, 2], [1, 4], [1, 0], [10, 2], [10, 4]])
    >>> kmeans.labels_
    array([0, 0, 0, 1, 1], dtype=int32)
    >>> kmeans.predict([[12, 3]])
    array([1], dtype=int32)
    """

    cluster_centers_: ndarray
    labels_: ndarray

    _rules: ClassVar = {
        "n_clusters": rules.whole(1),
        "init": rules.either(rules.one_of(INITS), rules.CALLABLE, rules.ARRAY),
        "n_init": rules.either(rules.one_of(["auto"]), rules.whole(1)),
        "max_iter": rules.whole(1),
        "tol": rules.real(0),
        "verbose": rules.VERBOSITY,
        "random_state": rules.SEED,
        "copy_x": rules.BOOLEAN,
        "algorithm": rules.one_of(["lloyd", "elkan"]),
        "order": rules.one_of(["auto", *ORDERS]),
        "n_jobs": rules.JOBS,
        "schedule": SCHEDULE,
    }

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Any = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int = 0,
        random_state: Any = None,
        copy_x: bool = True,
        algorithm: str = "lloyd",
        order: str = "auto",
        n_jobs: int | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.copy_x = copy_x
        self.algorithm = algorithm
        self.order = order
        self.n_jobs = n_jobs
        self.schedule = schedule

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find the centres.

        Parameters
        ----------
        X : array-like of shape (N, D), file, StreamedSource, Dask data frame or array, Spark data frame
            A C-contiguous float32 or float64 array is used as it is; centres have its type. Files and collections
            are read block by block, where they are, as by `GaussianMixture`; no cell may be missing.
        y : ignored
        sample_weight : array-like of shape (N,), optional
            How much each row counts.

        Returns
        -------
        self
            After Ctrl-C the attributes hold the best so far, and KeyboardInterrupt is raised.

        Raises
        ------
        ValueError
            If an option or the data cannot be used.
        """
        rules.check_parameters(self, self._rules)
        rows, runner = rows_of(self, X, sample_weight, reset=True), Held(local(self.n_jobs))
        if rows.source.n_rows < self.n_clusters:
            raise ValueError(f"n_samples={rows.source.n_rows} should be >= n_clusters={self.n_clusters}.")
        self._warn_of_elkan()
        found = self._search(rows.source, runner)
        self._keep(found, rows)
        runner.conclude(is_interrupted=found.best.outcome is Outcome.INTERRUPTED)
        self._warn_of_empty_clusters()
        return self

    def fit_predict(self, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Find the centres, and label the rows of `X` as ``fit(X).predict(X)`` does."""
        fitted = self.fit(X, sample_weight=sample_weight)
        return fitted.predict(X) if is_far(X) else fitted.labels_

    def predict(self, X: Any) -> ndarray:
        """The nearest centre of each row."""
        if is_far(X):
            return ask_far(self, X, block_nearest, ("label",), np.int64)
        return assign(self._points(X), None, self._centres(), local(self.n_jobs))[0]

    def transform(self, X: Any) -> Float[ndarray, "N K"]:
        """The distance of each row to each centre, in the units of the data."""
        check_is_fitted(self)
        if is_far(X):
            return ask_far(self, X, block_distances, [f"distance_{k}" for k in range(self._n_features_out)], np.float64)
        points = self._points(X)
        distances = np.empty((len(points), len(self.cluster_centers_)), dtype=points.dtype)
        function = partial(block_distances, centres=self._centres())
        fill(distances, points, function, local(self.n_jobs))
        return distances

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Minus the sum of the squared distances to the nearest centres."""
        check_is_fitted(self)
        return -join(rows_of(self, X, sample_weight, reset=False), self._centres(), local(self.n_jobs)).inertia

    def relabel_to(self, reference: Any) -> Self:
        """Number the clusters as in an earlier fit: a fitted KMeans, or centres of shape (K, D)."""
        check_is_fitted(self)
        centres = self._centres()
        earlier = reference_means(getattr(reference, "cluster_centers_", reference), centres.shape)
        by = match(earlier, centres, np.ones(centres.shape[1]))
        self.cluster_centers_ = self.cluster_centers_[by]
        self._past = self._past and self._past._replace(counts=self._past.counts[by])
        if hasattr(self, "labels_"):
            self.labels_ = np.argsort(by).astype(np.int32)[self.labels_]
        return self

    def _search(self, source: Measured, runner: Held) -> Search:
        ending = rest(source, self.tol, self.n_clusters, runner.runner)
        draw = drawing(self.init, source, self.n_clusters, self.random_state, local(self.n_jobs), ending.rule)
        callbacks = [Progress(ending)] if self.verbose else []
        return search(source, draw, self._count_starts(), ending.rule, self.max_iter, runner, callbacks)

    def _count_starts(self) -> int:
        is_given = not isinstance(self.init, str) and not callable(self.init)
        if is_given and self.n_init not in ("auto", 1):
            warnings.warn(
                "Explicit initial center position passed: performing only one init in KMeans instead of "
                f"n_init={self.n_init}.",
                RuntimeWarning,
                stacklevel=4,
            )
        if is_given or (self.n_init == "auto" and self.init == "k-means++"):
            return 1
        return _RESTARTS if isinstance(self.n_init, str) else self.n_init

    def _keep(self, found: Search, rows: Rows) -> None:
        """Set the attributes; labels are those that `predict` gives with the centres as they are stored."""
        centres = found.best.parameters.astype(rows.source.dtype)
        if found.best.outcome is Outcome.COLLAPSED or not np.isfinite(centres).all():
            raise ValueError("The squared distances are too large for a float: scale the input data.")
        labels, counts, inertia = self._joined(found, rows, centres.astype(np.float64))
        by = canonical_order(counts / counts.sum(), centres, self._order())
        self.cluster_centers_ = centres[by]
        self._past = Past(counts[by], float(counts.sum()), float(counts.sum()))
        self._label(None if labels is None else np.argsort(by).astype(np.int32)[labels])
        self.inertia_ = inertia
        self.n_iter_ = len(found.best.trace)
        self.inertias_ = np.array([-record.objective for record in found.records])
        self.outcome_ = found.best.outcome

    def _joined(self, found: Search, rows: Rows, centres: Float[ndarray, "K D"]) -> Joined:
        if rows.points is None and found.best.outcome is Outcome.INTERRUPTED:  # nobody waits for one more pass
            return Joined(None, np.full(len(centres), rows.source.total_weight / len(centres)), -found.best.objective)
        return join(rows, centres, local(self.n_jobs))

    def _order(self) -> str:
        if self.order == "auto":
            return "weight" if isinstance(self.init, str) else "none"
        return self.order

    def _points(self, X: Any) -> Float[ndarray, "N D"]:
        check_is_fitted(self)
        return check_points(self, X, reset=False)

    def _centres(self) -> Float[ndarray, "K D"]:
        return np.array(self.cluster_centers_, dtype=np.float64)

    @property
    def _n_features_out(self) -> int:
        return len(self.cluster_centers_)

    def _warn_of_elkan(self) -> None:
        if self.algorithm == "elkan" and self.n_clusters == 1:
            warnings.warn(
                "algorithm='elkan' doesn't make sense for a single cluster. Using 'lloyd' instead.",
                RuntimeWarning,
                stacklevel=3,
            )

    def _warn_of_empty_clusters(self) -> None:
        n_distinct = np.count_nonzero(self._n_rows_of_clusters())
        if n_distinct < self.n_clusters:
            warnings.warn(
                f"Number of distinct clusters ({n_distinct}) found smaller than n_clusters ({self.n_clusters}). "
                "Possibly due to duplicate points in X.",
                ConvergenceWarning,
                stacklevel=3,
            )

    def _n_rows_of_clusters(self) -> ndarray:
        """Rows of weight zero count where labels are kept."""
        return np.bincount(self.labels_) if self._past is None or hasattr(self, "labels_") else self._past.counts

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
