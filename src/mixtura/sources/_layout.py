"""How a text file is laid out: what separates its cells, what marks decimals, whether its first line holds names."""

import csv
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite

from mixtura.errors import DataError

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 50
_SPELLED = {"\\t": "\t", "tab": "\t", "space": " "}
_LINE_END = re.compile(r"\r\n|\r|\n")
_COMMA_DECIMAL = re.compile(r"[+-]?\d+,\d+(e[+-]?\d+)?", re.IGNORECASE)
_POINT_DECIMAL = re.compile(r"[+-]?\d*\.\d+(e[+-]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """How to cut a text file into cells."""

    delimiter: str
    decimal: str
    header: tuple[str, ...]  # the first line
    has_names: bool


def find_layout(sample: bytes, origin: str, delimiter: str | None, decimal: str | None) -> Layout:
    """Work out the layout of a text file from its first bytes; what is given is not guessed."""
    lines = _lines(sample, origin)
    separator = _checked_delimiter(delimiter) if delimiter else _guess_delimiter(lines)
    rows = _rows(lines, separator) or [lines[:1]]
    mark = _checked_decimal(decimal) if decimal else _guess_decimal(rows[1:], separator)
    header = tuple(cell.strip() for cell in rows[0])
    return Layout(separator, mark, header, has_names(header, mark, origin))


def has_names(header: Sequence[str], decimal: str, origin: str) -> bool:
    """Whether the first line holds column names; what could be names or values is refused: no row is lost silently."""
    numbers = [cell for cell in header if _is_number(cell, decimal)]
    whole = all(map(str.isdecimal, numbers))
    if not numbers or (whole and len(numbers) < len(header)) or _counts_up(numbers):
        return True
    if len(numbers) == len(header) and (not whole or len(set(numbers)) < len(numbers)):
        return False
    raise DataError(
        f"{origin}: line 1 ({', '.join(header[:4])}{', …' if len(header) > 4 else ''}) may hold names or values; "
        "add a first line with a name for each column."
    )


def _counts_up(numbers: list[str]) -> bool:
    """Whether the cells are 0, 1, 2 … or 1, 2, 3 …, as programs name columns that have no names."""
    return len(numbers) > 1 and any(numbers == [str(i + start) for i in range(len(numbers))] for start in (0, 1))


def _lines(sample: bytes, origin: str) -> list[str]:
    """Return the first lines of the sample that are not blank."""
    text = sample.decode("utf-8-sig", errors="replace")
    lines = [line for line in _LINE_END.split(text) if line.strip()]
    if not lines:
        raise DataError(f"{origin} is empty.")
    return lines[:_SAMPLE_LINES]


def _guess_delimiter(lines: list[str]) -> str:
    """Return the character that cuts every line into the same number of cells, at least two; the more the better."""
    regular = {delimiter: _regular_width(lines, delimiter) for delimiter in _DELIMITERS}
    best = max(_DELIMITERS, key=regular.__getitem__)
    if regular[best] > 1:
        return best
    if _regular_width(lines, " ") > 1:
        return " "
    return max(_DELIMITERS, key=lines[0].count)


def _rows(lines: list[str], delimiter: str) -> list[list[str]]:
    """Cut lines into cells, up to a cell so long that the delimiter must be another one."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(csv.reader(lines, delimiter=delimiter))
    return rows


def _regular_width(lines: list[str], delimiter: str) -> int:
    """Return the number of cells in every line, 0 if the lines differ."""
    widths = {len(row) for row in _rows(lines, delimiter)}
    return widths.pop() if len(widths) == 1 else 0


def _guess_decimal(rows: list[list[str]], delimiter: str) -> str:
    """Return a comma if cells look like 1,5 and none like 1.5, unless the comma separates cells."""
    cells = [cell.strip() for row in rows for cell in row]
    commas = any(map(_COMMA_DECIMAL.fullmatch, cells)) and not any(map(_POINT_DECIMAL.fullmatch, cells))
    return "," if commas and delimiter != "," else "."


def _is_number(cell: str, decimal: str) -> bool:
    """Whether a cell holds a number; `nan` and `inf` may well be names."""
    try:
        return isfinite(float(cell.replace(decimal, ".")))
    except ValueError:
        return False


def _checked_delimiter(delimiter: str) -> str:
    separator = _SPELLED.get(delimiter, delimiter)
    if len(separator) != 1 or not separator.isascii():
        raise DataError(f"the delimiter '{delimiter}' is not one ASCII character; use one of , ; | tab space.")
    return separator


def _checked_decimal(decimal: str) -> str:
    if decimal not in (".", ","):
        raise DataError(f"the decimal mark '{decimal}' is not known; use . or ,")
    return decimal
