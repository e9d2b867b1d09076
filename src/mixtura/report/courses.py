"""How every start of the fit climbed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy import ndarray

from mixtura.drawing.courses import SAME_OPTIMUM, Course, courses, highest
from mixtura.explain.words import count
from mixtura.report.svg import Scale, element, line, picture, x_axis

_SIZE = 570, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 560, 14, 285
_TICKS = (0.0, 0.1, 1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8)  # nats


def courses_picture(history: Mapping[str, Any]) -> Markup | None:
    """How far below the best every start was, by iteration; None where fewer than two are on record."""
    found = courses(history)
    if len(found) < 2:
        return None
    best = highest(found)
    gaps = [np.maximum(best - np.array(course.log_likelihoods), 0.0) for course in found]
    x = Scale(0, max(course.first + len(gap) for course, gap in zip(found, gaps, strict=True)), _LEFT, _RIGHT)
    highest_gap = _height(np.array(max(gap.max() for gap in gaps)))
    y = Scale(0, float(highest_gap) * 1.02 + 0.01, _BOTTOM, _TOP)
    return picture(
        _SIZE,
        "How far every start was below the best log-likelihood, by iteration",
        x_axis(x, _TOP, _BOTTOM, "iteration"),
        _gap_axis(y),
        *_line_before_kicks(found, x),
        *(_course(course, gap, (x, y)) for course, gap in zip(found, gaps, strict=True)),
    )


def _height(gaps: ndarray) -> ndarray:
    """The logarithm, but for the last tenth of a nat, which has its place at the bottom."""
    return np.asarray(np.log10(1 + gaps / SAME_OPTIMUM))


def _course(course: Course, gaps: ndarray, scales: tuple[Scale, Scale]) -> Markup:
    x, y = scales
    xs, ys = x(course.first + np.arange(len(gaps))), y(_height(gaps))
    end = "reached the best" if gaps[-1] < SAME_OPTIMUM else f"ended {gaps[-1]:.3g} nats below the best"
    return element(
        "g",
        element("title", f"{course.kind}: {count(len(gaps), 'iteration')}, {end}"),
        element("path", d=line(xs, ys), class_=f"curve {'dash0' if gaps[-1] < SAME_OPTIMUM else 'dash1 faint'}"),
        element(
            "circle", cx=f"{xs[-1]:.1f}", cy=f"{ys[-1]:.1f}", r="3.5", class_="through" if course.is_through else "left"
        ),
    )


def _line_before_kicks(found: Sequence[Course], x: Scale) -> list[Markup]:
    """Where what goes on from the best of the starts begins."""
    later = max(course.first for course in found)
    return [element("path", d=f"M{x(later):.1f} {_TOP}V{_BOTTOM}", class_="total")] if later else []


def _gap_axis(y: Scale) -> Markup:
    parts = []
    for tick in _TICKS:
        height = float(_height(np.array(tick)))
        if height <= y.high:
            at = float(y(height))
            parts.append(element("path", d=f"M{_LEFT} {at:.1f}H{_RIGHT}", class_="grid"))
            parts.append(
                element("text", f"{tick:,g}", x=f"{_LEFT - 6}", y=f"{at + 4:.1f}", class_="tick", text_anchor="end")
            )
    middle = f"{(_TOP + _BOTTOM) / 2:g}"
    turned = {"transform": f"rotate(-90 12 {middle})", "text_anchor": "middle"}
    return element("g", *parts, element("text", "nats below the best", x="12", y=middle, class_="axis-name", **turned))
