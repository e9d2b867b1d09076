"""EM and k-means side by side: the last step as two pictures, and all steps as numbers for the page's slider."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from markupsafe import Markup
from numpy import ndarray

from mixtura.drawing.ellipses import LEVELS, ellipse
from mixtura.report.marks import colour, signs
from mixtura.report.steps import EMFrame, KMeansFrame, Steps
from mixtura.report.svg import Scale, element, picture, scale_over, x_axis, y_axis

_SIZE = 420, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 410, 10, 332
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

    def ellipses(self, frame: EMFrame, share: float) -> list[tuple[float, ...]]:
        stretch, columns = np.array([self.x.unit, self.y.unit]), list(self.columns)
        blocks = frame.covariances[:, columns][:, :, columns] * np.outer(stretch, stretch)
        return [ellipse(*moments, share) for moments in zip(self.places(frame.means), blocks, strict=True)]


def view(steps: Steps, columns: tuple[int, int], show_rows: bool) -> View:
    """Room for the last step and the rows: components that are wider for a while leave the picture."""
    x, y = (_extent(steps, d, show_rows) for d in columns)
    return View(steps, columns, scale_over(x, _LEFT, _RIGHT, 0.04), scale_over(y, _BOTTOM, _TOP, 0.04), show_rows)


def _extent(steps: Steps, d: int, show_rows: bool) -> ndarray:
    means, reach = steps.em[-1].means[:, d], _REACH * np.sqrt(steps.em[-1].covariances[:, d, d])
    return np.concatenate([means - reach, means + reach, *([steps.points[:, d]] if show_rows else [])])


def step_pictures(seen: View, features: Sequence[str]) -> list[Markup]:
    """The last step of EM, and the last one of k-means."""
    em, kmeans = seen.steps.em[-1], seen.steps.kmeans[-1]
    return [
        _picture("EM", seen, features, [*_points(seen, em.labels), *_em_marks(seen, em)]),
        _picture("k-means", seen, features, [*_points(seen, kmeans.labels), *_centre_marks(seen, kmeans)]),
    ]


def _picture(title: str, seen: View, features: Sequence[str], marks: list[Markup]) -> Markup:
    frame = {"x": _LEFT, "y": _TOP, "width": _RIGHT - _LEFT, "height": _BOTTOM - _TOP}
    box = " ".join(str(value) for value in frame.values())
    return picture(
        _SIZE,
        f"{title}, the last step",
        x_axis(seen.x, _TOP, _BOTTOM, features[seen.columns[0]]),
        y_axis(seen.y, _LEFT, _RIGHT, features[seen.columns[1]]),
        element("svg", element("rect", class_="frame", **frame), *marks, viewBox=box, **frame),
        class_="fits",
    )


def _em_marks(seen: View, frame: EMFrame) -> list[Markup]:
    marks = []
    for share, kind in zip(LEVELS, ("inner", "outer"), strict=True):
        for k, (cx, cy, rx, ry, angle) in enumerate(seen.ellipses(frame, share)):
            shape = {"cx": f"{cx:.1f}", "cy": f"{cy:.1f}", "rx": f"{rx:.1f}", "ry": f"{ry:.1f}"}
            turn = f"rotate({angle:.1f} {cx:.1f} {cy:.1f})"
            marks.append(element("ellipse", **shape, transform=turn, class_=f"{colour(k)} ellipse {kind}", data_k=k))
    return marks


def _centre_marks(seen: View, frame: KMeansFrame) -> list[Markup]:
    return [
        element("path", d=f"M{x - 7:.1f} {y:.1f}h14m-7-7v14", class_=f"{colour(k)} centre", data_k=k)
        for k, (x, y) in enumerate(seen.places(frame.centres))
    ]


def _points(seen: View, labels: ndarray) -> list[Markup]:
    """One path for every cluster, empty ones too: the slider fills them."""
    if not seen.show_rows:
        return []
    places, K = seen.places(seen.steps.points), len(seen.steps.em[-1].weights)
    members = [places[labels == k].T.tolist() for k in range(K)]
    return [element("g", signs(xs, ys, k), data_k=k) for k, (xs, ys) in enumerate(members)]


def step_data(seen: View) -> dict[str, Any]:
    """Every step in pixels: ellipses and centres, and the cluster of every row that is shown."""
    return {
        "points": seen.places(seen.steps.points).round(1).tolist() if seen.show_rows else [],
        "em": [
            {
                "iteration": frame.iteration,
                "value": round(float(frame.log_likelihood), 2),
                "ellipses": np.round(seen.ellipses(frame, LEVELS[1]), 1).tolist(),
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
