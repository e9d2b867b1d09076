"""Pieces of pictures: elements whose text and attributes are escaped, scales, axes. Units are CSS pixels."""

from collections.abc import Iterable, Sequence
from math import ceil, floor, inf, log10
from typing import NamedTuple

import numpy as np
from markupsafe import Markup, escape
from numpy import ndarray

from mixtura.explain.words import short

LONGEST_HINT = 300  # characters of a name that show on pointing at it
_TICKS = 5
_LONGEST_LABEL = 26
_EXPONENT_DIGITS = 4  # numbers of more digits are not written with an exponent
_CHARACTER = 6.5  # pixels, about
_OVERHANG = 4.0  # pixels that a label may reach beyond its axis


def element(tag: str, *children: str, **attributes: object) -> Markup:
    """An element; `class_` and `stroke_width` are written class and stroke-width."""
    names = {name: name.rstrip("_").replace("_", "-") for name in attributes}
    inside = "".join(f' {names[name]}="{escape(value)}"' for name, value in attributes.items() if value is not None)
    return Markup(f"<{tag}{inside}>{''.join(map(escape, children))}</{tag}>")


def picture(size: tuple[float, float], title: str, *children: str, **attributes: object) -> Markup:
    """A whole picture; the title is what a screen reader says."""
    width, height = size
    return element(
        "svg",
        element("title", short(title, LONGEST_HINT)),
        *children,
        viewBox=f"0 0 {width:g} {height:g}",
        width=f"{width:g}",
        height=f"{height:g}",
        role="img",
        **attributes,
    )


class Scale(NamedTuple):
    """From values between `low` and `high` to pixels between `start` and `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, values: ndarray | float) -> ndarray:
        share = (np.asarray(values, dtype=float) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    @property
    def unit(self) -> float:
        """Pixels per unit of the data; negative where values rise upwards."""
        return (self.end - self.start) / (self.high - self.low)


def scale_over(values: ndarray, start: float, end: float, margin: float = 0.05) -> Scale:
    """A scale that holds all values, with some room beside them."""
    low, high = float(values.min()), float(values.max())
    room = (high - low) * margin or abs(low) * margin or 1.0
    return Scale(low - room, high + room, start, end)


def ticks(scale: Scale) -> tuple[list[float], list[str]]:
    """A few round values on the scale, and what is written beside them."""
    raw = (scale.high - scale.low) / _TICKS
    power = 10.0 ** floor(log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)
    first, last = np.ceil(scale.low / step), np.floor(scale.high / step)
    places = [float(step * i) + 0.0 for i in np.arange(first, last + 1)]  # + 0 makes 0 of -0
    return places, [_tick_label(place, step) for place in places]


def fitting_ticks(scale: Scale) -> tuple[list[float], list[str]]:
    """Ticks of a horizontal axis, every so many that their labels stand apart."""
    places, texts = ticks(scale)
    if len(places) < 2:
        return places, texts
    room = _CHARACTER * (max(map(len, texts)) + 2)
    every = ceil(room / (scale.unit * (places[1] - places[0])))
    return places[::every], texts[::every]


def _tick_label(place: float, step: float) -> str:
    """As many decimals as the step has; an exponent where that makes it shorter."""
    exponent = floor(log10(step) + 1e-9)
    largest = floor(log10(abs(place) + step))
    if largest - exponent < _EXPONENT_DIGITS and not -5 <= exponent <= largest < 7:
        return f"{place:.{largest - exponent + 1}g}"
    return f"{place:,.{max(0, -exponent)}f}"


def x_axis(scale: Scale, top: float, bottom: float, label: str | None = None) -> Markup:
    """Grid lines, tick labels and the name of the axis, below the plot."""
    parts: list[Markup] = []
    taken = -inf
    for place, text in zip(*fitting_ticks(scale), strict=True):
        x, long = float(scale(place)), _CHARACTER * len(text)
        parts.append(element("path", d=f"M{x:.1f} {top:g}V{bottom:g}", class_="grid"))
        anchor = _anchor(x, long, scale)
        start = x - {"start": 0.0, "middle": long / 2, "end": long}[anchor]
        if start > taken:
            parts.append(element("text", text, x=f"{x:.1f}", y=f"{bottom + 14:g}", class_="tick", text_anchor=anchor))
            taken = start + long + _CHARACTER
    if label is not None:
        parts.append(named((scale.start + scale.end) / 2, bottom + 30, label, text_anchor="middle"))
    return element("g", *parts)


def _anchor(x: float, long: float, scale: Scale) -> str:
    """Where a label hangs: at an end of its axis inwards, so that it meets no other picture's."""
    if x + long / 2 > scale.end + _OVERHANG:
        return "end"
    return "start" if x - long / 2 < scale.start - _OVERHANG else "middle"


def y_axis(scale: Scale, left: float, right: float, label: str | None = None) -> Markup:
    """Grid lines, tick labels and the name of the axis, left of the plot."""
    parts: list[Markup] = []
    for place, text in zip(*ticks(scale), strict=True):
        y = scale(place)
        parts.append(element("path", d=f"M{left:g} {y:.1f}H{right:g}", class_="grid"))
        parts.append(element("text", text, x=f"{left - 6:g}", y=f"{y + 4:.1f}", class_="tick", text_anchor="end"))
    if label is not None:
        middle = (scale.start + scale.end) / 2
        parts.append(named(12, middle, label, text_anchor="middle", transform=f"rotate(-90 12 {middle:g})"))
    return element("g", *parts)


def named(x: float, y: float, name: str, **attributes: object) -> Markup:
    """A name from the data, cut to what there is room for; the whole name shows on pointing at it."""
    return element(
        "text",
        element("title", short(name, LONGEST_HINT)),
        short(name, _LONGEST_LABEL),
        x=f"{x:g}",
        y=f"{y:g}",
        class_="axis-name",
        **attributes,
    )


def line(xs: Iterable[float], ys: Iterable[float]) -> str:
    """A path through points."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(xs, ys, strict=True))


def bars(edges: Sequence[float] | ndarray, tops: Sequence[float] | ndarray, bottom: float) -> str:
    """A path around bars that stand side by side."""
    sides = zip(edges[:-1], edges[1:], tops, strict=True)
    return "".join(f"M{left:.1f} {bottom:g}V{top:.1f}H{right:.1f}V{bottom:g}z" for left, right, top in sides)
