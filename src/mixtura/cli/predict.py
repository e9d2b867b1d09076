"""`mixtura predict`: the clusters of new rows."""

from typing import Any

import click

from mixtura.cli import _options, _written


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
    matched by name; others are ignored. A row with missing cells is labelled by its other cells, or with --missing drop
    gets no label.
    """
    from mixtura.labels import classify, kept_rows, label_columns, probability_columns
    from mixtura.persistence import load
    from mixtura.runners.local import n_threads
    from mixtura.sources.roles import Roles
    from mixtura.sources.table import complete, read_table

    _written.check_output(output, others.pop("overwrite"))
    fitted = load(model)
    id_name, threads = others.pop("id"), workers or n_threads(-1)
    everything = read_table(list(data), Roles(features=fitted.features, id=id_name, levels=fitted.levels), **others)
    for name, levels in everything.unknown.items():
        click.echo(
            f"Warning: {name} holds {', '.join(levels[:5])}, which the fit never saw: taken for missing.", err=True
        )
    source = complete(everything, missing).source()
    columns = label_columns(
        classify(fitted, source, threads),
        kept_rows(everything, missing),
        probabilities=proba != "none",
        shares=probability_columns(fitted, source, threads) if proba == "all" else None,
        names=None if everything.ids is None else (id_name, everything.ids),
        cluster_names=fitted.cluster_names if fitted.is_named else (),
    )
    _written.write(output, columns)
