"""`LatentClassMixture`: latent class analysis, a mixture for tables of answers."""

from collections.abc import Sequence
from functools import partial, reduce
from typing import Any, ClassVar, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import em
from mixtura.acceleration import SmallRemainder
from mixtura.emissions.categorical import Categorical
from mixtura.estimators import _parameters as rules
from mixtura.estimators._base import check_weights, is_far
from mixtura.estimators._families import FamilyAnswers, columns_of, rows_that_count
from mixtura.estimators._online import SCHEDULE, GoesOn
from mixtura.estimators._sources import is_source
from mixtura.goodness import goodness, patterns_of
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.online import Schedule
from mixtura.ordering import ORDERS
from mixtura.runners.anywhere import Anywhere
from mixtura.runners.contract import Measured
from mixtura.runners.held import Held
from mixtura.sources.array import ArraySource
from mixtura.sources.column import Column
from mixtura.sources.kinds import decode, encode, kinds_of
from mixtura.statistics import Block

_LEFT = 1e-7  # nats: steps cost little once equal rows are put together


class LatentClassMixture(GoesOn, FamilyAnswers):
    """Latent class analysis: groups in a table of categories, with independent answers within each group.

    Answers that are missing contribute nothing, which is right where they are missing at random; no row is dropped.
    Equal rows are put together, so that a fit takes as long as there are different ones.

    Parameters
    ----------
    n_components : int, default=2
        Number of classes, K.
    tol : float or "auto", default="auto"
        Stop when the mean log-likelihood per row changes by less; "auto" stops when all steps to come promise less
        than 1e-7 nats in total.
    max_iter : int, default=10000
        The most iterations over all rows.
    n_init : int, default=1
        How often the whole fit, a race of ten diverse starts whose best are then moved about, is made anew.
    random_state : int, RandomState or None, default=None
        Same seed, same result.
    order : {"weight", "means", "none"}, default="weight"
        How classes are numbered: the largest first; or by their probabilities; or as they were found.
    n_jobs : int or None, default=None
        Threads; -1 means all cores. The result does not depend on it.
    schedule : mixtura.Schedule or None, default=None
        How much `partial_fit` remembers; None is ``Schedule()``.

    Attributes
    ----------
    weights_ : array of shape (K,)
        The share of each class.
    levels_ : list of list of str
        The levels of each column, as text: sorted as numbers if they all are numbers, else by the alphabet.
    item_probabilities_ : list of arrays of shape (K, number of levels)
        For each column the probability of every level in every class.
    log_likelihood_ : float
        Of the table, in nats.
    n_parameters_ : int
        Free parameters.
    g_squared_, x_squared_, df_ : float, float, int
        The likelihood ratio and Pearson statistics of the patterns of answers, and their degrees of freedom; see
        `mixtura.goodness.Goodness`.
    entropy_r2_ : float
        One where every row belongs to one class for certain, zero where nothing tells the classes apart.
    bivariate_residuals_ : array of shape (D, D)
        What two questions still have in common within classes; values above about 4 say that classes are missing.
    converged_, outcome_, n_iter_, lower_bound_, lower_bounds_, log_likelihoods_, fit_report_
        As in `GaussianMixture`.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    References
    ----------
    Goodman, L. A. (1974). Exploratory latent structure analysis using both identifiable and unidentifiable models.
    Biometrika 61, 215-231.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura import LatentClassMixture
    >>> rng = np.random.default_rng(0)
    >>> likes = rng.uniform(size=(300, 4)) < np.where(np.arange(300) < 100, 0.9, 0.2)[:, None]
    >>> X = np.where(likes, "yes", "no").astype(object)
    >>> X[::7, 2] = None  # some did not answer
    >>> classes = LatentClassMixture(n_components=2, random_state=0).fit(X)
    >>> classes.levels_[0], classes.item_probabilities_[0].round(1).tolist()
    (['no', 'yes'], [[0.8, 0.2], [0.1, 0.9]])
    >>> classes.predict([["yes", "yes", None, "yes"]])
    array([1])
    """

    _rules: ClassVar = {
        "n_components": rules.whole(1),
        "tol": rules.either(rules.one_of(["auto"]), rules.real(0)),
        "max_iter": rules.whole(0),
        "n_init": rules.whole(1),
        "random_state": rules.SEED,
        "order": rules.one_of(ORDERS),
        "n_jobs": rules.JOBS,
        "schedule": SCHEDULE,
    }

    def __init__(
        self,
        n_components: int = 2,
        *,
        tol: float | str = "auto",
        max_iter: int = 10_000,
        n_init: int = 1,
        random_state: Any = None,
        order: str = "weight",
        n_jobs: int | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        self.n_components = n_components
        self.tol = tol
        self.max_iter = max_iter
        self.n_init = n_init
        self.random_state = random_state
        self.order = order
        self.n_jobs = n_jobs
        self.schedule = schedule

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Fit the classes.

        Parameters
        ----------
        X : array-like or data frame of shape (N, D), file, source, Dask data frame or array, Spark data frame
            Text, truth values or numbers; whatever they are, different values are different levels. None and NaN are
            missing; a row without any answer takes no part. Of files and collections the different rows are counted,
            where they are; only these are held. A source is one of categories:
            ``mixtura.stream(path, Roles(categorical=..., weight=...))``.
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
            If an option or the data cannot be used.

        Warns
        -----
        ConvergenceWarning
            If `max_iter` was reached first.
        """
        rules.check_parameters(self, self._rules)
        is_tallied = is_far(X)
        X, sample_weight = counted_rows(X, sample_weight)
        table = columns_of(self, X, reset=True, min_rows=2)
        table, weights = rows_that_count(table, check_weights(sample_weight, table.num_rows))
        columns = kinds_of(table, categorical=table.column_names)
        _refuse_empty([column.name for column in columns if not column.levels])
        rows = _with_answers(encode(table, columns).points, weights)
        n_levels = tuple(len(column.levels) for column in columns)
        patterns, model = patterns_of(rows.points, rows.weights, n_levels), Mixture(Categorical(n_levels))
        _require_patterns(len(patterns.points), self.n_components)
        source = ArraySource(*patterns)
        runner = Held(self._runner)
        self._keep(self._search(source, model, runner), source, model, columns, runner)
        self._history["n_rows"] = int(source.total_weight) if is_tallied else rows.n_rows
        self._judge(patterns)
        return self

    def _batch(self, X: Any, sample_weight: Any) -> Measured:
        """The rows that count."""
        return super()._batch(*counted_rows(X, sample_weight, getattr(self, "feature_names_in_", ())))

    def _show(self, parameters: MixtureParameters) -> None:
        super()._show(parameters)
        self.levels_ = [list(column.levels) for column in self._columns]
        ends = np.cumsum([len(levels) for levels in self.levels_])[:-1]
        self.item_probabilities_ = np.split(parameters.emission.probabilities, ends, axis=1)

    def _judge(self, patterns: Block) -> None:
        """Say how well the classes account for the table."""
        found = goodness(self._model, self._parameters, patterns)
        self.log_likelihood_ = self._history["log_likelihood"]
        self.g_squared_, self.x_squared_, self.df_ = found.g_squared, found.x_squared, found.df
        self.entropy_r2_, self.bivariate_residuals_ = found.entropy_r2, found.bivariate_residuals

    def _stop(self, total_weight: float) -> em.Stop:
        return SmallRemainder(_LEFT) if self.tol == "auto" else super()._stop(total_weight)


def _require_patterns(n_patterns: int, n_components: int) -> None:
    if n_patterns < n_components:
        raise ValueError(
            f"The table has {n_patterns} different row{'s' if n_patterns > 1 else ''}, fewer than n_components = "
            f"{n_components}: ask for at most {n_patterns}."
        )


def _with_answers(points: Float[ndarray, "N D"], weights: Float[ndarray, " N"] | None) -> ArraySource:
    """The rows that hold any answer: others tell nothing, and count nowhere."""
    answered = ~np.isnan(points).all(axis=1)
    return ArraySource(points[answered], None if weights is None else weights[answered])


def _refuse_empty(names: list[str]) -> None:
    if names:
        raise ValueError(f"Column {names[0]!r} has no answer in any row: leave it out.")


def counted_rows(X: Any, sample_weight: Any, names: Sequence[str] = ()) -> tuple[Any, Any]:
    """Rows and their weights; of files and collections every different row once, its weight how often it comes."""
    if not is_far(X):
        return X, sample_weight
    if sample_weight is not None:
        raise ValueError(
            "sample_weight goes with a table in memory; weights of files are one of their columns: "
            "mixtura.stream(path, Roles(categorical=..., weight=...))."
        )
    columns = getattr(X, "columns", ()) if is_source(X) else ()
    if columns and all(column.kind == "category" for column in columns):
        return _different_rows(X, columns)
    from mixtura.sources.tallies import tallied

    return tallied(X, tuple(map(str, names)))


def _different_rows(source: Measured, columns: Sequence[Column]) -> tuple[dict[str, ndarray], Float[ndarray, " M"]]:
    """The rows of a source of categories, each once, and the weights of those that are equal to it."""
    n_levels = tuple(len(column.levels) for column in columns)
    parts = Anywhere().each(source, partial(_patterns, n_levels=n_levels))
    together = reduce(partial(_joined, n_levels=n_levels), parts)
    cells = decode(together.points, columns)
    return {column.name: values for column, values in zip(columns, cells.T, strict=True)}, together.weights


def _patterns(block: Block, n_levels: Sequence[int]) -> Block:
    return patterns_of(*block, n_levels)


def _joined(left: Block, right: Block, n_levels: Sequence[int]) -> Block:
    points, weights = (np.concatenate(both) for both in zip(left, right, strict=True))
    return patterns_of(points, weights, n_levels)
