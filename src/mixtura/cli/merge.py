"""`mixtura merge`: components into clusters."""

from typing import Any

import click

from mixtura.cli import _options


@click.command("merge", epilog="Example: mixtura merge out/model.safetensors -o merged.safetensors")
@click.argument("model", type=click.Path())
@click.argument("data", nargs=-1, type=click.Path())
@click.option(
    "--method",
    type=click.Choice(["entropy", "demp", "modes"]),
    default="entropy",
    show_default=True,
    help="Join what makes labels surest, what is taken for each other most, or what has one peak.",
)
@click.option(
    "--clusters", type=click.IntRange(1), metavar="N", help="How many to leave; the method's advice by default."
)
@click.option(
    "--threshold",
    type=_options.FiniteRange(0),
    metavar="T",
    help="Leave no two clusters as near as this: nats per row, a share of rows, or a pass beside its peaks.",
)
@_options.output("Write the mixture with merged clusters to this model file.")
@_options.overwrite_option
@_options.asking_options
def command(
    model: str, data: tuple[str, ...], output: str | None, overwrite: bool, as_json: bool, no_color: bool, **how: Any
) -> None:
    """Merge the components of a MODEL into clusters.

    A group that is no ellipse takes several components. Which of them belong together is seen in the rows of DATA, by
    default those that the model was fitted to. The merged model has the same density; show, predict, report and compare
    take it as any other.
    """
    from mixtura.cli._folder import check_file
    from mixtura.cli._merging import facts, lines
    from mixtura.cli._output import echo_json, echo_lines
    from mixtura.persistence import load, save

    if output is not None:
        check_file(output, overwrite)
    found, told = facts(load(model), data, how)
    if output is not None:
        save(found.mixture(told["n_clusters"]), output)
        click.echo(f"Wrote {output}.", err=True)
    if as_json:
        echo_json(told)
    else:
        echo_lines(lines(told), no_color)
