"""`MixtureOutlierDetector`: outliers are rows where a mixture's density is low."""

from typing import Any, ClassVar, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.base import BaseEstimator, OutlierMixin, clone
from sklearn.utils.validation import check_is_fitted

from mixtura.estimators import _parameters as rules
from mixtura.estimators._base import check_weights
from mixtura.estimators.student import StudentMixture
from mixtura.remoteness import OWN_SHARE

_DRAWS = 100_000  # rows of the mixture
_SHARE = rules.Rule(lambda value: rules.positive().accepts(value) and value <= 0.5, "a float in the range (0.0, 0.5]")
_ROUNDING = 1e-9  # of a score: equal rows may differ by so much


class MixtureOutlierDetector(OutlierMixin, BaseEstimator):  # type: ignore[misc]
    """Outlier detection by the density of a mixture, with scikit-learn's methods and signs.

    Parameters
    ----------
    mixture : estimator, default=None
        What gives the density: any mixture of this package or of scikit-learn. None is `StudentMixture()`, one group
        that outliers hardly move.
    contamination : float or "auto", default=0.05
        The share of the rows of the fit that are called outliers. "auto" calls outliers what lies farther out than
        999 of 1000 rows drawn from the mixture: none, some or many rows.

    Attributes
    ----------
    mixture_ : estimator
        The fitted mixture; with `outlier_p_values`, if it is one of this package.
    offset_ : float
        The log-density, in nats, below which a row is an outlier.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura import GaussianMixture, MixtureOutlierDetector
    >>> rng = np.random.default_rng(0)
    >>> rows = np.concatenate([rng.normal(0, 1, (300, 2)), rng.normal(9, 1, (100, 2)), [[4.5, 4.5]]])
    >>> detector = MixtureOutlierDetector(GaussianMixture(2, random_state=0), contamination="auto").fit(rows)
    >>> detector.predict([[0, 0], [9, 9], [4.5, 4.5]])
    array([ 1,  1, -1])
    """

    _rules: ClassVar = {"contamination": rules.either(rules.one_of(["auto"]), _SHARE)}

    def __init__(self, mixture: Any = None, *, contamination: float | str = 0.05) -> None:
        self.mixture = mixture
        self.contamination = contamination

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Fit the mixture, and find where outliers begin.

        Parameters
        ----------
        X : array-like of shape (N, D)
            Rows as the mixture takes them.
        y : ignored
        sample_weight : array-like of shape (N,), optional
            How much each row counts, if the mixture takes weights.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If an option or the data cannot be used.
        """
        rules.check_parameters(self, self._rules)
        self.mixture_ = clone(StudentMixture() if self.mixture is None else self.mixture)
        self.mixture_.fit(X) if sample_weight is None else self.mixture_.fit(X, sample_weight=sample_weight)
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.mixture_, name):
                setattr(self, name, getattr(self.mixture_, name))
        if isinstance(self.contamination, str):
            drawn = self.mixture_.sample(_DRAWS)[0]
            self.offset_ = _threshold(self.mixture_.score_samples(drawn), None, OWN_SHARE)
        else:
            scores = self.mixture_.score_samples(X)
            self.offset_ = _threshold(scores, check_weights(sample_weight, len(scores)), self.contamination)
        return self

    def score_samples(self, X: Any) -> Float[ndarray, " N"]:
        """The log-density of each row, in nats, shape (N,): low for outliers."""
        check_is_fitted(self)
        return np.asarray(self.mixture_.score_samples(X))

    def decision_function(self, X: Any) -> Float[ndarray, " N"]:
        """How far the log-density lies above `offset_`, shape (N,): negative for outliers."""
        return self.score_samples(X) - self.offset_

    def predict(self, X: Any) -> ndarray:
        """-1 for outliers, 1 for the other rows, shape (N,)."""
        return np.where(self.decision_function(X) < 0, -1, 1)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.mixture is None or self.mixture.__sklearn_tags__().input_tags.allow_nan
        return tags


def _threshold(scores: Float[ndarray, " N"], weights: Float[ndarray, " N"] | None, share: float) -> float:
    """Halfway from the last of the lowest scores, which make up the share, to the next."""
    counts = np.ones(len(scores)) if weights is None else weights
    order = np.argsort(scores[counts > 0])
    values, mass = scores[counts > 0][order], np.cumsum(counts[counts > 0][order])
    last = values[np.searchsorted(mass, share * mass[-1] * (1 - 1e-12))]
    higher = values[values > last + _ROUNDING * max(1.0, abs(last))]
    return float((last + higher[0]) / 2 if len(higher) else last)
