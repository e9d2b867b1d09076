"""`TrimmedMixture`: a Gaussian mixture of all rows but a share of the least probable."""

import warnings
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from mixtura import em, spaces, starts
from mixtura.covariance import MODELS
from mixtura.emissions.bounded import BoundedGaussian
from mixtura.estimators import _concentrating as concentrating
from mixtura.estimators import _parameters as rules
from mixtura.estimators._attributes import attributes
from mixtura.estimators._base import (
    check_enough_rows,
    check_points,
    check_weights,
    fill,
    generator,
    local,
    weighted_source,
)
from mixtura.estimators._given import NOTHING
from mixtura.estimators._mixture import FittedAnswers
from mixtura.estimators._record import history, record, why_collapsed, why_not_converged
from mixtura.estimators._search import Starts, little_of, run, sample_of, stopping_rule
from mixtura.fitted import FittedMixture
from mixtura.mixture import NOISE, Mixture, block_classification
from mixtura.ordering import canonical_order
from mixtura.race import Plan, Search
from mixtura.scaling import ridges
from mixtura.sources.array import ArraySource
from mixtura.trials import Setting
from mixtura.trimming import cut_off, kept_weights

_AUTO = rules.one_of(["auto"])
_ROUNDING = 1e-5  # of a log-density: rows that are asked about one by one may differ by so much
_SHARE = rules.Rule(lambda value: rules.real(0).accepts(value) and value <= 0.5, "a float in the range [0.0, 0.5]")


class TrimmedMixture(FittedAnswers):
    """Gaussian mixture in which the rows of the lowest density, a share that is given, take no part.

    Which rows these are is found with the parameters: of all ways to leave out so many rows that one counts under which
    the others have the largest likelihood. Outliers have no influence then, however far out they lie.

    Parameters
    ----------
    n_components : int, default=1
        Number of components, K.
    trim : float, default=0.05
        The share of the rows that takes no part, at most one half. With 0 the fit is that of `GaussianMixture`.
    covariance_type : str, default="full"
        As for `GaussianMixture`, one name.
    tol, reg_covar, max_iter
        As for `GaussianMixture`.
    n_init : int, default=30
        How many starts, each from a few rows here and there; all are taken a few steps, and the best go on. With
        ``trim=0`` there are those of `GaussianMixture` instead.
    max_ratio : float or None, default=None
        How many times as large as the smallest variance, in any direction of any component, the largest may be: what
        keeps components from closing in on few rows. With 1 all are spheres of one size. Depends on the units of the
        columns. For "full", "tied", "diag", "spherical", "tied_diag" and "tied_spherical".
    equal_weights : bool, default=False
        Whether all components have the same mixing weight, 1 / K.
    random_state : int, RandomState or None, default=None
        Same seed, same result.
    n_jobs : int or None, default=None
        Threads; -1 means all cores. The result does not depend on it.

    Attributes
    ----------
    trimmed_ : array of shape (N,)
        Whether a row of the fit takes no part. Where the share is no whole number of rows, one more counts in part.
    threshold_ : float
        The log-density in nats below which `predict` says -1; minus infinity if no row is trimmed.
    weights_, means_, covariances_, precisions_, precisions_cholesky_, converged_, n_iter_, …
        As of `GaussianMixture`, of the rows that are left: `weights_` add up to one.
    lower_bound_ : float
        The last log-likelihood of the rows that are left, in nats, as a mean over these.

    References
    ----------
    García-Escudero, Gordaliza, Matrán & Mayo-Iscar 2008, Ann. Stat. 36, 1324-1345; Neykov, Filzmoser, Dimova & Neytchev
    2007, Comput. Stat. Data Anal. 52, 299-308.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura import TrimmedMixture
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (57, 2)), rng.normal(9, 1, (38, 2)), rng.uniform(-1e6, 1e6, (5, 2))])
    >>> mixture = TrimmedMixture(2, random_state=0).fit(X)
    >>> mixture.weights_.round(2), mixture.means_.round(0) + 0.0
    (array([0.6, 0.4]), array([[0., 0.],
           [9., 9.]]))
    >>> mixture.trimmed_.nonzero()[0]
    array([95, 96, 97, 98, 99])
    >>> mixture.predict([[0, 1], [9, 8], [70, -30]])
    array([ 0,  1, -1])
    """

    _rules: ClassVar = {
        "n_components": rules.whole(1),
        "trim": _SHARE,
        "covariance_type": rules.one_of(MODELS),
        "tol": rules.either(_AUTO, rules.real(0)),
        "reg_covar": rules.either(_AUTO, rules.real(0)),
        "max_iter": rules.whole(0),
        "n_init": rules.whole(1),
        "max_ratio": rules.either(rules.NONE, rules.real(1)),
        "equal_weights": rules.BOOLEAN,
        "random_state": rules.SEED,
        "n_jobs": rules.JOBS,
    }

    def __init__(
        self,
        n_components: int = 1,
        *,
        trim: float = 0.05,
        covariance_type: str = "full",
        tol: float | str = "auto",
        reg_covar: float | str = "auto",
        max_iter: int = 1000,
        n_init: int = 30,
        max_ratio: float | None = None,
        equal_weights: bool = False,
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_components = n_components
        self.trim = trim
        self.covariance_type = covariance_type
        self.tol = tol
        self.reg_covar = reg_covar
        self.max_iter = max_iter
        self.n_init = n_init
        self.max_ratio = max_ratio
        self.equal_weights = equal_weights
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Fit the mixture.

        Parameters
        ----------
        X : array-like of shape (N, D)
            Rows without missing cells: densities of rows that lack different cells do not compare.
        y : ignored
        sample_weight : array-like of shape (N,), optional
            How much each row counts; `trim` is a share of the sum.

        Returns
        -------
        self
            After Ctrl-C the attributes hold the best so far, and KeyboardInterrupt is raised.

        Raises
        ------
        ValueError
            If an option or the data cannot be used, or components collapsed in every start.

        Warns
        -----
        ConvergenceWarning
            If `max_iter` was reached first.
        """
        rules.check_parameters(self, self._rules)
        points = check_points(self, X, reset=True, min_rows=2)
        weights = check_weights(sample_weight, len(points))
        source = weighted_source(points, weights)
        self._check_rest(source)
        self._ridge = little_of(source) if self.trim == 0 else _little_of_most(source)
        search = self._search(source)
        self._keep(search, source)
        self._tell(search, points)
        return self

    def predict(self, X: Any) -> ndarray:
        """The most probable component of each row, from 0 on; -1 for rows less probable than `threshold_`."""
        components: ndarray = super().predict(X)
        return np.where(self.score_samples(X) < self.threshold_, NOISE, components)

    @property
    def _model(self) -> Mixture:
        return Mixture(self._emission, bool(self.equal_weights))

    def to_fitted(self) -> FittedMixture:
        """The mixture as a value, which knows the threshold: what `mixtura.save` writes and reports show."""
        fitted = super().to_fitted()
        return replace(fitted, model=replace(fitted.model, floor=self.threshold_))

    @property
    def _bounded(self) -> Mixture:
        """What is searched for: the same, under the bound."""
        if self.max_ratio is None:
            return self._model
        own = self._emission
        emission = BoundedGaussian(own.covariance, own.ridge, own.prior, float(self.max_ratio))
        return replace(self._model, emission=emission)

    def _check_rest(self, source: ArraySource) -> None:
        check_enough_rows(source.points, self.n_components)
        n_left = int((1 - self.trim) * source.n_rows)
        if n_left < self.n_components:
            raise ValueError(
                f"trim={self.trim:g} leaves {n_left} of {source.n_rows} rows to n_components={self.n_components}: trim "
                "less, or ask for fewer components."
            )

    def _search(self, source: ArraySource) -> Search:
        runner, rng = local(self.n_jobs), generator(self.random_state)
        stop = stopping_rule(self.tol, source.total_weight)
        if self.trim == 0 and self.max_ratio is None:
            plan = Plan(self.n_components, starts.DIVERSE, True, self.max_iter, stop)
            return run(self._model, source, Starts(starts.DIVERSE, NOTHING, 1, is_race=True), plan, rng, runner)
        asked = concentrating.Plan(self.n_components, float(self.trim), self.n_init, self.max_iter, stop)
        return concentrating.search(self._bounded, source, asked, rng, runner)

    def _keep(self, search: Search, source: ArraySource) -> None:
        """Set the attributes, or fail; the record is that of the rows that are left."""
        best, dtype = search.best, source.points.dtype
        by = canonical_order(best.parameters.weights, best.parameters.emission.means)
        parameters = self._model.reorder(best.parameters, by)
        values = attributes(parameters, self.covariance_type, dtype)
        if best.outcome is em.Outcome.COLLAPSED or not all(np.isfinite(value).all() for value in values.values()):
            raise ValueError(why_collapsed(dtype))
        for name, value in values.items():
            setattr(self, name, value)
        self._numbered_by = "weight"
        rest = self._cut(source)
        for name, value in record(search, rest, is_begun=self.max_iter > 0).items():
            setattr(self, name, value)
        setting = Setting(self.n_components, self.covariance_type)
        self._history = history(setting, self._model, parameters, search, rest, local(self.n_jobs))

    def _cut(self, source: ArraySource) -> ArraySource:
        """The rows that are left; the threshold lies just below these."""
        log_density = self._log_density(source.points)
        weights = np.concatenate([block.weights for block in source.blocks()])
        if self.trim == 0:
            self.threshold_ = float("-inf")
            return source
        cut = cut_off(log_density, weights, float(self.trim))
        below = log_density[log_density < cut.level]
        next_to = (below.max() + cut.level) / 2 if len(below) else -np.inf
        self.threshold_ = max(float(next_to), cut.level - _ROUNDING * max(1.0, abs(cut.level)))
        left = kept_weights(log_density, weights, cut)
        return ArraySource(np.ascontiguousarray(source.points[left > 0]), left[left > 0])

    def _tell(self, search: Search, points: Float[ndarray, "N D"]) -> None:
        """Which rows are trimmed, and what is wrong with the fit."""
        self.trimmed_ = self._log_density(points) < self.threshold_
        if search.best.outcome is em.Outcome.INTERRUPTED:
            raise KeyboardInterrupt
        if not self.converged_ and self.max_iter > 0:
            warnings.warn(why_not_converged(self.n_iter_, self.lower_bound_), ConvergenceWarning, stacklevel=3)

    def _log_density(self, points: Float[ndarray, "N D"]) -> Float[ndarray, " N"]:
        """What `score_samples` says of rows that are checked already."""
        answer, classify = np.empty(len(points), points.dtype), self._bound(block_classification)
        fill(answer, points, lambda block: classify(block).log_density, local(self.n_jobs))
        return answer.astype(np.float64, copy=False)

    def _points(self, X: Any) -> Float[ndarray, "N D"]:
        check_is_fitted(self)
        return check_points(self, X, reset=False)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = False
        return tags


def _little_of_most(source: ArraySource) -> tuple[float, ...]:
    """What is added to the variance of each column, in whose scale outliers have no say."""
    sample = sample_of(source)
    return ridges(spaces.within_reach(*sample), sample.weights, source.dtype.type)
