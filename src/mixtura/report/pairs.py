"""The matrix of pairs of columns: rows as signs, components as ellipses."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from markupsafe import Markup
from numpy import ndarray

from mixtura.drawing.ellipses import LEVELS, ellipse
from mixtura.drawing.sample import Sample
from mixtura.explain.profiles import component_moments
from mixtura.fitted import FittedMixture
from mixtura.report.marks import colour, signs
from mixtura.report.svg import Scale, element, picture, scale_over, x_axis, y_axis

_LEFT, _BOTTOM, _GAP, _EDGE = 84, 44, 10, 8
_REACH = 2.45  # standard deviations to the edge of a 95 % ellipse


def pair_picture(
    fitted: FittedMixture, sample: Sample | None, columns: Sequence[int], reach: Float[ndarray, "M D"] | None = None
) -> Markup:
    """Every pair of the given columns, below the diagonal; with room for `reach`, rows that may be drawn later."""
    n = len(columns) - 1
    side = _side(n)
    room = sample.points if reach is None and sample else reach
    x_scales = [_scale(fitted, room, d, _LEFT + i * (side + _GAP), side) for i, d in enumerate(columns[:-1])]
    y_scales = [_scale(fitted, room, d, _EDGE + i * (side + _GAP), side) for i, d in enumerate(columns[1:])]
    y_scales = [Scale(s.low, s.high, s.end, s.start) for s in y_scales]
    cells = [
        _cell(fitted, sample, (columns[j], columns[i + 1]), (x_scales[j], y_scales[i]))
        for i in range(n)
        for j in range(i + 1)
    ]
    bottom = _EDGE + n * (side + _GAP) - _GAP
    names = [fitted.features[d] for d in columns]
    axes = [x_axis(scale, bottom, bottom, name) for scale, name in zip(x_scales, names, strict=False)]
    axes += [y_axis(scale, _LEFT, _LEFT, name) for scale, name in zip(y_scales, names[1:], strict=True)]
    size = _LEFT + n * (side + _GAP), bottom + _BOTTOM
    return picture(size, f"Pairs of columns: {', '.join(names)}", *cells, *axes)


def _side(n_cells: int) -> float:
    """Room for one pair: large when alone, small in a large matrix."""
    return {1: 400.0, 2: 300.0, 3: 240.0}.get(n_cells, 180.0)


def _scale(fitted: FittedMixture, points: Float[ndarray, "M D"] | None, d: int, start: float, side: float) -> Scale:
    """Room for all rows that are drawn and for the largest ellipses."""
    means, covariances = component_moments(fitted)
    reach = _REACH * np.sqrt(covariances[:, d, d])
    shown = [means[:, d] - reach, means[:, d] + reach, *([] if points is None else [points[:, d]])]
    return scale_over(np.concatenate(shown), start, start + side, margin=0.03)


def _cell(
    fitted: FittedMixture, sample: Sample | None, columns: tuple[int, int], scales: tuple[Scale, Scale]
) -> Markup:
    x, y = scales
    frame = {"x": f"{x.start:g}", "y": f"{y.end:g}", "width": f"{x.end - x.start:g}", "height": f"{y.start - y.end:g}"}
    return element(
        "svg",
        element("rect", class_="frame", **frame),
        *(_points(sample, columns, scales) if sample is not None else []),
        *_ellipses(fitted, columns, scales),
        viewBox=f"{frame['x']} {frame['y']} {frame['width']} {frame['height']}",
        class_="cell",
        data_columns=f"{columns[0]} {columns[1]}",
        data_scales=f"{x.low!r} {x.high!r} {y.low!r} {y.high!r}",
        **frame,
    )


def _points(sample: Sample, columns: tuple[int, int], scales: tuple[Scale, Scale]) -> list[Markup]:
    xs, ys = (scale(sample.points[:, d]) for scale, d in zip(scales, columns, strict=True))
    return [
        element("g", signs(xs[sample.labels == k].tolist(), ys[sample.labels == k].tolist(), k), data_k=k)
        for k in np.unique(sample.labels).tolist()
    ]


def _ellipses(fitted: FittedMixture, columns: tuple[int, int], scales: tuple[Scale, Scale]) -> list[Markup]:
    """Ellipses in pixels: a Gaussian stays one when its axes are stretched, with covariance A S A."""
    means, covariances = component_moments(fitted)
    x, y = scales
    stretch = np.array([x.unit, y.unit])
    drawn = []
    for k, (mean, covariance) in enumerate(zip(means, covariances, strict=True)):
        centre = np.array([float(x(mean[columns[0]])), float(y(mean[columns[1]]))])
        block = covariance[np.ix_(columns, columns)] * stretch[:, None] * stretch
        drawn += [_ellipse(ellipse(centre, block, share), k, share) for share in LEVELS]
    return drawn


def _ellipse(shape: tuple[float, ...], label: int, share: float) -> Markup:
    cx, cy, rx, ry, angle = (f"{value:.1f}" for value in shape)
    name = f"{colour(label)} ellipse {'inner' if share < 0.9 else 'outer'}"
    place = f"rotate({angle} {cx} {cy})"
    return element("ellipse", cx=cx, cy=cy, rx=rx, ry=ry, transform=place, class_=name, data_k=label)
