"""Which clusters overlap."""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.explain.numbers import percent
from mixtura.explain.overlap import pair_overlaps
from mixtura.fitted import FittedMixture
from mixtura.plots._axes import axes_or_new, plain
from mixtura.plots._model import see

_DARK = 0.6  # of the strongest colour: from there on, numbers are white
_MOST = 0.5  # what an overlap can be
_WITH_NUMBERS = 15  # clusters; the cells of more have no room


@dataclass(eq=False)
class OverlapDisplay:
    """The overlap of every pair of clusters: the share of the rows of both that would be put into the wrong one.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture.
    overlaps : array of shape (K, K)
        See `mixtura.explain.overlap`; between 0 and one half.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.
    image_ : matplotlib AxesImage

    Examples
    --------
    >>> from mixtura import GaussianMixture, datasets
    >>> from mixtura.plots import OverlapDisplay
    >>> iris = datasets.load("iris").data
    >>> display = OverlapDisplay.from_estimator(GaussianMixture(3, random_state=0).fit(iris), iris)
    >>> display.overlaps.shape
    (3, 3)
    """

    fitted: FittedMixture
    overlaps: Float[ndarray, "K K"]
    ax_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)
    image_: Any = field(init=False, repr=False)

    @classmethod
    def from_estimator(cls, estimator: Any, X: Any, *, sample_weight: Any = None, ax: Any = None) -> Self:
        """Estimate the overlaps from the rows and draw them.

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
        return cls(fitted, pair_overlaps(fitted, rows.points, rows.weights)).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw on `ax`, or in a new figure; each pair once, below the diagonal."""
        K = len(self.overlaps)
        side = 2.2 + 0.55 * min(K, _WITH_NUMBERS)
        ax = axes_or_new(ax, (side + 1.0, side))
        strongest = max(self.overlaps.max(), 0.05)
        below = np.ma.masked_array(self.overlaps, mask=np.triu(np.ones((K, K), dtype=bool)))
        self.image_ = ax.imshow(below, cmap="Blues", vmin=0, vmax=strongest)
        for i, j in zip(*np.tril_indices(K, -1), strict=True) if K <= _WITH_NUMBERS else ():
            shade = "white" if self.overlaps[i, j] > _DARK * strongest else "black"
            words = percent(self.overlaps[i, j]).replace("under ", "<").removesuffix(" %")
            ax.text(j, i, words, color=shade, fontsize="small", ha="center", va="center")
        names = [plain(name, 16) for name in self.fitted.cluster_names]
        ax.set_xticks(range(K), names, rotation=30, ha="right", rotation_mode="anchor")
        ax.set_yticks(range(K), names)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        look = {"label": "overlap (% of the rows of both)", "format": lambda share, _: f"{100 * share:.3g}"}
        ax.figure.colorbar(self.image_, ax=ax, shrink=0.8, **look)
        self.ax_, self.figure_ = ax, ax.figure
        return self
