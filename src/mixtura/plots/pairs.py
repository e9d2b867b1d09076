"""Every pair of columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from mixtura.drawing.columns import chosen_columns
from mixtura.drawing.planes import along_columns, project
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.plots._axes import cluster_handles, ellipse_handles, figure_legend, figure_note, new_figure, plain
from mixtura.plots._model import see
from mixtura.plots._views import cluster_ink, draw_densities, draw_ellipses, draw_rows

_MOST = 5
_PANEL = 2.0  # inches
_FEW = 8  # clusters; the numbers and inner ellipses of more would fill a small panel
_HAS_ROOM = 2  # more columns than these leave room for the legend above the diagonal


@dataclass(eq=False)
class PairDisplay:
    """A matrix of the pairs of columns: rows and ellipses below the diagonal, densities on it.

    Of more than five columns, those in which the cluster means differ most are shown.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture.
    rows : Rows
        The rows and their classification.
    columns : sequence of int
        The positions of the columns to show.

    Attributes
    ----------
    axes_ : array of matplotlib Axes
        One row and one column for each column; None above the diagonal. Set by `plot`.
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from mixtura import GaussianMixture, datasets
    >>> from mixtura.plots import PairDisplay
    >>> iris = datasets.load("iris").data
    >>> display = PairDisplay.from_estimator(GaussianMixture(3, random_state=0).fit(iris), iris, columns=[0, 2, 3])
    >>> display.axes_.shape
    (3, 3)
    """

    fitted: FittedMixture
    rows: Rows
    columns: Sequence[int]
    axes_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, *, sample_weight: Any = None, columns: Any = None, figure: Any = None
    ) -> Self:
        """Classify the rows and draw the pairs of columns.

        Parameters
        ----------
        estimator, X, sample_weight
            As for `ClassificationDisplay`.
        columns : sequence of names or positions, optional
            The columns to show.
        figure : matplotlib Figure or SubFigure, optional
            Where to draw; by default a new figure.

        Raises
        ------
        DataError
            If there is no mixture, a column is not there, or cells are missing.
        """
        fitted, rows = see(estimator, X, sample_weight)
        return cls(fitted, rows, chosen_columns(fitted, columns, _MOST)).plot(figure)

    def plot(self, figure: Any = None) -> Self:
        """Draw in `figure`, or in a new one."""
        n = len(self.columns)
        width = _PANEL * n + (0.4 if n > _HAS_ROOM else 2.2)
        figure = new_figure((width, 0.4 + _PANEL * n)) if figure is None else figure
        self.axes_ = np.full((n, n), None, dtype=object)
        remarks = {self._draw(figure, i, j) for i in range(n) for j in range(i + 1)}
        n_columns = len(self.fitted.features)
        shown = "" if n == n_columns else f"the {n} of {n_columns} columns in which the cluster means differ most"
        figure_note(figure, shown, *sorted(remarks))
        handles = cluster_handles(self.fitted) + (ellipse_handles() if n > 1 else [])
        figure_legend(figure, handles, "upper right" if n > _HAS_ROOM else "outside right upper")
        self.figure_ = figure
        return self

    def _draw(self, figure: Any, i: int, j: int) -> str:
        """The panel in row i and column j, with the scales of those beside and below it."""
        n = len(self.columns)
        column, row = self.axes_[j, j], self.axes_[i, 0]
        is_pair = i != j
        ax = figure.add_subplot(
            n, n, i * n + j + 1, sharex=column if is_pair else None, sharey=row if is_pair and j else None
        )
        self.axes_[i, j] = ax
        remark = self._draw_pair(ax, i, j) if is_pair else self._draw_column(ax, i)
        ax.tick_params(labelsize="x-small", labelbottom=i == n - 1, labelleft=is_pair and j == 0)
        ax.set_xlabel(plain(self.fitted.features[self.columns[j]], 24) if i == n - 1 else "", fontsize="small")
        ax.set_ylabel(plain(self.fitted.features[self.columns[i]], 24) if j == 0 else "", fontsize="small")
        return remark

    def _draw_pair(self, ax: Any, i: int, j: int) -> str:
        plane = project(self.fitted, self.rows.points, along_columns(self.fitted, [self.columns[j], self.columns[i]]))
        ink = cluster_ink(self.rows.classification.labels, self.fitted.n_components)
        remark = draw_rows(ax, plane, self.rows, ink)
        draw_ellipses(ax, plane, is_small=self.fitted.n_components > _FEW)
        return remark

    def _draw_column(self, ax: Any, i: int) -> str:
        draw_densities(ax, self.fitted, self.rows, self.columns[i], numbered=False)
        ax.set_yticks([])
        return ""
