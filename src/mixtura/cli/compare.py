"""`mixtura compare`: two models side by side, or a model against known groups."""

from typing import Any

import click

from mixtura.cli import _options


@click.command("compare", epilog="Example: mixtura compare monday/model.safetensors friday/model.safetensors")
@click.argument("first", type=click.Path())
@click.argument("second", type=click.Path(), required=False)
@click.option(
    "--data",
    multiple=True,
    metavar="FILE",
    help="Rows for both to label; by default those the models were fitted to, if these are the same.",
)
@click.option("--labels", metavar="NAME", help="The column of known groups, to compare the models with too.")
@_options.page_options
@_options.missing_option
@_options.reading_options
@_options.json_option
@_options.color_option
def command(
    first: str, second: str | None, output: str | None, overwrite: bool, as_json: bool, no_color: bool, **how: Any
) -> None:
    """Compare two models.

    Which cluster of the FIRST became which of the SECOND, how it moved, and where the rows went. With --labels, how
    well the models agree with known groups; one model is enough for that.
    """
    from mixtura.cli._comparison import facts, lines
    from mixtura.cli._folder import check_file
    from mixtura.cli._output import echo_json, echo_lines
    from mixtura.persistence import load

    if second is None and how["labels"] is None:
        raise click.UsageError("One model compares with nothing: give a second one, or --labels NAME.")
    if output is not None:
        check_file(output, overwrite)
    told = facts([(path, load(path)) for path in (first, second) if path is not None], how)
    if output is not None:
        from mixtura.report.comparison import write

        write(output, told)
        click.echo(f"Wrote {output}.", err=True)
    if as_json:
        echo_json(told)
    else:
        echo_lines(lines(told), no_color)
