"""What a statistic is where nothing is to be found: the histogram of its samples."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy import ndarray

_FEWEST_BINS, _MOST_BINS = 5, 30
_ROOM = 0.5  # to each side of samples that are all the same


def null_histogram(samples: Sequence[float]) -> tuple[Float[ndarray, " B"], Float[ndarray, " B1"]]:
    """How many samples lie in each of some bins of one width, and the edges of these.

    Examples
    --------
    >>> heights, edges = null_histogram([0.0, 1.0, 1.0, 4.0])
    >>> float(heights.sum()), float(edges[0]), float(edges[-1])
    (4.0, 0.0, 4.0)
    """
    values = np.asarray(samples, dtype=float)
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    if high <= low:
        low, high = low - _ROOM, high + _ROOM
    n_bins = int(np.clip(np.sqrt(len(values)), _FEWEST_BINS, _MOST_BINS))
    heights, edges = np.histogram(values, n_bins, range=(low, high))
    return heights.astype(float), edges
