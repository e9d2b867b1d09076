"""All rows of some data as one Arrow table, wherever they are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from mixtura.errors import DataError
from mixtura.sources._columns import simplify
from mixtura.sources._files import Options, concatenate, read_parts
from mixtura.sources._places import name_row


class Gathered(NamedTuple):
    """The rows, what to call them, and the files they came from, each with its number of rows."""

    table: pa.Table
    origin: str
    parts: tuple[tuple[str, int], ...]

    def name_row(self, row: int) -> str:
        """Say where a row, counted from 1, came from."""
        return name_row(row, self.parts)


def gather(data: Any, options: Options) -> Gathered:
    """Read data of any sort; see `mixtura.sources.table.read_table`."""
    if _is_paths(data):
        parts = read_parts(data, options)
        table, origin = concatenate(parts), _origin(data, [part.name for part in parts])
        sizes = tuple((part.name, part.table.num_rows) for part in parts)
    else:
        from mixtura.sources.frames import read_frame  # loads narwhals, which files do without

        table, origin = read_frame(data)
        table, sizes = simplify(table), ()
    if table.num_rows == 0:
        raise DataError(f"{origin} has column names but no rows.")
    return Gathered(table, origin, sizes)


def _is_paths(data: Any) -> bool:
    several = isinstance(data, Sequence) and all(isinstance(item, (str, Path)) for item in data)
    return isinstance(data, (str, Path)) or several


def _origin(data: str | Path | Sequence[str | Path], names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{data if isinstance(data, (str, Path)) else names[0] + ' …'} ({len(names)} files)"
