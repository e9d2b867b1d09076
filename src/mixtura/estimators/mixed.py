"""`MixedMixture`: groups in a table whose columns are of different kinds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.covariance import MODELS
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.transformed import Transformed
from mixtura.emissions.transforms import OFFERED, limits
from mixtura.estimators import _parameters as rules
from mixtura.estimators._base import check_enough_rows, check_magnitude, check_weights
from mixtura.estimators._families import FamilyAnswers, columns_of, rows_that_count
from mixtura.estimators._online import SCHEDULE, GoesOn
from mixtura.estimators._search import little_of
from mixtura.families import OF_COUNTS, blocks_of, family_of
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.online import Schedule
from mixtura.ordering import ORDERS
from mixtura.powers import settled
from mixtura.runners.held import Held
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
        X : data frame or array-like of shape (N, D)
            Every column has the kind that its cells have, unless `categorical` or `counts` say otherwise. An array of
            objects, such as a list of lists with text in it, holds categories only: use a data frame for mixed columns.
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
        table = columns_of(self, X, reset=True, min_rows=2)
        table, weights = rows_that_count(table, check_weights(sample_weight, table.num_rows))
        categorical, counts = (_names(table.column_names, wanted) for wanted in (self.categorical, self.counts))
        columns = kinds_of(table, categorical, counts)
        points = encode(table, columns).points
        _refuse_empty(points, columns)
        transforms = dict(self.transforms or {})
        check_transforms(transforms, columns, points)
        check_enough_rows(np.nan_to_num(points, nan=np.pi), self.n_components)
        plain = points[:, [column.name not in transforms for column in columns]]
        check_magnitude(points, float(np.nanmax(np.abs(plain), initial=0.0)))
        source = ArraySource(points, weights)
        columns = tuple(column._replace(transform=transforms.get(column.name, "none")) for column in columns)
        columns = settled(columns, points, weights, [self.n_components])
        numbers = Gaussian(self.covariance_type, self._ridge(source, columns))
        model = Mixture(family_of(columns, numbers, self.count_family))
        runner = Held(self._runner)
        self._keep(self._search(source, model, runner), source, model, columns, runner)
        return self

    def _points(self, X: Any) -> Float[ndarray, "N D"]:
        points = super()._points(X)
        check_transforms(dict(self.transforms or {}), self._columns, points)
        return points

    def _ridge(self, source: ArraySource, columns: Sequence[Column]) -> float | tuple[float, ...]:
        numbers = [d for d, column in enumerate(columns) if column.kind == "number"]
        if not isinstance(self.reg_covar, str):
            return float(self.reg_covar)
        if not numbers:
            return 0.0
        seen = Transformed(tuple(columns[d].transform for d in numbers))
        return little_of(ArraySource(seen.forward(np.take(source.points, numbers, axis=1)), source.weights))

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


def _names(known: Sequence[str], wanted: Sequence[str | int] | None) -> list[str]:
    """The names of columns that are given by name or position."""
    found = []
    for one in wanted if wanted is not None else ():
        is_position = not isinstance(one, str) and -len(known) <= one < len(known)
        if not is_position and one not in known:
            raise ValueError(f"There is no column {one!r}: the table has {', '.join(known[:12])}.")
        found.append(known[one] if not isinstance(one, str) else one)
    return found


def _refuse_empty(points: Float[ndarray, "N D"], columns: Sequence[Column]) -> None:
    empty = np.isnan(points).all(0)
    if empty.any():
        raise ValueError(f"Column {columns[int(empty.argmax())].name!r} has no value in any row: leave it out.")


def check_transforms(transforms: Mapping[str, str], columns: Sequence[Column], points: Float[ndarray, "N D"]) -> None:
    """Raise ValueError where a transform is unknown, is of no column of numbers, or a cell is out of its range."""
    kinds = {column.name: (column.kind, values) for column, values in zip(columns, points.T, strict=True)}
    for name, how in transforms.items():
        if how not in OFFERED:
            raise ValueError(f"The transform {how!r} of column {name!r} is unknown: use one of {', '.join(OFFERED)}.")
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
