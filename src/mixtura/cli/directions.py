"""`mixtura directions`: the directions in which the clusters of a model differ."""

from typing import Any

import click

from mixtura.cli import _options, _written


@click.command("directions", epilog="Example: mixtura directions out/model.safetensors iris.csv -o coordinates.csv")
@click.argument("model", type=click.Path())
@click.argument("data", nargs=-1, type=click.Path())
@click.option(
    "--most", type=click.IntRange(1), metavar="N", help="So many directions at most; by default all that tell anything."
)
@click.option(
    "--shapes",
    type=_options.FiniteRange(0, 1),
    default=0.0,
    show_default=True,
    metavar="SHARE",
    help="How much differences of shape count beside those of location.",
)
@_options.output("Write the coordinates of the rows to this table.")
@_options.overwrite_option
@_options.asking_options
def command(
    model: str, data: tuple[str, ...], output: str | None, overwrite: bool, as_json: bool, no_color: bool, **how: Any
) -> None:
    """Show the directions in which the clusters of a MODEL differ.

    The first tells most. Numbers say what one standard deviation of a column adds. With -o, the rows of DATA (by
    default those of the fit) are written as coordinates along the directions, with their clusters.
    """
    from mixtura.cli._directions import coordinates, facts, lines
    from mixtura.cli._output import echo_json, echo_lines
    from mixtura.persistence import load

    if data and output is None:
        raise click.UsageError("-o FILE writes the coordinates of the rows of DATA: add it, or leave DATA out.")
    _written.check_output(output, overwrite, data)
    fitted = load(model)
    projection, told = facts(fitted, how)
    if output is not None:
        _written.write(output, coordinates(fitted, projection, data, how))
    if as_json:
        echo_json(told)
    else:
        echo_lines(lines(told), no_color)
