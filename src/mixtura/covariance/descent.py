"""A search for the smallest value of a function: bold steps where they lead lower, safe ones elsewhere."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy import ndarray

# Of the number of rows, in nats: a search ends when a step promises so little, and trusts steps that promise less than
# what rounding lets an objective tell.
_ENOUGH, _TRUSTED = 1e-16, 1e-12
_MOST_STEPS = 200

degenerate_is_nan = np.errstate(divide="ignore", invalid="ignore", over="ignore")


class View(NamedTuple):
    """What is known at one point of a search."""

    point: ndarray
    objective: float  # in nats, to be minimised
    promise: float  # by how much the bold step is to lower it
    bold: ndarray
    safe: Callable[[], ndarray]  # a step that leads lower in any case


def descend(look: Callable[[ndarray], View], start: View, n_rows: float) -> ndarray:
    """The minimum, from bold steps where these lead lower and from safe ones elsewhere."""
    here = start
    for _ in range(_MOST_STEPS):
        if not here.promise > _ENOUGH * n_rows:  # NaN ends it as well
            return here.bold
        there = look(here.bold)
        if not there.objective < here.objective and here.promise > _TRUSTED * n_rows:
            there = look(here.safe())
        here = there
    return here.point
