"""Component densities over the histogram, column by column."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from mixtura.drawing.columns import chosen_columns
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.plots._axes import cluster_handles, figure_legend, figure_note, new_figure, open_frame
from mixtura.plots._model import see_perhaps
from mixtura.plots._views import draw_densities, panels

_MOST = 9
_PANEL = 3.1, 2.4  # inches


@dataclass(eq=False)
class DensityDisplay:
    """The histogram of every column, the weighted density of each component over it, and their sum (thin).

    Of more than nine columns, those in which the cluster means differ most are shown.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture.
    rows : Rows or None
        The rows of the histograms.
    columns : sequence of int
        The positions of the columns to show.

    Attributes
    ----------
    axes_ : array of matplotlib Axes
        One for each column. Set by `plot`.
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from mixtura import GaussianMixture, datasets
    >>> from mixtura.plots import DensityDisplay
    >>> iris = datasets.load("iris").data
    >>> display = DensityDisplay.from_estimator(GaussianMixture(3, random_state=0).fit(iris), iris)
    >>> len(display.axes_)
    4
    """

    fitted: FittedMixture
    rows: Rows | None
    columns: Sequence[int]
    axes_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any = None, *, sample_weight: Any = None, columns: Any = None, figure: Any = None
    ) -> Self:
        """Draw the densities of a mixture, and the rows if there are any.

        Parameters
        ----------
        estimator, X, sample_weight
            As for `ClassificationDisplay`; without `X` there are only the curves.
        columns : sequence of names or positions, optional
            The columns to show.
        figure : matplotlib Figure or SubFigure, optional
            Where to draw; by default a new figure.

        Raises
        ------
        DataError
            If there is no mixture, a column is not there, or cells are missing.
        """
        fitted, rows = see_perhaps(estimator, X, sample_weight)
        return cls(fitted, rows, chosen_columns(fitted, columns, _MOST)).plot(figure)

    def plot(self, figure: Any = None) -> Self:
        """Draw in `figure`, or in a new one."""
        n_panels = len(self.columns)
        size = (1.6 + _PANEL[0] * min(n_panels, 3), 0.3 + _PANEL[1] * -(-n_panels // 3))
        figure = new_figure(size) if figure is None else figure
        self.axes_ = panels(figure, n_panels, self._draw)
        figure_legend(figure, cluster_handles(self.fitted, "line"))
        n_columns = len(self.fitted.features)
        if n_panels < n_columns:
            figure_note(figure, f"the {n_panels} of {n_columns} columns in which the cluster means differ most")
        self.figure_ = figure
        return self

    def _draw(self, ax: Any, number: int) -> None:
        draw_densities(ax, self.fitted, self.rows, self.columns[number], numbered=self.fitted.n_components <= 8)
        ax.set_yticks([])
        ax.set_ylabel("")
        open_frame(ax)
