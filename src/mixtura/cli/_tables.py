"""Columns of text that line up."""

from collections.abc import Sequence
from unicodedata import combining, east_asian_width


def lay_out(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Lines of a table: the first `left` columns flush left, the others flush right, two spaces between."""
    columns = list(zip(header, *rows, strict=True))
    widths = [max(map(width, column)) for column in columns]
    return ["  ".join(_pad(*cell, i < left) for i, cell in enumerate(zip(row, widths, strict=True))).rstrip()
            for row in [header, *rows]]  # fmt: skip


def lay_out_within(header: Sequence[str], rows: Sequence[Sequence[str]], most: int, left: int = 1) -> list[str]:
    """The same in a given width: without the last columns where there is no room for them."""
    n_columns = _how_many_fit(header, rows, most)
    return lay_out(header[:n_columns], [row[:n_columns] for row in rows], left)


def lay_out_in_parts(header: Sequence[str], rows: Sequence[Sequence[str]], most: int, left: int = 1) -> list[str]:
    """The same in a given width: columns for which there is no room come below, after the first column again."""
    n_columns = _how_many_fit(header, rows, most)
    lines = lay_out_within(header, rows, most, left)
    if n_columns == len(header):
        return lines
    below = [[row[0], *row[n_columns:]] for row in rows]
    return [*lines, "", *lay_out_in_parts([header[0], *header[n_columns:]], below, most)]


def _how_many_fit(header: Sequence[str], rows: Sequence[Sequence[str]], most: int) -> int:
    """The number of columns that fit side by side, two at least."""
    total = -2
    for n_columns, cells in enumerate(zip(header, *rows, strict=True)):
        total += 2 + max(map(width, cells))
        if n_columns > 1 and total > most:
            return n_columns
    return len(header)


def clip(text: str, most: int) -> str:
    """The text on one line, cut to a width in which it fits."""
    line = printable(text)
    if width(line) <= most:
        return line
    while width(line) > most - 1:
        line = line[:-1]
    return f"{line}…"


def squeeze(text: str, most: int) -> str:
    """The text on one line, its middle left out where it is too long: names often differ only at the end."""
    line = printable(text)
    start, end = line[: len(line) // 2], line[len(line) // 2 :]
    while width(start) + width(end) > most - (start + end != line):
        start, end = (start[:-1], end) if width(start) > width(end) else (start, end[1:])
    return line if start + end == line else f"{start}…{end}"


def printable(text: str) -> str:
    """The text without what moves the cursor or paints the screen: names come from files that anyone may have made."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def width(text: str) -> int:
    """How many cells of a terminal a text takes: letters of East Asia take two, accents none."""
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _pad(text: str, to: int, is_left: bool) -> str:
    space = " " * (to - width(text))
    return text + space if is_left else space + text
