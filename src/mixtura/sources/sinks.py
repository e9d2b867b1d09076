"""Tables that are written a few rows at a time: Parquet, Arrow and text files, or standard output."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import ipc, parquet

from mixtura.sources._arrays import to_arrow
from mixtura.sources.writing import atomic_file, check_table_path, header

_GROUP_ROWS = 65_536  # of a Parquet file, at least
_ENDINGS = {".parquet": "parquet", ".feather": "arrow", ".arrow": "arrow", ".csv": "csv", ".tsv": "tsv"}


@contextmanager
def table_sink(path: str | Path | None, kind: str = "csv") -> Iterator["TableSink"]:
    """Something that takes columns of a few rows at a time and puts these rows below each other.

    Parameters
    ----------
    path : str, Path or None
        A file whose ending says what is written to it, which takes its name once it is complete; None is standard
        output, as `kind` says: "csv" or "arrow" (a stream).

    Raises
    ------
    OutputError
        If the file cannot be written; nothing half-written stays behind.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with table_sink(Path(folder) / "labels.csv") as sink:
    ...         for label in range(3):
    ...             sink.write({"label": np.full(2, label)})
    ...     (Path(folder) / "labels.csv").read_text().split()
    ['label', '0', '0', '1', '1', '2', '2']
    """
    if path is None:
        with TableSink(sys.stdout.buffer, "stream" if kind == "arrow" else kind) as sink:
            yield sink
        return
    check_table_path(path)
    with atomic_file(path) as file, TableSink(file, _ENDINGS[Path(path).suffix.lower()]) as sink:
        yield sink


@dataclass
class TableSink:
    """Writes columns to an open file; the first rows say what the columns are."""

    file: IO[bytes]
    kind: str  # "parquet", "arrow", "stream", "csv" or "tsv"
    n_rows: int = 0
    _open: ExitStack = field(default_factory=ExitStack)
    _schema: pa.Schema | None = None
    _put: Callable[[pa.Table], None] = print

    def __enter__(self) -> "TableSink":
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def write(self, columns: Mapping[str, Any]) -> None:
        """Some rows: arrays of NumPy or of Arrow."""
        arrays = {
            name: values if isinstance(values, (pa.Array, pa.ChunkedArray)) else to_arrow(values)
            for name, values in columns.items()
        }
        table = pa.table(arrays)
        if self._schema is None:
            self._schema = table.schema
            self._put = _OPENERS[self.kind](self.file, table.schema, self._open)
        self._put(table.cast(self._schema))
        self.n_rows += table.num_rows


def _open_parquet(file: IO[bytes], schema: pa.Schema, opened: ExitStack) -> Callable[[pa.Table], None]:
    """Rows are put together to groups: what is read in small batches is not written in small ones."""
    writer, waiting = opened.enter_context(parquet.ParquetWriter(file, schema)), list[pa.Table]()

    def flush() -> None:
        if waiting:
            writer.write_table(pa.concat_tables(waiting))
            waiting.clear()

    def put(table: pa.Table) -> None:
        waiting.append(table)
        if sum(part.num_rows for part in waiting) >= _GROUP_ROWS:
            flush()

    opened.callback(flush)
    return put


def _open_arrow(file: IO[bytes], schema: pa.Schema, opened: ExitStack) -> Callable[[pa.Table], None]:
    writer = opened.enter_context(ipc.new_file(file, schema))
    return lambda table: writer.write_table(table)


def _open_stream(file: IO[bytes], schema: pa.Schema, opened: ExitStack) -> Callable[[pa.Table], None]:
    writer = opened.enter_context(ipc.new_stream(file, schema))
    return lambda table: writer.write_table(table)


def _open_delimited(delimiter: str) -> Callable[[IO[bytes], pa.Schema, ExitStack], Callable[[pa.Table], None]]:
    def open_text(file: IO[bytes], schema: pa.Schema, opened: ExitStack) -> Callable[[pa.Table], None]:
        file.write(header(schema.names, delimiter))
        options = arrow_csv.WriteOptions(delimiter=delimiter, quoting_style="needed", include_header=False)
        return lambda table: arrow_csv.write_csv(table, file, options)

    return open_text


_OPENERS: dict[str, Callable[[IO[bytes], pa.Schema, ExitStack], Callable[[pa.Table], None]]] = {
    "parquet": _open_parquet,
    "arrow": _open_arrow,
    "stream": _open_stream,
    "csv": _open_delimited(","),
    "tsv": _open_delimited("\t"),
}
