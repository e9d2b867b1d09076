"""How sure a fit is: whether its clusters come back when rows are drawn again, and how far its means may be off."""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from mixtura.errors import DataError
from mixtura.explain.numbers import percent
from mixtura.explain.profiles import overall_sds
from mixtura.fitted import FittedMixture
from mixtura.plots._axes import axes_or_new, note, open_frame, plain
from mixtura.plots._model import as_fitted
from mixtura.plots._style import SOFT, palette
from mixtura.resampling import Stability, Uncertainty, stability, uncertainty

_GRADES = ((0.6, "a pattern"), (0.75, "stable"), (0.85, "very stable"))
_SPREAD = 0.3  # of the dots of a cluster, up and down
_NAME = 24


@dataclass(eq=False)
class StabilityDisplay:
    """How alike each cluster and the most similar one of a fit to rows drawn again are, in each of these fits.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture.
    found : Stability
        What `mixtura.stability` returned.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    Examples
    --------
    >>> from mixtura import GaussianMixture, datasets
    >>> from mixtura.plots import StabilityDisplay
    >>> iris = datasets.load("iris").data
    >>> fitted = GaussianMixture(2, random_state=0).fit(iris)
    >>> display = StabilityDisplay.from_estimator(fitted, iris, n_replicates=5)
    >>> display.found.jaccard.shape
    (5, 2)
    """

    fitted: FittedMixture
    found: Stability
    ax_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        sample_weight: Any = None,
        n_replicates: int = 100,
        seed: int = 0,
        ax: Any = None,
    ) -> Self:
        """Fit to rows drawn again, compare and draw.

        Parameters
        ----------
        estimator, X, sample_weight, ax
            As for `ClassificationDisplay`.
        n_replicates, seed
            As for `mixtura.stability`.

        Raises
        ------
        DataError
            If there is no mixture, or cells are missing.
        """
        fitted = as_fitted(estimator)
        return cls(fitted, stability(fitted, X, sample_weight, n_replicates=n_replicates, seed=seed)).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw on `ax`, or in a new figure: a dot for each fit, a bar at their mean, the first cluster on top."""
        K = len(self.found.means)
        ax = axes_or_new(ax, (6.4, 1.6 + 0.5 * min(K, 20)))
        rng = np.random.default_rng(0)
        for k, (colour, mean) in enumerate(zip(palette(K), self.found.means, strict=True)):
            similarities = self.found.jaccard[:, k]
            heights = k + rng.uniform(-_SPREAD, _SPREAD, len(similarities))
            ax.plot(similarities, heights, "o", color=colour, ms=4, alpha=0.6, mew=0)
            ax.plot([mean, mean], [k - 0.4, k + 0.4], color="black", lw=2)
        for least, words in _GRADES:
            ax.axvline(least, color=SOFT, lw=0.7, zorder=0)
            ax.text(least + 0.005, -0.5, words, color=SOFT, fontsize="x-small", va="bottom")
        _name_clusters(ax, self.fitted)
        ax.set(xlim=(-0.02, 1.02), xlabel="Jaccard similarity of each fit, and their mean")
        self.ax_, self.figure_ = ax, ax.figure
        return self


@dataclass(eq=False)
class IntervalDisplay:
    """The mean of every cluster in one column, with its interval.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture.
    found : Uncertainty
        What `mixtura.uncertainty` returned.
    column : int
        The column to draw, counted from 0.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    Examples
    --------
    >>> from mixtura import GaussianMixture, datasets
    >>> from mixtura.plots import IntervalDisplay
    >>> iris = datasets.load("iris").data
    >>> fitted = GaussianMixture(2, random_state=0).fit(iris)
    >>> IntervalDisplay.from_estimator(fitted, iris, method="sandwich").column  # where means differ most
    2
    """

    fitted: FittedMixture
    found: Uncertainty
    column: int
    ax_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, *, column: str | int | None = None, sample_weight: Any = None, ax: Any = None,
        **how: Any,
    ) -> Self:  # fmt: skip
        """Estimate how far means may be off, and draw those of one column.

        Parameters
        ----------
        estimator, X, sample_weight, ax
            As for `ClassificationDisplay`.
        column : str or int, optional
            Its name or number; by default the one in which means differ most, beside how rows do.
        **how
            `method`, `n_replicates`, `level`, `seed` and `n_threads`, as for `mixtura.uncertainty`.

        Raises
        ------
        DataError
            If there is no mixture or no such column, or cells are missing.
        """
        fitted = as_fitted(estimator)
        chosen = _column(fitted, column)
        return cls(fitted, uncertainty(fitted, X, sample_weight, **how), chosen).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw on `ax`, or in a new figure: the first cluster on top."""
        K = len(self.found.estimates["weights"])
        ax = axes_or_new(ax, (6.4, 1.6 + 0.35 * min(K, 30)))
        drawn = (self.found.estimates, self.found.low, self.found.high)
        means, low, high = (part["means"][:, self.column] for part in drawn)
        for k, colour in enumerate(palette(K)):
            ax.plot([low[k], high[k]], [k, k], color=colour, lw=2)
            ax.plot(means[k], k, "o", color=colour, ms=6)
        _name_clusters(ax, self.fitted)
        note(ax, f"{percent(self.found.level)} intervals by {self.found.method}")
        ax.set_xlabel(f"mean {plain(self.fitted.features[self.column])}")
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _name_clusters(ax: Any, fitted: FittedMixture) -> None:
    open_frame(ax)
    ax.set_yticks(range(fitted.n_components), [plain(name, _NAME) for name in fitted.cluster_names])
    ax.set_ylim(fitted.n_components - 0.5, -0.7)


def _column(fitted: FittedMixture, column: str | int | None) -> int:
    if column is None:
        means = fitted.parameters.emission.means
        return int((np.ptp(means, axis=0) / overall_sds(fitted)).argmax())
    if isinstance(column, str) and column in fitted.features:
        return fitted.features.index(column)
    if isinstance(column, int) and 0 <= column < len(fitted.features):
        return column
    raise DataError(f"There is no column {column!r}: the mixture has {', '.join(fitted.features)}.")
