"""`BayesianGaussianMixture`: scikit-learn's class on the same loop, which may find the number of components too."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from mixtura import em
from mixtura.acceleration import Resumed, SmallGain, SmallRemainder, default_tolerance
from mixtura.bayesian import BayesianMixture
from mixtura.concentrations import CONCENTRATIONS
from mixtura.covariance import MODELS
from mixtura.estimators import _parameters as rules
from mixtura.estimators import _variational
from mixtura.estimators._attributes import attributes
from mixtura.estimators._base import check_enough_rows, generator, local
from mixtura.estimators._online import SCHEDULE, GoesOn
from mixtura.estimators._posterior import PosteriorAnswers, middle
from mixtura.estimators._progress import Progress
from mixtura.estimators._record import history
from mixtura.estimators._search import INITS
from mixtura.estimators._sources import first_rows, training_source
from mixtura.estimators._variational import Begin, Searched
from mixtura.estimators._variational_prior import model_of, prior_of
from mixtura.mixture import MixtureParameters
from mixtura.online import Schedule
from mixtura.ordering import ORDERS, canonical_order
from mixtura.race import Plan
from mixtura.runners.contract import Measured, Runner
from mixtura.runners.held import Held
from mixtura.trials import Setting

_AUTO = rules.one_of(["auto"])
_REMEMBERED = 4  # bounds that a warm start's stopping rule looks back on
_PRIOR = rules.either(rules.NONE, rules.positive())
_FAILED = (
    "Fitting the mixture model failed because the bound is not a finite number. Scale the input data, or give a larger "
    "covariance_prior."
)


class BayesianGaussianMixture(GoesOn, PosteriorAnswers):
    """Variational Bayesian Gaussian mixture with scikit-learn's parameters, attributes and methods.

    The posterior of weights, means and covariances, approximated from below: what a fit raises is a lower bound of the
    log-evidence (Attias 2000; Bishop 2006, section 10.2). With ``n_components="auto"`` births, merges and deletions of
    components, judged by the bound, find their number (Hughes & Sudderth 2013).

    Parameters
    ----------
    n_components : int or "auto", default=1
        Number of components, of which some may end up empty; or "auto": as many as the data ask for.
    covariance_type : {"full", "tied", "diag", "spherical", "tied_diag", "tied_spherical"}, default="full"
        Which shapes the inverse expected precisions may have; or one of mclust's fourteen models, such as "VVE".
    tol : float or "auto", default="auto"
        Stop when the bound changes by less, in nats in total (scikit-learn's rule). "auto" stops when all steps to
        come promise less than a thousandth of a nat in total, or a millionth per row if that is more.
    reg_covar : float or "auto", default="auto"
        Added to every variance, in squared units of the data. "auto" is nothing: the prior keeps variances from zero.
        With a number the bound may fall by a trifle, as the rows that it sees are not those of the update.
    max_iter : int, default=1000
        The most iterations over all rows.
    n_init : int, default=1
        How often the whole fit is made from new starts; the best is kept.
    init_params : {"auto", "kmeans", "k-means++", "random", "random_from_data"}, default="auto"
        How a start is drawn, from 20 000 rows at most. "auto" lets ten starts of five kinds race.
    weight_concentration_prior_type : {"dirichlet_process", "dirichlet_distribution"}, default="dirichlet_process"
        A truncated Dirichlet process, or weights of exactly K components.
    weight_concentration_prior : float, default=None
        How evenly components share the rows a priori; None is 1 / K, and 1 for ``n_components="auto"``.
    mean_precision_prior : float, default=None
        How many rows of a component `mean_prior` is worth; None is 1, and 0.01 for ``n_components="auto"``.
    mean_prior : array-like of shape (D,), default=None
        Where means are expected; None is the mean of the rows.
    degrees_of_freedom_prior : float, default=None
        How many rows `covariance_prior` is worth, more than D - 1; None is D.
    covariance_prior : float or array-like, default=None
        The scatter expected of `degrees_of_freedom_prior` rows: (D, D) for "full" and "tied", (D,) for "diag", a number
        for "spherical". None is the covariance of the rows, and a tenth of it for ``n_components="auto"``.
    random_state : int, RandomState or None, default=None
        Same seed, same result.
    warm_start : bool, default=False
        Whether the next `fit` goes on where the last one stopped.
    verbose, verbose_interval : int, default=0 and 10
        1 prints the iterations, 2 their times and gains too; iterations between two lines.
    start_components : int, default=1
        How many the search of ``n_components="auto"`` begins with. It should end with the same number from any.
    responsibilities_init : array-like of shape (N,) or (N, K), default=None
        A start: the component of every row, or its share in each.
    order : {"auto", "weight", "means", "none"}, default="auto"
        How components are numbered, as in `GaussianMixture`.
    n_jobs : int or None, default=None
        Threads; -1 means all cores. The result does not depend on it.
    callbacks : list of callables or None, default=None
        Each is called with a `mixtura.em.Step` after every iteration over all rows.
    schedule : mixtura.Schedule or None, default=None
        As in `GaussianMixture`. Batches raise posteriors under the prior of the first; `n_effective_` stays its own.

    Attributes
    ----------
    weights_ : array of shape (K,)
        Expected weights.
    means_ : array of shape (K, D)
        Expected means.
    covariances_, precisions_, precisions_cholesky_ : array
        Inverses of the expected precisions, these, and their factors, in the shapes of `GaussianMixture`.
    weight_concentration_ : array of shape (K,) or tuple of two
        Of the Dirichlet distribution, or of the process's Beta distributions.
    mean_precision_, degrees_of_freedom_ : array of shape (K,)
        Of the Normal and the Wishart distributions; one number of degrees of freedom where components share a shape.
    weight_concentration_prior_, mean_precision_prior_, mean_prior_, degrees_of_freedom_prior_, covariance_prior_
        The prior in use.
    n_components_ : int
        Number of components, K.
    n_effective_, n_effective_std_ : float
        The expected number of components that explain any row, and its standard deviation.
    number_bounds_ : dict of int to float
        With "auto": the best bound of every number of components met on the way, in nats.
    number_probabilities_ : dict of int to float
        With "auto": how probable these numbers are by their bounds, were all equally so before.
    lower_bound_ : float
        The bound of the log-evidence, in nats, before the last step; `lower_bounds_` holds that of every step.
    converged_, n_iter_, outcome_, fit_report_, n_features_in_, feature_names_in_
        As in `GaussianMixture`.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura import BayesianGaussianMixture
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (100, 2)), rng.normal(9, 1, (300, 2))])
    >>> mixture = BayesianGaussianMixture(n_components="auto", random_state=0).fit(X)
    >>> mixture.n_components_, mixture.weights_.round(2)
    (2, array([0.75, 0.25]))
    """

    _rules: ClassVar = {
        "n_components": rules.either(_AUTO, rules.whole(1)),
        "covariance_type": rules.one_of(MODELS),
        "tol": rules.either(_AUTO, rules.real(0)),
        "reg_covar": rules.either(_AUTO, rules.real(0)),
        "max_iter": rules.whole(0),
        "n_init": rules.whole(1),
        "init_params": rules.one_of(["auto", *INITS]),
        "weight_concentration_prior_type": rules.one_of(CONCENTRATIONS),
        "weight_concentration_prior": _PRIOR,
        "mean_precision_prior": _PRIOR,
        "mean_prior": rules.either(rules.NONE, rules.ARRAY),
        "degrees_of_freedom_prior": _PRIOR,
        "covariance_prior": rules.either(rules.NONE, rules.ARRAY, rules.positive()),
        "random_state": rules.SEED,
        "warm_start": rules.BOOLEAN,
        "verbose": rules.VERBOSITY,
        "verbose_interval": rules.whole(1),
        "start_components": rules.whole(1),
        "responsibilities_init": rules.either(rules.NONE, rules.ARRAY),
        "order": rules.one_of(["auto", *ORDERS]),
        "n_jobs": rules.JOBS,
        "callbacks": rules.either(rules.NONE, rules.CALLBACKS),
        "schedule": SCHEDULE,
    }

    def __init__(
        self,
        *,
        n_components: int | str = 1,
        covariance_type: str = "full",
        tol: float | str = "auto",
        reg_covar: float | str = "auto",
        max_iter: int = 1000,
        n_init: int = 1,
        init_params: str = "auto",
        weight_concentration_prior_type: str = "dirichlet_process",
        weight_concentration_prior: float | None = None,
        mean_precision_prior: float | None = None,
        mean_prior: Any = None,
        degrees_of_freedom_prior: float | None = None,
        covariance_prior: Any = None,
        random_state: Any = None,
        warm_start: bool = False,
        verbose: int = 0,
        verbose_interval: int = 10,
        start_components: int = 1,
        responsibilities_init: Any = None,
        order: str = "auto",
        n_jobs: int | None = None,
        callbacks: Sequence[Callable[[em.Step], None]] | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        self.n_components, self.covariance_type = n_components, covariance_type
        self.tol, self.reg_covar, self.max_iter = tol, reg_covar, max_iter
        self.n_init, self.init_params = n_init, init_params
        self.weight_concentration_prior_type = weight_concentration_prior_type
        self.weight_concentration_prior = weight_concentration_prior
        self.mean_precision_prior, self.mean_prior = mean_precision_prior, mean_prior
        self.degrees_of_freedom_prior, self.covariance_prior = degrees_of_freedom_prior, covariance_prior
        self.random_state, self.warm_start = random_state, warm_start
        self.verbose, self.verbose_interval = verbose, verbose_interval
        self.start_components, self.responsibilities_init = start_components, responsibilities_init
        self.order, self.n_jobs, self.callbacks, self.schedule = order, n_jobs, callbacks, schedule

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Fit the mixture.

        Parameters
        ----------
        X : array-like of shape (N, D), file or StreamedSource
            A cell that is NaN is missing: it gets a posterior beside the rest. Files as for `GaussianMixture`.
        y : ignored
        sample_weight : array-like of shape (N,), optional
            How much each row counts: a whole number is worth as many equal rows, zero none.

        Returns
        -------
        self
            After Ctrl-C the attributes hold the best so far, and KeyboardInterrupt is raised.

        Raises
        ------
        ValueError
            If an option or the data cannot be used. If `max_iter` was reached first, or components rest on values that
            repeat, there is a ConvergenceWarning.
        """
        rules.check_parameters(self, self._rules)
        source, runner = training_source(self, X, sample_weight), Held(local(self.n_jobs))
        if not isinstance(self.n_components, str):
            check_enough_rows(first_rows(source), self.n_components)
        prior = prior_of(self, source, local(self.n_jobs))
        model = model_of(prior, self)
        begin = self._start(model, source, X, sample_weight)
        searched = self._search(model, source, begin, runner)
        self._keep(prior, model, searched, source, begin)
        runner.conclude(is_interrupted=self.outcome_ is em.Outcome.INTERRUPTED)
        if not self.converged_ and self.max_iter > 0:
            warnings.warn(self._why_not_converged(), ConvergenceWarning, stacklevel=2)
        if ties := _variational.describe_ties(model, searched, source):
            warnings.warn(ties, ConvergenceWarning, stacklevel=2)
        return self

    def _start(self, model: BayesianMixture, source: Measured, X: Any, sample_weight: Any) -> Begin:
        is_open = isinstance(self.n_components, str)
        number = self.start_components if isinstance(self.n_components, str) else self.n_components
        begin = Begin(min(number, source.n_rows), is_open, self.init_params, self.n_init)
        if self.warm_start and hasattr(self, "converged_"):
            return begin._replace(parameters=self._where_it_stopped(source.n_columns), is_resumed=True)
        if self.responsibilities_init is None:
            return begin
        return begin._replace(parameters=_variational.parameters_given(self, model, X, sample_weight))

    def _where_it_stopped(self, n_columns: int) -> MixtureParameters:
        K, D = self.means_.shape
        if n_columns != D or self.n_components not in ("auto", K):
            raise ValueError(
                f"warm_start goes on from {K} components in {D} columns, but {self.n_components} in {n_columns} are "
                "asked for: fit a new estimator, or set warm_start=False."
            )
        return self._parameters()

    def _search(self, model: BayesianMixture, source: Measured, begin: Begin, runner: Runner) -> Searched:
        tolerance = default_tolerance(source.total_weight)
        rule: em.Stop = SmallRemainder(tolerance) if isinstance(self.tol, str) else SmallGain(self.tol)
        stop = Resumed(rule, tuple(self.lower_bounds_[-_REMEMBERED:])) if begin.is_resumed else rule
        progress = Progress(int(self.verbose), self.verbose_interval, source.total_weight)
        callbacks = [*(self.callbacks or ()), *([progress] if self.verbose else ())]
        plan = Plan(begin.n_components, (), False, self.max_iter, stop, callbacks)
        searched = _variational.run(model, source, begin, plan, generator(self.random_state), runner)
        if self.verbose:
            progress.finish(searched.search.best.outcome)
        return searched

    def _keep(
        self, prior: dict[str, Any], model: BayesianMixture, searched: Searched, source: Measured, begin: Begin
    ) -> None:
        """Set the attributes, or none of them where the fit failed."""
        best = searched.search.best
        order = ("weight" if begin.parameters is None else "none") if self.order == "auto" else self.order
        by = canonical_order(best.parameters.weights, best.parameters.emission.means, order)
        parameters, runner = model.reorder(best.parameters, by), local(self.n_jobs)
        values = attributes(middle(parameters), self.covariance_type, source.dtype)
        if best.outcome is em.Outcome.COLLAPSED or not all(np.isfinite(value).all() for value in values.values()):
            raise ValueError(_FAILED)
        values |= prior | _variational.posterior(model, parameters)
        values |= _variational.course(searched.search, source, self.max_iter > 0)
        values |= _variational.numbers(model, parameters, searched, source, runner)
        for name, value in values.items():
            setattr(self, name, value)
        self._numbered_by, self._memory = order, None
        setting = Setting(self.n_components_, self.covariance_type)
        self._history = history(setting, self._plain_model, middle(parameters), searched.search, source, runner)

    def _why_not_converged(self) -> str:
        return (
            "Best performing initialization did not converge. Try different init parameters, or increase max_iter, "
            f"tol, or check for degenerate data. After {self.n_iter_} iterations the bound was "
            f"{self.lower_bound_:.6g} and still changing."
        )
