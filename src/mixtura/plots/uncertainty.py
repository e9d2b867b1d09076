"""How sure the classification of every row is."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import numpy as np
from jaxtyping import Bool
from matplotlib.lines import Line2D
from numpy import ndarray

from mixtura.drawing.planes import Plane, plane_of
from mixtura.explain.numbers import percent
from mixtura.explain.profiles import DOUBTFUL, SURE
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.plots._axes import axes_or_new, cluster_handles, legend_beside, note, open_frame
from mixtura.plots._model import see
from mixtura.plots._views import Ink, cluster_ink, draw_ellipses, draw_points, draw_rows, name_axes

_MOST = 2000  # doubtful rows that are drawn
_CROWD = 300  # doubtful rows from which on they are drawn smaller
_PALE = 0.72


class _Degree(NamedTuple):
    """How sure a row is: from which probability on, how large its sign is, what the legend says."""

    least: float
    below: float
    size: float
    words: str


_DEGREES = (
    _Degree(DOUBTFUL, SURE, 26.0, f"{DOUBTFUL:g} to {SURE:g}"),
    _Degree(0.0, DOUBTFUL, 60.0, f"under {DOUBTFUL:g}"),
)


@dataclass(eq=False)
class UncertaintyDisplay:
    """Rows whose cluster is sure (probability 0.9 and above) in pale grey, the others coloured, larger the less sure.

    With one column, the probability of the most probable cluster by the value of the row.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture.
    rows : Rows
        The rows and their classification.
    plane : Plane or None
        Rows and components as they are drawn; None with one column.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    Examples
    --------
    >>> from mixtura import GaussianMixture, datasets
    >>> from mixtura.plots import UncertaintyDisplay
    >>> iris = datasets.load("iris").data
    >>> display = UncertaintyDisplay.from_estimator(GaussianMixture(3, random_state=0).fit(iris), iris)
    >>> display.plane.means.shape
    (3, 2)
    """

    fitted: FittedMixture
    rows: Rows
    plane: Plane | None
    ax_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, *, sample_weight: Any = None, columns: Any = None, ax: Any = None
    ) -> Self:
        """Classify the rows and draw how sure that is.

        Parameters
        ----------
        estimator, X, sample_weight, columns, ax
            As for `ClassificationDisplay`.

        Raises
        ------
        DataError
            If there is no mixture, a column is not there, or cells are missing.
        """
        fitted, rows = see(estimator, X, sample_weight)
        return cls(fitted, rows, plane_of(fitted, rows.points, columns)).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw on `ax`, or in a new figure."""
        ax = axes_or_new(ax)
        plane = self.plane or self._over_one_column()
        pale = Ink(np.full((len(self.rows.points), 3), _PALE), has_signs=False)
        remark = draw_rows(ax, plane, self.rows, pale)
        handles = [self._draw_degree(ax, plane, degree) for degree in _DEGREES]
        if self.plane is not None:
            draw_ellipses(ax, plane)
        note(ax, remark, plane.remark)
        name_axes(ax, plane.names)
        open_frame(ax)
        legend_beside(ax, [*cluster_handles(self.fitted), self._sure(), *handles])
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _draw_degree(self, ax: Any, plane: Plane, degree: _Degree) -> Any:
        labels, probabilities, _ = self.rows.classification
        mine = (probabilities >= degree.least) & (probabilities < degree.below)
        where = np.flatnonzero(mine)
        shown = where[np.linspace(0, len(where) - 1, min(len(where), _MOST)).astype(int)]
        ink = cluster_ink(labels[shown], self.fitted.n_components)
        if plane.points is not None:
            crowd = np.clip(_CROWD / max(len(where), 1), 0.15, 1)
            draw_points(ax, plane.points[shown], labels[shown], ink, float(degree.size * crowd))
        return self._entry(degree.words, mine, {"color": "black", "markersize": np.sqrt(degree.size)})

    def _sure(self) -> Any:
        mine = self.rows.classification.probabilities >= SURE
        return self._entry(f"{SURE:g} and above", mine, {"color": str(_PALE), "markersize": 4})

    def _entry(self, words: str, mine: Bool[ndarray, " N"], look: dict[str, Any]) -> Any:
        weights = self.rows.weights
        share = float(weights[mine].sum() / weights.sum())
        return Line2D([], [], linestyle="none", marker="o", label=f"probability {words}: {percent(share)}", **look)

    def _over_one_column(self) -> Plane:
        """One column, and upwards the probability: rows are points there too, but components are not."""
        values, probabilities = self.rows.points[:, 0], self.rows.classification.probabilities
        nothing = np.empty((0, 2)), np.empty((0, 2, 2))
        names = (self.fitted.features[0], "probability of the most probable cluster")
        return Plane(np.stack([values, probabilities], axis=1), *nothing, names)
