"""Names written from right to left, in sentences that are written from left to right."""

import re
from unicodedata import bidirectional

_ISOLATE, _POP = "\u2068", "\u2069"  # of their own direction, until the next (Unicode Standard Annex 9)
_RIGHT = ("R", "AL")
_BETWEEN = ",;:=→\n"  # what stands between names
_RUN = re.compile("r(?:(?:[r.]| (?! ))*r)?")  # words, but not over two spaces: these are between columns


def isolate(text: str) -> str:
    """The text in which words of scripts that are written from right to left keep to their place.

    Without, digits and signs beside such words move to their other side. For people to read, not for programs.

    Examples
    --------
    >>> isolate("\u05d0\u05d1 52 %") == "\u2068\u05d0\u05d1\u2069 52 %", isolate("waiting 52 %")
    (True, 'waiting 52 %')
    """
    if text.isascii():
        return text
    pieces, end = [], 0
    for run in _RUN.finditer("".join(map(_side, text))):
        pieces.append(text[end : run.start()])
        end = run.end() + _is_open(text, *run.span())
        pieces += [_ISOLATE, text[run.start() : end], _POP]
    return "".join([*pieces, text[end:]])


def _side(letter: str) -> str:
    """r or l for letters of either direction, an l too for what ends a name, a space, or a dot."""
    kind = bidirectional(letter)
    if kind in _RIGHT:
        return "r"
    return "l" if kind == "L" or letter in _BETWEEN else " " if letter == " " else "."


def _is_open(text: str, start: int, end: int) -> bool:
    """Whether the words hold a bracket that is closed right behind them."""
    return text[end : end + 1] == ")" and text.count("(", start, end) > text.count(")", start, end)
