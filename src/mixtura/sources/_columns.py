"""What a column of an Arrow table holds, and its values as floats."""

from math import isfinite
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy import ndarray

from mixtura.sources._arrays import missing, numbers

Kind = Literal["number", "text", "date", "nested", "empty", "other"]

_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
_SIGNS = "%‰$€£¥"
_GROUPED = r"\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d{1,3}(?:\.\d{3})+(?:,\d*)?|\d{1,3}(?:[ '’\x{a0}\x{202f}]\d{3})+(?:[.,]\d*)?"
_DRESSED = rf"^\s*[+-]?\s*[{_SIGNS}]?\s*[+-]?(?:{_GROUPED}|\d+[.,]?\d*)\s*[{_SIGNS}]?\s*$"
ID_NAMES = {"id", "row", "index", "rowid", "row_id", "rownames", "row_names", "rownum", "unnamed: 0"}
_FEW_ROWS = 10
_MOST_TYPING_SLIPS = 5
_SHARE_OF_TYPING_SLIPS = 0.05

_KINDS: tuple[tuple[Kind, tuple[Any, ...]], ...] = (
    ("empty", (pa.types.is_null,)),
    ("number", (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)),
    ("text", (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)),
    ("date", (pa.types.is_temporal,)),
    ("nested", (pa.types.is_nested,)),
)


def kind_of(column: pa.ChunkedArray) -> Kind:
    """Return what sort of values a column holds."""
    for kind, tests in _KINDS:
        if any(test(column.type) for test in tests):
            return kind
    return "other"


def simplify(table: pa.Table) -> pa.Table:
    """Return the table with categories written out, unusual numbers as floats, and without an unnamed index."""
    table = table.select([name for name in table.column_names if not name.startswith("__index_level_")])
    for position, field in enumerate(table.schema):
        plain = plain_type(field.type)
        if plain != field.type:
            table = table.set_column(position, field.name, table.column(position).cast(plain, safe=False))
    return table


def plain_type(dtype: pa.DataType) -> pa.DataType:
    """Return the type that columns of this one are read as; categories are text, though their names be numbers."""
    if pa.types.is_dictionary(dtype):
        return pa.string() if pa.types.is_integer(dtype.value_type) else plain_type(dtype.value_type)
    return pa.float64() if pa.types.is_decimal(dtype) or pa.types.is_float16(dtype) else dtype


def to_floats(column: pa.Array | pa.ChunkedArray) -> ndarray:
    """Return a numeric column as an array of floats, NaN where a cell is missing."""
    floats = column if pa.types.is_float64(column.type) else column.cast(pa.float64(), safe=False)
    values = numbers(floats)
    if not floats.null_count:
        return values
    return np.where(missing(floats), np.nan, values)


def first_value(column: pa.ChunkedArray) -> tuple[Any, int] | None:
    """Return the first value that is not missing and its row, counted from 1."""
    row = 0
    for chunk in column.chunks:
        position = pc.index(chunk.is_valid(), True).as_py()
        if position >= 0:
            return chunk[position].as_py(), row + position + 1
        row += len(chunk)
    return None


def count_distinct(column: pa.ChunkedArray) -> int | None:
    """Return how many different values a column holds, or None where Arrow cannot tell (nested values)."""
    try:
        return int(pc.count_distinct(column).as_py())
    except pa.ArrowNotImplementedError:
        return None


def constant_value(column: pa.ChunkedArray) -> Any:
    """Return the one value that a numeric column holds in every row, or None if it varies or is infinite."""
    extremes = pc.min_max(column).as_py()
    value = extremes["min"]
    return value if value == extremes["max"] and value is not None and isfinite(value) else None


def is_id_like(name: str, column: pa.ChunkedArray) -> bool:
    """Whether a column of integers numbers the rows instead of measuring something; in a few rows it may well do so."""
    if not pa.types.is_integer(column.type) or column.null_count or len(column) < 2:
        return False
    values = numbers(column)
    if name.lower() in ID_NAMES or name.lower().endswith("_id"):
        return count_distinct(column) == len(column)
    return bool(len(values) >= _FEW_ROWS and values[0] in (0, 1) and np.all(values[1:] == values[:-1] + 1))


def first_unrepresentable(column: pa.ChunkedArray) -> tuple[Any, int] | None:
    """Return the first integer that no float can hold, and its row: rounding it would merge different rows."""
    if not pa.types.is_integer(column.type):
        return None
    extremes = pc.min_max(column).as_py()
    if extremes["min"] is None or max(-extremes["min"], extremes["max"]) <= 2**53:
        return None
    values = numbers(column)
    with np.errstate(invalid="ignore"):
        inexact = (values.astype(np.float64).astype(values.dtype) != values) & ~missing(column)
    row = int(inexact.argmax())
    return (values[row], row + 1) if inexact[row] else None


def dressing(column: pa.ChunkedArray) -> str | None:
    """Return what keeps a column of text from being numbers where it is the same in all cells: signs, separators."""
    if not pc.all(pc.match_substring_regex(column, _DRESSED)).as_py():
        return None
    for sign in _SIGNS:
        if pc.any(pc.match_substring(column, sign)).as_py():
            return f"{sign} signs"
    is_grouped = pc.any(pc.match_substring_regex(column, rf"^\D*(?:{_GROUPED})\D*$")).as_py()
    return "thousands separators" if is_grouped else None


def first_typing_slip(column: pa.ChunkedArray) -> tuple[str, int] | None:
    """Return the first cell that keeps a column of text from being numeric and its row, if such cells are few.

    Few is: at most five different ones, or one in twenty, and fewer than the numbers. A column with more of them is
    taken for text.
    """
    numeric = pc.match_substring_regex(column, _NUMBER)
    n_numeric, n_cells = pc.sum(numeric).as_py() or 0, len(column) - column.null_count
    slips = pc.filter(column, pc.invert(numeric), null_selection_behavior="drop")
    if not len(slips) or 2 * n_numeric < n_cells:
        return None
    if len(slips) > _SHARE_OF_TYPING_SLIPS * n_cells and pc.count_distinct(slips).as_py() > _MOST_TYPING_SLIPS:
        return None
    return slips[0].as_py(), pc.index(numeric, False).as_py() + 1
