"""`mixtura fit`: what can be asked. `_fitting` does it."""

from collections.abc import Mapping
from typing import Any

import click

from mixtura.cli import _alone, _engines, _limits, _options
from mixtura.cli._on_record import command_on_record, is_given
from mixtura.criteria import OF_SELECTIONS

_model_options = _options.combine(
    click.option("-k", type=_options.components, metavar="auto|K|FROM-TO", default="auto", show_default=True,
                 help="How many clusters; auto tries 1 to 9 and takes the best by the criterion."),
    click.option("--covariance", type=_options.covariances, metavar="auto|all|NAMES", default="auto",
                 show_default=True, help="Shapes of clusters to try; auto is full,tied,diag,spherical, or the last two "
                                         "of few rows in many columns; all is mclust's fourteen, such as VVE."),
    click.option("--bayes", is_flag=True,
                 help="Variational Bayes: births, merges and deletions of clusters find how many there are."),
    click.option("--select-columns", type=click.Choice(["none", "greedy", "headlong"]), default="none",
                 show_default=True,
                 help="Cluster only on columns that tell of clusters: ask of all again and again, or of likely ones."),
    click.option("--equal-weights", is_flag=True, help="Give all clusters the same share of the rows."),
    click.option("--prior", type=click.Choice(["none", "default"]), default="none", show_default=True,
                 help="What is believed of clusters beforehand; default is mclust's conjugate prior, against spikes."),
    click.option("--outliers", type=click.Choice(["none", "uniform", "trim"]), default="none",
                 show_default=True, help="With uniform, rows may belong to no cluster, but to noise that is uniform "
                                         "over all; with trim the least probable rows take no part."),
    _alone.options,
    click.option("--criterion", type=click.Choice(OF_SELECTIONS), default="bic", show_default=True,
                 help="What to choose by; holdout and cv fit again without some rows."),
    _options.count_family_option,
    _options.missing_option,
    click.option("--scale", type=click.Choice(["standard", "robust", "none"]), default="standard", show_default=True,
                 help="Units in which the fit is made; results are in those of the data."),
    click.option("--reg", type=_options.FiniteRange(0), metavar="NUMBER", default=1e-9, show_default=True,
                 help="Added to every variance, in scaled units squared."),
)  # fmt: skip

_run_options = _options.combine(
    _options.seed_option,
    click.option("--n-init", type=click.IntRange(1, 10_000), metavar="N",
                 help="Run so many starts to the end; by default diverse starts race."),
    click.option("--no-prune", is_flag=True,
                 help="Search for the best of every fit, also where a first look shows that it cannot win."),
    click.option("--max-iter", type=click.IntRange(1), metavar="N", default=1000, show_default=True,
                 help="Iterations of one fit at most."),
    click.option("--tol", type=_options.FiniteRange(0, min_open=True), metavar="NATS",
                 help="Stop when less than so many nats of log-likelihood are left to gain."),
    click.option("--stability", type=click.IntRange(0, 100_000), metavar="N", default=0,
                 help="Fit so often again, to rows drawn again, and tell which clusters come back."),
    _limits.time_option,
    click.option("--workers", type=_options.WORKERS, metavar="N",
                 help="Threads, or processes of an engine here; all processors by default."),
    _engines.engine_options,
)  # fmt: skip

_output_options = _options.combine(
    click.option("-o", "--output", metavar="DIR", type=_options.Folder(),
                 help="Write model.safetensors, labels.parquet, summary.json and report.html there."),
    _options.proba_option,
    click.option("--labels", type=click.Choice(["parquet", "csv", "none"]), default="parquet", show_default=True,
                 help="Which kind of file the labels go to; none saves a pass over many rows."),
    click.option("--no-report", "report", is_flag=True, flag_value=False, default=True, help="Write no report.html."),
    click.option("--overwrite", is_flag=True, help="Replace files of an earlier fit."),
)  # fmt: skip

_talk_options = _options.combine(
    _options.json_option,
    click.option("--progress", type=click.Choice(["auto", "bar", "plain", "json", "none"]), default="auto",
                 show_default=True, help="How to tell on standard error what is going on."),
    click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors (and JSON, if asked for)."),
    click.option("-v", "--verbose", is_flag=True, help="Print more: the whole choice, all starts."),
    _options.color_option,
    click.option("--dry-run", is_flag=True, help="Read and check everything, say what would be done, and stop."),
    click.option("--strict", is_flag=True,
                 help="Fail if the fit did not converge or the best k is the largest or smallest tried."),
)  # fmt: skip


@click.command("fit", epilog="Example: mixtura fit examples/faithful.csv -k 1-6 -o out/")
@click.argument("data", nargs=-1, type=click.Path())
@_options.role_options
@_model_options
@_run_options
@_limits.far_options
@_options.reading_options
@_output_options
@_talk_options
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Find the groups in a table.

    DATA are CSV, Parquet or Arrow files, globs or folders of them, or - for standard input; several are put below
    each other. Without --features every usable numeric column is clustered on. Nothing is written without -o. With
    --memory, --sql, --cache, --checkpoint or an --engine elsewhere rows are read block by block, however many they are.
    """
    from mixtura.cli._fitting import run
    from mixtura.cli._request import Request

    if options["bayes"]:
        _check_bayes(ctx)
    _options.check_count_family(options)
    _check_columns(options)
    _alone.check(ctx)
    _limits.require_rows(options["data"], options["sql"])
    if _engines.is_distant(options) or _limits.is_far(options):
        from mixtura.cli._far import run
    ctx.exit(run(Request(command=command_on_record(ctx), **options)))


def _check_bayes(ctx: click.Context) -> None:
    if is_given(ctx, "criterion"):
        raise click.UsageError("--bayes chooses by the bound of the evidence: leave out --criterion.")
    if ctx.params["equal_weights"]:
        raise click.UsageError("--bayes has a prior on shares: leave out --equal-weights.")
    if ctx.params["prior"] != "none":
        raise click.UsageError("--bayes has a prior of its own: leave out --prior.")
    if ctx.params["outliers"] == "uniform":
        raise click.UsageError("--bayes knows no noise: leave out --outliers.")
    if len(ctx.params["covariance"] or ()) > 1:
        raise click.UsageError("--bayes finds the number of clusters under one covariance model: name one.")


def _check_columns(options: Mapping[str, Any]) -> None:
    if options["select_columns"] == "none":
        return
    if options["k"] == (1,):
        raise click.UsageError("--select-columns asks what tells clusters apart: give -k numbers above 1.")
    if options["bayes"]:
        raise click.UsageError("--select-columns judges columns by BIC: leave out --bayes.")
