"""Numbers between Arrow and NumPy.

Arrow's own ways load pandas wherever it is installed, which takes longer than a small fit.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy import ndarray
from numpy.typing import ArrayLike


def numbers(column: pa.Array | pa.ChunkedArray) -> ndarray:
    """Return the values of a column of integers or floats; where a cell is missing, the value means nothing."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    parts = [_values(chunk) for chunk in chunks]
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, _dtype(column.type)), *parts])


def missing(column: pa.Array | pa.ChunkedArray) -> ndarray:
    """Return whether each cell is missing."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return np.concatenate([np.empty(0, dtype=bool), *map(_missing, chunks)])


def to_arrow(values: ArrayLike) -> pa.Array:
    """Return an array as Arrow's; masked cells are missing."""
    data = np.ma.getdata(values)
    if data.dtype.kind not in "iuf" or not data.dtype.isnative:
        return pa.array(values)
    mask = np.ma.getmask(values)
    valid = None if mask is np.ma.nomask else pa.py_buffer(np.packbits(~mask, bitorder="little"))
    content = pa.py_buffer(np.ascontiguousarray(data))
    return pa.Array.from_buffers(pa.from_numpy_dtype(data.dtype), len(data), [valid, content])


def _dtype(kind: pa.DataType) -> np.dtype[Any]:
    """NumPy's name of a type of integers or floats; Arrow's own `to_pandas_dtype` loads pandas in some versions."""
    letter = "f" if pa.types.is_floating(kind) else "u" if pa.types.is_unsigned_integer(kind) else "i"
    return np.dtype(f"{letter}{kind.bit_width // 8}")


def _values(chunk: pa.Array) -> ndarray:
    dtype = _dtype(chunk.type)
    content = chunk.buffers()[1]
    if not len(chunk) or content is None:
        return np.zeros(len(chunk), dtype)
    return np.frombuffer(content, dtype, count=len(chunk), offset=chunk.offset * dtype.itemsize)


def _missing(chunk: pa.Array) -> ndarray:
    bits = chunk.buffers()[0]
    if not chunk.null_count or bits is None:
        return np.zeros(len(chunk), dtype=bool)
    valid = np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little", count=chunk.offset + len(chunk))
    return np.asarray(valid[chunk.offset :] == 0)
