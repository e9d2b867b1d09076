"""The density of a mixture over a plane: as contours, and as the bell surface."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from jaxtyping import Float
from matplotlib.lines import Line2D
from numpy import ndarray

from mixtura.drawing.planes import Plane, directions_of, project
from mixtura.drawing.regions import Grid, density_grid, region_levels
from mixtura.errors import DataError
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.plots._axes import axes_or_new, cluster_handles, legend_beside, note, open_frame
from mixtura.plots._model import as_fitted, see_perhaps
from mixtura.plots._style import mixed
from mixtura.plots._views import Ink, draw_number, draw_rows, name_axes

SHARES = (0.25, 0.5, 0.75, 0.95)
_GREY, _FLOOR = 0.7, 0.93


@dataclass(eq=False)
class ContourDisplay:
    """Contours of the density of the mixture: each encloses the smallest region that holds a given share of it.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture.
    rows : Rows or None
        Rows to draw below the contours.
    plane : Plane
        Rows and components as they are drawn.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.
    contours_ : matplotlib QuadContourSet

    Examples
    --------
    >>> from mixtura import GaussianMixture, datasets
    >>> from mixtura.plots import ContourDisplay
    >>> faithful = datasets.load("faithful").data
    >>> display = ContourDisplay.from_estimator(GaussianMixture(2, random_state=0).fit(faithful), faithful)
    >>> len(display.contours_.levels)
    4
    """

    fitted: FittedMixture
    rows: Rows | None
    plane: Plane
    ax_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)
    contours_: Any = field(init=False, repr=False)

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any = None, *, sample_weight: Any = None, columns: Any = None, ax: Any = None
    ) -> Self:
        """Draw the contours of a mixture, over the rows if there are any.

        Parameters
        ----------
        estimator, X, sample_weight, columns, ax
            As for `ClassificationDisplay`; without `X` there are only the contours.

        Raises
        ------
        DataError
            If there is no mixture, a column is not there, cells are missing, or the mixture has only one column.
        """
        fitted, rows = see_perhaps(estimator, X, sample_weight)
        points = None if rows is None else rows.points
        return cls(fitted, rows, project(fitted, points, directions_of(fitted, columns))).plot(ax)

    def plot(self, ax: Any = None, *, shares: Sequence[float] = SHARES) -> Self:
        """Draw on `ax`, or in a new figure, the regions that hold these shares."""
        ax = axes_or_new(ax)
        if self.rows is not None:
            colours = np.full((len(self.rows.points), 3), _GREY)
            note(ax, draw_rows(ax, self.plane, self.rows, Ink(colours, has_signs=False)), self.plane.remark)
        grid = density_grid(self.plane, self.fitted.parameters.weights)
        outer_first = sorted(shares, reverse=True)
        widths = np.linspace(0.7, 2.2, len(outer_first))
        look = {"colors": "black", "linewidths": widths, "zorder": 3}
        self.contours_ = ax.contour(grid.x, grid.y, grid.density, region_levels(grid.density, outer_first), **look)
        for k, mean in enumerate(self.plane.means):
            draw_number(ax, mean, k)
        legend_beside(ax, [_entry(share, width) for share, width in zip(outer_first, widths, strict=True)])
        name_axes(ax, self.plane.names)
        open_frame(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self


@dataclass(eq=False)
class SurfaceDisplay:
    """The density of the mixture as a surface of bells, in the colours of the components that make it up.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture.
    plane : Plane
        The components as they are drawn.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes3D and Figure
        Set by `plot`.
    surface_ : matplotlib Poly3DCollection

    Examples
    --------
    >>> from mixtura import GaussianMixture, datasets
    >>> from mixtura.plots import SurfaceDisplay
    >>> faithful = datasets.load("faithful").data
    >>> display = SurfaceDisplay.from_estimator(GaussianMixture(2, random_state=0).fit(faithful))
    >>> display.ax_.get_zlabel()
    'density'
    """

    fitted: FittedMixture
    plane: Plane
    ax_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)
    surface_: Any = field(init=False, repr=False)

    @classmethod
    def from_estimator(cls, estimator: Any, *, columns: Any = None, ax: Any = None) -> Self:
        """Draw the surface of a mixture.

        Parameters
        ----------
        estimator, columns
            As for `ClassificationDisplay`.
        ax : matplotlib Axes3D, optional
            Where to draw; by default in a new figure.

        Raises
        ------
        DataError
            If there is no mixture, a column is not there, or the mixture has only one column.
        """
        fitted = as_fitted(estimator)
        return cls(fitted, project(fitted, None, directions_of(fitted, columns))).plot(ax)

    def plot(self, ax: Any = None, *, n_steps: int = 70) -> Self:
        """Draw on three-dimensional axes, or in a new figure, a surface of `n_steps` by `n_steps` fields."""
        ax = axes_or_new(ax, projection="3d")
        if not hasattr(ax, "plot_surface"):
            raise DataError('A surface needs axes made with projection="3d".')
        grid = density_grid(self.plane, self.fitted.parameters.weights, n_steps)
        look = {"rcount": n_steps, "ccount": n_steps, "linewidth": 0, "antialiased": False, "shade": True}
        self.surface_ = ax.plot_surface(
            *np.meshgrid(grid.x, grid.y), grid.density, facecolors=_surface_colours(grid), **look
        )
        name_axes(ax, self.plane.names)
        ax.set_zlabel("density")
        ax.set_zticks([])
        legend_beside(ax, cluster_handles(self.fitted))
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _surface_colours(grid: Grid) -> Float[ndarray, "G G 3"]:
    """The mixed colours of the components, paling to grey where there is next to nothing."""
    shares = np.moveaxis(grid.joint / grid.density.clip(np.finfo(float).tiny), 0, -1)
    strength = np.sqrt(grid.density / grid.density.max())[..., None] ** 0.7
    return np.asarray(_FLOOR + (mixed(shares) - _FLOOR) * strength)


def _entry(share: float, width: float) -> Line2D:
    return Line2D([], [], color="black", linewidth=width, label=f"the densest {100 * share:g} %")
