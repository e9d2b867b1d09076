"""`mixtura stability`: whether the clusters of a model come back when its rows are drawn again."""

from typing import Any

import click

from mixtura.cli import _options


@click.command("stability", epilog="Example: mixtura stability out/model.safetensors examples/faithful.csv")
@click.argument("model", type=click.Path())
@click.argument("data", nargs=-1, type=click.Path())
@click.option(
    "--replicates", type=click.IntRange(1, 100_000), metavar="N", default=100, show_default=True, help="How many fits."
)
@_options.output("Write the model to this file, for its report to tell of it.")
@_options.overwrite_option
@_options.stream_options
@_options.asking_options
def command(
    model: str, data: tuple[str, ...], output: str | None, overwrite: bool, as_json: bool, no_color: bool, **how: Any
) -> None:
    """Say which clusters come back when rows are drawn again.

    Fits the MODEL anew to rows drawn with replacement from those of DATA, and compares each cluster with the most
    similar new one. Without DATA, the rows are those that the model was fitted to.
    """
    from mixtura.cli._folder import check_file
    from mixtura.cli._output import echo_json, echo_lines
    from mixtura.cli._stability import facts, lines
    from mixtura.persistence import load, save

    if output is not None:
        check_file(output, overwrite)
    fitted, told = facts(load(model), data, how)
    if output is not None:
        save(fitted, output)
        click.echo(f"Wrote {output}.", err=True)
    if as_json:
        echo_json(told)
    else:
        echo_lines(lines(told), no_color)
