"""`mixtura errors`: how far weights and means of a model may be off."""

from typing import Any

import click

from mixtura.cli import _options

METHODS = ("bootstrap", "weighted", "parametric", "jackknife", "information", "sandwich")


@click.command("errors", epilog="Example: mixtura errors out/model.safetensors --method sandwich")
@click.argument("model", type=click.Path())
@click.argument("data", nargs=-1, type=click.Path())
@click.option(
    "--method",
    type=click.Choice(METHODS),
    default="bootstrap",
    show_default=True,
    help="Fits to rows drawn again, to reweighted rows, to rows drawn from the model, to all rows but some; or "
    "how sharply the likelihood peaks, if the model is true or even if not.",
)
@click.option(
    "--level",
    type=_options.FiniteRange(0, 1, min_open=True, max_open=True),
    default=0.95,
    show_default=True,
    metavar="SHARE",
    help="How many such intervals should hold the true value.",
)
@click.option(
    "--replicates",
    type=click.IntRange(2, 100_000),
    metavar="N",
    help="How many fits; 999 by default, and for the jackknife one for each row, 1000 at most.",
)
@_options.stream_options
@_options.asking_options
def command(model: str, data: tuple[str, ...], as_json: bool, no_color: bool, **how: Any) -> None:
    """Say how far the numbers of a MODEL may be off.

    Standard errors and intervals of weights, means and covariances, by fits to other rows that might as well have been
    seen, or from the likelihood. Without DATA, the rows are those that the model was fitted to.
    """
    from mixtura.cli._errors import facts, lines
    from mixtura.cli._output import echo_json, echo_lines
    from mixtura.persistence import load

    told = facts(load(model), data, how)
    if as_json:
        echo_json(told)
    else:
        echo_lines(lines(told), no_color)
