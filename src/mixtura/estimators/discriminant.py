"""`MixtureDiscriminant`: classes as Gaussian mixtures."""

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite, check_consistent_length, check_is_fitted, column_or_1d

from mixtura.covariance import FOURTEEN, MODELS
from mixtura.errors import FitError
from mixtura.estimators import _parameters as rules
from mixtura.estimators._base import check_points, check_weights, fill, generator, local
from mixtura.estimators._classes import Discriminant, Rows, fit_each, fit_shared, together
from mixtura.estimators._record import scaling_record
from mixtura.estimators._search import little_of
from mixtura.fitted import FittedMixture
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.options import Options
from mixtura.runners.local import n_threads
from mixtura.sources.array import ArraySource

_AUTO = rules.one_of(["auto"])
_NUMBERS = rules.Rule(
    lambda value: (
        isinstance(value, (list, tuple, range)) and len(value) > 0 and all(rules.whole(1).accepts(k) for k in value)
    ),
    "a list of whole numbers of at least 1",
)
_NAMES = rules.Rule(
    lambda value: isinstance(value, (list, tuple)) and len(value) > 0 and all(name in MODELS for name in value),
    "a list of such names",
)
_TRIED = range(1, 6)  # components of a class, as mclust tries

Tried = dict[str, Any]


class MixtureDiscriminant(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Classify by Gaussian mixtures, one for each class: discriminant analysis in all its mclust variants.

    With one component a class, all classes share one of the fourteen covariance models (EDDA [1]_): "EEE" is linear
    discriminant analysis, "VVV" quadratic, "VVI" Gaussian naive Bayes, and there are eleven others. With more, every
    class is a mixture with its own number of components and covariance model (MclustDA [2]_), for classes that are no
    ellipses.

    Parameters
    ----------
    n_components : int, list of int or "auto", default=1
        1: one component a class and one covariance model for all. Another number, or several of which each class takes
        the best by BIC; "auto" tries 1 to 5. ``[1]`` is one component a class with a model of its own.
    covariance_type : str, list of str or "auto", default="auto"
        Covariance models to try, as for `GaussianMixture`; "auto" tries all fourteen.
    criterion : {"bic", "cv"}, default="bic"
        What chooses the model all classes share, or the largest number of components: BIC of rows and classes together,
        or the Brier score on rows that were left out, over `n_folds` folds.
    n_folds : int, default=5
        Folds of ``criterion="cv"``, in which classes have the shares that they have in all rows.
    priors : array-like of shape (C,), default=None
        The probabilities of the classes, in the order of `classes_`; by default their shares.
    reg_covar : float or "auto", default="auto"
        As for `GaussianMixture`.
    random_state : int, RandomState or None, default=None
        Same seed, same result.
    n_jobs : int or None, default=None
        Threads; -1 means all cores. The result does not depend on it.

    Attributes
    ----------
    classes_ : array of shape (C,)
    priors_ : array of shape (C,)
        The probabilities of the classes.
    mixtures_ : tuple of FittedMixture
        The mixture of each class.
    models_ : list of dict
        `n_components` and `covariance_type` of each class.
    tried_ : list of dict
        Every model that was compared: `model`, `log_likelihood` (of rows and classes together, in nats), `n_free`,
        `bic` and, with ``criterion="cv"``, `brier` and `error`, the share of rows misclassified when left out.
    bic_, log_likelihood_, n_parameters_
        Of the model chosen; the log-likelihood is in nats, for BIC smaller is better.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    References
    ----------
    .. [1] Bensmail & Celeux 1996, J. Am. Stat. Assoc. 91, 1743-1748.
    .. [2] Fraley & Raftery 2002, J. Am. Stat. Assoc. 97, 611-631; R: ``MclustDA``.

    Examples
    --------
    >>> from mixtura import MixtureDiscriminant, datasets
    >>> iris = datasets.load("iris")
    >>> classifier = MixtureDiscriminant(covariance_type=["EEE", "VVI", "VEV"]).fit(iris.data, iris.target)
    >>> classifier.models_[0]
    {'n_components': 1, 'covariance_type': 'VEV'}
    >>> round(classifier.score(iris.data, iris.target), 2)
    0.98
    """

    _rules: ClassVar = {
        "n_components": rules.either(rules.whole(1), _AUTO, _NUMBERS),
        "covariance_type": rules.either(rules.one_of(["auto", *MODELS]), _NAMES),
        "criterion": rules.one_of(["bic", "cv"]),
        "n_folds": rules.whole(2),
        "priors": rules.either(rules.NONE, rules.ARRAY),
        "reg_covar": rules.either(_AUTO, rules.real(0)),
        "random_state": rules.SEED,
        "n_jobs": rules.JOBS,
    }

    def __init__(
        self,
        n_components: int | Sequence[int] | str = 1,
        *,
        covariance_type: str | Sequence[str] = "auto",
        criterion: str = "bic",
        n_folds: int = 5,
        priors: Any = None,
        reg_covar: float | str = "auto",
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_components = n_components
        self.covariance_type = covariance_type
        self.criterion = criterion
        self.n_folds = n_folds
        self.priors = priors
        self.reg_covar = reg_covar
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit a mixture to each class.

        Parameters
        ----------
        X : array-like of shape (N, D)
        y : array-like of shape (N,)
            The class of each row.
        sample_weight : array-like of shape (N,), optional
            How much each row counts.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If an option or the data cannot be used, or no model can be fitted to them.
        """
        rules.check_parameters(self, self._rules)
        rows, self.classes_ = self._read(X, y, sample_weight)
        fewest = np.bincount(rows.codes).min()
        if self.criterion == "cv" and fewest < self.n_folds:
            raise ValueError(f"A class has {fewest} rows, fewer than n_folds={self.n_folds}: ask for fewer folds.")
        self.priors_ = rows.shares if self.priors is None else _check_priors(self.priors, len(self.classes_))
        self._seed = int(generator(self.random_state).integers(2**31))
        found = {tried: self._fit_one(rows, tried) for tried in self._to_try()}
        sound = {tried: one for tried, one in found.items() if one is not None}
        if not sound:
            raise FitError(f"None of the {len(found)} models can be fitted: a larger reg_covar or fewer columns help.")
        judged = {tried: self._judge(rows, tried, one) for tried, one in sound.items()}
        self.tried_ = list(judged.values())
        best = min(sound, key=lambda tried: judged[tried]["brier" if self.criterion == "cv" else "bic"])
        self._keep(sound[best], judged[best])
        return self

    def predict(self, X: Any) -> ndarray:
        """The most probable class of each row."""
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(1)]

    def predict_proba(self, X: Any) -> Float[ndarray, "N C"]:
        """The probability of each class for each row, in the order of `classes_`."""
        return self._answer(X)[0]

    def predict_log_proba(self, X: Any) -> Float[ndarray, "N C"]:
        """The logarithms of these."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def score_samples(self, X: Any) -> Float[ndarray, " N"]:
        """The log-density of each row under the mixture of all classes, in nats: low where no class is like it."""
        return self._answer(X)[1]

    def to_fitted(self) -> FittedMixture:
        """The mixture whose clusters are the classes, as a value: what `mixtura.save` writes and reports show."""
        check_is_fitted(self)
        model, parameters = self._mixture()
        names = getattr(self, "feature_names_in_", [f"x{d}" for d in range(self.n_features_in_)])
        return FittedMixture(
            model, parameters, tuple(map(str, names)), tuple(map(str, self.classes_)), "none",
            scaling_record(self.n_features_in_),
        )  # fmt: skip

    def _read(self, X: Any, y: Any, sample_weight: Any) -> tuple[Rows, ndarray]:
        if y is None:
            raise ValueError("MixtureDiscriminant requires y to be passed, but the target y is None.")
        points = check_points(self, X, reset=True).astype(np.float64, copy=False)
        labels = column_or_1d(y, warn=True)
        check_consistent_length(points, labels)
        if labels.dtype.kind == "f":
            assert_all_finite(labels, input_name="y")
        check_classification_targets(labels)
        weights = check_weights(sample_weight, len(points))
        weights = np.ones(len(points)) if weights is None else weights
        counted = weights > 0
        classes, codes = np.unique(np.asarray(labels)[counted], return_inverse=True)
        if len(classes) < 2:
            raise ValueError(f"y holds the one class {str(classes[0])!r}: a classifier needs at least 2.")
        return Rows(np.ascontiguousarray(points[counted]), weights[counted], codes.astype(int)), classes

    def _to_try(self) -> list[tuple[int, ...] | str]:
        """Covariance models that all classes share, or numbers of components of which each class takes the best."""
        if isinstance(self.n_components, (int, np.integer)) and self.n_components == 1:
            return list(self._covariances())
        numbers = _TRIED if self.n_components == "auto" else np.atleast_1d(self.n_components).tolist()
        if self.criterion == "bic":
            return [tuple(numbers)]
        return [tuple(k for k in numbers if k <= most) for most in sorted(set(numbers))]

    def _covariances(self) -> tuple[str, ...]:
        if isinstance(self.covariance_type, str):
            return FOURTEEN if self.covariance_type == "auto" else (self.covariance_type,)
        return tuple(self.covariance_type)

    def _fit_one(self, rows: Rows, tried: tuple[int, ...] | str) -> Discriminant | None:
        source = ArraySource(rows.points, rows.weights)
        ridge: Any = little_of(source) if isinstance(self.reg_covar, str) else float(self.reg_covar)
        if isinstance(tried, str):
            return fit_shared(rows, tried, ridge)
        options = Options(scale="none", ridge=float(np.min(ridge)), n_threads=n_threads(self.n_jobs))
        return fit_each(rows, tried, self._covariances(), (self._seed, options))

    def _judge(self, rows: Rows, tried: tuple[int, ...] | str, found: Discriminant) -> Tried:
        told = {"model": found.words, "log_likelihood": found.log_likelihood, "n_free": found.n_free}
        told["bic"] = found.bic(float(rows.weights.sum()))
        if self.criterion == "cv":
            told["brier"], told["error"] = self._left_out(rows, tried)
        return told

    def _left_out(self, rows: Rows, tried: tuple[int, ...] | str) -> tuple[float, float]:
        """Brier score and share of errors on rows that were left out; infinite where a fold has no fit."""
        folds = StratifiedKFold(self.n_folds, shuffle=True, random_state=self._seed)
        brier = error = 0.0
        for others, mine in folds.split(rows.points, rows.codes):
            left = Rows(*(field[others] for field in rows))
            found = self._fit_one(left, tried)
            if found is None:
                return float("inf"), 1.0
            model, parameters = together(found.parts, left.shares if self.priors is None else self.priors_)
            block = next(iter(ArraySource(np.ascontiguousarray(rows.points[mine]), block_rows=len(mine)).blocks()))
            shares = model.posterior(parameters)(block)[0]
            truth, weights = np.eye(rows.n_classes)[rows.codes[mine]], rows.weights[mine]
            brier += float(weights @ ((shares - truth) ** 2).sum(1))
            error += float(weights @ (shares.argmax(1) != rows.codes[mine]))
        total = float(rows.weights.sum())
        return brier / total, error / total

    def _keep(self, found: Discriminant, judged: Tried) -> None:
        self._parts = found.parts
        self.models_ = [{"n_components": part.n_components, "covariance_type": part.covariance} for part in found.parts]
        self.bic_, self.log_likelihood_, self.n_parameters_ = judged["bic"], found.log_likelihood, found.n_free

    def _mixture(self) -> tuple[Mixture, MixtureParameters]:
        return together(self._parts, self.priors_)

    def _answer(self, X: Any) -> tuple[ndarray, ndarray]:
        """Responsibilities and log-density of each row."""
        check_is_fitted(self)
        points = check_points(self, X, reset=False)
        model, parameters = self._mixture()
        answer = np.empty((len(points), len(self.classes_) + 1))
        posterior = model.posterior(parameters)
        fill(answer, points, lambda block: np.column_stack(posterior(block)), local(self.n_jobs))
        return np.ascontiguousarray(answer[:, :-1]), answer[:, -1].copy()


def _check_priors(priors: Any, n_classes: int) -> Float[ndarray, " C"]:
    array = np.array(priors, dtype=float)
    if array.shape != (n_classes,) or not (array >= 0).all() or abs(array.sum() - 1) > 1e-8:
        raise ValueError(f"priors must be {n_classes} shares that add up to one, got {priors!r}.")
    return array
