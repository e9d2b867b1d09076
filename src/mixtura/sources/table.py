"""A table from anywhere, as the rows to cluster and what goes with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from mixtura.errors import DataError
from mixtura.sources._places import name_row
from mixtura.sources.array import ArraySource
from mixtura.sources.column import Column
from mixtura.sources.demands import tell_holes
from mixtura.sources.digest import digest, digest_of
from mixtura.sources.roles import Roles, plural

LEAST_SPREAD = 1e-140  # of a column; squares of less have fewer digits than a float, or none


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of a table: the columns to cluster on as one array, and what goes with them.

    Parameters
    ----------
    names : tuple of str
        The columns to cluster on.
    points : array of shape (N, D)
        Their values: float64, C-contiguous; NaN where a cell is missing.
    weights : array of shape (N,), optional
        How much each row counts.
    ids : array of shape (N,), optional
        The names of the rows.
    extra : dict of str to array of shape (N,)
        Columns that are kept but not clustered on: known labels, profiles, groups.
    origin : str
        What the table is called in messages: a file name, or "the data frame".
    dropped : tuple of (str, str)
        The columns left out without being asked to, each with the reason.
    groupings : tuple of str
        Those of them whose values are categories, which `Roles.categorical` would take.
    parts : tuple of (str, int)
        The files the rows came from, each with its number of rows, so that a row can be named.
    columns : tuple of Column
        What each column is, where some are no numbers: the points of a category are the numbers of its levels.
    unknown : dict of str to tuple of str
        Levels that are not among those known, by column; their cells are missing.
    """

    names: tuple[str, ...]
    points: Float[ndarray, "N D"]
    weights: Float[ndarray, " N"] | None = None
    ids: ndarray | None = None
    extra: dict[str, ndarray] = field(default_factory=dict)
    origin: str = "the table"
    dropped: tuple[tuple[str, str], ...] = ()
    groupings: tuple[str, ...] = ()
    parts: tuple[tuple[str, int], ...] = ()
    columns: tuple[Column, ...] = ()
    unknown: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the values, names and weights in hexadecimal: the same rows have the same digest anywhere."""
        columns = [digest_of(column) for column in self.points.T]
        return digest(self.names, columns, b"" if self.weights is None else digest_of(self.weights))

    @property
    def in_order(self) -> Bool[ndarray, "N D"]:
        """Which cells are there: finite numbers, and levels that are known."""
        return np.isfinite(self.points)

    def source(self) -> ArraySource:
        """Return the rows as a source of blocks."""
        return ArraySource(self.points, self.weights)

    def name_row(self, row: int) -> str:
        """Say where a row, counted from 1, came from: its number, and its file if there are several."""
        return name_row(row, self.parts)


def read_table(
    data: Any,
    roles: Roles | None = None,
    *,
    format: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    na: Sequence[str] = (),
) -> Table:
    """Read a table from a file, a folder, standard input, an array or a data frame.

    Without `roles.features`, every numeric column is clustered on but those that are constant or merely number the
    rows; `Table.dropped` lists what was left out and why. Text, dates and nested columns cannot be clustered on.

    Parameters
    ----------
    data : path, list of paths, array or data frame
        A CSV, TSV, Parquet, Feather or Arrow file, plain or (text only) gzipped; a glob or a folder of such files,
        which must have the same columns; ``"-"`` for standard input; a two-dimensional array, whose columns are called
        x0, x1, …; a mapping of names to columns; or any data frame that narwhals knows or that speaks Arrow
        (``__arrow_c_stream__``).
    roles : Roles, optional
        What the columns are for.
    format : str, optional
        ``"csv"``, ``"parquet"``, ``"arrow"`` …; by default found out from the first bytes and the extension.
    delimiter, decimal : str, optional
        What separates the cells of a text file and what marks decimals; by default found out.
    na : sequence of str
        Cells of a text file that mean "missing", besides the empty cell, ``NA``, ``NaN``, ``null`` and the like.

    Returns
    -------
    Table
        The rows; missing cells are NaN, see `complete`.

    Raises
    ------
    DataError
        If the data cannot be read, or a column is missing or cannot be used; the message names file, column and row.

    Examples
    --------
    >>> from mixtura.sources.table import read_table
    >>> table = read_table({"width": [1.0, 2.5, 2.0], "kind": ["a", "b", "b"]})
    >>> table.names
    ('width',)
    >>> table.dropped
    (('kind', 'text: 2 different values'),)
    """
    from mixtura.sources._files import Options
    from mixtura.sources._gather import gather
    from mixtura.sources._select import select

    gathered = gather(data, Options(format, delimiter, decimal, na))
    return Table(**select(gathered, roles or Roles())._asdict())


Missing = Literal["model", "drop", "error"]


def complete(table: Table, missing: Missing = "error") -> Table:
    """Return the table without missing cells, or with those that can be modelled.

    Parameters
    ----------
    table : Table
        The table as it was read.
    missing : "error", "drop" or "model"
        Whether missing cells are an error, the rows that have some are left out, or all stay as they are.

    Raises
    ------
    DataError
        If cells are missing and `missing` is "error", if no row or column is left, or if a cell is infinite or so
        large that its square is.

    Examples
    --------
    >>> from mixtura.sources.table import complete, read_table
    >>> complete(read_table({"width": [1.0, None, 2.0]}), missing="drop").points.ravel()
    array([1., 2.])
    """
    if missing not in get_args(Missing):
        raise ValueError(f"missing is {missing!r}; use 'model', 'drop' or 'error'.")
    finite = table.in_order
    rows = np.asarray(finite.all(axis=1))
    if not rows.all():
        _refuse_infinite(table, finite)
    _refuse_huge(table)
    if rows.all() or missing == "model":
        return table
    if missing == "error" or not rows.any():
        raise _missing_cells(table, rows)
    return some_rows(table, rows)


def require_variation(table: Table) -> Table:
    """Return the table if a mixture can be fitted to it.

    Raises
    ------
    DataError
        If there is only one row, or a column holds the same value in every row.

    Examples
    --------
    >>> from mixtura.sources.table import read_table, require_variation
    >>> require_variation(read_table({"width": [1.0, 2.0]})).names
    ('width',)
    """
    if len(table.points) < 2:
        raise DataError(f"{table.origin} has one row; a mixture needs at least two different ones.")
    empty = [name for name, points in zip(table.names, table.points.T, strict=True) if np.isnan(points).all()]
    if empty:
        raise DataError(
            f"{table.origin}: column '{empty[0]}' has no value in any row; leave it out: {_exclude(empty)}."
        )
    constant = [name for name, same in zip(table.names, _is_constant(table.points), strict=True) if same]
    if constant:
        value = np.fmin.reduce(table.points[:, table.names.index(constant[0])])
        told = levels[int(value)] if (levels := _levels(table, constant[0])) else f"{value:g}"
        raise DataError(
            f"{table.origin}: column '{constant[0]}' holds {told} in every row, which tells no groups apart; leave "
            f"out what is constant: {_exclude(constant)}."
        )
    for d in _measured(table):
        refuse_minute(table.origin, table.names[d], float(np.ptp(table.points[~np.isnan(table.points[:, d]), d])))
    return table


def refuse_minute(origin: str, name: str, spread: float) -> None:
    """Raise a DataError where the squares of what cells differ by are nothing to a float."""
    if spread < LEAST_SPREAD:
        raise DataError(
            f"{origin}: column '{name}' varies by {spread:.3g} only, too little to be squared; multiply the column, or "
            f"leave it out: {_exclude([name])}."
        )


def _measured(table: Table) -> list[int]:
    """The columns that are taken in their own units: numbers that are seen through no transform."""
    return [d for d in range(len(table.names)) if not table.columns or table.columns[d].is_plain]


def _levels(table: Table, name: str) -> tuple[str, ...]:
    return next((column.levels for column in table.columns if column.name == name), ())


def _is_constant(points: ndarray) -> ndarray:
    """Whether the cells of a column that are there hold one value."""
    return np.asarray(np.fmin.reduce(points) == np.fmax.reduce(points))


def _exclude(names: Sequence[str]) -> str:
    return f"--exclude {','.join(names)}"


def _refuse_infinite(table: Table, finite: ndarray) -> None:
    for column, name in enumerate(table.names):
        suspects = np.flatnonzero(~finite[:, column])
        infinite = suspects[np.isinf(table.points[suspects, column])]
        if infinite.size:
            raise DataError(
                f"{table.origin}: column '{name}' is infinite in {table.name_row(int(infinite[0]) + 1)} "
                f"({plural(infinite.size, 'such cell')}); correct it, or make it missing."
            )


def _refuse_huge(table: Table) -> None:
    """Distances are squared and summed over all rows, which must not be more than a float can hold."""
    most = np.sqrt(np.finfo(np.float64).max / (16 * table.points.size))
    least, largest = np.fmin.reduce(table.points), np.fmax.reduce(table.points)
    for d in _measured(table):
        if max(largest[d], -least[d]) > most:
            row = int(np.argmax(np.abs(table.points[:, d]) > most))
            raise DataError(
                f"{table.origin}: column '{table.names[d]}' holds {table.points[row, d]:g} in "
                f"{table.name_row(row + 1)}, too large to be squared; divide the column, or correct the cell."
            )


def _missing_cells(table: Table, rows: ndarray) -> DataError:
    what, n_rows = tell_holes(table), int((~rows).sum())
    if n_rows == len(rows):
        worst = table.names[int(table.in_order.sum(axis=0).argmin())]
        return DataError(
            f"{what}; no row is complete: --missing model takes rows as they are. Or leave out the emptiest columns: "
            f"{_exclude([worst])}."
        )
    return DataError(
        f"{what}; --missing model takes rows as they are, --missing drop leaves out the {plural(n_rows, 'row')} with "
        "missing cells."
    )


def some_rows(table: Table, rows: ndarray) -> Table:
    return replace(
        table,
        points=table.points[rows],
        weights=None if table.weights is None else table.weights[rows],
        ids=None if table.ids is None else table.ids[rows],
        extra={name: values[rows] for name, values in table.extra.items()},
        parts=(),
    )
