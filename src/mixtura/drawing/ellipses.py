"""Ellipses that hold a given share of a two-dimensional Gaussian."""

from math import atan2, degrees, log, sqrt
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

LEVELS = (0.5, 0.95)


class Ellipse(NamedTuple):
    """Centre, half axes (the longer first), and the angle of the longer one with the x axis in degrees."""

    x: float
    y: float
    major: float
    minor: float
    angle: float


def ellipse(mean: Float[ndarray, " 2"], covariance: Float[ndarray, "2 2"], share: float) -> Ellipse:
    """The ellipse of equal density around `share` of the Gaussian.

    In two dimensions the squared distance in units of the covariance is exponential with mean two, so a share s lies
    within a distance of sqrt(-2 log(1 - s)).

    Examples
    --------
    >>> import numpy as np
    >>> ellipse(np.zeros(2), np.diag([4.0, 1.0]), share=1 - np.exp(-0.5))
    Ellipse(x=0.0, y=0.0, major=2.0, minor=1.0, angle=0.0)
    """
    (minor, major), axes = np.linalg.eigh(covariance)
    reach = sqrt(-2 * log(1 - share))
    lengths = reach * sqrt(max(major, 0.0)), reach * sqrt(max(minor, 0.0))
    return Ellipse(float(mean[0]), float(mean[1]), *lengths, degrees(atan2(axes[1, 1], axes[0, 1])) % 180)
