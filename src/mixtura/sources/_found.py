"""Whatever holds rows, as files of columns that can be read again and again."""

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa

from mixtura.errors import DataError
from mixtura.sources._columns import kind_of, plain_type
from mixtura.sources._files import Options, expand, format_of, refuse_other_columns
from mixtura.sources._folder_keys import folder_keys
from mixtura.sources._pieces import Piece, batch_rows, from_row, stamp_of
from mixtura.sources._scratch import Scratch
from mixtura.sources._spool import spool, spool_text
from mixtura.sources._text import check_distinct
from mixtura.sources.engines import engine_of

Result = TypeVar("Result")

_COPY = 1 << 20  # bytes of standard input at a time


class Batch(NamedTuple):
    """Some rows of one file: its name, the number of the first of them in it (from 1), and the cells."""

    name: str
    first_row: int
    cells: pa.RecordBatch

    def parts(self) -> Iterator["Batch"]:
        """The rows in batches that are not too large, however the file was written."""
        most = batch_rows(self.cells.num_columns)
        for start in range(0, self.cells.num_rows, most):
            yield Batch(self.name, self.first_row + start, self.cells.slice(start, most))


class Found(NamedTuple):
    """Files of the same columns, in order."""

    pieces: tuple[Piece, ...]
    origin: str  # what they are called together
    fields: dict[str, pa.Field]  # by name, of the types that columns are read as
    scratch: Scratch  # of what was put down for a while

    @property
    def is_lasting(self) -> bool:
        """Whether another run finds the same files."""
        return not self.scratch.is_used

    def batches(self, columns: Sequence[str], first: int = 0) -> Iterator[Batch]:
        """All rows but the first so many, of these columns.

        Raises
        ------
        DataError
            If a file is gone, damaged, or not what it was when it was found.
        """
        for piece in self.pieces:
            rest, row = from_row(piece, first)
            for cells in rest.batches(columns):
                over = min(max(first - row, 0), cells.num_rows)
                if over < cells.num_rows:
                    yield Batch(piece.name, row + over + 1, cells.slice(over))
                row += cells.num_rows
            first = max(first - row, 0)

    def ask(self, columns: Sequence[str], look: Callable[[Iterable[Batch]], Result]) -> Iterator[Result]:
        """What `look` says of the batches of these columns."""
        yield look(self.batches(columns))


def find(data: Any, options: Options, *, cache: str | Path | None = None, sql: str | None = None) -> Found:
    """The rows of files, of standard input, of a stream of Arrow batches, or of a query."""
    scratch = Scratch()
    if sql is not None:
        from mixtura.sources.database import query

        batches = query(sql, data)
        return _found([_put_down(batches, "the query", scratch)], "the query", scratch)
    if not _is_paths(data):
        return _found([_put_down(_stream_of(data), "the stream", scratch)], "the stream", scratch)
    paths = [data] if isinstance(data, (str, Path)) else list(data)
    kept = None if cache is None else _made(Path(cache))
    pieces = [piece for path in paths for piece in _pieces(path, options, scratch, kept)]
    if not pieces:
        raise DataError("there is no file to read: the list is empty.")
    origin = pieces[0].name if len(pieces) == 1 else f"{paths[0]}{' …' if len(paths) > 1 else ''} ({len(pieces)} files)"
    return _found(pieces, origin, scratch)


def _is_paths(data: Any) -> bool:
    return isinstance(data, (str, Path)) or (
        isinstance(data, Sequence) and all(isinstance(item, (str, Path)) for item in data)
    )


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"the folder {folder} of --cache cannot be made: {error.strerror}.") from None
    return folder


def _pieces(path: str | Path, options: Options, scratch: Scratch, kept: Path | None) -> Iterator[Piece]:
    if str(path) == "-":
        spooled = scratch.path / "stdin"
        with spooled.open("wb") as target:
            shutil.copyfileobj(sys.stdin.buffer, target, _COPY)
        yield _piece(spooled, "standard input", options, kept or scratch)
        return
    for file in expand(Path(path)):
        yield _piece(file, str(file), options, kept or scratch)


def _piece(path: Path, name: str, options: Options, kept: Path | Scratch) -> Piece:
    kind, keys = format_of(path, name, options.format), folder_keys(path)
    if kind == "text":
        path, kind = spool_text(path, name, options, kept.path if isinstance(kept, Scratch) else kept), "arrow"
    return Piece(path, name, kind, stamp_of(path, name), keys=keys)


def _stream_of(data: Any) -> pa.RecordBatchReader:
    if engine_of(data) == "dask":
        from mixtura.sources.dask import computed

        return computed(data)
    if hasattr(data, "scanner"):  # a data set of Arrow's
        return data.scanner().to_reader()
    if hasattr(data, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(data)
    raise DataError(f"{type(data).__name__} cannot be read block by block: give files, or a stream of Arrow batches.")


def _put_down(batches: pa.RecordBatchReader, name: str, scratch: Scratch) -> Piece:
    path = spool(iter(batches), batches.schema, scratch.path / "rows.arrow")
    return Piece(path, name, "arrow", stamp_of(path, name))


def _found(pieces: Sequence[Piece], origin: str, scratch: Scratch) -> Found:
    """What all files agree on."""
    first = pieces[0]
    fields = _fields(first)
    for piece in pieces[1:]:
        others = _fields(piece)
        refuse_other_columns(list(fields), first.name, list(others), piece.name)
        for name, field in others.items():
            fields[name] = _common(fields[name], field, (first.name, piece.name))
    return Found(tuple(pieces), origin, fields, scratch)


def _fields(piece: Piece) -> dict[str, pa.Field]:
    schema = piece.schema()
    check_distinct(schema.names, piece.name)
    plain = [field.with_type(plain_type(field.type)) for field in schema]
    return {field.name: field for field in plain if not field.name.startswith("__index_level_")}


def _common(one: pa.Field, other: pa.Field, names: tuple[str, str]) -> pa.Field:
    """The type that holds the values of a column in both of two files."""
    if one.type == other.type or kind_of(other) == "empty":
        return one
    if kind_of(one) == "empty":
        return other
    if kind_of(one) != kind_of(other):
        raise DataError(
            f"column '{one.name}' is of type {one.type} in {names[0]} and {other.type} in {names[1]}; it must hold the "
            "same in every file."
        )
    return one.with_type(pa.float64() if kind_of(one) == "number" else pa.large_string())
