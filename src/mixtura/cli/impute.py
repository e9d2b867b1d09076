"""`mixtura impute`: a table without holes."""

from dataclasses import replace
from typing import Any

import click

from mixtura.cli import _options, _written


@click.command("impute", epilog="Example: mixtura impute out/model.safetensors new.csv -o filled.csv")
@click.argument("model", type=click.Path())
@click.argument("data", nargs=-1, required=True, type=click.Path())
@_options.output("A .csv, .tsv, .parquet or .feather file; CSV to standard output by default.")
@click.option(
    "--draws",
    type=click.IntRange(1, 10_000),
    metavar="N",
    help="Draw so many tables, one below the other, instead of filling in expected values.",
)
@_options.seed_option
@click.option("--id", metavar="NAME", help="The column that names the rows.")
@click.option("--keep", type=_options.names, default="", metavar="NAMES", help="Other columns to write along.")
@_options.overwrite_option
@_options.reading_options  # fmt: skip
def command(model: str, data: tuple[str, ...], output: str | None, draws: int | None, seed: int, **others: Any) -> None:
    """Fill the missing cells of rows by a fitted MODEL.

    A cell gets what the model expects of it given the other cells of its row. With --draws it gets values as they might
    have been, which differ from draw to draw as much as the cell is uncertain: a column tells the draws apart.
    """
    from mixtura.families import roles_of
    from mixtura.labels import imputed_columns
    from mixtura.persistence import load
    from mixtura.sources.table import read_table
    from mixtura.tables import impute

    _written.check_output(output, others.pop("overwrite"), data)
    fitted = load(model)
    id_name = others.pop("id")
    kept = [name for name in others.pop("keep") if name not in fitted.features]  # these are written anyway
    own = roles_of(fitted.features, fitted.levels, fitted.model.emission, fitted.parameters.emission)
    table = read_table(list(data), replace(own, id=id_name, profile=kept), **others)
    filled = impute(fitted, table, n_draws=draws, seed=seed)
    _written.write(output, imputed_columns(fitted, table, filled, id_name))
