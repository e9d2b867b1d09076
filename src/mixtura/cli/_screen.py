"""The terminal: how wide it is, which letters it has, text and bars that fit."""

import os
import shutil
import sys
import textwrap
from typing import IO

import click

from mixtura.cli._tables import printable

_NARROWEST, _WIDEST = 36, 120
_EIGHTHS = " ▏▎▍▌▋▊▉█"
# Letters of the same width for terminals that have no others than ASCII.
_PLAIN = str.maketrans("…–−±×·≥≤→▏▎▍▌▋▊▉█", "~--~x.><>...#####", "\u2068\u2069")


def screen_width() -> int:
    """Columns of the terminal, 80 where there is none."""
    wide = shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() or "COLUMNS" in os.environ else 80
    return min(max(wide, _NARROWEST), _WIDEST)


def width_of(stream: IO[str]) -> int:
    """Columns of the terminal behind a stream, 80 where there is none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def wrap(text: str, indent: str = "") -> list[str]:
    """The text in lines that fit the screen; a number stays with its percent sign."""
    kept = printable(text).replace(" %", "\xa0%")
    lines = textwrap.wrap(
        kept, screen_width(), initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False
    )
    return [line.replace("\xa0", " ") for line in lines]


def heading(text: str) -> list[str]:
    """The same in bold."""
    return [click.style(line, bold=True) for line in wrap(text)]


def bar(share: float, longest: int) -> str:
    """A bar of so many cells for a share of 1, padded to that; what is not nothing can be seen.

    Examples
    --------
    >>> bar(1.0, 4), bar(0.6, 4), bar(0.0001, 4), bar(0.0, 4)
    ('████', '██▍ ', '▏   ', '    ')
    """
    eighths = max(round(8 * longest * share), int(share > 0))
    full, rest = divmod(eighths, 8)
    return (full * _EIGHTHS[8] + (_EIGHTHS[rest] if rest else "")).ljust(longest)


def writable(text: str, encoding: str | None) -> str:
    """The text, in ASCII where the encoding lacks one of its letters.

    Examples
    --------
    >>> writable("4.46 ± 0.42  ██▍", "utf-8"), writable("4.46 ± 0.42  ██▍", "ascii")
    ('4.46 ± 0.42  ██▍', '4.46 +-0.42  ##.')
    """
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return text.replace(" ± ", " +-").translate(_PLAIN)
    return text
