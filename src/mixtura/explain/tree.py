"""A shallow decision tree for two classes: exact splits on single columns (Breiman et al. 1984, CART, Gini impurity).

Equal gains go to the first column and the lowest threshold, so the same rows make the same tree.
"""

from collections.abc import Mapping
from math import ceil, floor, log10
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

_FEWEST = 5  # rows on each side of a split
_NO_GAIN = 1e-9  # of the weight of all rows: what rounding may pretend
_PURE = 0.999

Bounds = Mapping[int, tuple[float, float]]  # column -> (above, up to)


class Labelled(NamedTuple):
    """Rows, whether each belongs to the class, and how much it counts."""

    points: Float[ndarray, "N D"]
    belongs: Bool[ndarray, " N"]
    weights: Float[ndarray, " N"]

    def of(self, chosen: Bool[ndarray, " N"]) -> "Labelled":
        return Labelled(*(part[chosen] for part in self))

    @property
    def share(self) -> float:
        """How much of the weight belongs to the class."""
        return float(self.weights[self.belongs].sum() / self.weights.sum())


class Leaf(NamedTuple):
    """The rows with `above < value <= up to` in every bounded column, and the share of them in the class."""

    bounds: Bounds
    share: float


class Split(NamedTuple):
    """Where rows part: at most the threshold, or above it."""

    column: int
    threshold: float
    gain: float


def grow(rows: Labelled, depth: int, bounds: Bounds | None = None) -> list[Leaf]:
    """The leaves of a tree of a depth; siblings that say the same are one."""
    bounds = bounds or {}
    stump = [Leaf(bounds, rows.share)]
    split = best_split(rows) if depth and 1 - _PURE < rows.share < _PURE else None
    if split is None:
        return stump
    low, high = bounds.get(split.column, (-np.inf, np.inf))
    is_left = rows.points[:, split.column] <= split.threshold
    left = grow(rows.of(is_left), depth - 1, {**bounds, split.column: (low, split.threshold)})
    right = grow(rows.of(~is_left), depth - 1, {**bounds, split.column: (split.threshold, high)})
    leaves = left + right
    say_the_same = len({leaf.share >= 0.5 for leaf in leaves}) == 1
    return stump if say_the_same else leaves


def best_split(rows: Labelled) -> Split | None:
    """The split that lowers the Gini impurity most; None where none does."""
    order = np.argsort(rows.points, axis=0, kind="stable")
    values = np.take_along_axis(rows.points, order, axis=0)
    total = rows.weights[order].cumsum(0)
    inside = (rows.weights * rows.belongs)[order].cumsum(0)
    left, right = (total[:-1], inside[:-1]), (total[-1] - total[:-1], inside[-1] - inside[:-1])
    gains = _impurity(total[-1], inside[-1]) - _impurity(*left) - _impurity(*right)
    gains[: _FEWEST - 1] = gains[len(gains) - _FEWEST + 1 :] = -np.inf
    gains[values[:-1] == values[1:]] = -np.inf
    column, place = divmod(int(gains.T.argmax()), len(gains)) if len(gains) else (0, 0)
    if not len(gains) or gains[place, column] <= _NO_GAIN * total[-1, 0]:
        return None
    threshold = roundest(float(values[place, column]), float(values[place + 1, column]))
    return Split(column, threshold, float(gains[place, column]))


def _impurity(total: ndarray, inside: ndarray) -> ndarray:
    """The weight times the Gini impurity 2 p (1 - p) of a side."""
    return 2 * inside * (1 - np.divide(inside, total, out=np.zeros_like(total), where=total > 0))


def roundest(low: float, high: float) -> float:
    """The number of fewest digits with low <= number < high, as near to their middle as its digits allow.

    Examples
    --------
    >>> roundest(64.0, 71.0), roundest(2.883, 3.067), roundest(-0.012, 1e6)
    (70.0, 3.0, 0.0)
    """
    middle = low + (high - low) / 2
    first = ceil(log10(max(abs(low), abs(high)))) if low or high else 0
    last = floor(log10(high - low)) - 1
    for exponent in range(first, last - 1, -1):
        steps = middle / 10.0**exponent
        for number in (float(f"{whole}e{exponent}") for whole in (round(steps), floor(steps))):
            if low <= number < high:
                return number
    return low
