"""Delimited text files (CSV and its kin), read by Arrow; what is wrong with one is found by reading it slowly."""

import csv
import gzip
from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.csv as arrow_csv

from mixtura.errors import DataError
from mixtura.sources._layout import Layout, find_layout
from mixtura.sources.roles import shorten

NA_TOKENS = (
    *("", "NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "<NA>", "NaN", "nan", "-NaN", "-nan"),
    *("NULL", "null", "None", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
)

BLOCK_BYTES = 1 << 20
LONGEST_LINE_BYTES = 64 << 20


def read_text(path: Path, origin: str, delimiter: str | None, decimal: str | None, na: Sequence[str]) -> pa.Table:
    """Read a delimited text file; `na` are the cells that mean missing besides the usual ones."""
    layout = layout_of(path, origin, delimiter, decimal)
    names = names_of(layout, origin)
    table = _read(path, origin, layout, na)
    refuse_open_quote(path, origin, layout.delimiter, table)
    if any(pa.types.is_binary(field.type) for field in table.schema):
        raise not_utf8(path, origin)
    return table.rename_columns(list(names))


def layout_of(path: Path, origin: str, delimiter: str | None, decimal: str | None) -> Layout:
    """How a text file is laid out, by its first lines."""
    return find_layout(_sample(path, origin), origin, delimiter, decimal)


def names_of(layout: Layout, origin: str) -> tuple[str, ...]:
    """What the columns of a text file are called."""
    names = layout.header if layout.has_names else tuple(f"x{position}" for position in range(len(layout.header)))
    names = tuple(name or f"Unnamed: {position}" for position, name in enumerate(names))
    check_distinct(names, origin)
    return names


def check_distinct(names: Sequence[str], origin: str) -> None:
    """Raise an error if two columns have the same name."""
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise DataError(f"{origin} has more than one column called {shorten(repeated)}; give each its own name.")


def _read(path: Path, origin: str, layout: Layout, na: Sequence[str]) -> pa.Table:
    """Read with the types that the first block shows; only if a later one shows others, find them in the whole file.

    Arrow keeps the text of the whole file in memory while it is not sure of the types: more than the numbers take.
    """
    parse, convert = parsing(layout, na)
    blocks, whole = (
        arrow_csv.ReadOptions(block_size=size, autogenerate_column_names=not layout.has_names)
        for size in (BLOCK_BYTES, LONGEST_LINE_BYTES)
    )
    with suppress(pa.ArrowException, OSError), arrow_csv.open_csv(path, blocks, parse, convert) as reader:
        return reader.read_all()
    try:
        return arrow_csv.read_csv(path, whole, parse, convert)
    except (pa.ArrowException, OSError) as error:
        raise ragged(path, origin, layout.delimiter, error) from None


def parsing(layout: Layout, na: Sequence[str]) -> tuple[arrow_csv.ParseOptions, arrow_csv.ConvertOptions]:
    """What Arrow has to know to cut a text file into cells."""
    parse = arrow_csv.ParseOptions(delimiter=layout.delimiter, newlines_in_values=True)
    convert = arrow_csv.ConvertOptions(
        null_values=[*NA_TOKENS, *na], strings_can_be_null=True, decimal_point=layout.decimal
    )
    return parse, convert


def refuse_open_quote(path: Path, origin: str, delimiter: str, table: pa.Table) -> None:
    """Arrow takes all that follows a quote which is never closed for one cell: the last, and one of several lines."""
    last = table.slice(max(table.num_rows - 1, 0)).to_pylist()
    if not any(isinstance(cell, str) and "\n" in cell for row in last for cell in row.values()):
        return
    refuse_odd_quotes(path, origin, delimiter)


def refuse_odd_quotes(path: Path, origin: str, delimiter: str) -> None:
    """Raise an error if a file holds an odd number of quotes, which takes reading all of it."""
    with _open(path) as file:
        is_open = sum(line.count(b'"') for line in file) % 2 == 1
    if is_open:
        *_, (line, _, _) = _numbered_rows(path, delimiter)
        raise DataError(f"{origin}: a quote opened in line {line} is never closed; close it, or remove it.")


def _sample(path: Path, origin: str) -> bytes:
    try:
        with _open(path) as file:
            sample = file.read(BLOCK_BYTES) + file.readline(LONGEST_LINE_BYTES)
    except (OSError, EOFError) as error:
        raise DataError(f"{origin} cannot be read: {one_line(error)}.") from None
    if sample[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DataError(f"{origin} is UTF-16 text; save it as UTF-8: iconv -f utf-16 -t utf-8 OLD > NEW.")
    try:
        getincrementaldecoder("utf-8")().decode(sample)  # not final: the sample may end within a character
    except UnicodeDecodeError:
        raise not_utf8(path, origin) from None
    return sample


def _open(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def not_utf8(path: Path, origin: str) -> DataError:
    """Say where a file stops being UTF-8."""
    where = "a line"
    with _open(path) as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                where = f"line {number} (byte 0x{line[error.start]:02x})"
                break
    return DataError(f"{origin} is not UTF-8 text in {where}; convert it, e.g. iconv -f cp1252 -t utf-8 OLD > NEW.")


def ragged(path: Path, origin: str, delimiter: str, error: Exception) -> DataError:
    """Say which line does not have as many cells as the first; Arrow's own words if there is none."""
    try:
        rows = _numbered_rows(path, delimiter)
        _, _, width = next(rows)
        for first, last, n_cells in rows:
            if n_cells != width:
                quote = f", perhaps because a quote opened in line {first} is never closed" if last > first else ""
                cells = "1 cell" if n_cells == 1 else f"{n_cells} cells"
                return DataError(f"{origin}: line {first} has {cells} where line 1 has {width}{quote}.")
    except (csv.Error, UnicodeDecodeError, OSError, EOFError):
        pass
    return DataError(f"{origin} cannot be read: {one_line(error)}.")


def _numbered_rows(path: Path, delimiter: str) -> Iterator[tuple[int, int, int]]:
    """Yield the first line, the last line and the number of cells of each row that is not blank."""
    with _open(path) as file:
        reader = csv.reader((line.decode("utf-8-sig") for line in file), delimiter=delimiter)
        first = 1
        for row in reader:
            if row:
                yield first, reader.line_num, len(row)
            first = reader.line_num + 1


def one_line(error: Exception) -> str:
    """Return an error's message as part of a sentence, on one line and without what cannot be printed."""
    text = "".join(character for character in " ".join(str(error).split()) if character.isprintable())
    return text.rstrip(".") if text else type(error).__name__
