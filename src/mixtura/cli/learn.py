"""`mixtura learn`: classes that are known, of all rows or of some."""

from typing import Any

import click

from mixtura.cli import _options
from mixtura.cli._on_record import command_on_record


@click.command("learn", epilog="Example: mixtura learn penguins.csv --labels species -o out/")
@click.argument("data", nargs=-1, required=True, type=click.Path())
@click.option(
    "--labels", "classes", required=True, metavar="NAME", help="The column of the known classes; empty where unknown."
)
@_options.own_role_options
@click.option(
    "-k",
    type=_options.components,
    metavar="auto|K|FROM-TO",
    default="1",
    show_default=True,
    help="Components of a class: one, or a mixture; auto tries 1 to 5.",
)
@click.option(
    "--covariance",
    type=_options.covariances,
    metavar="auto|NAMES",
    default="auto",
    show_default=True,
    help="Shapes of classes to try; auto is mclust's fourteen, or full where some rows have no label.",
)
@click.option(
    "--criterion",
    type=click.Choice(["auto", "bic", "cv"]),
    default="auto",
    show_default=True,
    help="What chooses: BIC, or the Brier score of rows left out; auto is cv for one component a class.",
)
@click.option(
    "--folds",
    type=click.IntRange(2),
    metavar="N",
    default=5,
    show_default=True,
    help="Parts of the rows that are left out in turn.",
)
@click.option(
    "--unlabelled",
    type=click.Choice(["use", "drop"]),
    default="use",
    show_default=True,
    help="Rows without a label: they say where classes lie too, or are left out.",
)
@click.option(
    "--more",
    type=click.IntRange(0, 1000),
    metavar="N",
    default=0,
    show_default=True,
    help="Groups to find among the rows without a label, besides the classes.",
)
@click.option(
    "--together",
    metavar="NAME",
    help="A column whose rows of one value are of one class, where some rows have no label.",
)
@_options.whole_rows_option
@_options.stream_options
@_options.reading_options
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=_options.Folder(),
    help="Write model.safetensors, labels.parquet, summary.json and report.html there.",
)
@click.option("--no-report", "report", is_flag=True, flag_value=False, default=True, help="Write no report.html.")
@click.option("--overwrite", is_flag=True, help="Replace files of an earlier fit.")
@_options.json_option
@_options.color_option
@click.pass_context
def command(ctx: click.Context, /, as_json: bool, no_color: bool, **asked: Any) -> None:
    """Learn known classes, to tell those of new rows.

    Where all rows of DATA have a label, every class becomes a Gaussian, or a mixture with -k: discriminant analysis.
    Where some have none, these help to find where the classes lie. The model is one as any other: predict says of new
    rows what class they are of, and how sure that is.
    """
    from mixtura.cli._learning import learn
    from mixtura.cli._learnt import lines
    from mixtura.cli._output import echo_json, echo_lines

    told = learn(asked, command_on_record(ctx))
    if as_json:
        echo_json(told)
    else:
        echo_lines(lines(told, asked["output"]), no_color)
