"""The command on record: what to type for the same result, without what is the default or changes nothing."""

import shlex
from typing import Any

import click
from click.core import ParameterSource

from mixtura.cli._options import list_names

# What does not change the answer is left out of the command on record: same seed, same bytes, wherever they go.
_WITHOUT_EFFECT = {
    "output", "overwrite", "report", "labels", "proba", "workers", "as_json", "progress", "quiet", "verbose",
    "no_color", "dry_run", "strict", "cache", "checkpoint", "resume", "engine", "address",
}  # fmt: skip


def is_given(ctx: click.Context, name: str) -> bool:
    """Whether an option was typed."""
    return ctx.get_parameter_source(name) not in (ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP)


def command_on_record(ctx: click.Context) -> str:
    """The command line that gives the same result, as short as it can be."""
    words = ["mixtura", ctx.info_name or "", *ctx.params["data"]]
    for parameter in ctx.command.params:
        name = parameter.name or ""
        if isinstance(parameter, click.Option) and is_given(ctx, name) and name in ctx.params.keys() - _WITHOUT_EFFECT:
            words += _words(parameter.opts[-1], ctx.params[name])
    return shlex.join(words)


def _range(numbers: tuple[int, ...]) -> str:
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"


def _words(option: str, value: Any) -> list[str]:
    if option == "--na":
        return [word for text in value for word in (option, text)]
    if value is True:
        return [option]
    if isinstance(value, tuple):
        return [option, _range(value) if option == "-k" else list_names(value)]
    return [option, "auto" if value is None else str(value)]
