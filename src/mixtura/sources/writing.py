"""Files that are either whole or not there."""

import csv
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from secrets import token_hex
from typing import IO, TYPE_CHECKING

from numpy.typing import ArrayLike

from mixtura.errors import OutputError
from mixtura.sources._leftovers import clear, held

if TYPE_CHECKING:
    import pyarrow as pa


def write_table(path: str | Path, columns: Mapping[str, ArrayLike]) -> None:
    """Write columns to a file whose extension says how: .parquet, .feather, .arrow, .csv or .tsv.

    Parameters
    ----------
    path : str or Path
        The file; one that is there already is replaced, as a whole and at once.
    columns : mapping of str to array of shape (N,)
        Names and values, in order.

    Raises
    ------
    OutputError
        If the extension is not known or the file cannot be written; nothing half-written stays behind.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from mixtura.sources.writing import write_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "labels.csv"
    ...     write_table(path, {"label": [0, 1], "probability": [0.9, 1.0]})
    ...     path.read_text().splitlines()
    ['label,probability', '0,0.9', '1,1']
    """
    import pyarrow as pa

    from mixtura.sources._arrays import to_arrow

    check_table_path(path)
    write = _WRITERS[Path(path).suffix.lower()]
    table = pa.table({name: to_arrow(values) for name, values in columns.items()})
    with atomic_file(path) as file:
        write(table, file)


def check_table_path(path: str | Path) -> None:
    """Raise an `OutputError` if `write_table` does not know what to write to a file with this extension."""
    suffix = Path(path).suffix.lower()
    if suffix not in _WRITERS:
        raise OutputError(f"{path}: a table cannot be written as '{suffix}'; use one of {', '.join(_WRITERS)}.")


def write_bytes_atomic(path: str | Path, content: bytes) -> None:
    """Write a file as a whole; raise an `OutputError` if that fails."""
    with atomic_file(path) as file:
        file.write(content)


def write_text_atomic(path: str | Path, text: str) -> None:
    """Write a text file (UTF-8, line ends as they are) as a whole; raise an `OutputError` if that fails."""
    write_bytes_atomic(path, text.encode())


@contextmanager
def atomic_file(path: str | Path) -> Iterator[IO[bytes]]:
    """Open a file that takes its name only once it is complete and on the disk."""
    path = Path(path)
    refuse_folder(path)
    part = path.with_name(f".{path.name}.{token_hex(4)}.part")
    clear(path.parent, f".{escape(path.name)}.{'[0-9a-f]' * 8}.part")
    try:
        with part.open("xb") as file, held(part):
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from None
    finally:
        part.unlink(missing_ok=True)


def refuse_folder(path: Path) -> None:
    """Raise an `OutputError` where there is a folder, which no file replaces."""
    if path.is_dir():
        raise OutputError(f"{path} is a folder, not a file: name a file, in it or elsewhere.")


def _write_parquet(table: "pa.Table", file: IO[bytes]) -> None:
    from pyarrow import parquet

    parquet.write_table(table, file)


def _write_feather(table: "pa.Table", file: IO[bytes]) -> None:
    from pyarrow import feather

    feather.write_feather(table, file)


def header(names: Sequence[str], delimiter: str) -> bytes:
    """The first line of a text file; Arrow would quote every name."""
    line = io.StringIO(newline="")
    csv.writer(line, delimiter=delimiter, lineterminator="\n").writerow(names)
    return line.getvalue().encode()


def _write_delimited(delimiter: str) -> Callable[["pa.Table", IO[bytes]], None]:
    def write(table: "pa.Table", file: IO[bytes]) -> None:
        from pyarrow import csv as arrow_csv

        file.write(header(table.column_names, delimiter))
        options = arrow_csv.WriteOptions(delimiter=delimiter, quoting_style="needed", include_header=False)
        arrow_csv.write_csv(table, file, options)

    return write


_WRITERS: dict[str, Callable[["pa.Table", IO[bytes]], None]] = {
    ".parquet": _write_parquet,
    ".feather": _write_feather,
    ".arrow": _write_feather,
    ".csv": _write_delimited(","),
    ".tsv": _write_delimited("\t"),
}
