"""Files of columns, read a few thousand rows at a time and as often as asked."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import ipc, parquet

from mixtura.errors import DataError
from mixtura.sources._arrays import to_arrow
from mixtura.sources._folder_keys import Keys, constant, key_fields
from mixtura.sources._text import one_line

BATCH_ROWS = 65_536  # at most
_BATCH_NUMBERS = 8 * BATCH_ROWS  # so many for a table that is wider
_FEWEST_ROWS = 1024
PART_ROWS = 1 << 18  # at least, of a file, in a part that a worker elsewhere reads
_BUFFER, _BUFFERS = 1 << 20, 1 << 23  # bytes of one column, and of all, that are read at once: else whole row groups
_NAMES = {"parquet": "Parquet", "npy": "NumPy", "stream": "Arrow", "arrow": "Arrow"}


class Stamp(NamedTuple):
    """What changes when a file does."""

    n_bytes: int
    changed: int  # nanoseconds
    number: int  # of the file on its disk


class Piece(NamedTuple):
    """One file of columns, as it was when it was found."""

    path: Path
    name: str  # in messages
    kind: str  # "parquet", "arrow", "stream" or "npy"
    stamp: Stamp
    groups: tuple[int, ...] | None = None  # of Parquet's row groups, those that are meant; None for all
    keys: Keys = ()  # what the folders above it tell of all its rows

    def schema(self) -> pa.Schema:
        """Names and types of its columns."""
        own = self._own()
        return pa.schema([*own, *key_fields(self.keys, own.names)])

    def _own(self) -> pa.Schema:
        with self.told(lambda: 0):
            return _SCHEMAS[self.kind](self.path)

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Its rows in order, of these columns.

        Raises
        ------
        DataError
            If the file is gone, has changed since it was found, or cannot be read to its end.
        """
        self._check_unchanged()
        n_rows, read = 0, self._readable(columns)
        with self.told(lambda: n_rows):
            for batch in _READERS[self.kind](self, read):
                yield batch if read == columns else self._with_keys(batch, columns)
                n_rows += batch.num_rows
        self._check_unchanged()

    def _readable(self, columns: Sequence[str]) -> Sequence[str]:
        """Of the columns those that the file holds; where these are none, one that tells how many rows there are."""
        if not self.keys:
            return columns
        own = self._own().names
        return [name for name in columns if name in own] or own[:1]

    def _with_keys(self, batch: pa.RecordBatch, columns: Sequence[str]) -> pa.RecordBatch:
        told = {name: constant(value, batch.num_rows) for name, value in self.keys}
        arrays = [batch.column(name) if name in batch.schema.names else told[name] for name in columns]
        return pa.RecordBatch.from_arrays(arrays, names=list(columns))

    def _check_unchanged(self) -> None:
        if stamp_of(self.path, self.name) != self.stamp:
            raise DataError(f"{self.name} changed while it was being read: start again once nobody writes to it.")

    @contextmanager
    def told(self, n_rows_read: Callable[[], int]) -> Iterator[None]:
        """Whatever goes wrong with the file becomes a DataError that says after which row."""
        try:
            yield
        except (pa.ArrowException, OSError, ValueError) as error:
            if isinstance(error, DataError):
                raise
            place = f" after row {n_rows_read()}" if n_rows_read() else ""
            raise DataError(
                f"{self.name} is not a complete {_NAMES[self.kind]} file: it cannot be read{place} "
                f"({one_line(error)}); it may be damaged or cut short: copy it again."
            ) from None


def batch_rows(n_columns: int) -> int:
    """Rows in a batch that takes some megabytes.

    Examples
    --------
    >>> batch_rows(3), batch_rows(100)
    (65536, 5242)
    """
    return min(BATCH_ROWS, max(_BATCH_NUMBERS // max(n_columns, 1), _FEWEST_ROWS))


def stamp_of(path: Path, name: str) -> Stamp:
    """The stamp of a file as it is now."""
    try:
        status = path.stat()
    except OSError as error:
        raise DataError(f"{name} cannot be read any more: {error.strerror}.") from None
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ino)


def in_parts(piece: Piece, n_rows: int) -> Iterator[tuple[Piece, str, int]]:
    """Parts of a file that can be read each for itself, of so many rows or more: with its name and first row each."""
    metadata = parquet.read_metadata(piece.path) if piece.kind == "parquet" else None
    if metadata is None or not metadata.num_row_groups:
        yield piece, piece.name, 1
        return
    first_row, groups, filled = 1, list[int](), 0
    for group in range(metadata.num_row_groups):
        groups.append(group)
        filled += metadata.row_group(group).num_rows
        if filled >= n_rows or group == metadata.num_row_groups - 1:
            yield piece._replace(groups=tuple(groups)), piece.name, first_row
            first_row, groups, filled = first_row + filled, [], 0


def from_row(piece: Piece, first: int) -> tuple[Piece, int]:
    """The file without what can be passed over before a row without being read, and how many rows that is."""
    if piece.kind != "parquet" or not first:
        return piece, 0
    with piece.told(lambda: 0):
        metadata = parquet.read_metadata(piece.path)
        n_rows = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    ends = np.cumsum(n_rows)
    n_over = int((ends <= first).sum())
    return piece._replace(groups=tuple(range(n_over, len(n_rows)))), int(ends[n_over - 1]) if n_over else 0


def _read_parquet(piece: Piece, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Group by group: over several, Arrow holds on to the bytes of those that are done."""
    size, n_rows = min(_BUFFER, _BUFFERS // max(len(columns), 1)), batch_rows(len(columns))
    with parquet.ParquetFile(piece.path, buffer_size=size, page_checksum_verification=True) as file:
        for group in range(file.num_row_groups) if piece.groups is None else piece.groups:
            yield from file.iter_batches(n_rows, row_groups=[group], columns=list(columns))


def _read_arrow(piece: Piece, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    with pa.OSFile(str(piece.path)) as file:
        schema = ipc.open_file(file).schema
        options = ipc.IpcReadOptions(included_fields=[schema.get_field_index(name) for name in columns])
        reader = ipc.open_file(file, options=options)
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number).select(list(columns))


def _read_stream(piece: Piece, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    with piece.path.open("rb") as file, ipc.open_stream(file) as reader:
        for batch in reader:
            yield batch.select(list(columns))


def _read_numbers(piece: Piece, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The file is read, not mapped: pages of a map count as memory that is in use."""
    with piece.path.open("rb") as file:
        shape, is_turned, dtype = _npy_head(file)
        chosen = [int(name.removeprefix("x")) for name in columns]
        mapped = np.load(piece.path, mmap_mode="r") if is_turned else None
        most = batch_rows(shape[1])
        for start in range(0, shape[0], most):
            n_rows = min(most, shape[0] - start)
            if mapped is None:
                rows = np.fromfile(file, dtype, n_rows * shape[1])
                if rows.size < n_rows * shape[1]:
                    raise ValueError("it ends too early")
                rows = rows.reshape(n_rows, shape[1])
            else:
                rows = mapped[start : start + n_rows]
            plain = rows.astype(dtype.newbyteorder("="), copy=False)
            yield pa.RecordBatch.from_arrays([to_arrow(plain[:, d].copy()) for d in chosen], names=list(columns))


def _npy_head(file: Any) -> tuple[tuple[int, int], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, is_turned, dtype = read(file)
    if len(shape) != 2 or dtype.kind not in "fiu" or dtype.itemsize > 8:
        raise ValueError(f"it holds {dtype} of shape {shape}, not numbers with two axes")
    return shape, is_turned, dtype


def _schema_of_numbers(path: Path) -> pa.Schema:
    with path.open("rb") as file:
        shape, _, dtype = _npy_head(file)
    kind = pa.from_numpy_dtype(dtype.newbyteorder("="))
    return pa.schema([(f"x{d}", kind) for d in range(shape[1])])


def _schema_of_arrow(path: Path) -> pa.Schema:
    with pa.OSFile(str(path)) as file:
        return ipc.open_file(file).schema


def _schema_of_stream(path: Path) -> pa.Schema:
    with path.open("rb") as file, ipc.open_stream(file) as reader:
        return reader.schema


_READERS: dict[str, Callable[[Piece, Sequence[str]], Iterator[pa.RecordBatch]]] = {
    "parquet": _read_parquet,
    "arrow": _read_arrow,
    "stream": _read_stream,
    "npy": _read_numbers,
}
_SCHEMAS: dict[str, Callable[[Path], pa.Schema]] = {
    "parquet": lambda path: parquet.read_schema(path),
    "arrow": _schema_of_arrow,
    "stream": _schema_of_stream,
    "npy": _schema_of_numbers,
}
