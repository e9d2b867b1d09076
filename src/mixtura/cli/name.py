"""`mixtura name`: what clusters are called."""

import click

from mixtura.cli import _options


def _pair(value: str) -> tuple[int, str]:
    number, equals, name = value.partition("=")
    if not (equals and number.isdecimal()):
        raise click.BadParameter(f"{value!r} is not a cluster's number and its name, such as 0='Short wait'.")
    return int(number), name


def _one_each(pairs: tuple[tuple[int, str], ...]) -> dict[int, str]:
    found: dict[int, str] = {}
    for number, name in pairs:
        if found.setdefault(number, name) != name:
            raise click.UsageError(f"cluster {number} is given two names, {found[number]!r} and {name!r}.")
    return found


@click.command("name", epilog="Example: mixtura name out/model.safetensors 0='Long wait' 1='Short wait'")
@click.argument("model", type=click.Path())
@click.argument("names", nargs=-1, required=True, type=_pair, metavar="NUMBER=NAME...")
@_options.json_option
def command(model: str, names: tuple[tuple[int, str], ...], as_json: bool) -> None:
    """Name the clusters of a MODEL.

    The names are kept in the model file and used by show, predict, report and compare. An empty name (0=) gives back
    the number.
    """
    from mixtura.cli._output import echo_json, echo_lines
    from mixtura.cli._tables import lay_out, printable
    from mixtura.persistence import load, save

    fitted = load(model)
    try:
        renamed = fitted.renamed(_one_each(names))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    save(renamed, model)
    if as_json:
        echo_json({"cluster_names": list(renamed.cluster_names)})
    else:
        rows = [[str(k), printable(name)] for k, name in enumerate(renamed.cluster_names)]
        echo_lines(lay_out(["cluster", "name"], rows, left=2))
