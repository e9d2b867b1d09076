"""`StudentMixture`: a mixture with heavy tails, for tables with outliers."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.utils.validation import check_is_fitted

from mixtura.emissions.student import Student
from mixtura.estimators import _parameters as rules
from mixtura.estimators._base import check_enough_rows, check_points
from mixtura.estimators._choosing import RULES, choose, is_choice, one_setting
from mixtura.estimators._families import FamilyAnswers
from mixtura.estimators._online import SCHEDULE, GoesOn
from mixtura.estimators._record import history_of
from mixtura.estimators._search import little_of
from mixtura.estimators._sources import asked_source, at_hand, first_rows, training_source
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.online import Schedule
from mixtura.ordering import ORDERS
from mixtura.runners.contract import Measured
from mixtura.runners.held import Held
from mixtura.sources.column import Column
from mixtura.trials import Setting


class StudentMixture(GoesOn, FamilyAnswers):
    """Mixture of multivariate Student-t components, which outliers hardly move.

    A row counts the less for the means and shapes of components the farther it lies from them. Where a Gaussian mixture
    spends components on outliers or is pulled apart by them, this one gives its components heavier tails.

    Parameters
    ----------
    n_components : int, "auto" or list of int, default=1
        Number of components, K. Several, or "auto", are fitted under every covariance type that is asked for, and the
        best by `criterion` is kept, as in `GaussianMixture`.
    covariance_type : str, "auto" or list of str, default="full"
        The model of the scale matrices: any name that `GaussianMixture` takes for covariances; "auto" for full, tied,
        diag and spherical.
    criterion : str, default="bic"
        By what mixtures are chosen, as in `GaussianMixture`.
    dof : "shared", "free" or float, default="shared"
        Degrees of freedom, which say how heavy tails are (1 is Cauchy's law, many are Gauss's): one number found for
        all components, one for each, or given. They are looked for between 1 and 200. With "free" one component may
        take all outliers, and with them more than its share of the weight.
    tol, reg_covar, max_iter, n_init, random_state, order, n_jobs, schedule
        As in `GaussianMixture`; `order` is "weight", "means" or "none".

    Attributes
    ----------
    weights_ : array of shape (K,)
        The share of each component.
    means_ : array of shape (K, D)
        Their centres, which are means where there are more than one degree of freedom.
    covariances_ : array of shape (K, D, D), (K, D) or (K,)
        Their scale matrices, which are no covariances: these are larger by the factor dof / (dof - 2), and infinite
        for two degrees of freedom or fewer.
    dof_ : array of shape (K,)
        Degrees of freedom.
    n_components_, covariance_type_ : int, str
        Those of this fit.
    selection_ : Selection
        All fits that this one was chosen from, where several were asked for.
    converged_, outcome_, n_iter_, lower_bound_, lower_bounds_, log_likelihoods_, fit_report_
        As in `GaussianMixture`.
    n_parameters_ : int
        Free parameters.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    References
    ----------
    Peel, D. & McLachlan, G. J. (2000). Robust mixture modelling using the t distribution. Statistics and Computing 10,
    339-348.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura import StudentMixture
    >>> rng = np.random.default_rng(0)
    >>> rows = np.concatenate([rng.normal(0, 1, (100, 2)), rng.normal(9, 1, (300, 2))])
    >>> rows[::20] = rng.uniform(-90, 90, (20, 2))  # outliers
    >>> mixture = StudentMixture(n_components=2, random_state=0).fit(rows)
    >>> mixture.means_.round(0) + 0.0  # no minus before zeros
    array([[9., 9.],
           [0., 0.]])
    """

    _rules: ClassVar = {
        **RULES,
        "dof": rules.either(rules.one_of(["shared", "free"]), rules.positive()),
        "tol": rules.either(rules.one_of(["auto"]), rules.real(0)),
        "reg_covar": rules.either(rules.one_of(["auto"]), rules.real(0)),
        "max_iter": rules.whole(0),
        "n_init": rules.whole(1),
        "random_state": rules.SEED,
        "order": rules.one_of(ORDERS),
        "n_jobs": rules.JOBS,
        "schedule": SCHEDULE,
    }

    def __init__(
        self,
        n_components: int | str | Iterable[int] = 1,
        *,
        covariance_type: str | Iterable[str] = "full",
        criterion: str = "bic",
        dof: float | str = "shared",
        tol: float | str = "auto",
        reg_covar: float | str = "auto",
        max_iter: int = 1000,
        n_init: int = 1,
        random_state: Any = None,
        order: str = "weight",
        n_jobs: int | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        self.n_components = n_components
        self.covariance_type = covariance_type
        self.criterion = criterion
        self.dof = dof
        self.tol = tol
        self.reg_covar = reg_covar
        self.max_iter = max_iter
        self.n_init = n_init
        self.random_state = random_state
        self.order = order
        self.n_jobs = n_jobs
        self.schedule = schedule

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Fit the mixture.

        Parameters
        ----------
        X : array-like of shape (N, D), file, StreamedSource, Dask data frame or array, Spark data frame
            Numbers; of float32, results are float32, too. A cell that is NaN is missing: rows count by their other
            cells, exactly and without imputation.
            Files and collections are read block by block, where they are, as by `GaussianMixture`.
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
            If `max_iter` was reached first.
        """
        rules.check_parameters(self, self._rules)
        source, runner = training_source(self, X, sample_weight), Held(self._runner)
        self._dtype = source.dtype
        names = getattr(self, "feature_names_in_", [f"x{d}" for d in range(source.n_columns)])
        columns = [Column(str(name), "number") for name in names]
        dof = self.dof if isinstance(self.dof, str) else float(self.dof)
        if is_choice(self):
            self.selection_ = choose(self, at_hand(source), dof=dof)
            best = self.selection_.best
            self._asked = best.setting
            self._keep(best.search, source, best.model, columns, runner)
            self._history = history_of(self.selection_)
            return self
        self._asked = one_setting(self)
        check_enough_rows(first_rows(source), self._asked.n_components)
        little = little_of(source) if isinstance(self.reg_covar, str) else float(self.reg_covar)
        model = Mixture(Student(self._asked.covariance, str(dof), little))
        self._keep(self._search(source, model, runner), source, model, columns, runner)
        return self

    def _wanted(self) -> Setting:
        return self._asked

    def _show(self, parameters: MixtureParameters) -> None:
        super()._show(parameters)
        arrays = (np.array(array, self._dtype) for array in (parameters.weights, *parameters.emission))
        self.weights_, self.means_, self.covariances_, self.dof_ = arrays
        self.n_components_, self.covariance_type_ = self._asked

    def _batch(self, X: Any, sample_weight: Any) -> Measured:
        """The rows that count."""
        return asked_source(self, X, sample_weight)

    def _points(self, X: Any) -> Float[ndarray, "N D"]:
        check_is_fitted(self)
        return check_points(self, X, reset=False, may_have_holes=True)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = tags.input_tags.string = False
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
