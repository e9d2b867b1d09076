"""What can be read only once or slowly (text, standard input, a query), put into a file of columns once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as arrow_csv
from pyarrow import ipc

from mixtura.errors import DataError
from mixtura.sources._layout import Layout
from mixtura.sources._text import (
    BLOCK_BYTES,
    LONGEST_LINE_BYTES,
    layout_of,
    names_of,
    not_utf8,
    one_line,
    parsing,
    ragged,
    refuse_odd_quotes,
    refuse_open_quote,
)
from mixtura.sources.writing import atomic_file

_VERSION = "1"  # of how text becomes columns: part of the name of what is kept


def spool(batches: Iterator[pa.RecordBatch], schema: pa.Schema, path: Path) -> Path:
    """Write batches to an Arrow file, whole or not at all -> its path."""
    with atomic_file(path) as file, ipc.new_file(file, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return path


def spool_text(path: Path, origin: str, reading: Any, folder: Path) -> Path:
    """The columns of a text file in an Arrow file, whose name says what it was made from; made only once.

    Types are those of the first megabyte. If a later cell does not fit, the file is read again with wider ones.
    """
    place = folder / f"{_digest(path, origin, reading)}.arrow"
    if place.is_file():
        return place
    layout = layout_of(path, origin, reading.delimiter, reading.decimal)
    names = names_of(layout, origin)
    for size, widen in ((BLOCK_BYTES, _as_they_are), (BLOCK_BYTES, _floats)):
        with suppress(pa.ArrowException):
            batches = _text_batches(path, layout, reading.na, size, widen)
            return _spool_checked(batches, names, path, origin, layout, place)
    try:
        batches = _text_batches(path, layout, reading.na, LONGEST_LINE_BYTES, _floats_or_text)
        return _spool_checked(batches, names, path, origin, layout, place)
    except pa.ArrowException as error:
        if "conversion error" not in str(error):
            raise ragged(path, origin, layout.delimiter, error) from None
        refuse_odd_quotes(path, origin, layout.delimiter)
        raise DataError(
            f"{origin}: a cell is not of the kind that the first ones of its column are ({one_line(error)}); correct "
            "it, or add --na TEXT if it means missing."
        ) from None


def _spool_checked(
    batches: Iterator[pa.RecordBatch], names: Sequence[str], path: Path, origin: str, layout: Layout, place: Path
) -> Path:
    """What Arrow takes for one long last cell is refused, and what is no text."""
    first = next(batches, None)
    if first is None:
        raise DataError(f"{origin} has column names but no rows.")
    if any(pa.types.is_binary(field.type) for field in first.schema):
        raise not_utf8(path, origin)
    last = [first]

    def passed() -> Iterator[pa.RecordBatch]:
        for batch in chain([first], batches):
            last[0] = batch
            yield batch.rename_columns(list(names))
        refuse_open_quote(path, origin, layout.delimiter, pa.Table.from_batches(last))

    return spool(passed(), first.rename_columns(list(names)).schema, place)


def _text_batches(
    path: Path, layout: Layout, na: Sequence[str], size: int, widen: Callable[[pa.DataType], pa.DataType]
) -> Iterator[pa.RecordBatch]:
    parse, convert = parsing(layout, na)
    how = arrow_csv.ReadOptions(block_size=BLOCK_BYTES, autogenerate_column_names=not layout.has_names)
    try:
        schema = arrow_csv.open_csv(path, how, parse, convert).schema
    except pa.ArrowInvalid:  # the first lines are longer
        how.block_size = LONGEST_LINE_BYTES
        schema = arrow_csv.open_csv(path, how, parse, convert).schema
    convert.column_types = pa.schema([field.with_type(widen(field.type)) for field in schema])
    how.block_size = size
    with arrow_csv.open_csv(path, how, parse, convert) as reader:
        yield from reader


def _as_they_are(kind: pa.DataType) -> pa.DataType:
    return kind


def _floats(kind: pa.DataType) -> pa.DataType:
    is_number = pa.types.is_integer(kind) or pa.types.is_null(kind)
    return pa.float64() if is_number else kind


def _floats_or_text(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_null(kind) else _floats(kind)


def _digest(path: Path, origin: str, reading: Any) -> str:
    """SHA-256 of the file's bytes and of how it is read."""
    total = sha256(repr((_VERSION, reading.delimiter, reading.decimal, tuple(reading.na), path.suffix)).encode())
    try:
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                total.update(part)
    except OSError as error:
        raise DataError(f"{origin} cannot be read: {one_line(error)}.") from None
    return total.hexdigest()
