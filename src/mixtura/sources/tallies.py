"""Tables of which only the different rows matter: each of them once, counted where the rows are."""

from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from typing import Any

import pyarrow as pa
from jaxtyping import Float
from numpy import ndarray

from mixtura.errors import DataError
from mixtura.sources._columns import simplify, to_floats
from mixtura.sources.engines import engine_of
from mixtura.sources.roles import match_column

_MOST = 1 << 20  # rows of several parts that are put together at once


def tallied(data: Any, names: Sequence[str] = ()) -> tuple[pa.Table, Float[ndarray, " M"]]:
    """Every different row of files, a Dask collection or a Spark data frame, and how many rows are equal to it.

    Parameters
    ----------
    data : path, Dask data frame or array, Spark data frame
        Rows of a collection are counted by its machines: what comes here are the different ones of every part.
    names : sequence of str
        The columns to look at; all by default.

    Raises
    ------
    DataError
        If a column is not there, there are no rows, or they cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from pyarrow import parquet
    >>> path = tempfile.mkdtemp() + "/answers.parquet"
    >>> parquet.write_table(pa.table({"tea": ["yes", "no", "yes"], "milk": [0, 1, 0]}), path)
    >>> table, counts = tallied(path)
    >>> table.to_pydict(), counts.tolist()
    ({'tea': ['yes', 'no'], 'milk': [0, 1]}, [2.0, 1.0])
    """
    origin, known, parts = _parts_of(data)
    for name in names:
        match_column(name, known, origin)
    chosen = list(names or known)
    together = joined(parts(chosen))
    if together is None or not together.num_rows:
        raise DataError(f"{origin} has column names but no rows.")
    return together.drop_columns(["n"]).rename_columns(chosen), to_floats(together["n"])


def counted(cells: pa.RecordBatch) -> pa.Table:
    """The different rows of a batch, in columns c0, c1, … and how many are equal, n."""
    table = simplify(pa.Table.from_batches([cells]))
    names = [f"c{number}" for number in range(table.num_columns)]
    return _grouped(table.rename_columns(names).append_column("n", pa.repeat(1, table.num_rows)))


def joined(tables: Iterable[pa.Table]) -> pa.Table | None:
    """The different rows of all tables that `counted` made, if there are any."""
    waiting, n_rows = list[pa.Table](), 0
    for table in tables:
        waiting, n_rows = [*waiting, table], n_rows + table.num_rows
        if n_rows > _MOST:
            waiting = [_grouped(pa.concat_tables(waiting, promote_options="permissive"))]
            n_rows = 0
    return _grouped(pa.concat_tables(waiting, promote_options="permissive")) if waiting else None


def _grouped(table: pa.Table) -> pa.Table:
    names = [name for name in table.column_names if name != "n"]
    return table.group_by(names, use_threads=False).aggregate([("n", "sum")]).rename_columns([*names, "n"])


def _parts_of(data: Any) -> tuple[str, list[str], Any]:
    """What a table is called, its columns, and a function that counts some of these, part by part."""
    engine = engine_of(data)
    if engine == "dask":
        from mixtura.sources import dask

        return dask.counting(data, counted)
    if engine == "spark":
        from mixtura.sources import spark

        return spark.counting(data)
    if not isinstance(data, (str, PathLike)):
        raise DataError(
            f"{type(data).__name__} is a source of numbers: give the name of a file, or a data frame with its answers."
        )
    from mixtura.sources.streamed import files

    found = files(str(data))

    def count(names: Sequence[str]) -> Iterator[pa.Table]:
        return (counted(part.cells) for batch in found.batches(names) for part in batch.parts())

    return found.origin, list(found.fields), count
