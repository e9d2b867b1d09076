"""How much rows count: numbers that are finite and not negative."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.errors import DataError


def check_weights(weights: Float[ndarray, " N"], what: str, name_row: Callable[[int], str]) -> Float[ndarray, " N"]:
    """Return the weights, or raise a DataError that begins with `what` and names the row.

    Examples
    --------
    >>> check_weights(np.array([1.0, -2.0]), "the weight", "row {}".format)
    Traceback (most recent call last):
    mixtura.errors.DataError: the weight is -2 in row 2; weights are finite and not negative.
    """
    unusable = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if unusable.size:
        row = int(unusable[0])
        value = "missing" if np.isnan(weights[row]) else f"{weights[row]:g}"
        raise DataError(f"{what} is {value} in {name_row(row + 1)}; weights are finite and not negative.")
    if not weights.any():
        raise DataError(f"{what} is zero in every row, so no row counts.")
    return weights
