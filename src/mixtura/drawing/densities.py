"""The density of every component over one column, and the histogram under it."""

from math import pi

import numpy as np
from jaxtyping import Float
from numpy import ndarray

_FEWEST_BINS, _MOST_BINS = 8, 40
_REACH = 3.2  # standard deviations of a component that are shown

Histogram = tuple[Float[ndarray, " B"], Float[ndarray, " B1"]]


def component_densities(
    grid: Float[ndarray, " G"], weights: Float[ndarray, " K"], means: Float[ndarray, " K"], sds: Float[ndarray, " K"]
) -> Float[ndarray, "K G"]:
    """Mixing weight times the normal density of each component along one column."""
    z = (grid - means[:, None]) / sds[:, None]
    return (weights / (sds * np.sqrt(2 * pi)))[:, None] * np.exp(-(z**2) / 2)


def histogram(values: Float[ndarray, " N"], weights: Float[ndarray, " N"], sd: float) -> Histogram:
    """Heights (area one) and edges; the width of a bar follows Scott (1979), for the spread within a component."""
    width = 3.49 * sd / np.cbrt(len(values))
    n_bins = int(np.clip(np.ceil((values.max() - values.min()) / width), _FEWEST_BINS, _MOST_BINS))
    return np.histogram(values, n_bins, weights=weights, density=True)


def shown_range(means: Float[ndarray, " K"], sds: Float[ndarray, " K"], bars: Histogram | None) -> tuple[float, float]:
    """What is worth showing: all rows, or, without them, all of the components."""
    if bars:
        edges = bars[1]
        room = 0.05 * (edges[-1] - edges[0])
        return float(edges[0] - room), float(edges[-1] + room)
    return float((means - _REACH * sds).min()), float((means + _REACH * sds).max())
