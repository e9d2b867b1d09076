"""Which cluster every row was put into."""

from dataclasses import dataclass, field
from typing import Any, Self

from mixtura.drawing.planes import Plane, plane_of
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.plots._axes import axes_or_new, cluster_handles, ellipse_handles, legend_beside, note, open_frame
from mixtura.plots._model import see
from mixtura.plots._views import cluster_ink, draw_densities, draw_ellipses, draw_rows, name_axes


@dataclass(eq=False)
class ClassificationDisplay:
    """Rows in the colours and signs of their clusters, and ellipses around 50 % and 95 % of every component.

    With two columns the picture shows these; with one, the component densities over the histogram; with more, the two
    directions in which the components differ most, or two columns that are asked for. More than 8000 rows are shaded.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture.
    rows : Rows
        The rows, in the units of the data, and their classification.
    plane : Plane or None
        Rows and components as they are drawn; None with one column.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    Examples
    --------
    >>> from mixtura import assemble, datasets, select
    >>> from mixtura.plots import ClassificationDisplay
    >>> faithful = datasets.load("faithful")
    >>> selection = select(faithful.data, n_components=[2], covariances=["full"])
    >>> display = ClassificationDisplay.from_estimator(assemble(selection, faithful.feature_names), faithful.data)
    >>> display.ax_.get_xlabel()
    'eruptions'
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
        """Classify the rows and draw them.

        Parameters
        ----------
        estimator : FittedMixture, GaussianMixture or Selection
            A fitted mixture, or anything with ``weights_``, ``means_`` and ``covariances_``.
        X : data frame, array of shape (N, D), file or Table
            The rows, in the columns that the mixture was fitted to.
        sample_weight : array of shape (N,), optional
            How much each row counts.
        columns : two names or positions, optional
            The columns to show; by default both of two, and the directions that separate best of more.
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.

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
        if self.plane is None:
            draw_densities(ax, self.fitted, self.rows, 0)
            legend_beside(ax, cluster_handles(self.fitted, "line"))
        else:
            self._draw_plane(ax, self.plane)
            legend_beside(ax, cluster_handles(self.fitted) + ellipse_handles())
        open_frame(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _draw_plane(self, ax: Any, plane: Plane) -> None:
        ink = cluster_ink(self.rows.classification.labels, self.fitted.n_components)
        note(ax, draw_rows(ax, plane, self.rows, ink), plane.remark)
        draw_ellipses(ax, plane)
        name_axes(ax, plane.names)
