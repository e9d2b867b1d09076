"""The density of every component over one column, and the histogram under it."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from mixtura.drawing.densities import Histogram, component_densities, histogram, shown_range
from mixtura.explain.profiles import component_moments
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.report.marks import colour
from mixtura.report.svg import Scale, bars, element, line, picture, x_axis

_WIDTH, _HEIGHT = 320, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 26, 294, 10, 145
_STEPS = 160
_INVISIBLE = 0.002  # of the height of the picture


def density_pictures(fitted: FittedMixture, rows: Rows | None, columns: Sequence[int]) -> list[Markup]:
    """One picture for each column."""
    return [density_picture(fitted, rows, d) for d in columns]


def density_picture(fitted: FittedMixture, rows: Rows | None, d: int) -> Markup:
    """Weighted component densities and their sum; behind them the rows, where these may be shown."""
    means, covariances = component_moments(fitted)
    sds = np.sqrt(covariances[:, d, d])
    behind = histogram(rows.points[:, d], rows.weights, float(np.median(sds))) if rows else None
    x = Scale(*shown_range(means[:, d], sds, behind), _LEFT, _RIGHT)
    grid = np.linspace(x.low, x.high, _STEPS)
    densities = component_densities(grid, fitted.parameters.weights, means[:, d], sds)
    total = densities.sum(0)
    highest = max(total.max(), behind[0].max() if behind else 0.0)
    y = Scale(0, highest * 1.05, _BOTTOM, _TOP)
    curves = [
        element("path", d=line(x(grid[seen]), y(density[seen])), class_=f"{colour(k)} curve", data_k=k)
        for k, (density, seen) in enumerate(zip(densities, densities > _INVISIBLE * highest, strict=True))
        if seen.any()
    ]
    name = fitted.features[d]
    return picture(
        (_WIDTH, _HEIGHT),
        f"Density of {name}",
        x_axis(x, _TOP, _BOTTOM, name),
        *([element("path", d=bars(x(behind[1]), y(behind[0]), _BOTTOM), class_="bars")] if behind else []),
        *curves,
        element("path", d=line(x(grid), y(total)), class_="total"),
        **_bearings(d, (x, y), behind),
    )


def _bearings(d: int, scales: tuple[Scale, Scale], behind: Histogram | None) -> dict[str, object]:
    """What it takes to draw more bars into the picture; nothing where there are none."""
    if behind is None:
        return {}
    (x, y), edges = scales, behind[1]
    return {
        "data_column": d,
        "data_bars": f"{float(edges[0])!r} {float(edges[-1])!r} {len(edges) - 1}",
        "data_x": f"{x.low!r} {x.high!r} {x.start:g} {x.end:g}",
        "data_y": f"{float(y.high)!r} {y.start:g} {y.end:g}",
    }
