"""`GaussianMixture`: scikit-learn's class on the loop, the starts and the criteria of this package."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from mixtura import em
from mixtura.acceleration import Resumed
from mixtura.emissions.noise import OUTLIERS, noise_of
from mixtura.estimators import _parameters as rules
from mixtura.estimators import _prior
from mixtura.estimators._attributes import attributes
from mixtura.estimators._base import check_enough_rows, generator, local
from mixtura.estimators._choosing import RULES, choose, is_choice, one_setting
from mixtura.estimators._given import NOTHING, check_given
from mixtura.estimators._mixture import FittedAnswers
from mixtura.estimators._online import SCHEDULE, GoesOn
from mixtura.estimators._progress import Progress
from mixtura.estimators._record import describe_spikes, history, history_of, record, why_collapsed, why_not_converged
from mixtura.estimators._search import INITS, Starts, continued, little_of, plan_starts, run, stopping_rule
from mixtura.estimators._sources import at_hand, first_rows, training_source
from mixtura.mixture import MixtureParameters
from mixtura.online import Schedule
from mixtura.ordering import ORDERS, canonical_order
from mixtura.race import Plan, Search
from mixtura.runners.contract import Measured, Runner
from mixtura.runners.held import Held
from mixtura.sources.array import ArraySource

_AUTO = rules.one_of(["auto"])
_REMEMBERED = 4  # lower bounds that a warm start's stopping rule looks back on


class GaussianMixture(GoesOn, FittedAnswers):
    """Gaussian mixture with scikit-learn's parameters, attributes and methods.

    Options that are set mean what they mean in scikit-learn; where they are left alone the fit begins from a race of
    diverse starts and ends when what is left to gain is small. Rows are read block by block, never copied.

    Parameters
    ----------
    n_components : int, several of them or "auto", default=1
        Number of components, K. Of several (a list, a range; "auto" is 1 to 9) the best by `criterion` is taken.
    covariance_type : {"full", "tied", "diag", "spherical", "tied_diag", "tied_spherical"}, default="full"
        Which shapes components may have, and whether they share one; or one of mclust's fourteen models: "EII", "VII",
        "EEI", "VEI", "EVI", "VVI", "EEE", "VEE", "EVE", "VVE", "EEV", "VEV", "EVV", "VVV".
        Of several names the best is taken; "auto" is "full", "tied", "diag" and "spherical".
    criterion : str, default="bic"
        What is chosen by where there is a choice: one of `mixtura.criteria.CRITERIA`, such as "icl" or "cv".
    tol : float or "auto", default="auto"
        Stop when the mean log-likelihood per row changes by less (scikit-learn's rule). "auto" stops when all steps to
        come promise less than a thousandth of a nat in total, or a millionth per row if that is more.
    reg_covar : float or "auto", default="auto"
        Added to every variance, in squared units of the data. "auto" is a billionth of each column's variance (a
        millionth of it for float32), so that results are the same in whatever units a column comes.
    max_iter : int, default=1000
        The most iterations over all rows; with 0 the attributes are those of the start, and with fewer than a race
        takes (20) nothing is moved about after it.
    n_init : int, default=1
        How often the whole fit is made from new starts; the best is kept.
    init_params : {"auto", "kmeans", "k-means++", "random", "random_from_data"}, default="auto"
        How a start is drawn, from 20 000 rows at most. "auto" makes five starts of different kinds, takes short runs
        from all of them, moves single components of the best about until that leads no higher, and goes on from there.
    weights_init, means_init, precisions_init : array-like (a number for the precision of "EII"), default=None
        Parts of a start that are given; the rest is drawn as `init_params` says ("auto" means "kmeans" then).
    random_state : int, RandomState or None, default=None
        Same seed, same result.
    warm_start : bool, default=False
        Whether the next `fit` goes on where the last one stopped.
    verbose, verbose_interval : int, default=0, 10
        1 prints the iterations, or each fit of a choice; 2 times and gains too; so many iterations lie between lines.
    equal_weights : bool, default=False
        Whether all components have the same mixing weight, 1 / K.
    prior : None, "default" or mixtura.Prior, default=None
        What is believed of the components; the fit then has the largest posterior density. "default" is mclust's.
    outliers : {"none", "uniform"}, default="none"
        With "uniform" rows may be noise, uniform over the volume of all: labelled -1; `weights_` lack its share of one.
    order : {"auto", "weight", "means", "none"}, default="auto"
        How components are numbered: the largest weight first with ties by means, the smallest mean first, or as they
        began. "auto" is "none" for a given start and for a warm start, else "weight".
    n_jobs : int or None, default=None
        Threads; -1 means all cores. The result does not depend on it.
    callbacks : list of callables or None, default=None
        Each is called with a `mixtura.em.Step` after every iteration.
    schedule : mixtura.Schedule or None, default=None
        How much `partial_fit` remembers; None is ``Schedule()``.

    Attributes
    ----------
    weights_ : array of shape (K,)
        The share of each component.
    means_ : array of shape (K, D)
    covariances_, precisions_, precisions_cholesky_ : array
        Of shape (K, D, D) for "full", (D, D) for "tied", (K, D) for "diag", (K,) for "spherical", (D,) for "tied_diag"
        and () for "tied_spherical"; the others have the shape of that of "full" or "diag". `predict` and its
        kin read `weights_`, `means_` and `precisions_cholesky_`, so that these may also be set by hand.
    n_components_, covariance_type_
        What was fitted, chosen or not.
    selection_ : Selection
        After a choice: every fit, the best, the second best and the `difference`; `to_frame()` makes a table of it.
    converged_ : bool
    outcome_ : mixtura.em.Outcome
        How the best run ended; its value is a sentence.
    n_iter_ : int
        Iterations over all rows.
    lower_bound_ : float
        The last mean log-likelihood per row, in nats, before the last step, and with a prior of the log-posterior;
        `lower_bounds_` holds that of every step.
    log_likelihoods_ : array
        The last log-likelihood of every start, in nats; NaN where a start never saw all the rows.
    fit_report_ : dict
        "starts": what became of each, as a list of dicts (kind, objective, iterations, rounds of the race, outcome, and
        the objective by iteration).
        After a race also how many runs were compared ("n_runs"), kicks included, how many ended in the best
        optimum ("n_agreeing"), how many rested on an accident of few rows ("n_refused"); how often components were
        moved ("n_kicks") and how often that led higher ("n_moved"). "n_plateaus": how often gains had all but ceased
        and came back. "doubt": a sentence if only one run found the best optimum, else "".
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura import GaussianMixture
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (100, 2)), rng.normal(9, 1, (300, 2))])
    >>> mixture = GaussianMixture(n_components=2, random_state=0).fit(X)
    >>> mixture.weights_
    array([0.75, 0.25])
    >>> mixture.predict([[9, 9], [0, 0]])
    array([0, 1])
    """

    _rules: ClassVar = {
        **RULES,
        "tol": rules.either(_AUTO, rules.real(0)),
        "reg_covar": rules.either(_AUTO, rules.real(0)),
        "max_iter": rules.whole(0),
        "n_init": rules.whole(1),
        "init_params": rules.one_of(["auto", *INITS]),
        "weights_init": rules.either(rules.NONE, rules.ARRAY),
        "means_init": rules.either(rules.NONE, rules.ARRAY),
        "precisions_init": rules.either(rules.NONE, rules.ARRAY, rules.real(0)),
        "random_state": rules.SEED,
        "warm_start": rules.BOOLEAN,
        "verbose": rules.VERBOSITY,
        "verbose_interval": rules.whole(1),
        "equal_weights": rules.BOOLEAN,
        "prior": _prior.RULE,
        "outliers": rules.one_of(OUTLIERS),
        "order": rules.one_of(["auto", *ORDERS]),
        "n_jobs": rules.JOBS,
        "schedule": SCHEDULE,
        "callbacks": rules.either(rules.NONE, rules.CALLBACKS),
    }

    def __init__(
        self,
        n_components: int | str | Iterable[int] = 1,
        *,
        covariance_type: str | Iterable[str] = "full",
        criterion: str = "bic",
        tol: float | str = "auto",
        reg_covar: float | str = "auto",
        max_iter: int = 1000,
        n_init: int = 1,
        init_params: str = "auto",
        weights_init: Any = None,
        means_init: Any = None,
        precisions_init: Any = None,
        random_state: Any = None,
        warm_start: bool = False,
        verbose: int = 0,
        verbose_interval: int = 10,
        equal_weights: bool = False,
        prior: Any = None,
        outliers: str = "none",
        order: str = "auto",
        n_jobs: int | None = None,
        callbacks: Sequence[Callable[[em.Step], None]] | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        self.n_components = n_components
        self.covariance_type = covariance_type
        self.criterion = criterion
        self.tol = tol
        self.reg_covar = reg_covar
        self.max_iter = max_iter
        self.n_init = n_init
        self.init_params = init_params
        self.weights_init, self.means_init, self.precisions_init = weights_init, means_init, precisions_init
        self.random_state, self.warm_start = random_state, warm_start
        self.verbose, self.verbose_interval = verbose, verbose_interval
        self.equal_weights = equal_weights
        self.prior, self.outliers = prior, outliers
        self.order, self.n_jobs = order, n_jobs
        self.callbacks, self.schedule = callbacks, schedule

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Fit the mixture.

        Parameters
        ----------
        X : array-like of shape (N, D), file, StreamedSource, Dask data frame or array, Spark data frame
            A C-contiguous float32 or float64 array is used as it is; results have its type. A cell that is NaN is
            missing: rows count by their other cells, exactly and without imputation. The name of a file, a glob or a
            folder, and what `mixtura.stream` made of some, are read block by block and never held as a whole.
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
            If an option or the data cannot be used, or components collapsed in every start.

        Warns
        -----
        ConvergenceWarning
            If `max_iter` was reached first, or if components rest on an accident of few rows.
        """
        rules.check_parameters(self, self._rules)
        source, runner = training_source(self, X, sample_weight), Held(local(self.n_jobs))
        self._ridge = little_of(source)
        self._noise = noise_of(self.outliers, source.blocks, np.ones(source.n_columns))
        if is_choice(self):
            search, begin = self._choice(at_hand(source)), Starts((), NOTHING, 1)
        else:
            self._setting = one_setting(self)
            check_enough_rows(first_rows(source), self._setting.n_components)
            begin = self._starts((self._setting.n_components, source.n_columns))
            self._prior = _prior.in_numbers(self.prior, source, *self._setting)
            search = self._search(source, begin, runner)
        self._keep(search, source, begin)
        runner.conclude(is_interrupted=search.best.outcome is em.Outcome.INTERRUPTED)
        if not self.converged_ and self.max_iter > 0:
            warnings.warn(why_not_converged(self.n_iter_, self.lower_bound_), ConvergenceWarning, stacklevel=2)
        if spikes := describe_spikes(self._emission, self._parameters(), source):
            warnings.warn(spikes, ConvergenceWarning, stacklevel=2)
        return self

    def _choice(self, source: ArraySource) -> Search:
        own = {"equal_weights": self.equal_weights, "prior": _prior.named(self.prior), "outliers": self.outliers}
        self.selection_ = choose(self, source, **own)
        self._setting = self.selection_.best.setting
        self._prior = _prior.in_numbers(self.prior, source, *self._setting)
        return self.selection_.best.search

    def _starts(self, shape: tuple[int, int]) -> Starts:
        if self.warm_start and hasattr(self, "converged_"):
            return continued(self._parameters(), shape, self._bounds)
        given = check_given(self.weights_init, self.means_init, self.precisions_init, self._covariance, shape)
        return plan_starts(self.init_params, self.n_init, given)

    def _search(self, source: Measured, begin: Starts, runner: Runner) -> Search:
        total = source.total_weight
        stop = stopping_rule(self.tol, total)
        if begin.earlier:
            stop = Resumed(stop, tuple(bound * total for bound in begin.earlier))
        progress = Progress(int(self.verbose), self.verbose_interval, total)
        callbacks = [*(self.callbacks or ()), *([progress] if self.verbose else ())]
        plan = Plan(self._setting.n_components, begin.kinds, begin.is_race, self.max_iter, stop, callbacks)
        search = run(self._model, source, begin, plan, generator(self.random_state), runner)
        if self.verbose:
            progress.finish(search.best.outcome)
        return search

    def _keep(self, search: Search, source: Measured, begin: Starts) -> None:
        """Set the attributes, or none of them where the fit failed."""
        best, order = search.best, self._order(begin)
        by = canonical_order(best.parameters.weights, best.parameters.emission.means, order)
        parameters = self._model.reorder(best.parameters, by)
        values = attributes(parameters, self._covariance, source.dtype)
        if best.outcome is em.Outcome.COLLAPSED or not all(np.isfinite(value).all() for value in values.values()):
            raise ValueError(why_collapsed(source.dtype))
        values |= record(search, source, is_begun=self.max_iter > 0)
        for name, value in values.items():
            setattr(self, name, value)
        self._numbered_by, self._memory = order, None
        self._bounds = (*begin.earlier, *self.lower_bounds_)[-_REMEMBERED:]
        self.n_components_, self.covariance_type_ = self._setting
        if is_choice(self):
            self._history = history_of(self.selection_)
        else:
            self._history = history(self._setting, self._model, parameters, search, source, local(self.n_jobs))

    def _learn(self, parameters: MixtureParameters) -> None:
        for name, value in attributes(parameters, self._covariance, self.means_.dtype).items():
            setattr(self, name, value)

    def _order(self, begin: Starts) -> str:
        return self.order if self.order != "auto" else "weight" if begin.given.is_empty else "none"
