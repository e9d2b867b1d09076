"""The rows of a query to a database of SQLite, by Python's own library."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from mixtura.errors import DataError

_MAGIC = b"SQLite format 3\0"
_ROWS = 65_536  # at a time
_KINDS = ("text", "real", "integer", "blob")


def is_sqlite(path: str | Path) -> bool:
    """Whether a file is a database of SQLite.

    Examples
    --------
    >>> is_sqlite("no such file")
    False
    """
    try:
        with Path(path).open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def query(sql: str, path: str | Path) -> pa.RecordBatchReader:
    """The rows that a SELECT gives, a few at a time; the database is opened for reading only.

    What a column holds, SQLite knows cell by cell: it is text if any cell is, else floating-point if any is.

    Raises
    ------
    DataError
        If the query fails, gives no rows of columns, or a cell holds bytes.
    """
    inner = f"(\n{sql.strip().rstrip(';')}\n)"  # on lines of its own: it may end in a comment
    try:
        connection = sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        cursor = connection.execute(f"SELECT * FROM {inner}")
        names = [column[0] for column in cursor.description]
        asked = ", ".join(f"max(typeof({_quoted(name)}) = '{kind}')" for name in names for kind in _KINDS)
        found = connection.execute(f"SELECT {asked} FROM {inner}").fetchone()
    except sqlite3.Error as error:
        raise _failed(error) from None
    kinds = zip(names, *(found[number :: len(_KINDS)] for number in range(len(_KINDS))), strict=True)
    schema = pa.schema([_field(*told) for told in kinds])
    return pa.RecordBatchReader.from_batches(schema, _batches(connection, cursor, schema))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _field(name: str, is_text: int | None, is_real: int, is_whole: int, is_bytes: int) -> pa.Field:
    """What all cells of a column have room in; where there are no rows, nothing is told."""
    if is_bytes:
        raise DataError(f"The query gives a column '{name}' of bytes, which are no numbers: leave it out.")
    kind = (
        pa.string()
        if is_text
        else pa.float64()
        if is_real or is_text is None
        else pa.int64()
        if is_whole
        else pa.null()
    )
    return pa.field(name, kind)


def _batches(connection: sqlite3.Connection, cursor: sqlite3.Cursor, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    makers = [_MAKERS.get(kind, _as_it_is) for kind in schema.types]
    try:
        while rows := cursor.fetchmany(_ROWS):
            columns = zip(zip(*rows, strict=True), makers, schema.types, strict=True)
            yield pa.RecordBatch.from_arrays(
                [pa.array(make(cells), kind) for cells, make, kind in columns], schema=schema
            )
    except sqlite3.Error as error:
        raise _failed(error) from None
    finally:
        connection.close()


def _as_it_is(cells: Sequence[Any]) -> Sequence[Any]:
    return cells


def _as_text(cells: Sequence[Any]) -> Sequence[Any]:
    return [None if cell is None else str(cell) for cell in cells]


def _as_floats(cells: Sequence[Any]) -> Sequence[Any]:
    return [None if cell is None else float(cell) for cell in cells]


_MAKERS: dict[pa.DataType, Callable[[Sequence[Any]], Sequence[Any]]] = {
    pa.string(): _as_text,
    pa.float64(): _as_floats,
}


def _failed(error: sqlite3.Error) -> DataError:
    return DataError(f"The query to SQLite failed: {' '.join(str(error).split())}.")
