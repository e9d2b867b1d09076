"""`mixtura sample`: rows as a model takes them to come about."""

import click

from mixtura.cli import _options, _written


@click.command("sample", epilog="Example: mixtura sample out/model.safetensors -n 1000 -o drawn.csv")
@click.argument("model", type=click.Path())
@click.option(
    "-n", "n_samples", type=click.IntRange(1), metavar="N", default=100, show_default=True, help="How many rows."
)
@_written.table_options
@click.option("--with-labels", is_flag=True, help="Write the cluster beside each row that it was drawn from.")
@_options.seed_option
@_options.overwrite_option
def command(
    model: str, n_samples: int, output: str | None, to: str, with_labels: bool, seed: int, overwrite: bool
) -> None:
    """Draw rows from a fitted MODEL.

    They have its columns, in the units of the data, and no missing cells; levels of categories have their names. Rows
    are in no order: any part of them is a sample too.
    """
    from mixtura.persistence import load
    from mixtura.simulation import sampled_columns

    _written.check_output(output, overwrite)
    _written.stream(output, to, sampled_columns(load(model), n_samples, seed, with_labels=with_labels))
