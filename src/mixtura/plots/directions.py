"""Fewer columns: what directions tell of the clusters, and which columns do."""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from mixtura.columns import ColumnSelection
from mixtura.plots._axes import axes_or_new, note, open_frame, plain
from mixtura.plots._model import as_fitted
from mixtura.plots._style import SOFT, colour
from mixtura.projection import Projection, discriminant_directions


@dataclass(eq=False)
class DirectionsDisplay:
    """How much every discriminant direction tells of the clusters, and how much of that by their means.

    Parameters
    ----------
    projection : Projection
        What `mixtura.discriminant_directions` returns.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    Examples
    --------
    >>> from mixtura import GaussianMixture, datasets
    >>> from mixtura.plots import DirectionsDisplay
    >>> iris = datasets.load("iris").data
    >>> display = DirectionsDisplay.from_estimator(GaussianMixture(3, random_state=0).fit(iris), shapes=0.5)
    >>> display.projection.n_directions
    4
    """

    projection: Projection
    ax_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)

    @classmethod
    def from_estimator(cls, estimator: Any, *, shapes: float = 0.5, ax: Any = None) -> Self:
        """Find the directions and draw what they tell.

        Parameters
        ----------
        estimator : FittedMixture, GaussianMixture or Selection
            A fitted mixture.
        shapes : float
            How much differences of covariances count beside those of means, from 0 to 1.
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.

        Raises
        ------
        DataError
            If there is no mixture.
        ValueError
            If no direction tells anything, as with one cluster.
        """
        return cls(discriminant_directions(as_fitted(estimator), shapes=shapes)).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw on `ax`, or in a new figure."""
        ax = axes_or_new(ax)
        places, of_means = np.arange(1, self.projection.n_directions + 1), self.projection.of_means
        ax.bar(places, of_means, color=colour(0), width=0.7, label="by means")
        rest = np.maximum(self.projection.eigenvalues - of_means, 0.0)
        ax.bar(places, rest, bottom=of_means, color=colour(4), width=0.7, label="by shapes")
        ax.set_xticks(places[:: -(-len(places) // 20)])
        ax.set_xlabel("direction")
        ax.set_ylabel("eigenvalue")
        ax.legend(frameon=False, fontsize="small")
        open_frame(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self


@dataclass(eq=False)
class ColumnsDisplay:
    """The search for columns that tell of clusters, step by step: evidence for each column asked about.

    Filled bars are columns that joined or left. Where no mixture could be fitted, a bar is as long as the longest.

    Parameters
    ----------
    found : ColumnSelection
        What `mixtura.select_columns` returns.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura import select_columns
    >>> from mixtura.plots import ColumnsDisplay
    >>> points = np.random.default_rng(0).normal(size=(150, 2)) + np.repeat([[0, 0], [6, 0]], 75, axis=0)
    >>> found = select_columns(points, n_components=[2], covariances=["tied"])
    >>> ColumnsDisplay.from_selection(found).ax_.get_xlabel()
    'evidence for the column (difference of BIC)'
    """

    found: ColumnSelection
    ax_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)

    @classmethod
    def from_selection(cls, found: ColumnSelection, *, ax: Any = None) -> Self:
        """Draw the steps.

        Parameters
        ----------
        found : ColumnSelection
            What `mixtura.select_columns` returns.
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        return cls(found).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw on `ax`, or in a new figure."""
        steps = self.found.steps
        least = min((step.evidence for step in steps if np.isfinite(step.evidence)), default=-1.0)
        ax = axes_or_new(ax, (6.4, 1.2 + 0.32 * len(steps)))
        for i, step in enumerate(steps):
            shade = colour(0) if step.action == "add" else colour(1)
            look = {"facecolor": shade if step.is_done else "white", "edgecolor": shade}
            ax.barh(i, max(step.evidence, least), height=0.6, **look)
        ax.axvline(0, color=SOFT, linewidth=1)
        ax.set_yticks(range(len(steps)), [f"{step.action} {plain(step.column, 24)}?" for step in steps])
        ax.invert_yaxis()
        ax.set_xlabel("evidence for the column (difference of BIC)")
        note(ax, f"chosen: {', '.join(plain(name, 24) for name in self.found.columns)}")
        open_frame(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self
