"""Fits that are not chosen among others: without some rows (`--outliers trim`), or of what is not known (`--fixed`)."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mixtura._conform import parse
from mixtura.cli import _options
from mixtura.cli._on_record import is_given
from mixtura.errors import DataError, FitError

if TYPE_CHECKING:
    from mixtura.cli._request import Request
    from mixtura.estimators import SemiSupervisedMixture, TrimmedMixture
    from mixtura.fitted import FittedMixture
    from mixtura.sources.table import Table

_TRIM = 0.05
_OF_CHOICES = ("bayes", "select_columns", "prior", "criterion", "scale", "reg", "tol", "time_limit", "no_prune",
               "stability", "memory", "sql", "cache", "checkpoint", "engine", "categorical", "counts",
               "transform")  # fmt: skip
_HELD = ("weights", "means", "covariances")
_LARGEST = 1e100  # squares of larger numbers are none

options = _options.combine(
    click.option("--trim", type=_options.FiniteRange(0, 0.5, min_open=True), metavar="SHARE",
                 help=f"The share of the rows that --outliers trim leaves out; {_TRIM} by default."),
    click.option("--fixed", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
                 help="JSON with weights, means or covariances that stay as they are; null for what is fitted."),
)  # fmt: skip


def _is_asked(asked: Mapping[str, Any]) -> bool:
    """Whether there is one fit to make, by an estimator."""
    return asked["outliers"] == "trim" or asked["fixed"] is not None


def check(ctx: click.Context) -> None:
    """Raise a usage error where options do not go together."""
    asked = ctx.params
    if asked["trim"] is not None and asked["outliers"] != "trim":
        raise click.UsageError("--trim is the share that --outliers trim leaves out: give both.")
    if not _is_asked(asked):
        return
    own = "--fixed" if asked["fixed"] is not None else "--outliers trim"
    if asked["fixed"] is not None and asked["outliers"] != "none":
        raise click.UsageError("--fixed takes every row for one of a cluster: leave out --outliers.")
    other = next((name for name in _OF_CHOICES if is_given(ctx, name)), None)
    if other is not None:
        raise click.UsageError(f"{own} is one fit in the units of the data: leave out --{other.replace('_', '-')}.")
    if asked["k"] is None or len(asked["k"]) > 1:
        raise click.UsageError(f"{own} is one fit, not a choice: give -k one number.")
    if len(asked["covariance"] or ()) > 1:
        raise click.UsageError(f"{own} is one fit, not a choice: give --covariance one name, or none for full.")


def fit(request: "Request", table: "Table") -> "FittedMixture":
    """The mixture, under the names of the columns.

    Raises
    ------
    DataError
        If rows lack cells, or what is fixed cannot be.
    FitError
        If the iterations ran out, and that is to be an error.
    """
    estimator = _trimmed(request) if request.outliers == "trim" else _steered(request, table)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the answer says so too
            estimator.fit(table.points, sample_weight=table.weights)
    except ValueError as error:  # estimators speak to Python
        raise DataError(f"{table.origin}: {error}") from None
    if request.strict and not estimator.converged_:
        raise FitError(f"--strict: {estimator.outcome_.value}")
    fitted: FittedMixture = estimator.to_fitted()
    return replace(fitted, features=table.names)


def _trimmed(request: "Request") -> "TrimmedMixture":
    from mixtura.estimators import TrimmedMixture

    return TrimmedMixture(trim=_TRIM if request.trim is None else request.trim, **_common(request))


def _steered(request: "Request", table: "Table") -> "SemiSupervisedMixture":
    from mixtura.estimators import SemiSupervisedMixture

    held = read_fixed(str(request.fixed), table.names, _common(request)["n_components"], request.covariances[0])
    return SemiSupervisedMixture(**{f"fixed_{name}": value for name, value in held.items()}, **_common(request))


def _common(request: "Request") -> dict[str, Any]:
    (n_components,) = request.k or (1,)
    n_starts = {} if request.n_init is None else {"n_init": request.n_init}
    return n_starts | {
        "n_components": n_components,
        "covariance_type": request.covariances[0],
        "equal_weights": request.equal_weights,
        "max_iter": request.max_iter,
        "random_state": request.seed,
        "n_jobs": request.n_threads,
    }


def read_fixed(path: str, columns: Sequence[str], n_components: int, covariance: str) -> dict[str, Any]:
    """Arrays as `SemiSupervisedMixture` takes them, NaN for what is null; means may be written by column.

    Raises
    ------
    DataError
        If the file holds anything else.
    """
    import numpy as np

    from mixtura.estimators._attributes import shape_of

    try:
        told = parse(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is no JSON that can be read: {error}.") from None
    if not isinstance(told, dict) or not told or told.keys() - set(_HELD):
        raise DataError(f"{path} must hold an object with some of the names {', '.join(_HELD)}, and no others.")
    shapes = (n_components,), (n_components, len(columns)), shape_of(covariance, n_components, len(columns))
    held = {}
    for (name, value), shape in ((item, shapes[_HELD.index(item[0])]) for item in told.items() if item[1] is not None):
        rows = [_by_column(path, row, columns) for row in value] if name == "means" and _is_list(value) else value
        try:
            held[name] = np.array(_filled(rows, shape), dtype=float)
        except ValueError:
            raise DataError(
                f"{path}: {name} must be numbers of the shape {shape}, for {n_components} clusters under the "
                f"covariance model {covariance} of the columns {', '.join(columns)}."
            ) from None
    return held


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _by_column(path: str, row: Any, columns: Sequence[str]) -> Any:
    """The means of a cluster in the order of the columns."""
    if not isinstance(row, dict):
        return row
    if row.keys() != set(columns):
        raise DataError(f"{path}: a mean has the columns {', '.join(row) or 'none'}; it needs {', '.join(columns)}.")
    return [row[name] for name in columns]


def _filled(value: Any, shape: tuple[int, ...]) -> Any:
    """Lists of the shape, where a null stands for as many numbers as there are to be fitted."""
    if value is None:
        return [_filled(None, shape[1:])] * shape[0] if shape else float("nan")
    if not shape:
        return _number(value)
    if not _is_list(value) or len(value) != shape[0]:
        raise ValueError
    return [_filled(part, shape[1:]) for part in value]


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _LARGEST:
        raise ValueError
    return float(value)
