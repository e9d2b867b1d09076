"""A page about tests of how many clusters there are, from the facts of `mixtura test`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from mixtura.drawing.null import null_histogram
from mixtura.report.page import render_page
from mixtura.report.svg import Scale, bars, element, picture, scale_over, x_axis, y_axis
from mixtura.sources.writing import write_text_atomic

_SIZE = 420, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 408, 12, 214


def write(path: str | Path, told: Mapping[str, Any]) -> None:
    """Write the page, whole or not at all."""
    pictures = [null_picture(test) for test in told["tests"]]
    write_text_atomic(path, render_page("testing.html", **told, null_pictures=pictures))


def null_picture(test: Mapping[str, Any]) -> Markup:
    """The statistics of the samples as bars, that of the rows and what it has to exceed as lines."""
    heights, edges = null_histogram(test["bootstrap"])
    x = scale_over(np.array([edges[0], edges[-1], test["statistic"]]), _LEFT, _RIGHT, 0.04)
    y = Scale(0, 1.08 * max(heights.max(), 1.0), _BOTTOM, _TOP)
    marks = [element("path", d=bars(x(edges), y(heights), _BOTTOM), class_="bars")]
    if test["critical"] is not None:
        marks.append(_upright(float(x(test["critical"])), "total"))
    marks.append(_upright(float(x(test["statistic"])), "winner"))
    return picture(
        _SIZE,
        f"{test['n_components']} against {test['against']}: statistics of the samples, and of the rows",
        x_axis(x, _TOP, _BOTTOM, "likelihood-ratio statistic"),
        y_axis(y, _LEFT, _RIGHT, "samples"),
        *marks,
    )


def _upright(x: float, look: str) -> Markup:
    return element("path", d=f"M{x:.1f} {_TOP}V{_BOTTOM}", class_=look)
