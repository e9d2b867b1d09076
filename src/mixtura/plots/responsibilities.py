"""How the clusters share every row."""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from jaxtyping import Float, Int
from matplotlib.offsetbox import AnnotationBbox, DrawingArea
from matplotlib.patches import Wedge
from numpy import ndarray

from mixtura.drawing.densities import component_densities, shown_range
from mixtura.drawing.planes import Plane, plane_of
from mixtura.explain.profiles import component_moments
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.plots._axes import axes_or_new, cluster_handles, legend_beside, note, open_frame, plain
from mixtura.plots._model import see
from mixtura.plots._style import colour, line, mixed
from mixtura.plots._views import Ink, draw_ellipses, draw_rows, extent_of, name_axes

_RADIUS = 8.0  # of a pie, in points
_APART = 0.12  # of the picture, between pies
_CONSIDERED = 2000  # rows that pies are chosen from
_WORTH_A_WORD, _NEARLY_CERTAIN = 0.05, 0.95
_STEPS = 400


@dataclass(eq=False)
class ResponsibilityDisplay:
    """Rows in the mixed colours of the clusters that share them; some that are shared most as pies with their shares.

    A row that is 0.2 blue and 0.8 cyan lies between the two in colour. With one column, the responsibility of every
    component along it.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture.
    rows : Rows
        The rows and their classification.
    responsibilities : array of shape (N, K)
        The probability of every cluster for each row.
    plane : Plane or None
        Rows and components as they are drawn; None with one column.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.
    pies_ : array of int
        The rows (from 0) that are drawn as pies.

    Examples
    --------
    >>> from mixtura import GaussianMixture, datasets
    >>> from mixtura.plots import ResponsibilityDisplay
    >>> people = datasets.load("people").data
    >>> display = ResponsibilityDisplay.from_estimator(GaussianMixture(4, random_state=0).fit(people), people)
    >>> display.responsibilities[display.pies_].shape
    (4, 4)
    """

    fitted: FittedMixture
    rows: Rows
    responsibilities: Float[ndarray, "N K"]
    plane: Plane | None
    ax_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)
    pies_: ndarray = field(init=False, repr=False)

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, *, sample_weight: Any = None, columns: Any = None, ax: Any = None
    ) -> Self:
        """Find the responsibilities of the rows and draw them.

        Parameters
        ----------
        estimator, X, sample_weight, columns, ax
            As for `ClassificationDisplay`.

        Raises
        ------
        DataError
            If there is no mixture, a column is not there, or cells are missing.
        """
        scene = see(estimator, X, sample_weight)
        return cls(*scene, scene.responsibilities, plane_of(scene.fitted, scene.rows.points, columns)).plot(ax)

    def plot(self, ax: Any = None, *, n_pies: int = 5) -> Self:
        """Draw on `ax`, or in a new figure, at most `n_pies` rows as pies."""
        ax = axes_or_new(ax)
        if self.plane is None:
            self.pies_ = np.empty(0, dtype=int)
            self._draw_curves(ax)
            legend_beside(ax, cluster_handles(self.fitted, "line"))
        else:
            self.pies_ = self._choose_pies(self.plane, n_pies)
            self._draw_plane(ax, self.plane)
            legend_beside(ax, cluster_handles(self.fitted))
        open_frame(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _draw_plane(self, ax: Any, plane: Plane) -> None:
        note(ax, draw_rows(ax, plane, self.rows, Ink(mixed(self.responsibilities))), plane.remark)
        draw_ellipses(ax, plane)
        if plane.points is not None:
            for row in self.pies_.tolist():
                _draw_pie(ax, plane.points[row], self.responsibilities[row])
        name_axes(ax, plane.names)

    def _draw_curves(self, ax: Any) -> None:
        means, covariances = component_moments(self.fitted)
        values = self.rows.points[:, 0]
        reach = shown_range(means[:, 0], np.sqrt(covariances[:, 0, 0]), None)
        grid = np.linspace(min(reach[0], values.min()), max(reach[1], values.max()), _STEPS)
        joint = component_densities(grid, self.fitted.parameters.weights, means[:, 0], np.sqrt(covariances[:, 0, 0]))
        with np.errstate(invalid="ignore"):
            shares = joint / joint.sum(0)
        for k, share in enumerate(shares):
            ax.plot(grid, share, color=colour(k), linestyle=line(k), linewidth=1.8)
        ax.set_ylim(-0.03, 1.03)
        ax.set_xlabel(plain(self.fitted.features[0]))
        ax.set_ylabel("responsibility")

    def _choose_pies(self, plane: Plane, n_pies: int) -> Int[ndarray, " P"]:
        """Rows that are shared most, but apart from each other in the picture."""
        left, right, bottom, top = extent_of(plane)
        points = np.empty((0, 2)) if plane.points is None else plane.points
        places = (points - [left, bottom]) / [right - left, top - bottom]
        probabilities = self.rows.classification.probabilities
        chosen: list[int] = []
        for row in np.argsort(probabilities, kind="stable")[:_CONSIDERED].tolist():
            distances = np.hypot(*(places[chosen] - places[row]).T)
            if len(chosen) < n_pies and probabilities[row] < _NEARLY_CERTAIN and np.all(distances > _APART):
                chosen.append(row)
        return np.array(chosen, dtype=int)


def _draw_pie(ax: Any, place: Float[ndarray, " 2"], shares: Float[ndarray, " K"]) -> None:
    area = DrawingArea(2 * _RADIUS, 2 * _RADIUS)
    ends = np.cumsum([0.0, *shares]) * 360
    for k in np.flatnonzero(shares > 0).tolist():
        angles = 90 + ends[k], 90 + ends[k + 1]
        area.add_artist(Wedge((_RADIUS, _RADIUS), _RADIUS, *angles, facecolor=colour(k), edgecolor="white"))
    ax.add_artist(AnnotationBbox(area, tuple(place), frameon=False, pad=0, zorder=5))
    words = ", ".join(f"{k}: {shares[k]:.1f}" for k in np.flatnonzero(shares >= _WORTH_A_WORD).tolist())
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.0}
    ax.annotate(
        words, tuple(place), xytext=(_RADIUS + 3, 0), textcoords="offset points", va="center", fontsize="x-small",
        bbox=box, zorder=5,
    )  # fmt: skip
