"""Files and folders as one Arrow table."""

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import feather, ipc, parquet

from mixtura.errors import DataError
from mixtura.sources._arrays import to_arrow
from mixtura.sources._columns import first_value, kind_of, simplify
from mixtura.sources._folder_keys import with_keys
from mixtura.sources._scratch import Scratch
from mixtura.sources._text import one_line, read_text
from mixtura.sources.roles import is_pattern, shorten

_FORMATS = {
    **dict.fromkeys(("csv", "tsv", "txt", "text", "tab", "dat"), "text"),
    **dict.fromkeys(("parquet", "pq"), "parquet"),
    **dict.fromkeys(("feather", "arrow", "ipc"), "arrow"),
    "npy": "npy",
}
_MAGIC = {b"PAR1": "parquet", b"ARROW1": "arrow", b"FEA1": "arrow", b"\xff\xff\xff\xff": "stream", b"\x93NUMPY": "npy"}
_MODEL = ".safetensors"  # what the name of a file ends in that holds no table
LARGE_TEXT = 1 << 26  # bytes: below, text becomes columns sooner in memory than on a disk
_PLURALS = {"number": "numbers", "date": "dates"}
_FOREIGN = {
    b"PK\x03\x04": "an Excel workbook or a zip archive; save the sheet as CSV, or unpack the archive",
    b"\xd0\xcf\x11\xe0": "an Excel workbook; save the sheet as CSV",
    b"\x1f\x8b": "compressed with gzip, which its name should say: add .gz to it, or unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it first",
}


@dataclass(frozen=True)
class Options:
    """How to read a file; None means: find out."""

    format: str | None
    delimiter: str | None
    decimal: str | None
    na: Sequence[str]


class Part(NamedTuple):
    """Rows that came from one file."""

    name: str
    table: pa.Table


def read_parts(data: str | Path | Sequence[str | Path], options: Options) -> list[Part]:
    """Read one file or many: a path, a glob, a folder, `-` for standard input, or a list of those."""
    paths = [data] if isinstance(data, (str, Path)) else list(data)
    parts = [part for path in paths for part in _read_one(path, options)]
    if not parts:
        raise DataError("there is no file to read: the list is empty.")
    return parts


def concatenate(parts: Sequence[Part]) -> pa.Table:
    """Put the rows of all parts below each other; their columns may come in any order, but must be the same."""
    if len(parts) == 1:
        return parts[0].table
    names = parts[0].table.column_names
    for part in parts[1:]:
        refuse_other_columns(names, parts[0].name, part.table.column_names, part.name)
    columns = [_join([Part(part.name, part.table.select([name])) for part in parts]) for name in names]
    return pa.table(columns, names=names)


def _read_one(path: str | Path, options: Options) -> list[Part]:
    if str(path) == "-":
        return [_read_stdin(options)]
    return [_read_file(file, str(file), options) for file in expand(Path(path))]


def _read_stdin(options: Options) -> Part:
    """Keep standard input in a file while it is read: formats and faults are found by looking at it more than once."""
    scratch = Scratch()
    path = scratch.path / "stdin"
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return _read_file(path, "standard input", options)


def expand(path: Path) -> list[Path]:
    """Return the files that a path stands for: itself, the tables in a folder, or the matches of a pattern."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if _is_table(file, path))
        if not files:
            raise DataError(f"the folder {path} holds no table ({', '.join(f'.{name}' for name in _FORMATS)}).")
        return files
    if path.exists():
        return [path]
    matches = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor)))) if is_pattern(str(path)) else []
    if matches:
        return list(dict.fromkeys(file for match in matches for file in expand(match)))
    raise DataError(f"there is no file {path}; check the path and the folder it starts from ({Path.cwd()}).")


def _is_table(file: Path, folder: Path) -> bool:
    """Whether a file in a folder holds rows; names that start with . or _ are for the writer's own use."""
    hidden = any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)
    return file.is_file() and not hidden and _extension(file) in _FORMATS


def _extension(path: Path) -> str:
    return (path.with_suffix("") if path.suffix == ".gz" else path).suffix.lower().lstrip(".")


def _read_file(path: Path, name: str, options: Options) -> Part:
    kind = format_of(path, name, options.format)
    if kind == "text":
        table = read_text(path, name, options.delimiter, options.decimal, options.na)
    else:
        table = _read_binary(path, name, kind)
    return Part(name, with_keys(simplify(table), path))


def is_streamed(path: str, asked: str | None) -> bool:
    """Whether a path stands for files to read some rows at a time: of columns, or text too large to be held."""
    if path == "-":
        return False
    files = expand(Path(path))
    is_large = sum(file.stat().st_size for file in files) > LARGE_TEXT
    return is_large or all(format_of(file, str(file), asked) != "text" for file in files)


def format_of(path: Path, name: str, asked: str | None) -> str:
    """Return how to read a file: what is asked for, else by its first bytes, else by its extension."""
    if asked is not None:
        if asked.lower() not in _FORMATS:
            raise DataError(f"the format '{asked}' is not known; use one of {', '.join(_FORMATS)}.")
        return _FORMATS[asked.lower()]
    head = _head(path, name)
    if not head:
        raise DataError(f"{name} is empty.")
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    for magic, what in _FOREIGN.items():
        if head.startswith(magic) and path.suffix != ".gz":
            raise DataError(f"{name} is {what}.")
    if path.suffix == _MODEL:
        raise DataError(f"{name} is a fitted model: name the table that holds the rows.")
    return _FORMATS.get(_extension(path), "text")


def _head(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(8)
    except OSError as error:
        raise DataError(f"{name} cannot be read: {error.strerror}.") from None


def _read_stream(path: Path) -> pa.Table:
    with path.open("rb") as file, ipc.open_stream(file) as reader:
        return reader.read_all()


def _read_numbers(path: Path) -> pa.Table:
    array = np.load(path, allow_pickle=False)
    if array.ndim != 2 or array.dtype.kind not in "fiu":
        raise ValueError(f"it holds {array.dtype} of shape {array.shape}, not numbers with two axes")
    plain = array.astype(array.dtype.newbyteorder("="), copy=False)
    return pa.table({f"x{d}": to_arrow(column) for d, column in enumerate(plain.T)})


_READERS: dict[str, Callable[[Path], pa.Table]] = {
    "parquet": lambda path: parquet.ParquetFile(path).read(),
    "arrow": lambda path: feather.read_table(path, memory_map=False),
    "stream": _read_stream,
    "npy": _read_numbers,
}
_KINDS = {"parquet": "Parquet", "npy": "NumPy"}


def _read_binary(path: Path, name: str, kind: str) -> pa.Table:
    try:
        return _READERS[kind](path)
    except (pa.ArrowException, OSError, ValueError) as error:
        what = _KINDS.get(kind, "Arrow")
        raise DataError(
            f"{name} is not a complete {what} file ({one_line(error)}); it may have been cut short: copy it again."
        ) from None


def refuse_other_columns(names: Sequence[str], first: str, own: Sequence[str], name: str) -> None:
    """Raise an error if a file has other columns than the first."""
    if set(own) != set(names):
        lacks, adds = [n for n in names if n not in own], [n for n in own if n not in names]
        differences = [f"{verb} {shorten(some)}" for verb, some in (("lacks", lacks), ("adds", adds)) if some]
        raise DataError(f"{name} has other columns than {first}: it {' and '.join(differences)}.")


def _join(parts: Sequence[Part]) -> pa.ChunkedArray:
    """Join the parts of one column, each a table of one column."""
    columns = [part.table.column(0) for part in parts]
    kinds = [kind_of(column) for column in columns]
    known = [position for position, kind in enumerate(kinds) if kind != "empty"]
    for position in known:
        if kinds[position] != kinds[known[0]]:
            raise _different_kinds(parts[known[0]], parts[position])
    dtypes = {columns[position].type for position in known}
    if len(dtypes) > 1:
        common = pa.float64() if kinds[known[0]] == "number" else pa.large_string()
        columns = [column.cast(common, safe=False) for column in columns]
    return pa.concat_tables([pa.table([c], ["c"]) for c in columns], promote_options="permissive").column(0)


def _different_kinds(one: Part, other: Part) -> DataError:
    name = one.table.column_names[0]
    told = []
    for part in (one, other):
        column = part.table.column(0)
        value, row = first_value(column) or (None, 0)
        kind = kind_of(column)
        told.append(f"{_PLURALS.get(kind, kind)} in {part.name} ({str(value)!r} in row {row})")
    return DataError(f"column '{name}' holds {told[0]} and {told[1]}; it must hold the same in every file.")
