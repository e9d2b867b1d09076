"""`mixtura check`: what is in a table, before anything is fitted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import click

from mixtura.cli import _options

_MARKS = {"error": "x", "warning": "!", "note": "-"}
_TOLD = 4  # findings of one sort
_LARGE = 1e4  # numbers that four digits do not hold


@click.command("check", epilog="Example: mixtura check examples/faithful.csv")
@click.argument("data", nargs=-1, required=True, type=click.Path())
@_options.role_options
@_options.reading_options
@_options.json_option
@_options.color_option
def command(data: tuple[str, ...], as_json: bool, no_color: bool, **options: Any) -> None:
    """Show what is in the columns of a table.

    Kinds, missing cells, ranges, and what a fit has to reckon with, each with what to do about it: x stops a fit, !
    may spoil it, - is good to know. Findings are no errors: the exit code is 0 whenever the data can be read at all.
    """
    from mixtura.cli._output import echo_json, echo_lines
    from mixtura.sources.check import table_facts

    roles = _options.roles_asked({name: options.pop(name) for name in _options.OF_COLUMNS})
    found = table_facts(list(data), roles, **options)
    listed = {name: [one._asdict() for one in getattr(found, name)] for name in ("columns", "findings")}
    facts = found._asdict() | listed
    if as_json:
        echo_json(facts)
    else:
        echo_lines(_lines(facts), no_color)


def _lines(facts: Mapping[str, Any]) -> list[str]:
    from mixtura.cli._screen import heading, screen_width
    from mixtura.cli._tables import clip, lay_out_in_parts
    from mixtura.explain.words import count

    columns = facts["columns"]
    title = f"{facts['origin']}: {count(facts['n_rows'], 'row')}, {count(len(columns), 'column')}"
    header = ["column", "kind", "role", "missing", "different", "least", "median", "most"]
    rows = [[clip(c["name"], 24), c["kind"], c["role"], *_numbers(c)] for c in columns]
    table = lay_out_in_parts(header, rows, screen_width(), left=3)
    return [*heading(title), "", *table, "", *_findings(facts["findings"])]


def _findings(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """What to reckon with, the gravest first; of many of one sort the first few."""
    from mixtura.cli._screen import wrap
    from mixtura.explain.words import count

    if not findings:
        return ["Nothing stands in the way of a fit."]
    text: list[str] = []
    told: Counter[str] = Counter()
    for finding in findings:
        told[finding["about"]] += 1
        if told[finding["about"]] <= _TOLD:
            text += wrap(f"{_MARKS[finding['severity']]} {finding['sentence']} {finding['remedy']}".rstrip())
    more = [f"{about}: {count(n - _TOLD, 'more column')}" for about, n in told.items() if n > _TOLD]
    return [*text, *(wrap(f"{'; '.join(more)}: see --json.") if more else [])]


def _numbers(column: Mapping[str, Any]) -> list[str]:
    counts = [f"{column['n_missing']:,}", "–" if column["n_distinct"] is None else f"{column['n_distinct']:,}"]
    return counts + ["–" if column[n] is None else _cell(column[n]) for n in ("minimum", "median", "maximum")]


def _cell(value: float) -> str:
    """Four digits, or the whole number where it has more."""
    from mixtura.explain.numbers import brief

    return brief(value) if abs(value) >= _LARGE else f"{value:.4g}"
