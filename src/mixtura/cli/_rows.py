"""Why rows belong where they do."""

from collections.abc import Mapping, Sequence
from typing import Any

import click
import numpy as np

from mixtura.cli._described import Reading, read_again
from mixtura.cli._screen import screen_width, wrap
from mixtura.cli._tables import clip, lay_out_in_parts, squeeze
from mixtura.errors import DataError
from mixtura.explain import explain_row
from mixtura.explain.numbers import rounded
from mixtura.explain.words import short
from mixtura.fitted import FittedMixture
from mixtura.report.facts import plain

_MOST_COLUMNS = 12

Facts = Mapping[str, Any]


def facts(fitted: FittedMixture, data: Sequence[str], rows: Sequence[str], how: dict[str, Any]) -> dict[str, Any]:
    """Of each row asked for, why it is in its cluster; contributions are in nats."""
    reading = read_again(fitted, data, how)
    told = [(row, explain_row(fitted, reading.table.points[_position(reading, row)])) for row in rows]
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
            rounded(row["values"][d], _spread(row, d)),
            f"{row['deviations'][d]:+.1f}",
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
    """How far the row is from going over, or a tenth of its value."""
    change = row["changes"][d]
    return abs(change["value"] - row["values"][d]) if change else abs(row["values"][d]) / 10


def _change(row: Facts, d: int, names: Sequence[str]) -> list[str]:
    change = row["changes"][d]
    if change is None:
        return ["never", ""]
    return [rounded(change["value"], _spread(row, d)), squeeze(names[change["label"]], 18)]


def _position(reading: Reading, row: str) -> int:
    """Where a row is among those that were kept, by its name or its number from 1."""
    names = range(1, len(reading.kept) + 1) if reading.everything.ids is None else reading.everything.ids
    position = next((i for i, name in enumerate(names) if str(name) == row), None)
    if position is None:
        raise DataError(_no_such_row(reading, row))
    if np.isnan(reading.everything.points[position]).any():
        raise DataError(
            f"Row {row} of {reading.table.origin} has missing cells, and only complete rows can be explained: mixtura "
            "impute fills them."
        )
    return int(np.count_nonzero(reading.kept[:position]))


def _no_such_row(reading: Reading, row: str) -> str:
    origin = reading.everything.origin
    if reading.everything.ids is not None:
        return f"{origin} has no row called '{row}' in the column of --id."
    remedy = "" if row.isdigit() else " Name the column that rows are called by with --id."
    return f"{origin} has {len(reading.kept)} rows, counted from 1: --row {short(row)} is none of them.{remedy}"
