"""Where a curve bends: two straight lines that share a point (Baudry et al. 2010; mclust's `clustCombiOptim`)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray


class Line(NamedTuple):
    """A least-squares line, from and to a number of clusters."""

    first: int
    last: int
    slope: float
    intercept: float
    error: float  # the sum of the squared residuals


def elbow(values: Sequence[float]) -> int:
    """The number of clusters at which the entropies by number of clusters, from one on, bend most sharply.

    Two values have no bend: both clusters are kept.

    Examples
    --------
    >>> elbow([0.0, 1.0, 2.0, 30.0, 60.0])
    3
    """
    return len(values) if len(values) < 3 else lines(values)[0].last


def lines(values: Sequence[float]) -> tuple[Line, Line]:
    """The two lines that fit best of all that meet in one number of clusters; three values at least."""
    n = len(values)
    pairs = [(_line(values, 1, bend), _line(values, bend, n)) for bend in range(2, n)]
    return min(pairs, key=lambda pair: pair[0].error + pair[1].error)


def _line(values: Sequence[float], first: int, last: int) -> Line:
    numbers: Float[ndarray, " M"] = np.arange(first, last + 1.0)
    heights = np.array(values[first - 1 : last])
    centred = numbers - numbers.mean()
    slope = float(centred @ (heights - heights.mean()) / (centred @ centred))
    intercept = float(heights.mean() - slope * numbers.mean())
    error = float(((heights - slope * numbers - intercept) ** 2).sum())
    return Line(first, last, slope, intercept, error)
