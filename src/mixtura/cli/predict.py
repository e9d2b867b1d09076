"""`mixtura predict`: the clusters of new rows."""

from pathlib import Path
from typing import Any

import click

from mixtura.cli import _options


@click.command("predict", epilog="Example: mixtura predict out/model.safetensors new.csv -o labels.csv")
@click.argument("model", type=click.Path())
@click.argument("data", nargs=-1, required=True)
@click.option(
    "-o", "--output", metavar="FILE", help="A .csv, .tsv, .parquet or .feather file; CSV to standard output by default."
)
@click.option("--id", metavar="NAME", help="The column that names the rows.")
@_options.proba_option
@_options.missing_option
@click.option("--overwrite", is_flag=True, help="Replace a file that exists.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Threads; all processors by default.")
@_options.reading_options
def command(
    model: str, data: tuple[str, ...], output: str | None, proba: str, missing: Any, workers: int | None, **others: Any
) -> None:
    """Label new rows by a fitted MODEL.

    Says which cluster every row of DATA belongs to, and what it is called if `mixtura name` has named it. Columns are
    matched by name; others are ignored. A row with missing cells is an error, or with --missing drop gets no label.
    """
    from mixtura.labels import classify, complete_rows, label_columns, responsibilities
    from mixtura.persistence import load
    from mixtura.runners.local import n_threads
    from mixtura.sources.roles import Roles
    from mixtura.sources.table import complete, read_table

    _check_output(output, others.pop("overwrite"))
    fitted = load(model)
    id_name, threads = others.pop("id"), workers or n_threads(-1)
    everything = read_table(list(data), Roles(features=fitted.features, id=id_name), **others)
    source = complete(everything, missing).source()
    columns = label_columns(
        classify(fitted, source, threads),
        complete_rows(everything),
        probabilities=proba != "none",
        shares=responsibilities(fitted, source, threads) if proba == "all" else None,
        names=None if everything.ids is None else (id_name, everything.ids),
        cluster_names=fitted.cluster_names if fitted.is_named else (),
    )
    _write(output, columns)


def _check_output(output: str | None, overwrite: bool) -> None:
    """Before any work: whether the file can be named so, and is not there yet."""
    from mixtura.cli._folder import check_file
    from mixtura.sources.writing import check_table_path

    if output is not None:
        check_table_path(output)
        check_file(output, overwrite)


def _write(output: str | None, columns: dict[str, Any]) -> None:
    from tempfile import TemporaryDirectory

    from mixtura.sources.writing import write_table

    if output is not None:
        write_table(output, columns)
        click.echo(f"Wrote {output}: {len(columns['label'])} rows.", err=True)
        return
    with TemporaryDirectory(prefix="mixtura-") as folder:
        path = Path(folder) / "labels.csv"
        write_table(path, columns)
        click.echo(path.read_text(encoding="utf-8"), nl=False)
