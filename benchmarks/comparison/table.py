"""Tables that print while they are measured, for a terminal or as Markdown."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from math import isnan
from typing import NamedTuple

LABEL = ""
TIME, TIMES, SHARE, MEGABYTES, EXACT, TINY = "{:.2f}", "{:.2f}×", "{:.0%}", "{:.0f}", "{:.6g}", "{:.1e}"


class Effort(NamedTuple):
    """How much is measured: a smoke run only shows that everything runs."""

    repeats: int = 5
    is_smoke: bool = False

    def rows(self, number: int) -> int:
        """How many rows to take where `number` are asked about."""
        return max(3000, number // 1000) if self.is_smoke else number

    def calls(self, number: int) -> int:
        """How many calls to take the median of, where a call is so short that `repeats` are too few."""
        return 1 if self.is_smoke else number * self.repeats


class Table(NamedTuple):
    """What a part found out. Rows come one by one, as they are measured."""

    title: str
    note: str
    columns: Sequence[tuple[str, str]]  # a heading, and the format of the numbers below it
    rows: Iterable[Sequence[str | float]]


def as_text(table: Table, effort: Effort) -> Iterator[str]:
    """Lines for a terminal."""
    headings = [heading for heading, _ in table.columns]
    widths = [max(len(heading), 24 if kind == LABEL else 9) for heading, kind in table.columns]
    yield f"\n{table.title}\n{table.note}\n"
    for cells in chain([headings], _cells(table, effort)):
        yield "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))


def as_markdown(table: Table, effort: Effort) -> Iterator[str]:
    """Lines of a Markdown page."""
    yield f"\n## {table.title}\n\n{table.note}\n"
    yield _line(heading for heading, _ in table.columns)
    yield _line("---" if kind == LABEL else "---:" for _, kind in table.columns)
    yield from map(_line, _cells(table, effort))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(table: Table, effort: Effort) -> Iterator[list[str]]:
    for row in table.rows:
        yield [_cell(value, kind, effort) for value, (_, kind) in zip(row, table.columns, strict=True)]


def _cell(value: str | float, kind: str, effort: Effort) -> str:
    """Numbers of a smoke run mean nothing, so they are not shown."""
    if isinstance(value, str):
        return value
    if effort.is_smoke:
        return "ran"
    return "–" if isnan(value) else kind.format(value)
