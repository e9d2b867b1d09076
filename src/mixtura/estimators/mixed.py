"""`MixedMixture`: groups in a table whose columns are of different kinds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.utils.validation import check_is_fitted

from mixtura.covariance import MODELS
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.transformed import Transformed
from mixtura.emissions.transforms import OFFERED, limits
from mixtura.estimators import _parameters as rules
from mixtura.estimators._base import check_enough_rows, check_magnitude, check_weights, is_far, weighted_source
from mixtura.estimators._families import FamilyAnswers, columns_of, rows_that_count
from mixtura.estimators._far_columns import far_columns, names_of, rows_seen
from mixtura.estimators._online import SCHEDULE, GoesOn
from mixtura.estimators._search import sample_of
from mixtura.estimators._sources import far_rows_asked
from mixtura.families import OF_COUNTS, blocks_of, family_of
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.online import Schedule
from mixtura.ordering import ORDERS
from mixtura.powers import settled
from mixtura.runners.contract import Measured
from mixtura.runners.held import Held
from mixtura.scaling import ridges
from mixtura.sources.array import ArraySource
from mixtura.sources.column import Column
from mixtura.sources.kinds import encode, kinds_of

_COLUMNS = rules.either(rules.NONE, rules.ARRAY)


class MixedMixture(GoesOn, FamilyAnswers):
    """Groups in a table of numbers, categories and counts.

    Within a group the numbers are Gaussian with one covariance model, each category has its own probabilities, each
    count its own mean (Poisson, or negative binomial), and the three blocks are independent. Text and truth values are
    categories, other columns numbers unless `categorical` or `counts` name them. Cells that are missing contribute
    nothing, which is right where they are missing at random.

    Parameters
    ----------
    n_components : int, default=2
        Number of groups, K.
    covariance_type : str, default="full"
        The covariance model of the numbers: any name that `GaussianMixture` takes.
    categorical, counts : sequence of str or int, default=None
        Columns, by name or position, that hold categories or counts although their cells are numbers.
    count_family : {"poisson", "negative_binomial"}, default="poisson"
        The law of the counts within a group. A negative binomial has a size r besides its mean m, for every group and
        column, and the variance m + m² / r: for counts that vary more than Poisson's, whose variance is m.
    transforms : dict of str to {"log", "sqrt", "logit", "box-cox", "yeo-johnson"}, default=None
        Columns of numbers that are positive ("log", "sqrt", "box-cox"), between 0 and 1 ("logit") or any
        ("yeo-johnson"): groups are Gaussian in the transformed column, and the density is that of the column as it is,
        by the slope of the transform. The powers of Box and Cox and of Yeo and Johnson are found: see `transforms_`.
    tol, max_iter, n_init, random_state, order, n_jobs, schedule
        As in `LatentClassMixture`, and "auto" for `tol` as in `GaussianMixture`.
    reg_covar : float or "auto", default="auto"
        As in `GaussianMixture`.

    Attributes
    ----------
    weights_ : array of shape (K,)
        The share of each group.
    kinds_ : dict
        Of each column "number", "category" or "count".
    levels_ : dict
        Of each categorical column its levels, as text.
    transforms_ : dict
        Of each transformed column its transform, with the power that was found and the unit that the column is seen
        in, such as "box-cox(0.3, 1250.0)".
    means_, covariances_ : array of shape (K, numbers), and of whatever shape the covariance model has
        Of the columns of numbers, in the order of the table; transformed ones in their transformed units.
    item_probabilities_ : dict
        Of each categorical column the probability of every level in every group, shape (K, levels).
    rates_ : dict
        Of each column of counts its mean in every group, shape (K,).
    count_sizes_ : dict
        Of each column of counts its size in every group, shape (K,); empty unless they are negative binomials.
    converged_, outcome_, n_iter_, lower_bound_, lower_bounds_, log_likelihoods_, fit_report_
        As in `GaussianMixture`.
    n_parameters_ : int
        Free parameters.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Examples
    --------
    >>> from mixtura import MixedMixture, datasets
    >>> penguins = datasets.load("penguins").frame("pyarrow").drop_columns(["species", "year"])
    >>> groups = MixedMixture(n_components=3, random_state=0).fit(penguins)
    >>> groups.kinds_["island"], groups.levels_["island"]
    ('category', ['Biscoe', 'Dream', 'Torgersen'])
    >>> groups.item_probabilities_["island"].shape
    (3, 3)
    """

    _rules: ClassVar = {
        "n_components": rules.whole(1),
        "covariance_type": rules.one_of(MODELS),
        "categorical": _COLUMNS,
        "counts": _COLUMNS,
        "count_family": rules.one_of(OF_COUNTS),
        "transforms": rules.either(rules.NONE, rules.Rule(lambda value: isinstance(value, dict), "a dict")),
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
        n_components: int = 2,
        *,
        covariance_type: str = "full",
        categorical: Sequence[str | int] | None = None,
        counts: Sequence[str | int] | None = None,
        count_family: str = "poisson",
        transforms: Mapping[str, str] | None = None,
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
        self.categorical = categorical
        self.counts = counts
        self.count_family = count_family
        self.transforms = transforms
        self.tol = tol
        self.reg_covar = reg_covar
        self.max_iter = max_iter
        self.n_init = n_init
        self.random_state = random_state
        self.order = order
        self.n_jobs = n_jobs
        self.schedule = schedule

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Fit the groups.

        Parameters
        ----------
        X : data frame or array-like of shape (N, D), file, StreamedSource, Dask data frame or array, Spark data frame
            Every column has the kind that its cells have, unless `categorical` or `counts` say otherwise. An array of
            objects, such as a list of lists with text in it, holds categories only: use a data frame for mixed columns.
            Files and collections are read block by block, where they are, after a pass that finds their levels; a
            row without any cell takes no part. What the columns of a source are, `Roles` say where it is opened.
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
        _check_known(self.transforms or {})
        source, columns = far_columns(self, X, sample_weight) if is_far(X) else self._columns_at_hand(X, sample_weight)
        points, weights = rows_seen(source)
        check_enough_rows(np.nan_to_num(points, nan=np.pi), self.n_components)
        columns = settled(columns, points, weights, [self.n_components])
        numbers = Gaussian(self.covariance_type, self._ridge(source, columns))
        model = Mixture(family_of(columns, numbers, self.count_family))
        runner = Held(self._runner)
        self._keep(self._search(source, model, runner), source, model, columns, runner)
        return self

    def _columns_at_hand(self, X: Any, sample_weight: Any) -> tuple[ArraySource, tuple[Column, ...]]:
        """The rows to fit, levels as their numbers, and what their columns are."""
        table = columns_of(self, X, reset=True, min_rows=2)
        weights = check_weights(sample_weight, table.num_rows)
        table, weights = rows_that_count(table, weights)
        categorical, counts = (names_of(table.column_names, wanted) for wanted in (self.categorical, self.counts))
        columns = kinds_of(table, categorical, counts)
        points = encode(table, columns).points
        _refuse_empty(points, columns)
        transforms = dict(self.transforms or {})
        check_transforms(transforms, columns, points)
        plain = points[:, [column.name not in transforms for column in columns]]
        check_magnitude(points, float(np.nanmax(np.abs(plain), initial=0.0)))
        columns = tuple(column._replace(transform=transforms.get(column.name, "none")) for column in columns)
        return weighted_source(points, weights), columns

    def _batch(self, X: Any, sample_weight: Any) -> Measured:
        """The rows that count."""
        check_is_fitted(self)
        if is_far(X):
            return far_rows_asked(self, X, sample_weight, len(self._columns))
        return super()._batch(X, sample_weight)

    def _points(self, X: Any) -> Float[ndarray, "N D"]:
        points = super()._points(X)
        check_transforms(dict(self.transforms or {}), self._columns, points)
        return points

    def _ridge(self, source: Measured, columns: Sequence[Column]) -> float | tuple[float, ...]:
        numbers = [d for d, column in enumerate(columns) if column.kind == "number"]
        if not isinstance(self.reg_covar, str):
            return float(self.reg_covar)
        if not numbers:
            return 0.0
        rows, seen = sample_of(source), Transformed(tuple(columns[d].transform for d in numbers))
        return ridges(seen.forward(np.take(rows.points, numbers, axis=1)), rows.weights, source.dtype.type)

    def _show(self, parameters: MixtureParameters) -> None:
        super()._show(parameters)
        self.kinds_ = {column.name: column.kind for column in self._columns}
        self.transforms_ = {column.name: column.transform for column in self._columns if column.transform != "none"}
        self.levels_ = {column.name: list(column.levels) for column in self._columns if column.kind == "category"}
        self.means_, self.covariances_ = np.empty((len(self.weights_), 0)), np.empty((len(self.weights_), 0))
        self.item_probabilities_, self.rates_ = dict[str, ndarray](), dict[str, ndarray]()
        self.count_sizes_ = dict[str, ndarray]()
        blocks = blocks_of(self._model.emission, parameters.emission)
        if "numbers" in blocks:
            self.means_, self.covariances_ = blocks["numbers"][2]
        if "categories" in blocks:
            columns, family, part = blocks["categories"]
            ends = np.cumsum(getattr(family, "n_levels", ()))[:-1]
            self.item_probabilities_ = self._by_name(columns, np.split(part.probabilities, ends, axis=1))
        if "counts" in blocks:
            columns, _, part = blocks["counts"]
            self.rates_ = self._by_name(columns, part.rates.T)
            if part.sizes is not None:
                self.count_sizes_ = self._by_name(columns, part.sizes.T)

    def _by_name(self, columns: Iterable[int], values: Iterable[ndarray]) -> dict[str, ndarray]:
        return {self._columns[d].name: value for d, value in zip(columns, values, strict=True)}


def _refuse_empty(points: Float[ndarray, "N D"], columns: Sequence[Column]) -> None:
    empty = np.isnan(points).all(0)
    if empty.any():
        raise ValueError(f"Column {columns[int(empty.argmax())].name!r} has no value in any row: leave it out.")


def _check_known(transforms: Mapping[str, str]) -> None:
    """Raise ValueError where a transform is unknown."""
    for name, how in transforms.items():
        if how not in OFFERED:
            raise ValueError(f"The transform {how!r} of column {name!r} is unknown: use one of {', '.join(OFFERED)}.")


def check_transforms(transforms: Mapping[str, str], columns: Sequence[Column], points: Float[ndarray, "N D"]) -> None:
    """Raise ValueError where a transform is of no column of numbers, or a cell is out of its range."""
    kinds = {column.name: (column.kind, values) for column, values in zip(columns, points.T, strict=True)}
    for name, how in transforms.items():
        kind, values = kinds.get(name, ("none", points[:, :0]))
        if kind != "number":
            raise ValueError(f"There is no column of numbers {name!r} to transform.")
        least, most = limits(how)
        outside = (values <= least) | (values >= most)
        if outside.any():
            row = int(outside.argmax())
            raise ValueError(
                f"Column {name!r} holds {values[row]:g} in row {row + 1}, which has no {how}: it takes numbers above "
                f"{least:g}{'' if np.isinf(most) else f' and below {most:g}'}."
            )
