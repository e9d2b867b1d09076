"""How a cluster looks: a colour that colour-blind people can tell from the others, a sign and a line for grey prints.

Colours are those of the report. Eight colours, seven signs and seven lines are used in turn, so that the first 56
clusters differ in colour, or in sign and line. Numbers at the means name them in any case.
"""

from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.colors import to_rgb
from numpy import ndarray

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc5f9c", "#c8a000", "#4aa8dc", "#882e72", "#444444")
SIGNS = ("o", "^", "s", "D", "v", "P", "X")
LINES: tuple[Any, ...] = (
    "-", "--", "-.", (0, (1, 1.2)), (0, (7, 1.5, 1, 1.5, 1, 1.5)), (0, (9, 3)), (0, (3, 1.5, 3, 1.5, 1, 1.5))
)  # fmt: skip
SOFT = "0.4"  # the grey of notes


def colour(label: int) -> str:
    """The colour of a cluster."""
    return COLOURS[label % len(COLOURS)]


def sign(label: int) -> str:
    """The sign of its rows."""
    return SIGNS[label % len(SIGNS)]


def line(label: int) -> Any:
    """The line of its curves."""
    return LINES[label % len(LINES)]


def palette(n_clusters: int) -> Float[ndarray, "K 3"]:
    """The colours of all clusters as red, green and blue."""
    return np.array([to_rgb(colour(k)) for k in range(n_clusters)])


def mixed(responsibilities: Float[ndarray, "... K"]) -> Float[ndarray, "... 3"]:
    """Colours of the clusters, as much of each as the responsibilities say: 0.2 of blue and 0.8 of cyan."""
    return np.asarray(np.clip(responsibilities @ palette(responsibilities.shape[-1]), 0, 1))
