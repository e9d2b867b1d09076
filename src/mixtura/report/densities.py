"""The density of every component over one column, and the histogram under it."""

from collections.abc import Sequence
from math import pi

import numpy as np
from jaxtyping import Float
from markupsafe import Markup
from numpy import ndarray

from mixtura.explain.profiles import component_moments
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.report.marks import colour
from mixtura.report.svg import Scale, bars, element, line, picture, x_axis

_WIDTH, _HEIGHT = 320, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 26, 294, 10, 145
_STEPS = 160
_INVISIBLE = 0.002  # of the height of the picture
_FEWEST_BINS, _MOST_BINS = 8, 40
_REACH = 3.2  # standard deviations of a component that are shown


def density_pictures(fitted: FittedMixture, rows: Rows | None, columns: Sequence[int]) -> list[Markup]:
    """One picture for each column."""
    return [density_picture(fitted, rows, d) for d in columns]


def density_picture(fitted: FittedMixture, rows: Rows | None, d: int) -> Markup:
    """Weighted component densities and their sum; behind them the rows, where these may be shown."""
    means, covariances = component_moments(fitted)
    sds = np.sqrt(covariances[:, d, d])
    histogram = _histogram(rows.points[:, d], rows.weights, float(np.median(sds))) if rows else None
    x = Scale(*_range(means[:, d], sds, histogram), _LEFT, _RIGHT)
    grid = np.linspace(x.low, x.high, _STEPS)
    densities = component_densities(grid, fitted.parameters.weights, means[:, d], sds)
    total = densities.sum(0)
    highest = max(total.max(), histogram[0].max() if histogram else 0.0)
    y = Scale(0, highest * 1.05, _BOTTOM, _TOP)
    curves = [
        element("path", d=line(x(grid[seen]), y(density[seen])), class_=f"{colour(k)} curve")
        for k, (density, seen) in enumerate(zip(densities, densities > _INVISIBLE * highest, strict=True))
        if seen.any()
    ]
    name = fitted.features[d]
    return picture(
        (_WIDTH, _HEIGHT),
        f"Density of {name}",
        x_axis(x, _TOP, _BOTTOM, name),
        *([element("path", d=bars(x(histogram[1]), y(histogram[0]), _BOTTOM), class_="bars")] if histogram else []),
        *curves,
        element("path", d=line(x(grid), y(total)), class_="total"),
    )


def component_densities(
    grid: Float[ndarray, " G"], weights: Float[ndarray, " K"], means: Float[ndarray, " K"], sds: Float[ndarray, " K"]
) -> Float[ndarray, "K G"]:
    """Mixing weight times the normal density of each component along one column."""
    z = (grid - means[:, None]) / sds[:, None]
    return (weights / (sds * np.sqrt(2 * pi)))[:, None] * np.exp(-(z**2) / 2)


def _histogram(
    values: Float[ndarray, " N"], weights: Float[ndarray, " N"], sd: float
) -> tuple[Float[ndarray, " B"], Float[ndarray, " B1"]]:
    """Heights (area one) and edges; the width of a bar follows Scott (1979), for the spread within a component."""
    width = 3.49 * sd / np.cbrt(len(values))
    n_bins = int(np.clip(np.ceil((values.max() - values.min()) / width), _FEWEST_BINS, _MOST_BINS))
    return np.histogram(values, n_bins, weights=weights, density=True)


def _range(
    means: Float[ndarray, " K"], sds: Float[ndarray, " K"], histogram: tuple[ndarray, ndarray] | None
) -> tuple[float, float]:
    """What is worth showing: all rows, or, without them, all of the components."""
    if histogram:
        edges = histogram[1]
        room = 0.05 * (edges[-1] - edges[0])
        return float(edges[0] - room), float(edges[-1] + room)
    return float((means - _REACH * sds).min()), float((means + _REACH * sds).max())
