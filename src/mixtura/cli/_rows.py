"""Why rows belong where they do."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from mixtura.cli._described import Reading, read_again
from mixtura.cli._screen import screen_width, wrap
from mixtura.cli._tables import clip, lay_out_in_parts, squeeze
from mixtura.errors import DataError
from mixtura.explain.numbers import rounded
from mixtura.explain.row import explain_cells
from mixtura.explain.words import short
from mixtura.fitted import FittedMixture
from mixtura.report.facts import plain

_MOST_COLUMNS = 12

Facts = Mapping[str, Any]


def facts(fitted: FittedMixture, data: Sequence[str], rows: Sequence[str], how: dict[str, Any]) -> dict[str, Any]:
    """Of each row asked for, why it is in its cluster; contributions are in nats."""
    reading = read_again(fitted, data, how)
    told = [(row, explain_cells(fitted, reading.everything.points[_position(reading, row)])) for row in rows]
    return {
        "features": list(fitted.features),
        "cluster_names": list(fitted.cluster_names),
        "rows": [{"row": row, **plain(why), "change": plain(why.change)} for row, why in told],
    }


def lines(told: Facts) -> list[str]:
    """One sentence and one table a row."""
    text = []
    for row in told["rows"]:
        text += [click.style(clip(f"Row {row['row']}", screen_width()), bold=True), *wrap(row["sentence"])]
        text += ["", *_table(row, told), ""]
    return text


def _table(row: Facts, told: Facts) -> list[str]:
    """The columns that say most: value, distance from the cluster's mean, what it says, and what would change that."""
    order = sorted(range(len(told["features"])), key=lambda d: -abs(row["contributions"][d]))
    header = ["column", "value", "sd from mean", "says (nats)", "moves at", "to"]
    cells = [
        [
            squeeze(told["features"][d], 24),
            _value(row["values"][d], _spread(row, d)),
            "–" if row["deviations"][d] is None else f"{row['deviations'][d]:+.1f}",
            f"{row['contributions'][d]:+.2f}",
            *_change(row, d, told["cluster_names"]),
        ]
        for d in order[:_MOST_COLUMNS]
    ]
    last = [
        ["(sizes)", "", "", f"{row['sizes']:+.2f}", "", ""], ["(sum)", "", "", f"{row['log_odds']:+.2f}", "", ""]
    ]  # fmt: skip
    return lay_out_in_parts(header, cells + last, screen_width())


def _spread(row: Facts, d: int) -> float:
    """How far a number is from going over, or a tenth of it."""
    change, value = row["changes"][d], row["values"][d]
    if value is None or isinstance(value, str):
        return 0.0
    return abs(change["value"] - value) if change else abs(value) / 10


def _value(value: float | str | None, spread: float) -> str:
    if value is None or isinstance(value, str):
        return "missing" if value is None else squeeze(value, 18)
    if value == int(value):
        return f"{value:,.0f}"
    return rounded(value, spread)


def _change(row: Facts, d: int, names: Sequence[str]) -> list[str]:
    change = row["changes"][d]
    if change is None:
        return ["never", ""]
    return [_value(change["value"], _spread(row, d)), squeeze(names[change["label"]], 18)]


def _position(reading: Reading, row: str) -> int:
    """Where a row is in the table, by its name or its number from 1."""
    names = range(1, len(reading.kept) + 1) if reading.everything.ids is None else reading.everything.ids
    position = next((i for i, name in enumerate(names) if str(name) == row), None)
    if position is None:
        raise DataError(_no_such_row(reading, row))
    return position


def _no_such_row(reading: Reading, row: str) -> str:
    origin = reading.everything.origin
    if reading.everything.ids is not None:
        return f"{origin} has no row called '{row}' in the column of --id."
    remedy = "" if row.isdigit() else " Name the column that rows are called by with --id."
    return f"{origin} has {len(reading.kept)} rows, counted from 1: --row {short(row)} is none of them.{remedy}"
