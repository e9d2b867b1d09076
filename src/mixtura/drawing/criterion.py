"""How much of a criterion's range is worth showing."""

from collections.abc import Sequence

import numpy as np


def criterion_range(values: Sequence[float]) -> tuple[float, float]:
    """From the best value to the upper fence of a box plot: the far flatten nothing.

    Examples
    --------
    >>> low, high = criterion_range([10.0, 11.0, 12.0, 13.0, 1000.0])
    >>> low, high < 300
    (10.0, True)
    """
    low, worst = min(values), max(values)
    first, third = np.quantile(values, [0.25, 0.75])
    return low, max(min(worst, float(third + 1.5 * (third - first))), low + (worst - low) / 4)
