"""Tables in memory: arrays, data frames, anything that speaks Arrow."""

from collections.abc import Mapping
from typing import Any, cast

import narwhals as nw
import numpy as np
import pyarrow as pa
from narwhals.exceptions import DuplicateError

from mixtura.errors import DataError, MissingExtraError
from mixtura.sources._arrays import to_arrow
from mixtura.sources._text import check_distinct, one_line

ORIGIN = "the data frame"
BACKENDS = ("pandas", "polars", "pyarrow")


def read_frame(data: Any) -> tuple[pa.Table, str]:
    """Return a table in memory as an Arrow table, and what to call it in messages."""
    if isinstance(data, np.ndarray):
        return _from_array(data), "the array"
    try:
        table = _from_frame(data)
    except DuplicateError as error:
        raise DataError(f"{ORIGIN} has columns with the same name: {one_line(error)}.") from None
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        reason = "; ".join(str(part).rstrip(".") for part in error.args)
        raise DataError(f"{ORIGIN} has columns that cannot be read: {reason}.") from None
    check_distinct(table.column_names, ORIGIN)
    return table, ORIGIN


def collected(data: Any) -> Any:
    """Return what NumPy cannot read as rows, a relation of a database or a lazy frame, as an Arrow table; else `data`.

    Examples
    --------
    >>> import polars
    >>> collected(polars.LazyFrame({"width": [1.0, 2.0]})).num_rows
    2
    >>> collected([[1.0], [2.0]])
    [[1.0], [2.0]]
    """
    if hasattr(data, "__array__"):
        return data
    is_lazy = isinstance(nw.from_native(data, pass_through=True), nw.LazyFrame)
    return read_frame(data)[0] if is_lazy or hasattr(data, "__arrow_c_stream__") else data


def make_frame(columns: Mapping[str, Any], backend: str) -> Any:
    """A data frame of columns, made by one of `BACKENDS`.

    Raises
    ------
    MissingExtraError
        If that library is not installed.
    ValueError
        If it is none of them.

    Examples
    --------
    >>> make_frame({"width": [1.0, 2.0]}, "polars")["width"].sum()
    3.0
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend is {backend!r}: choose one of {', '.join(BACKENDS)}.")
    try:
        return nw.from_dict(dict(columns), backend=cast(Any, backend)).to_native()
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"A {backend} data frame needs {backend}, which is not installed: pip install {backend}"
        ) from error


def _from_array(data: np.ndarray) -> pa.Table:
    if data.ndim != 2 or data.dtype.kind not in "fiub":
        raise DataError(f"the array has shape {data.shape} and type {data.dtype}; it must be numeric with two axes.")
    plain = np.dtype(np.float64) if data.dtype.itemsize > 8 else data.dtype.newbyteorder("=")  # what Arrow knows
    columns = data.astype(plain, copy=False).T
    return pa.table({f"x{position}": to_arrow(column) for position, column in enumerate(columns)})


def _from_frame(data: Any) -> pa.Table:
    if isinstance(data, Mapping):
        return pa.table({str(name): values for name, values in data.items()})
    frame = nw.from_native(data, pass_through=True)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect("pyarrow")
    if isinstance(frame, nw.DataFrame):
        strings = {name: str(name) for name in frame.columns if not isinstance(name, str)}
        return frame.rename(strings).to_arrow()
    if hasattr(data, "__arrow_c_stream__"):
        return pa.table(data)
    raise DataError(f"{type(data).__name__} is not a table: give a file, an array or a data frame.")
