"""Tables that a command writes to a file, or prints."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from mixtura.cli import _options
from mixtura.errors import OutputError

table_options = _options.combine(
    _options.output("A .csv, .tsv, .parquet or .feather file; by default standard output."),
    click.option(
        "--to", type=click.Choice(["csv", "arrow"]), default="csv", show_default=True, help="What standard output gets."
    ),
)


def check_output(output: str | None, overwrite: bool, data: Sequence[str] = ()) -> None:
    """Before any work: whether the file can be named so, is not there yet, and holds none of the rows to read."""
    from mixtura.cli._folder import check_file
    from mixtura.sources.writing import check_table_path

    if output is not None:
        check_table_path(output)
        if any(Path(name).is_file() and Path(output).exists() and Path(name).samefile(output) for name in data):
            raise OutputError(f"{output} holds the rows to read, which would be lost: choose another name with -o.")
        check_file(output, overwrite)


def write(output: str | None, columns: dict[str, Any]) -> None:
    """Columns to a file, or as CSV to standard output."""
    from mixtura.sources.writing import write_table

    if output is not None:
        write_table(output, columns)
        click.echo(f"Wrote {output}: {len(next(iter(columns.values())))} rows.", err=True)
        return
    with TemporaryDirectory(prefix="mixtura-") as folder:
        path = Path(folder) / "table.csv"
        write_table(path, columns)
        click.echo(path.read_text(encoding="utf-8"), nl=False)


def stream(output: str | None, kind: str, parts: Iterable[dict[str, Any]]) -> None:
    """Columns of some rows at a time to a file, or to standard output as this kind."""
    from mixtura.sources.sinks import table_sink

    with table_sink(output, kind) as sink:
        for columns in parts:
            sink.write(columns)
    if output is not None:
        click.echo(f"Wrote {output}: {sink.n_rows} rows.", err=True)
