"""`SemiSupervisedMixture`: a Gaussian mixture that is told something of some rows, or of its parameters."""

import warnings
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.base import ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from mixtura import em, race
from mixtura.covariance import MODELS
from mixtura.estimators import _hints as hints
from mixtura.estimators import _parameters as rules
from mixtura.estimators._attributes import attributes
from mixtura.estimators._base import check_enough_rows, check_points, check_weights, generator, local, weighted_source
from mixtura.estimators._known import Fixed, check_fixed
from mixtura.estimators._mixture import FittedAnswers
from mixtura.estimators._record import history, record, why_collapsed
from mixtura.estimators._search import little_of, stopping_rule
from mixtura.estimators._seeding import seeds
from mixtura.fitted import FittedMixture
from mixtura.hints import Hinted
from mixtura.informed import Informed, InformedParameters, PartlyKnown
from mixtura.mixture import Mixture
from mixtura.race import Round, Search
from mixtura.sources.array import ArraySource
from mixtura.trials import Setting

_AUTO = rules.one_of(["auto"])
_FIRST, _KEPT = 10, 3  # steps of all starts, and how many go on


class SemiSupervisedMixture(ClassifierMixin, FittedAnswers):  # type: ignore[misc]
    """Gaussian mixture that is told labels or likely labels of some rows, links between rows, or parameters.

    Component k is the class ``classes_[k]``; components beyond the classes are groups that nobody has labelled yet.
    Rows without a label say where components lie as rows with one do, so few labels go a long way.

    Parameters
    ----------
    n_components : int, default=1
        Number of components, K, if there are fewer classes; there is one for each class in any case.
    covariance_type : str, default="full"
        As for `GaussianMixture`.
    tol, reg_covar, max_iter
        As for `GaussianMixture`.
    n_init : int, default=10
        How many starts; all are taken a few steps, and the best go on.
    equal_weights : bool, default=False
        Whether all components have the same mixing weight, 1 / K.
    fixed_weights : array-like of shape (K,), default=None
        Mixing weights that stay as they are.
    fixed_means : array-like of shape (K, D), default=None
        Means that stay as they are; a row of NaN is a component whose mean is fitted.
    fixed_covariances : array-like, default=None
        Covariances that stay as they are, of the shape of `covariances_`; NaN for components that are fitted, which
        "full", "diag" and "spherical" allow.
    cannot_link_strength : float, default=10.0
        What it costs, in nats, if two rows of `cannot_link` share a component.
    random_state : int, RandomState or None, default=None
        Same seed, same result.
    n_jobs : int or None, default=None
        Threads; -1 means all cores. The result does not depend on it.

    Attributes
    ----------
    classes_ : array of shape (K,)
        What `predict` says: the labels in order, and beyond them names for components without one.
    responsibilities_ : array of shape (N, K)
        The probability of each component for each row of the fit, given all that is known of it.
    labels_ : array of shape (N,)
        The class of each row of the fit by these.
    weights_, means_, covariances_, precisions_, precisions_cholesky_, converged_, n_iter_, lower_bound_, …
        As of `GaussianMixture`. The lower bound is the mean over rows of the log-likelihood with what is known; with
        `cannot_link` it is a bound of that.

    References
    ----------
    McLachlan & Peel 2000, Finite Mixture Models, section 2.19 (labels); Shental, Bar-Hillel, Hertz & Weinshall 2004,
    NIPS 16 (links); Lu & Leen 2007, Neural Comput. 19, 1528-1567 (penalties).

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura import SemiSupervisedMixture
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (50, 2)), rng.normal(5, 1, (50, 2))])
    >>> y = np.full(100, -1)  # unknown
    >>> y[[0, 99]] = [7, 3]
    >>> mixture = SemiSupervisedMixture(random_state=0).fit(X, y)
    >>> mixture.classes_, mixture.predict([[5, 5], [0, 0]])
    (array([3, 7]), array([3, 7]))
    """

    _rules: ClassVar = {
        "n_components": rules.whole(1),
        "covariance_type": rules.one_of(MODELS),
        "tol": rules.either(_AUTO, rules.real(0)),
        "reg_covar": rules.either(_AUTO, rules.real(0)),
        "max_iter": rules.whole(0),
        "n_init": rules.whole(1),
        "equal_weights": rules.BOOLEAN,
        "fixed_weights": rules.either(rules.NONE, rules.ARRAY),
        "fixed_means": rules.either(rules.NONE, rules.ARRAY),
        "fixed_covariances": rules.either(rules.NONE, rules.ARRAY, rules.real(0)),
        "cannot_link_strength": rules.real(0),
        "random_state": rules.SEED,
        "n_jobs": rules.JOBS,
    }

    def __init__(
        self,
        n_components: int = 1,
        *,
        covariance_type: str = "full",
        tol: float | str = "auto",
        reg_covar: float | str = "auto",
        max_iter: int = 1000,
        n_init: int = 10,
        equal_weights: bool = False,
        fixed_weights: Any = None,
        fixed_means: Any = None,
        fixed_covariances: Any = None,
        cannot_link_strength: float = 10.0,
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_components = n_components
        self.covariance_type = covariance_type
        self.tol = tol
        self.reg_covar = reg_covar
        self.max_iter = max_iter
        self.n_init = n_init
        self.equal_weights = equal_weights
        self.fixed_weights = fixed_weights
        self.fixed_means = fixed_means
        self.fixed_covariances = fixed_covariances
        self.cannot_link_strength = cannot_link_strength
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(
        self,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        priors: Any = None,
        must_link: Any = None,
        cannot_link: Any = None,
    ) -> Self:
        """Fit the mixture.

        Parameters
        ----------
        X : array-like of shape (N, D)
        y : array-like of shape (N,), optional
            Labels of any kind; -1, NaN and None mean unknown.
        sample_weight : array-like of shape (N,), optional
            How much each row counts.
        priors : array-like of shape (N, K), optional
            How probable each component is for each row by what is known of it: numbers of at least zero that need not
            add up to one, for components in the order of `classes_`; NaN in all columns where nothing is known.
        must_link : list of lists of int, optional
            Groups of rows (counted from 0) that belong to one component, whichever it is.
        cannot_link : array-like of shape (P, 2), optional
            Pairs of rows that belong to two.

        Returns
        -------
        self
            After Ctrl-C the attributes hold the best so far, and KeyboardInterrupt is raised.

        Raises
        ------
        ValueError
            If an option, the data or the hints cannot be used, or contradict each other.

        Warns
        -----
        ConvergenceWarning
            If `max_iter` was reached first.
        """
        rules.check_parameters(self, self._rules)
        points = check_points(self, X, reset=True, min_rows=2)
        weights = check_weights(sample_weight, len(points))
        labels = hints.read_labels(y, len(points))
        K = max(self.n_components, len(labels.classes), 0 if priors is None else np.shape(priors)[-1])
        self.classes_ = _named(labels.classes, K)
        rows = Hinted(points, np.ones(len(points)) if weights is None else weights, hints.agreement(labels, priors, K))
        links = hints.read_links(must_link, cannot_link, len(points))
        arrangement = hints.arrange(rows, links, float(self.cannot_link_strength))
        source = weighted_source(points, weights)
        check_enough_rows(source.points, K)
        self._ridge = little_of(source)
        search, model = self._search(rows, arrangement, K)
        self._keep(search, source, model)
        self._tell(search, model, arrangement)
        return self

    def predict(self, X: Any) -> ndarray:
        """The most probable class of each row."""
        components = super().predict(X)
        return self.classes_[components]

    def to_fitted(self) -> FittedMixture:
        """The mixture as a value, clusters called by their classes: what `mixtura.save` writes and reports show."""
        fitted = super().to_fitted()
        is_numbered = np.array_equal(self.classes_, np.arange(len(self.classes_)))
        return fitted if is_numbered else fitted.renamed({k: str(name) for k, name in enumerate(self.classes_)})

    @property
    def _model(self) -> Mixture:
        return Mixture(self._emission, bool(self.equal_weights))

    def _search(self, rows: Hinted, arrangement: hints.Arrangement, n_components: int) -> tuple[Search, Informed]:
        mixture = self._model
        fixed = check_fixed(self, mixture, (n_components, rows.points.shape[1]))
        model = Informed(mixture, fixed.known(n_components))
        run = partial(local(self.n_jobs), arrangement.source)
        starts = seeds(mixture, rows, self.n_init, generator(self.random_state))
        begun = [start._replace(parameters=_begin(start.parameters, fixed)) for start in starts]
        rounds = [Round(run, _FIRST, _KEPT)] if self.n_init > _KEPT else []
        stop = stopping_rule(self.tol, float(rows.weights.sum()))
        return race.search(model, begun, [*rounds, Round(run, self.max_iter, 1)], stop=stop), model

    def _keep(self, search: Search, source: ArraySource, model: Informed) -> None:
        """Set the attributes, or fail."""
        best = search.best
        parameters = best.parameters.mixture
        values = attributes(parameters, self.covariance_type, source.points.dtype)
        if best.outcome is em.Outcome.COLLAPSED or not all(np.isfinite(value).all() for value in values.values()):
            raise ValueError(why_collapsed(source.points.dtype))
        for name, value in (values | record(search, source, is_begun=self.max_iter > 0)).items():
            setattr(self, name, value)
        self._n_known = model.n_known(best.parameters)
        counted = PartlyKnown(model.model.emission, model.model.equal_weights, n_known=self._n_known)
        setting = Setting(len(parameters.weights), self.covariance_type)
        self._history = history(setting, counted, parameters, search, source, local(self.n_jobs))

    def _n_parameters(self) -> int:
        return super()._n_parameters() - self._n_known

    def _tell(self, search: Search, model: Informed, arrangement: hints.Arrangement) -> None:
        """What is found of the rows, and what is wrong with the fit."""
        parts = local(self.n_jobs).each(arrangement.source, model.responsibilities(search.best.parameters))
        found: Float[ndarray, "N K"] = np.concatenate(list(parts))
        self.responsibilities_ = np.empty_like(found)
        self.responsibilities_[arrangement.rows] = found
        self.labels_ = self.classes_[self.responsibilities_.argmax(1)]
        if search.best.outcome is em.Outcome.INTERRUPTED:
            raise KeyboardInterrupt
        if not self.converged_ and self.max_iter > 0:
            warnings.warn(em.Outcome.EXHAUSTED.value, ConvergenceWarning, stacklevel=3)

    def _points(self, X: Any) -> Float[ndarray, "N D"]:
        check_is_fitted(self)
        return check_points(self, X, reset=False)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = False
        return tags


def _begin(parameters: Any, fixed: Fixed) -> InformedParameters:
    return InformedParameters(*fixed.over(parameters), np.empty((0, 0)))


def _named(classes: ndarray, n_components: int) -> ndarray:
    """The classes, and names for components beyond them: the numbers that follow, or new 1, new 2, …."""
    n_new = n_components - len(classes)
    if not n_new:
        return classes
    if not len(classes):
        return np.arange(n_components)
    if classes.dtype.kind in "iu":
        return np.concatenate([classes, classes.max() + 1 + np.arange(n_new)])
    return np.array([*classes, *(f"new {i + 1}" for i in range(n_new))], dtype=object)
