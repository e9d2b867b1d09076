"""A page about two models, from the facts of `mixtura compare`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from mixtura.explain.words import short
from mixtura.report.marks import colour
from mixtura.report.page import render_page
from mixtura.report.svg import LONGEST_HINT, element, picture
from mixtura.sources.writing import write_text_atomic

_WIDTH, _LEFT, _RIGHT, _TOP = 720, 190, 530, 26
_BAR, _GAP, _HEIGHT, _LONGEST = 14, 10, 360, 24
_BEND = (_RIGHT - _LEFT) / 2


def write(path: str | Path, told: Mapping[str, Any]) -> None:
    """Write the page, whole or not at all."""
    comparison = told["comparison"]
    flow = comparison["flow"] if comparison else None
    names = [model["cluster_names"] for model in told["models"]]
    drawing = flow_picture(flow, names[0], names[1]) if flow else None
    write_text_atomic(path, render_page("comparison.html", **told, flow_picture=drawing))


def flow_picture(flow: Sequence[Sequence[int]], first: Sequence[str], second: Sequence[str]) -> Markup:
    """Where the rows of each cluster went: bars as high as clusters are large, ribbons as wide as what they share."""
    counts = np.array(flow, dtype=float)
    room = _HEIGHT - _GAP * (max(counts.shape) - 1)
    heights = counts * (room / max(counts.sum(), 1))
    left, right = _starts(heights.sum(1)), _starts(heights.sum(0))
    leaving = left[:, None] + np.cumsum(heights, axis=1) - heights
    arriving = right + np.cumsum(heights, axis=0) - heights
    ribbons = [
        _ribbon(leaving[i, j], arriving[i, j], heights[i, j], _share(first[i], second[j], flow[i][j]), i)
        for i, j in np.argwhere(counts > 0).tolist()
    ]
    return picture(
        (_WIDTH, _TOP + _HEIGHT + 10),
        "Where the rows of each cluster went",
        element("text", "first", x=f"{_LEFT}", y="14", class_="axis-name", text_anchor="end"),
        element("text", "second", x=f"{_RIGHT}", y="14", class_="axis-name"),
        *ribbons,
        *_bars(left, heights.sum(1), first, _LEFT - _BAR, coloured=True),
        *_bars(right, heights.sum(0), second, _RIGHT, coloured=False),
    )


def _share(first: str, second: str, n_rows: int) -> str:
    return f"{short(first)} → {short(second)}: {n_rows:,} rows"


def _starts(heights: np.ndarray) -> np.ndarray:
    return _TOP + np.cumsum(heights + _GAP) - heights - _GAP


def _ribbon(start: float, end: float, height: float, words: str, k: int) -> Markup:
    """A band from the left to the right, with a title that says what it is."""
    there = f"M{_LEFT} {start:.1f}c{_BEND:g} 0 {_BEND:g} {end - start:.1f} {2 * _BEND:g} {end - start:.1f}"
    back = f"v{height:.1f}c{-_BEND:g} 0 {-_BEND:g} {start - end:.1f} {-2 * _BEND:g} {start - end:.1f}z"
    return element("path", element("title", words), d=there + back, class_=f"{colour(k)} ribbon")


def _bars(starts: np.ndarray, heights: np.ndarray, names: Sequence[str], x: float, *, coloured: bool) -> list[Markup]:
    side = {"x": f"{x - 8:g}", "text_anchor": "end"} if coloured else {"x": f"{x + _BAR + 8:g}"}
    parts = []
    for k, (start, height, name) in enumerate(zip(starts, heights, names, strict=True)):
        box = {"x": f"{x:g}", "y": f"{start:.1f}", "width": f"{_BAR}", "height": f"{max(height, 1):.1f}"}
        parts.append(element("rect", class_=f"{colour(k)} block" if coloured else "block", **box))
        label = element("title", short(name, LONGEST_HINT)), short(name, _LONGEST)
        parts.append(element("text", *label, y=f"{start + height / 2 + 4:.1f}", class_="axis-name", **side))
    return parts
