"""`mixtura check`: what is in a table, before anything is fitted."""

from collections.abc import Mapping
from typing import Any

import click

from mixtura.cli import _options


@click.command("check", epilog="Example: mixtura check examples/faithful.csv")
@click.argument("data", nargs=-1, required=True)
@_options.role_options
@_options.reading_options
@_options.json_option
def command(data: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Show what is in the columns of a table.

    Kinds, missing cells, ranges, and what may hurt a fit. Findings are no errors: the exit code is 0 whenever the
    data can be read at all.
    """
    from mixtura.cli._output import echo_json, echo_lines
    from mixtura.sources.check import table_facts
    from mixtura.sources.roles import Roles

    names = ("features", "exclude", "id", "weight", "profile", "truth", "categorical")
    roles = Roles(**{name: options.pop(name) for name in names})
    found = table_facts(list(data), roles, **options)
    facts = found._asdict() | {"columns": [column._asdict() for column in found.columns]}
    if as_json:
        echo_json(facts)
    else:
        echo_lines(_lines(facts))


def _lines(facts: Mapping[str, Any]) -> list[str]:
    from mixtura.cli._screen import heading, screen_width, wrap
    from mixtura.cli._tables import clip, lay_out_in_parts
    from mixtura.explain.words import count

    repeated = facts["n_duplicated_rows"]
    columns = facts["columns"]
    title = f"{facts['origin']}: {count(facts['n_rows'], 'row')}, {count(len(columns), 'column')}"
    text = heading(title)
    text += [f"{count(repeated, 'row')} repeat an earlier one"] if repeated else []
    header = ["column", "kind", "role", "missing", "different", "least", "median", "most"]
    rows = [[clip(c["name"], 24), c["kind"], c["role"], *_numbers(c)] for c in columns]
    table = lay_out_in_parts(header, rows, screen_width(), left=3)
    flagged = [line for c in columns if c["flags"] for line in wrap(f"{c['name']}: {', '.join(c['flags'])}")]
    return [*text, "", *table, *(["", *flagged] if flagged else [])]


def _numbers(column: Mapping[str, Any]) -> list[str]:
    counts = [f"{column['n_missing']:,}", "–" if column["n_distinct"] is None else f"{column['n_distinct']:,}"]
    return counts + ["–" if column[n] is None else f"{column[n]:.4g}" for n in ("minimum", "median", "maximum")]
