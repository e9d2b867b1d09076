"""k-means beside a mixture, on the same rows."""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.drawing.planes import Plane, directions_of, project
from mixtura.errors import DataError
from mixtura.explain.numbers import percent
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.kmeans import block_nearest
from mixtura.plots._axes import cluster_handles, ellipse_handles, figure_legend, figure_note, new_figure, open_frame
from mixtura.plots._model import see
from mixtura.plots._style import palette
from mixtura.plots._views import Ink, draw_ellipses, draw_rows, name_axes
from mixtura.statistics import Block


@dataclass(eq=False)
class KMeansDisplay:
    """What k-means makes of the rows, and what the mixture makes of them, in the same plane and the same colours.

    Clusters of k-means have the colours of the components that they share most rows with. Their circles are what
    k-means takes every cluster for: round, and of one size.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture.
    rows : Rows
        The rows and their classification by the mixture.
    labels : array of shape (N,)
        The labels by k-means, numbered as the components are.
    planes : tuple of Plane
        Rows with the circles of k-means, rows with the ellipses of the mixture.
    numbers : tuple of int
        The number that each cluster of k-means has here.

    Attributes
    ----------
    axes_ : array of two matplotlib Axes
        Set by `plot`.
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from mixtura import GaussianMixture, KMeans, datasets
    >>> from mixtura.plots import KMeansDisplay
    >>> people = datasets.load("people").data
    >>> kmeans = KMeans(4, n_init=10, random_state=0).fit(people)
    >>> display = KMeansDisplay.from_estimators(kmeans, GaussianMixture(4, random_state=0).fit(people), people)
    >>> bool((display.labels == display.rows.classification.labels).mean() > 0.8)
    True
    """

    fitted: FittedMixture
    rows: Rows
    labels: Int[ndarray, " N"]
    planes: tuple[Plane, Plane]
    numbers: tuple[int, ...]
    axes_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)

    @classmethod
    def from_estimators(
        cls, kmeans: Any, mixture: Any, X: Any, *, sample_weight: Any = None, columns: Any = None, figure: Any = None
    ) -> Self:
        """Label the rows by both and draw them side by side.

        Parameters
        ----------
        kmeans : KMeans
            Fitted to the same columns; anything with ``cluster_centers_``.
        mixture, X, sample_weight, columns
            As for `ClassificationDisplay`.
        figure : matplotlib Figure or SubFigure, optional
            Where to draw; by default a new figure.

        Raises
        ------
        DataError
            If there are no centres or no mixture, a column is not there, or cells are missing.
        """
        fitted, rows = see(mixture, X, sample_weight)
        directions = directions_of(fitted, columns)
        centres = _centres(kmeans, len(fitted.features))
        found, squares = block_nearest(Block(rows.points, rows.weights), centres)
        numbers = _matched(found, rows, (len(centres), fitted.n_components))
        plane = project(fitted, rows.points, directions)
        variance = float(rows.weights @ squares / rows.weights.sum()) / centres.shape[1]
        circles = np.tile(variance * directions.matrix.T @ directions.matrix, (len(centres), 1, 1))
        beside = plane._replace(means=centres @ directions.matrix, covariances=circles)
        return cls(fitted, rows, np.array(numbers)[found], (beside, plane), numbers).plot(figure)

    def plot(self, figure: Any = None) -> Self:
        """Draw in `figure`, or in a new one."""
        figure = new_figure((11.0, 4.6)) if figure is None else figure
        self.axes_ = figure.subplots(1, 2, sharex=True, sharey=True)
        labels = self.labels, self.rows.classification.labels
        numbers = self.numbers, range(self.fitted.n_components)
        titles = "k-means", "Gaussian mixture"
        for ax, plane, mine, names, title in zip(self.axes_, self.planes, labels, numbers, titles, strict=True):
            rows = self.rows._replace(classification=self.rows.classification._replace(labels=mine))
            remark = draw_rows(ax, plane, rows, Ink(palette(max(*self.numbers, self.fitted.n_components) + 1)[mine]))
            draw_ellipses(ax, plane, labels=names)
            name_axes(ax, plane.names)
            open_frame(ax)
            ax.set_title(title)
        self.axes_[1].set_ylabel("")
        figure_note(figure, self._say_difference(), remark, self.planes[0].remark)
        figure_legend(figure, cluster_handles(self.fitted) + ellipse_handles())
        self.figure_ = figure
        return self

    def _say_difference(self) -> str:
        weights = self.rows.weights
        is_other = self.labels != self.rows.classification.labels
        return f"{percent(float(weights @ is_other / weights.sum()))} of the rows are in another cluster"


def _centres(kmeans: Any, n_columns: int) -> Float[ndarray, "K D"]:
    if not hasattr(kmeans, "cluster_centers_"):
        raise DataError(f"{type(kmeans).__name__} has no cluster_centers_: give a fitted KMeans.")
    centres = np.array(kmeans.cluster_centers_, dtype=np.float64)
    if centres.shape[1] != n_columns:
        raise DataError(f"k-means was fitted to {centres.shape[1]} columns, the mixture to {n_columns}.")
    return centres


def _matched(found: Int[ndarray, " N"], rows: Rows, shape: tuple[int, int]) -> tuple[int, ...]:
    """For each cluster of k-means the component it shares most rows with, one to one; further numbers for others."""
    from scipy.optimize import linear_sum_assignment  # 0.7 s to import

    shared = np.zeros(shape)
    np.add.at(shared, (found, rows.classification.labels), rows.weights)
    pairs = dict(zip(*(side.tolist() for side in linear_sum_assignment(-shared)), strict=True))
    free = iter(range(shape[1], shape[0] + shape[1]))
    return tuple(pairs[j] if j in pairs else next(free) for j in range(shape[0]))
