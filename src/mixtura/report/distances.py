"""The QQ plot of Mahalanobis distances: does each cluster look Gaussian in its middle and in its tails?"""

from typing import Any

import numpy as np
from markupsafe import Markup

from mixtura.report.marks import colour, signs
from mixtura.report.svg import element, line, picture, scale_over, x_axis, y_axis

_SIZE = 430, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 415, 12, 350
_FRAME = {
    "viewBox": f"{_LEFT} {_TOP} {_RIGHT - _LEFT} {_BOTTOM - _TOP}",
    "x": _LEFT, "y": _TOP, "width": _RIGHT - _LEFT, "height": _BOTTOM - _TOP,
}  # fmt: skip
_MOST = 2.5  # times the largest expected distance; what lies beyond would flatten the rest


def quantile_picture(quantiles: dict[str, Any]) -> Markup | None:
    """Observed quantiles of each cluster against those of a Gaussian; None where no cluster has enough rows."""
    told = [(k, np.array(found)) for k, found in enumerate(quantiles["observed"]) if found is not None]
    if not told:
        return None
    expected = np.array(quantiles["expected"])
    highest = min(max(expected[-1], *(found.max() for _, found in told)), _MOST * expected[-1])
    x = scale_over(np.array([0.0, expected[-1]]), _LEFT, _RIGHT, 0.03)
    y = scale_over(np.array([0.0, highest]), _BOTTOM, _TOP, 0.03)
    ends = np.array([x.low, x.high])
    curves = [
        element(
            "g",
            element("path", d=line(x(expected), y(found)), class_=f"{colour(k)} curve thin"),
            signs(x(expected[::4]), y(found[::4]), k),
            data_k=k,
        )
        for k, found in told
    ]
    return picture(
        _SIZE,
        "Distances of the rows from their clusters, against those of Gaussians",
        x_axis(x, _TOP, _BOTTOM, "expected distance (sd)"),
        y_axis(y, _LEFT, _RIGHT, "observed distance (sd)"),
        element("svg", element("path", d=line(x(ends), y(ends)), class_="total"), *curves, **_FRAME),
    )
