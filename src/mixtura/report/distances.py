"""The QQ plot of Mahalanobis distances: does each cluster look Gaussian in its middle and in its tails?"""

from typing import Any

import numpy as np
from markupsafe import Markup

from mixtura.report.marks import colour, signs
from mixtura.report.svg import element, line, picture, scale_over, x_axis, y_axis

_SIZE = 430, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 415, 12, 350


def quantile_picture(quantiles: dict[str, Any]) -> Markup | None:
    """Observed quantiles of each cluster against those of a Gaussian; None where no cluster has enough rows."""
    told = [(k, observed) for k, observed in enumerate(quantiles["observed"]) if observed is not None]
    if not told:
        return None
    expected = np.array(quantiles["expected"])
    everything = np.concatenate([[0.0], expected, *(observed for _, observed in told)])
    x, y = scale_over(everything, _LEFT, _RIGHT, 0.03), scale_over(everything, _BOTTOM, _TOP, 0.03)
    ends = np.array([x.low, x.high])
    curves = [
        element(
            "g",
            element("path", d=line(x(expected), y(np.array(observed))), class_=f"{colour(k)} curve thin"),
            signs(x(expected[::4]), y(np.array(observed[::4])), k),
            data_k=k,
        )
        for k, observed in told
    ]
    return picture(
        _SIZE,
        "Distances of the rows from their clusters, against those of Gaussians",
        x_axis(x, _TOP, _BOTTOM, "expected distance (sd)"),
        y_axis(y, _LEFT, _RIGHT, "observed distance (sd)"),
        element("path", d=line(x(ends), y(ends)), class_="total"),
        *curves,
    )
