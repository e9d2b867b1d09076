"""Tables that a command writes to a file, or prints."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click


def check_output(output: str | None, overwrite: bool) -> None:
    """Before any work: whether the file can be named so, and is not there yet."""
    from mixtura.cli._folder import check_file
    from mixtura.sources.writing import check_table_path

    if output is not None:
        check_table_path(output)
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
