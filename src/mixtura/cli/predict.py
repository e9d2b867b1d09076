"""`mixtura predict`: the clusters of new rows."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from mixtura.cli import _limits, _options, _outliers, _written

if TYPE_CHECKING:
    from mixtura.labelling import Labeller


@click.command("predict", epilog="Example: mixtura predict out/model.safetensors new.csv -o labels.csv")
@click.argument("model", type=click.Path())
@click.argument("data", nargs=-1, type=click.Path())
@_written.table_options
@click.option("--id", metavar="NAME", help="The column that names the rows.")
@_options.proba_option
@_outliers.options
@_options.missing_option
@_options.overwrite_option
@_options.workers_option
@_limits.source_options
@_options.reading_options
def command(model: str, data: tuple[str, ...], output: str | None, to: str, **others: Any) -> None:
    """Label new rows by a fitted MODEL.

    Says which cluster every row of DATA belongs to, and what it is called if `mixtura name` has named it. Columns are
    matched by name; others are ignored. A row with missing cells is labelled by its other cells, or with --missing drop
    gets no label. With --outliers every row is compared with rows drawn from the mixture. Parquet, Arrow and NumPy
    files, and text of more than 64 MB, are read and written some rows at a time, however large they are, unless
    --contamination compares all rows.
    """
    from mixtura.labelling import Labeller
    from mixtura.persistence import load
    from mixtura.runners.local import n_threads

    _limits.require_rows(data, others["sql"])
    _written.check_output(output, others.pop("overwrite"), data)
    far = {name: others.pop(name) for name in ("sql", "cache")}
    id_name, missing, proba, workers = (others.pop(name) for name in ("id", "missing", "proba", "workers"))
    fitted, threads, share = load(model), workers or n_threads(-1), others.pop("contamination")
    compared = _outliers.judge(fitted, others.pop("outliers") or share is not None, threads)
    labeller = Labeller(fitted, id_name, missing, proba, threads, compared)
    tally = _outliers.Tally()
    if _is_streamed(data, to, far | others, share):
        _stream(labeller, data, (output, to), far | others, tally)
    else:
        _written.write(output, tally.watch(_whole(labeller, data, others, share)))
    tally.tell(share)


def _is_streamed(data: tuple[str, ...], to: str, how: dict[str, Any], share: float | None) -> bool:
    """Whether some rows are read at a time: where that is asked for, and from files that are laid out for it."""
    from mixtura.sources._files import is_streamed

    is_asked = to == "arrow" or any(how[name] for name in ("sql", "cache"))
    if is_asked and share is not None:
        raise click.UsageError("--contamination compares all rows: leave out --sql, --cache and --to arrow.")
    are_files = all(is_streamed(path, how["format"]) for path in data)
    return is_asked or (share is None and are_files)


def _stream(
    labeller: "Labeller",
    data: tuple[str, ...],
    where: tuple[str | None, str],
    how: dict[str, Any],
    tally: "_outliers.Tally",
) -> None:
    from mixtura.sources.streamed import files

    _written.stream(*where, map(tally.watch, labeller.columns(files(list(data), **how))))
    _warn_of(labeller.unknown)


def _whole(labeller: "Labeller", data: tuple[str, ...], how: dict[str, Any], share: float | None) -> dict[str, Any]:
    """The labels of a table that is read as a whole."""
    from mixtura.families import roles_of
    from mixtura.labels import classify, kept_rows, label_columns, probability_columns
    from mixtura.remoteness import outlier_columns
    from mixtura.sources.table import complete, read_table

    fitted, threads = labeller.fitted, labeller.n_threads
    roles = roles_of(fitted.features, fitted.levels, fitted.model.emission, fitted.parameters.emission)
    everything = read_table(list(data), replace(roles, id=labeller.id), **how)
    _warn_of(everything.unknown)
    source = complete(everything, labeller.missing).source()
    found = classify(fitted, source, threads)
    others = probability_columns(fitted, source, threads) if labeller.proba == "all" else {}
    if labeller.far is not None:
        others |= outlier_columns(labeller.far.p_values(source.points), found.log_density, share)
    return label_columns(
        found,
        kept_rows(everything, labeller.missing),
        probabilities=labeller.proba != "none",
        others=others,
        names=None if everything.ids is None else (str(labeller.id), everything.ids),
        cluster_names=fitted.cluster_names if fitted.is_named else (),
    )


def _warn_of(unknown: Mapping[str, Iterable[str]]) -> None:
    for name, levels in unknown.items():
        told = ", ".join(sorted(levels)[:5])
        click.echo(f"Warning: {name} holds {told}, which the fit never saw: taken for missing.", err=True)
