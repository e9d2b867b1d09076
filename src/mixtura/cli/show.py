"""`mixtura show`: a model file on one screen."""

import click

from mixtura.cli import _options


@click.command("show", epilog="Example: mixtura show out/model.safetensors")
@click.argument("model", type=click.Path())
@_options.json_option
@click.option("-v", "--verbose", is_flag=True, help="Print the whole choice and all starts too.")
@click.option("--no-color", is_flag=True, help="No colours; NO_COLOR in the environment does the same.")
def command(model: str, as_json: bool, verbose: bool, no_color: bool) -> None:
    """Show a fitted MODEL on one screen.

    Its clusters, how it was found, and from what."""
    from mixtura.cli._model import facts, lines
    from mixtura.cli._output import echo_json, echo_lines
    from mixtura.persistence import load

    told = facts(load(model))
    if as_json:
        echo_json(told)
    else:
        echo_lines(lines(told, verbose), no_color)
