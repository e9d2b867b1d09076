"""`mixtura test`: how many clusters, by likelihood-ratio tests."""

from typing import Any

import click

from mixtura.cli import _options

_MODEL = "full"


@click.command("test", epilog="Example: mixtura test examples/faithful.csv --covariance EEE --bootstrap 199")
@click.argument("data", nargs=-1, required=True, type=click.Path())
@_options.role_options
@click.option(
    "-k",
    type=_options.components,
    metavar="auto|K|FROM-TO",
    default="auto",
    show_default=True,
    help="Numbers to test, each against one more; auto is 1-8.",
)
@click.option(
    "--covariance",
    type=_options.covariances,
    metavar="NAME",
    default=_MODEL,
    show_default=True,
    help="The shape of clusters, such as tied or VVE.",
)
@_options.count_family_option
@click.option(
    "--bootstrap",
    type=click.IntRange(1, 100_000),
    metavar="N",
    default=999,
    show_default=True,
    help="Samples that are drawn and fitted for each test, if it takes so many.",
)
@click.option(
    "--level",
    type=_options.FiniteRange(0, 1, min_open=True, max_open=True),
    default=0.05,
    show_default=True,
    metavar="P",
    help="Stop at the first p-value above.",
)
@_options.whole_rows_option
@click.option(
    "--scale",
    type=click.Choice(["standard", "robust", "none"]),
    default="standard",
    show_default=True,
    help="Units in which fits are made.",
)
@_options.stream_options
@_options.page_options
@_options.reading_options
@_options.json_option
@click.option("-q", "--quiet", is_flag=True, help="Do not say on standard error how far the tests are.")
@_options.color_option
def command(
    data: tuple[str, ...], output: str | None, overwrite: bool, as_json: bool, no_color: bool, **asked: Any
) -> None:
    """Test how many clusters there are.

    One cluster against two, two against three and so on, until another one is no more than chance finds in rows drawn
    from a mixture without it: McLachlan's bootstrap likelihood-ratio test. DATA are read as by fit.
    """
    from mixtura.cli._folder import check_file
    from mixtura.cli._output import echo_json, echo_lines
    from mixtura.cli._testing import facts, lines

    _options.check_count_family(asked)
    if len(asked["covariance"] or ()) != 1:
        raise click.UsageError("The test compares mixtures of one covariance model: give --covariance one name.")
    if output is not None:
        check_file(output, overwrite)
    told = facts(data, asked)
    if output is not None:
        from mixtura.report.testing import write

        write(output, told)
        click.echo(f"Wrote {output}.", err=True)
    if as_json:
        echo_json(told)
    else:
        echo_lines(lines(told), no_color)
