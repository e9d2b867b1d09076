"""`mixtura predict`: the clusters of new rows."""

from typing import TYPE_CHECKING, Any

import click

from mixtura.cli import _limits, _options, _written

if TYPE_CHECKING:
    from mixtura.labelling import Labeller


@click.command("predict", epilog="Example: mixtura predict out/model.safetensors new.csv -o labels.csv")
@click.argument("model", type=click.Path())
@click.argument("data", nargs=-1)
@click.option(
    "-o", "--output", metavar="FILE", help="A .csv, .tsv, .parquet or .feather file; by default standard output."
)
@click.option(
    "--to", type=click.Choice(["csv", "arrow"]), default="csv", show_default=True, help="What standard output gets."
)
@click.option("--id", metavar="NAME", help="The column that names the rows.")
@_options.proba_option
@_options.missing_option
@click.option("--overwrite", is_flag=True, help="Replace a file that exists.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Threads; all processors by default.")
@_limits.source_options
@_options.reading_options
def command(model: str, data: tuple[str, ...], output: str | None, to: str, **others: Any) -> None:
    """Label new rows by a fitted MODEL.

    Says which cluster every row of DATA belongs to, and what it is called if `mixtura name` has named it. Columns are
    matched by name; others are ignored. A row with missing cells is labelled by its other cells, or with --missing drop
    gets no label. Parquet, Arrow and NumPy files are read and written some rows at a time, however large they are.
    """
    from mixtura.labelling import Labeller
    from mixtura.persistence import load
    from mixtura.runners.local import n_threads

    _limits.require_rows(data, others["sql"])
    _written.check_output(output, others.pop("overwrite"))
    far = {name: others.pop(name) for name in ("sql", "cache")}
    id_name, missing, proba, workers = (others.pop(name) for name in ("id", "missing", "proba", "workers"))
    labeller = Labeller(load(model), id_name, missing, proba, workers or n_threads(-1))
    if any(far.values()) or to == "arrow" or (labeller.is_of_numbers and _are_columns(data, others["format"])):
        _stream(labeller, data, (output, to), far | others)
    else:
        _written.write(output, _whole(labeller, data, others))


def _are_columns(data: tuple[str, ...], asked: str | None) -> bool:
    """Whether all files are of a kind that is read some rows at a time as it is."""
    from mixtura.sources._files import is_columnar

    return all(is_columnar(path, asked) for path in data)


def _stream(labeller: "Labeller", data: tuple[str, ...], where: tuple[str | None, str], how: dict[str, Any]) -> None:
    from mixtura.sources.sinks import table_sink
    from mixtura.sources.streamed import files

    with table_sink(*where) as sink:
        for columns in labeller.columns(files(list(data), **how)):
            sink.write(columns)
    if where[0] is not None:
        click.echo(f"Wrote {where[0]}: {sink.n_rows} rows.", err=True)


def _whole(labeller: "Labeller", data: tuple[str, ...], how: dict[str, Any]) -> dict[str, Any]:
    """The labels of a table that is read as a whole."""
    from mixtura.labels import classify, kept_rows, label_columns, probability_columns
    from mixtura.sources.roles import Roles
    from mixtura.sources.table import complete, read_table

    fitted, threads = labeller.fitted, labeller.n_threads
    roles = Roles(features=fitted.features, id=labeller.id, levels=fitted.levels)
    everything = read_table(list(data), roles, **how)
    for name, levels in everything.unknown.items():
        click.echo(
            f"Warning: {name} holds {', '.join(levels[:5])}, which the fit never saw: taken for missing.", err=True
        )
    source = complete(everything, labeller.missing).source()
    return label_columns(
        classify(fitted, source, threads),
        kept_rows(everything, labeller.missing),
        probabilities=labeller.proba != "none",
        shares=probability_columns(fitted, source, threads) if labeller.proba == "all" else None,
        names=None if everything.ids is None else (str(labeller.id), everything.ids),
        cluster_names=fitted.cluster_names if fitted.is_named else (),
    )
