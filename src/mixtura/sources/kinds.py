"""Columns of different kinds as numbers: categories become the numbers of their levels, counts stay as they are."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Float
from numpy import ndarray

from mixtura.errors import DataError
from mixtura.sources import _columns
from mixtura.sources._arrays import missing, numbers, to_arrow
from mixtura.sources.column import Column


class Encoded(NamedTuple):
    """A table as numbers, NaN where a cell is missing; and the levels met that its columns do not have."""

    points: Float[ndarray, "N D"]
    unknown: dict[str, tuple[str, ...]]


def table_of(data: Any) -> pa.Table:
    """An array of numbers or of anything that can be told apart, or any data frame, as an Arrow table.

    Examples
    --------
    >>> import numpy as np
    >>> table_of(np.array([["yes", 1], [None, 2.0]], dtype=object)).to_pydict()
    {'x0': ['yes', None], 'x1': [1.0, 2.0]}
    """
    array = np.array(data, dtype=object) if isinstance(data, (list, tuple)) else data
    if isinstance(array, ndarray) and array.ndim == 2 and array.dtype.kind not in "fiub":
        return pa.table({f"x{d}": _of_objects(column) for d, column in enumerate(array.T)})
    from mixtura.sources.frames import read_frame  # loads narwhals, which files do without

    return _columns.simplify(read_frame(array)[0])


def kinds_of(table: pa.Table, categorical: Iterable[str] = (), counts: Iterable[str] = ()) -> tuple[Column, ...]:
    """The kind of every column: text and truth values are categories, and so are the columns of `categorical`.

    Raises
    ------
    DataError
        If a column cannot be of the kind it should be: dates, lists, counts that are no whole numbers from zero on.

    Examples
    --------
    >>> columns = kinds_of(table_of({"town": ["Rom", "Oslo"], "visits": [0, 7]}), counts=["visits"])
    >>> tuple(column.kind for column in columns)
    ('category', 'count')
    """
    categorical, counts = set(categorical), set(counts)
    return tuple(_column(table, name, name in categorical, name in counts) for name in table.column_names)


def encode(table: pa.Table, columns: Sequence[Column]) -> Encoded:
    """The columns as numbers; a level that a column does not have is taken for missing, and told.

    Raises
    ------
    DataError
        If a column that should hold numbers does not, or a count is none.

    Examples
    --------
    >>> encode(table_of({"town": ["Rom", "Bonn", None]}), [Column("town", "category", ("Oslo", "Rom"))]).unknown
    {'town': ('Bonn',)}
    """
    points, unknown = np.empty((table.num_rows, len(columns))), dict[str, tuple[str, ...]]()
    for d, column in enumerate(columns):
        cells = table.column(column.name)
        if column.kind == "category":
            points[:, d], strange = codes_of(cells, column.levels)
            unknown |= {column.name: strange} if strange else {}
        else:
            points[:, d] = _numbers(cells, column)
    return Encoded(points, unknown)


def decode(points: Float[ndarray, "N D"], columns: Sequence[Column]) -> ndarray:
    """Rows as people know them: levels by name, numbers as they are, None where a cell is missing; shape (N, D).

    Without any levels they are as they were.

    Examples
    --------
    >>> import numpy as np
    >>> decode(np.array([[1.0], [np.nan]]), [Column("town", "category", ("Oslo", "Rom"))]).ravel().tolist()
    ['Rom', None]
    """
    if not any(column.levels for column in columns):
        return points
    cells = np.empty(points.shape, dtype=object)
    for d, column in enumerate(columns):
        known = ~np.isnan(points[:, d])
        values = points[known, d]
        named = np.array(column.levels, dtype=object)[values.astype(int)] if column.kind == "category" else values
        cells[known, d] = named
    return cells


def _column(table: pa.Table, name: str, is_category: bool, is_count: bool) -> Column:
    cells = table.column(name)
    kind = _columns.kind_of(cells)
    if kind in ("date", "nested", "other"):
        raise DataError(f"Column {name!r} holds values of type {cells.type}, which are neither numbers nor categories.")
    if kind == "number":
        _refuse_infinite(name, _columns.to_floats(cells))
    if is_category or kind in ("text", "empty") or pa.types.is_boolean(cells.type):
        return Column(name, "category", levels_of(cells))
    column = Column(name, "count" if is_count else "number")
    _numbers(cells, column)
    return column


def levels_of(cells: pa.ChunkedArray) -> tuple[str, ...]:
    """The different values of a column as text: in the order of the numbers if they are numbers, else of the alphabet.

    Examples
    --------
    >>> import pyarrow
    >>> levels_of(pyarrow.chunked_array([[10.0, 9.0, None]]))
    ('9', '10')
    """
    found = pc.unique(texts(cells)).drop_null().to_pylist()
    try:
        return tuple(sorted(found, key=float))
    except ValueError:
        return tuple(sorted(found))


def texts(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """The cells as text; a whole number is written without a decimal point, whatever type it has."""
    if pa.types.is_floating(cells.type):
        values = _columns.to_floats(cells)
        absent = np.isnan(values)
        filled = np.where(absent, 0.0, values)
        is_whole = bool((filled == np.round(filled)).all() and np.abs(filled).max(initial=0.0) < 2**53)
        cells = pa.chunked_array([pa.array(filled.astype(np.int64) if is_whole else filled, mask=absent)])
    return cells.cast(pa.string())


def codes_of(cells: pa.ChunkedArray, levels: Sequence[str]) -> tuple[Float[ndarray, " N"], tuple[str, ...]]:
    """The number of the level in each cell, and the levels that are not among those known.

    Examples
    --------
    >>> codes_of(pa.chunked_array([[1e10, 3.0]]), ("0.5", "1e+10"))  # some cells of a column that holds 0.5 too
    (array([ 1., nan]), ('3',))
    """
    places = pc.index_in(*_comparable(cells, levels))
    absent = missing(places)
    strange = pc.unique(texts(cells.filter(pa.array(absent)))).drop_null().to_pylist() if absent.any() else ()
    return np.where(absent, np.nan, numbers(places)), tuple(sorted(strange))


def _comparable(cells: pa.ChunkedArray, levels: Sequence[str]) -> tuple[pa.ChunkedArray, pa.Array]:
    """Cells and levels as text; as numbers where both are: how a number is written depends on the others beside it."""
    is_whole = pa.types.is_integer(cells.type) and all(level.lstrip("-").isdecimal() for level in levels)
    if _columns.kind_of(cells) == "number" and not (is_whole or pa.types.is_boolean(cells.type)):
        with suppress(ValueError):
            values = pa.array([float(level) for level in levels], pa.float64())
            return pa.chunked_array([to_arrow(np.ma.masked_invalid(_columns.to_floats(cells)))]), values
    return texts(cells), pa.array(levels, pa.string())


def _numbers(cells: pa.ChunkedArray, column: Column) -> Float[ndarray, " N"]:
    if _columns.kind_of(cells) not in ("number", "empty"):
        raise DataError(f"Column {column.name!r} holds {cells.type} values where numbers are needed.")
    values = _columns.to_floats(cells)
    _refuse_infinite(column.name, values)
    is_none = ~np.isnan(values) & ((values < 0) | (values != np.round(values)))
    if column.kind == "count" and is_none.any():
        row = int(is_none.argmax())
        raise DataError(
            f"Column {column.name!r} should hold counts, but row {row + 1} holds {values[row]:g}: counts are whole "
            "numbers from 0 on; take it as a column of numbers."
        )
    return values


def check_cells(
    columns: Sequence[Column], points: Float[ndarray, "N D"], origin: str, name_row: Callable[[int], str]
) -> None:
    """Raise DataError where a cell is no count, or has no transform."""
    for column, values in zip(columns, points.T, strict=bool(columns)):
        outside, what = _outside(column, values)
        if outside.any():
            row = int(outside.argmax())
            raise DataError(
                f"{origin}: column '{column.name}' holds {values[row]:g} in {name_row(row + 1)}, {what}; correct the "
                "cell, or take the column for plain numbers."
            )


def _outside(column: Column, values: Float[ndarray, " N"]) -> tuple[Bool[ndarray, " N"], str]:
    """The cells that a column of its kind cannot hold, and why."""
    if column.kind == "count":
        return ~np.isnan(values) & ((values < 0) | (values != np.round(values))), "which is no count: 0, 1, 2 …"
    if column.kind == "category" or column.transform == "none":
        return np.zeros(len(values), dtype=bool), ""
    from mixtura.emissions.transforms import limits  # families need no tables to be read

    least, most = limits(column.transform)
    bounds = f"{least:g}{'' if np.isinf(most) else f' and below {most:g}'}"
    name = column.transform.partition("(")[0]
    return (values <= least) | (values >= most), f"which has no {name}: that takes numbers above {bounds}"


def _refuse_infinite(name: str, values: Float[ndarray, " N"]) -> None:
    if np.isinf(values).any():
        raise DataError(f"Column {name!r} is infinite in row {int(np.isinf(values).argmax()) + 1}: correct the cell.")


def _of_objects(cells: ndarray) -> pa.Array:
    """Numbers where all cells that are there are some, else text."""
    found = [None if value is None or value != value else value for value in cells]
    if all(value is None or (isinstance(value, Real) and not isinstance(value, bool)) for value in found):
        return pa.array([None if value is None else float(value) for value in found], pa.float64())
    return pa.array([text_of(value) for value in cells], pa.string())


def text_of(value: Any) -> str | None:
    """A cell of an array of objects, None where it is missing."""
    if value is None or value != value:
        return None
    if isinstance(value, (bool, np.bool_)):
        return str(value).lower()
    return str(int(value)) if isinstance(value, (float, np.floating)) and value.is_integer() else str(value)
