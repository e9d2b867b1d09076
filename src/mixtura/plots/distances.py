"""Whether the clusters are as Gaussian as the mixture takes them for."""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.drawing.climbs import some_rows
from mixtura.drawing.distances import (
    chance_band,
    expected_distances,
    mahalanobis_distances,
    probability_within,
    weighted_quantiles,
)
from mixtura.explain.words import count
from mixtura.fitted import FittedMixture
from mixtura.plots._axes import axes_or_new, cluster_handles, legend_beside, note, open_frame
from mixtura.plots._model import Scene, see
from mixtura.plots._style import SOFT, colour, line

_FEWEST = 3.0  # rows; fewer have no quantiles
_STEPS = 120
_MOST = 100_000  # rows; more would change nothing that can be seen


@dataclass(eq=False)
class QQDisplay:
    """Quantiles of the Mahalanobis distances of each cluster's rows against those of a Gaussian.

    Gaussian clusters follow the diagonal; above it at the right end, a cluster has heavier tails. Rows count for every
    cluster by their responsibilities, so overlap alone bends no curve. The grey band is where chance alone would leave
    a Gaussian cluster, of as many rows as the smallest, nineteen times in twenty at each place.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture.
    distances : array of shape (N, K)
        The distance of every row from every component, in standard deviations of the component.
    shares : array of shape (N, K)
        How much each row counts for each component.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.
    curves_ : dict of int to matplotlib Line2D
        By component.

    Examples
    --------
    >>> from mixtura import GaussianMixture, datasets
    >>> from mixtura.plots import QQDisplay
    >>> iris = datasets.load("iris").data
    >>> display = QQDisplay.from_estimator(GaussianMixture(2, random_state=0).fit(iris), iris)
    >>> sorted(display.curves_)
    [0, 1]
    """

    fitted: FittedMixture
    distances: Float[ndarray, "N K"]
    shares: Float[ndarray, "N K"]
    ax_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)
    curves_: dict[int, Any] = field(init=False, repr=False)

    @classmethod
    def from_estimator(cls, estimator: Any, X: Any, *, sample_weight: Any = None, ax: Any = None) -> Self:
        """Measure the distances of the rows and draw them; of more than 100 000 rows, so many at even steps.

        Parameters
        ----------
        estimator, X, sample_weight, ax
            As for `ClassificationDisplay`.

        Raises
        ------
        DataError
            If there is no mixture, or cells are missing.
        """
        fitted, rows = see(estimator, X, sample_weight)
        rows = some_rows(rows, _MOST)
        shares = Scene(fitted, rows).responsibilities * rows.weights[:, None]
        return cls(fitted, mahalanobis_distances(fitted, rows.points), shares).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw on `ax`, or in a new figure."""
        ax = axes_or_new(ax)
        counts = self.shares.sum(0)
        shown = np.flatnonzero(counts >= _FEWEST).tolist()
        if shown:
            self._draw_band(ax, float(counts[shown].min()))
        self.curves_ = {k: self._draw(ax, k, float(counts[k])) for k in shown}
        n_left_out = len(counts) - len(shown)
        note(ax, f"{count(n_left_out, 'cluster')} of fewer than {_FEWEST:g} rows left out" if n_left_out else "")
        ax.set_xlabel("distance expected of a Gaussian (standard deviations)")
        ax.set_ylabel("distance found")
        open_frame(ax)
        legend_beside(ax, cluster_handles(self.fitted, "line"))
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _draw(self, ax: Any, k: int, n_rows: float) -> Any:
        expected, probabilities = self._places(n_rows)
        found = weighted_quantiles(self.distances[:, k], self.shares[:, k], probabilities)
        (curve,) = ax.plot(expected, found, color=colour(k), linestyle=line(k), linewidth=1.8)
        return curve

    def _draw_band(self, ax: Any, n_rows: float) -> None:
        expected, probabilities = self._places(n_rows)
        ax.fill_between(expected, *chance_band(probabilities, n_rows, len(self.fitted.features)), color="0.9", lw=0)
        ax.axline((0, 0), slope=1, color=SOFT, linewidth=0.8)

    def _places(self, n_rows: float) -> tuple[Float[ndarray, " P"], Float[ndarray, " P"]]:
        """Even steps along the axis, from the smallest to the largest distance that so many rows should have."""
        n_columns = len(self.fitted.features)
        first, last = expected_distances(np.array([0.5, n_rows - 0.5]) / n_rows, n_columns)
        expected = np.linspace(first, last, _STEPS)
        return expected, probability_within(expected, n_columns)
