"""What can be asked of a fitted mixture of any kind, whatever its attributes are."""

from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, DensityMixin, TransformerMixin

from mixtura import criteria, outlying
from mixtura.estimators._base import check_weights, generator
from mixtura.estimators._sources import is_source, weights_of
from mixtura.online import Memory
from mixtura.remoteness import DRAWS
from mixtura.runners.local import n_threads
from mixtura.sources.engines import engine_of


class Answers(ClassNamePrefixFeaturesOutMixin, TransformerMixin, DensityMixin, BaseEstimator):  # type: ignore[misc]
    """What follows from `predict_proba`, `score_samples`, `to_fitted` and the evidence that criteria judge."""

    _memory: Memory | None = None  # after batches: what the next one needs

    def fit_predict(self: Any, X: Any, y: Any = None, sample_weight: Any = None) -> ndarray:
        """Fit the mixture and label the rows of `X`, as ``fit(X).predict(X)`` does."""
        labels: ndarray = self.fit(X, y, sample_weight=sample_weight).predict(X)
        return labels

    def transform(self: Any, X: Any) -> Float[ndarray, "N K"]:
        """The probabilities of the components as new features: the same as `predict_proba`."""
        return self.predict_proba(X)

    def score(self: Any, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """The mean log-likelihood per row, in nats; rows count as much as `sample_weight` says."""
        if engine_of(X) is not None:
            evidence = self._seen(X, sample_weight)
            return float(evidence.log_likelihood / evidence.n_rows)
        log_density = self.score_samples(X)
        weights = weights_of(X) if is_source(X) else check_weights(sample_weight, len(log_density))
        return float(np.average(log_density, weights=weights))

    def bic(self: Any, X: Any, sample_weight: Any = None) -> float:
        """Bayesian information criterion; smaller is better."""
        return criteria.bic(self._evidence(X, sample_weight))

    def aic(self: Any, X: Any, sample_weight: Any = None) -> float:
        """Akaike's information criterion; smaller is better."""
        return criteria.aic(self._evidence(X, sample_weight))

    def icl(self: Any, X: Any, sample_weight: Any = None) -> float:
        """Integrated completed likelihood; smaller is better."""
        return criteria.icl(self._evidence(X, sample_weight))

    def outlier_scores(self: Any, X: Any) -> Float[ndarray, " N"]:
        """Minus the log-density of each row, in nats, shape (N,): large for outliers."""
        return -np.asarray(self.score_samples(X), dtype=np.float64)

    def outlier_p_values(self: Any, X: Any, n_draws: int = DRAWS) -> Float[ndarray, " N"]:
        """Of each row the share of the mixture's own rows whose density is no higher: small for outliers.

        Parameters
        ----------
        X : array-like of shape (N, D)
            Rows, as for `predict`.
        n_draws : int, default=20000
            How many rows are drawn from the mixture (by `random_state`) to compare with, unless it has one component.

        Returns
        -------
        array of shape (N,)
            From 0 to 1; see `mixtura.outlier_p_values`.

        Raises
        ------
        ValueError
            If `n_draws` is less than one.

        Examples
        --------
        >>> import numpy as np
        >>> from mixtura import GaussianMixture
        >>> bell = GaussianMixture().fit(np.array([[-1.0], [1.0]]))  # mean 0, variance 1
        >>> bell.outlier_p_values([[0.0], [1.96], [5.0]]).round(3)
        array([1.  , 0.05, 0.  ])
        """
        points = self._points(X)
        return outlying.p_values(
            self.to_fitted(), points, n_draws, generator(self.random_state), n_threads(self.n_jobs)
        )

    def _seen(self: Any, X: Any, sample_weight: Any) -> criteria.Evidence:
        """The evidence of the density that `score_samples` tells."""
        found: criteria.Evidence = self._evidence(X, sample_weight)
        return found
