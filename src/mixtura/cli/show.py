"""`mixtura show`: a model file on one screen, what its clusters are in a table, why a row is where it is."""

from typing import Any

import click

from mixtura.cli import _options


@click.command("show", epilog="Example: mixtura show out/model.safetensors examples/faithful.csv --row 17")
@click.argument("model", type=click.Path())
@click.argument("data", nargs=-1, type=click.Path())
@click.option("--row", "rows", multiple=True, metavar="N", help="Explain this row: its number, or its name in --id.")
@_options.other_role_options
@_options.missing_option
@_options.reading_options
@_options.json_option
@click.option("-v", "--verbose", is_flag=True, help="Print the whole choice and all starts too.")
@_options.color_option
def command(
    model: str, data: tuple[str, ...], rows: tuple[str, ...], as_json: bool, verbose: bool, no_color: bool, **how: Any
) -> None:
    """Show a fitted MODEL on one screen.

    Its clusters, how it was found, and from what. With DATA: what tells the clusters apart in these rows, in numbers,
    in short rules and in words. With --row: why this row belongs to its cluster, and what would change that; without
    DATA, the row is one of those that the model was fitted to.
    """
    from mixtura.cli._output import echo_json, echo_lines
    from mixtura.persistence import load

    fitted = load(model)
    if rows:
        from mixtura.cli import _rows

        told = _rows.facts(fitted, data, rows, how)
        lines = _rows.lines(told)
    elif data:
        from mixtura.cli import _clusters

        told = _clusters.facts(fitted, data, how)
        lines = _clusters.lines(told)
    else:
        from mixtura.cli import _model

        told = _model.facts(fitted)
        lines = _model.lines(told, verbose)
    if as_json:
        echo_json(told)
    else:
        echo_lines(lines, no_color)
