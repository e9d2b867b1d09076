"""The rows of a query, by DuckDB: of its own databases, and of any files that it reads; SQLite answers for its own."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from mixtura.errors import DataError, MissingExtraError
from mixtura.sources import sqlite

_MAGIC = b"DUCK"  # of DuckDB's databases, after a checksum of eight bytes
_ALONE: dict[str, Any] = {"autoinstall_known_extensions": "false"}  # nothing is fetched from anywhere


def query(sql: str, data: Any = ()) -> pa.RecordBatchReader:
    """The rows that a SELECT gives, a few at a time.

    Parameters
    ----------
    sql : str
        One SELECT. It may name files, as in ``SELECT * FROM 'data/*.parquet' WHERE price > 0``.
    data : path, or list of at most one
        A database of DuckDB's or SQLite's, which is opened for reading only, and asked in its own SQL; without it, the
        query has only files to read.

    Raises
    ------
    MissingExtraError
        If DuckDB is not installed, which SQLite's databases do without.
    DataError
        If the database cannot be opened, or the query fails.

    Examples
    --------
    >>> from mixtura.sources.database import query
    >>> query("SELECT 1.5 AS width UNION ALL SELECT 2.5").read_all().num_rows
    2
    """
    paths = [data] if isinstance(data, (str, Path)) else list(data)
    if len(paths) > 1:
        raise DataError(f"A query goes to one database, not to {len(paths)}: name files in the query itself.")
    if paths and sqlite.is_sqlite(paths[0]):
        return sqlite.query(sql, paths[0])
    if paths and _is_something_else(Path(paths[0])):
        raise DataError(f"{paths[0]} is no database: name it in the query instead, FROM '{paths[0]}'.")
    try:
        import duckdb
    except ImportError:
        raise MissingExtraError("A query needs DuckDB: pip install 'mixtura[sql]'.") from None
    try:
        place = str(paths[0]) if paths else ":memory:"
        connection = duckdb.connect(place, read_only=bool(paths), config=_ALONE)
        if [statement.type.name for statement in connection.extract_statements(sql)] != ["SELECT"]:
            raise DataError("The query is not one SELECT, so it gives no rows.")
        return pa.RecordBatchReader.from_stream(connection.sql(sql))
    except duckdb.Error as error:
        raise DataError(f"The query failed: {' '.join(str(error).split())}") from None


def _is_something_else(path: Path) -> bool:
    """Whether a file holds what DuckDB would not open."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(12)[8:] != _MAGIC
