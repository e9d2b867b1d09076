"""`mixtura report`: the page about a fit."""

from pathlib import Path
from typing import Any

import click

from mixtura.cli import _options


@click.command("report", epilog="Example: mixtura report out/model.safetensors new.csv -o report.html")
@click.argument("model", type=click.Path())
@click.argument("data", nargs=-1, type=click.Path())
@_options.output("The page to write.", default="report.html")
@click.option(
    "--no-rows",
    "show_rows",
    is_flag=True,
    flag_value=False,
    default=True,
    help="Leave single rows out: points, outliers, names and extremes.",
)
@_options.other_role_options
@_options.missing_option
@_options.overwrite_option
@_options.reading_options  # fmt: skip
def command(model: str, data: tuple[str, ...], output: str, show_rows: bool, overwrite: bool, **how: Any) -> None:
    """Write a page about a fitted MODEL.

    One HTML file that asks nothing of anyone: what the clusters are, how sure that is, and how it was found. Without
    DATA it is about the rows that the model was fitted to.
    """
    from mixtura.cli._described import describe, left_out, read_again
    from mixtura.cli._folder import check_file
    from mixtura.persistence import load
    from mixtura.report import write

    check_file(output, overwrite)
    fitted = load(model)
    reading = read_again(fitted, data, how)
    about = describe(fitted, reading, how["truth"])
    write(output, about.seen, *about[1:3], left_out=left_out(reading), show_rows=show_rows)
    click.echo(
        f"Wrote {output} ({Path(output).stat().st_size // 1000:,} kB): {about.facts['answer']['headline']}.", err=True
    )
