"""`mixtura datasets`: data to try things on."""

from typing import Any

import click

from mixtura.cli import _options


@click.group("datasets", epilog="Example: mixtura datasets get penguins -o penguins.csv")
def command() -> None:
    """Data sets that come with the package."""


@command.command("list", epilog="Example: mixtura datasets list")
@_options.json_option
def list_(as_json: bool) -> None:
    """List the data sets."""
    from mixtura import datasets
    from mixtura.cli._output import echo_json, echo_lines
    from mixtura.cli._screen import screen_width
    from mixtura.cli._tables import clip, lay_out

    about = [datasets.describe(name) for name in datasets.names()]
    if as_json:
        echo_json({one.name: _facts(one) for one in about})
    else:
        rows = [[one.name, f"{one.n_rows} × {len(one.feature_names)}", one.title] for one in about]
        table = lay_out(["name", "size", "what"], rows, left=3)
        echo_lines([clip(line, screen_width()) for line in table])


@command.command("get", epilog="Example: mixtura datasets get faithful -o faithful.csv")
@click.argument("name")
@_options.output("A CSV file or a folder for it; NAME.csv here by default.")
@_options.overwrite_option
def get(name: str, output: str | None, overwrite: bool) -> None:
    """Write the data set NAME to a CSV file."""
    from mixtura import datasets

    path = datasets.get(name, output, overwrite=overwrite)
    click.echo(f"Wrote {path}. Next: mixtura fit {path} -o out/")


def _facts(about: Any) -> dict[str, Any]:
    names = ("title", "n_rows", "feature_names", "label", "description", "licence", "citation")
    return {name: getattr(about, name) for name in names}
