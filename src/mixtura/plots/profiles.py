"""What makes every cluster what it is: its means beside those of all rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.drawing.columns import chosen_columns, differences
from mixtura.explain.words import NOTABLE
from mixtura.fitted import FittedMixture
from mixtura.plots._axes import axes_or_new, note, plain
from mixtura.plots._model import as_fitted

_MOST = 25
_STRONGEST = 2.0  # a difference of so many standard deviations has the full colour
_WIDE = 12  # clusters from which on numbers find no room
_CELL, _LETTER = (0.75, 0.32), 0.09  # inches
_LOWEST = 6  # columns that a picture has room for at least


@dataclass(eq=False)
class ProfileDisplay:
    """The difference of each cluster's mean to the mean of all, in standard deviations of all, column by column.

    Orange is higher, green-blue lower; the numbers say it for grey prints, or their signs where clusters are many. Of
    more than 25 columns, those in which the cluster means differ most are shown.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture.
    columns : sequence of int
        The positions of the columns to show.
    differences : array of shape (K, number of columns)
        In standard deviations of the mixture.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.
    image_ : matplotlib AxesImage

    Examples
    --------
    >>> from mixtura import GaussianMixture, datasets
    >>> from mixtura.plots import ProfileDisplay
    >>> iris = datasets.load("iris").data
    >>> display = ProfileDisplay.from_estimator(GaussianMixture(2, random_state=0).fit(iris))
    >>> display.differences.shape
    (2, 4)
    """

    fitted: FittedMixture
    columns: Sequence[int]
    differences: Float[ndarray, "K C"]
    ax_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)
    image_: Any = field(init=False, repr=False)

    @classmethod
    def from_estimator(cls, estimator: Any, *, columns: Any = None, ax: Any = None) -> Self:
        """Draw the profiles of a mixture.

        Parameters
        ----------
        estimator, ax
            As for `ClassificationDisplay`.
        columns : sequence of names or positions, optional
            The columns to show.

        Raises
        ------
        DataError
            If there is no mixture, or a column is not there.
        """
        fitted = as_fitted(estimator)
        positions = chosen_columns(fitted, columns, _MOST)
        return cls(fitted, positions, differences(fitted)[:, positions]).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw on `ax`, or in a new figure."""
        K, C = self.differences.shape
        names = [plain(self.fitted.features[d]) for d in self.columns]
        width = _CELL[0] * min(K, _WIDE) + 0.3 * max(K - _WIDE, 0) + _LETTER * max(map(len, names))
        ax = axes_or_new(ax, (1.8 + width, 1.1 + _CELL[1] * max(C, _LOWEST)))
        self.image_ = ax.imshow(self.differences.T, cmap=_colours(), vmin=-_STRONGEST, vmax=_STRONGEST, aspect="auto")
        for (k, c), value in np.ndenumerate(self.differences):
            ax.text(k, c, self._say(value), ha="center", va="center", fontsize="small")
        slope = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"}
        ax.set_xticks(range(K), [plain(name, 16) for name in self.fitted.cluster_names], **slope)
        ax.set_yticks(range(C), names)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.figure.colorbar(self.image_, ax=ax, label="sd from the mean of all", extend="both")
        n_columns = len(self.fitted.features)
        note(ax, f"{C} of {n_columns} columns" if n_columns > C else "")
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _say(self, value: float) -> str:
        if len(self.differences) <= _WIDE:
            return f"{round(value, 1) + 0.0:+.1f}"
        return "" if abs(value) < NOTABLE else "+" if value > 0 else "−"


def _colours() -> Any:
    """From green-blue over white to orange, pale enough for black numbers."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("profile", ["#4fb3a9", "#ffffff", "#f0a35e"])
