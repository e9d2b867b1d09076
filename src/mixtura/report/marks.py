"""How a cluster looks: a colour that colour-blind people can tell from the others, and a shape for those who cannot.

Eight colours and seven shapes are used in turn, so the first 56 clusters differ in one or the other.
"""

from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import Markup

from mixtura.report.svg import element

N_COLOURS = 8


class Shape(NamedTuple):
    """One sign as a path: where the pen starts, seen from the point, and the rest of the outline."""

    dx: float
    dy: float
    outline: str
    is_stroked: bool = False


SHAPES = (
    Shape(0, 0, "h0", is_stroked=True),  # a dot: a round cap on a line without length
    Shape(0, -2.7, "l2.6 4.5h-5.2z"),
    Shape(-1.9, -1.9, "h3.8v3.8h-3.8z"),
    Shape(0, -2.9, "l2.5 2.9-2.5 2.9-2.5-2.9z"),
    Shape(0, 2.7, "l2.6-4.5h-5.2z"),
    Shape(-2.6, 0, "h5.2m-2.6-2.6v5.2", is_stroked=True),
    Shape(-2, -2, "l4 4m0-4l-4 4", is_stroked=True),
)


def shape(label: int) -> Shape:
    """The shape of a cluster."""
    return SHAPES[label % len(SHAPES)]


def colour(label: int) -> str:
    """The CSS class that gives a cluster its colour."""
    return f"c{label % N_COLOURS}"


def signs(xs: Iterable[float], ys: Iterable[float], label: int, colour_class: str | None = None) -> Markup:
    """One path with the cluster's sign at every point, in its colour or another."""
    sign = shape(label)
    outline = "".join(f"M{x + sign.dx:.1f} {y + sign.dy:.1f}{sign.outline}" for x, y in zip(xs, ys, strict=True))
    kind = "dot" if label % len(SHAPES) == 0 else "stroked" if sign.is_stroked else "filled"
    return element("path", d=outline, class_=f"{colour_class or colour(label)} sign {kind}")


def key(label: int) -> Markup:
    """The cluster's sign by itself, to stand beside its name."""
    return element("svg", signs([0.0], [0.0], label), viewBox="-4 -4 8 8", class_="key", aria_hidden="true")
