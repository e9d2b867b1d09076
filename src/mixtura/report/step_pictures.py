"""EM and k-means side by side: the last step as two pictures, and all steps as numbers for the page's slider.

Two columns are seen as a plane with ellipses, a single one as a line with bells above it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from markupsafe import Markup
from numpy import ndarray

from mixtura.drawing.ellipses import LEVELS, ellipse
from mixtura.report.marks import colour, signs
from mixtura.report.steps import EMFrame, KMeansFrame, Steps
from mixtura.report.svg import Scale, element, line, picture, scale_over, x_axis, y_axis

_SIZE = 420, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 410, 10, 332
_LANE, _N_LANES = 9, 5  # pixels, of rows below the line
_GROUND = _BOTTOM - _LANE * (_N_LANES + 1)
_BELL_STEPS, _STEPS_A_SD = 28, 8
_REACH = 2.45  # standard deviations to the edge of a 95 % ellipse


class View(NamedTuple):
    """Two columns of the steps, and where their values are in the pictures."""

    steps: Steps
    columns: tuple[int, int]
    x: Scale
    y: Scale
    show_rows: bool

    def places(self, points: Float[ndarray, "M D"]) -> Float[ndarray, "M 2"]:
        return np.stack([scale(points[:, d]) for scale, d in zip((self.x, self.y), self.columns, strict=True)], axis=1)

    def axes(self, features: Sequence[str]) -> list[Markup]:
        """The two columns."""
        first, second = (features[d] for d in self.columns)
        return [x_axis(self.x, _TOP, _BOTTOM, first), y_axis(self.y, _LEFT, _RIGHT, second)]

    def shapes(self, frame: EMFrame) -> dict[str, Any]:
        """The components, as the page's program draws them."""
        return {"ellipses": np.round(self.ellipses(frame, LEVELS[1]), 1).tolist()}

    def marks(self, frame: EMFrame) -> list[Markup]:
        """The components, drawn."""
        return [
            mark
            for share, kind in zip(LEVELS, ("inner", "outer"), strict=True)
            for mark in self._outlines(frame, share, kind)
        ]

    def _outlines(self, frame: EMFrame, share: float, kind: str) -> list[Markup]:
        marks = []
        for k, (cx, cy, rx, ry, angle) in enumerate(self.ellipses(frame, share)):
            shape = {"cx": f"{cx:.1f}", "cy": f"{cy:.1f}", "rx": f"{rx:.1f}", "ry": f"{ry:.1f}"}
            turn = f"rotate({angle:.1f} {cx:.1f} {cy:.1f})"
            marks.append(element("ellipse", **shape, transform=turn, class_=f"{colour(k)} ellipse {kind}", data_k=k))
        return marks

    def ellipses(self, frame: EMFrame, share: float) -> list[tuple[float, ...]]:
        stretch, columns = np.array([self.x.unit, self.y.unit]), list(self.columns)
        blocks = frame.covariances[:, columns][:, :, columns] * np.outer(stretch, stretch)
        return [ellipse(*moments, share) for moments in zip(self.places(frame.means), blocks, strict=True)]


class LineView(NamedTuple):
    """The only column of the steps: bells stand on a line, and rows lie in lanes below it."""

    steps: Steps
    x: Scale
    y: Scale
    show_rows: bool

    def places(self, points: Float[ndarray, "M 1"]) -> Float[ndarray, "M 2"]:
        """Rows that follow each other lie in different lanes."""
        lanes = _BOTTOM - _LANE * (1 + np.arange(len(points)) % _N_LANES)
        return np.stack([self.x(points[:, 0]), lanes], axis=1)

    def axes(self, features: Sequence[str]) -> list[Markup]:
        """The column."""
        return [x_axis(self.x, _TOP, _BOTTOM, features[0])]

    def shapes(self, frame: EMFrame) -> dict[str, Any]:
        """Of each bell the middle, the standard deviation and the height, as the page's program draws them."""
        return {"bells": np.round(self._bells(frame), 2).tolist(), "ground": _GROUND}

    def marks(self, frame: EMFrame) -> list[Markup]:
        """The bells, drawn."""
        return [
            element("path", d=_bell(*bell), class_=f"{colour(k)} curve bell", data_k=k)
            for k, bell in enumerate(np.round(self._bells(frame), 2).tolist())
        ]

    def _bells(self, frame: EMFrame) -> Float[ndarray, "K 3"]:
        sds = np.sqrt(frame.covariances[:, 0, 0])
        heights = -self.y.unit * frame.weights / (sds * np.sqrt(2 * np.pi))
        return np.stack([self.x(frame.means[:, 0]), self.x.unit * sds, heights], axis=1)


def _bell(middle: float, sd: float, height: float) -> str:
    steps = np.arange(-_BELL_STEPS, _BELL_STEPS + 1) / _STEPS_A_SD
    return line(middle + sd * steps, _GROUND - height * np.exp(-(steps**2) / 2))


def line_view(steps: Steps, show_rows: bool) -> LineView:
    """Room for the last step and the rows; bells that are higher for a while leave the picture."""
    last = steps.em[-1]
    sds = np.sqrt(last.covariances[:, 0, 0])
    highest = float((last.weights / (sds * np.sqrt(2 * np.pi))).max())
    x = scale_over(_extent(steps, 0, show_rows), _LEFT, _RIGHT, 0.04)
    return LineView(steps, x, Scale(0, 1.15 * highest, _GROUND, _TOP), show_rows)


def view(steps: Steps, columns: tuple[int, int], show_rows: bool) -> View:
    """Room for the last step and the rows: components that are wider for a while leave the picture."""
    x, y = (_extent(steps, d, show_rows) for d in columns)
    return View(steps, columns, scale_over(x, _LEFT, _RIGHT, 0.04), scale_over(y, _BOTTOM, _TOP, 0.04), show_rows)


def _extent(steps: Steps, d: int, show_rows: bool) -> ndarray:
    means, reach = steps.em[-1].means[:, d], _REACH * np.sqrt(steps.em[-1].covariances[:, d, d])
    return np.concatenate([means - reach, means + reach, *([steps.points[:, d]] if show_rows else [])])


def step_pictures(seen: View | LineView, features: Sequence[str]) -> list[Markup]:
    """The last step of EM, and the last one of k-means."""
    em, kmeans = seen.steps.em[-1], seen.steps.kmeans[-1]
    return [
        _picture("EM", seen, features, [*_points(seen, em.labels), *seen.marks(em)]),
        _picture("k-means", seen, features, [*_points(seen, kmeans.labels), *_centre_marks(seen, kmeans)]),
    ]


def _picture(title: str, seen: View | LineView, features: Sequence[str], marks: list[Markup]) -> Markup:
    frame = {"x": _LEFT, "y": _TOP, "width": _RIGHT - _LEFT, "height": _BOTTOM - _TOP}
    box = " ".join(str(value) for value in frame.values())
    return picture(
        _SIZE,
        f"{title}, the last step",
        *seen.axes(features),
        element("svg", element("rect", class_="frame", **frame), *marks, viewBox=box, **frame),
    )


def _centre_marks(seen: View | LineView, frame: KMeansFrame) -> list[Markup]:
    return [
        element("path", d=f"M{x - 7:.1f} {y:.1f}h14m-7-7v14", class_=f"{colour(k)} centre", data_k=k)
        for k, (x, y) in enumerate(seen.places(frame.centres))
    ]


def _points(seen: View | LineView, labels: ndarray) -> list[Markup]:
    """One path for every cluster, empty ones too: the slider fills them."""
    if not seen.show_rows:
        return []
    places, K = seen.places(seen.steps.points), len(seen.steps.em[-1].weights)
    members = [places[labels == k].T.tolist() for k in range(K)]
    return [element("g", signs(xs, ys, k), data_k=k) for k, (xs, ys) in enumerate(members)]


def step_data(seen: View | LineView) -> dict[str, Any]:
    """Every step in pixels: components and centres, and the cluster of every row that is shown."""
    return {
        "points": seen.places(seen.steps.points).round(1).tolist() if seen.show_rows else [],
        "em": [
            {
                "iteration": frame.iteration,
                "value": round(float(frame.log_likelihood), 2),
                **seen.shapes(frame),
                "labels": frame.labels.tolist() if seen.show_rows else [],
            }
            for frame in seen.steps.em
        ],
        "kmeans": [
            {
                "iteration": frame.iteration,
                "value": float(f"{frame.inertia:.6g}"),
                "centres": seen.places(frame.centres).round(1).tolist(),
                "labels": frame.labels.tolist() if seen.show_rows else [],
            }
            for frame in seen.steps.kmeans
        ],
    }
