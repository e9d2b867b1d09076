"""Which cells are missing, and which of them together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from mixtura.explain.numbers import percent
from mixtura.explain.words import count
from mixtura.plots._axes import figure_note, new_figure, plain
from mixtura.plots._style import SOFT, colour
from mixtura.tables import table_of

_MOST_PATTERNS, _MOST_COLUMNS = 15, 30


@dataclass(eq=False)
class MissingDisplay:
    """The patterns of missing cells, the most frequent first, and how much of every column is missing.

    At most 15 patterns and the 30 emptiest columns are shown.

    Parameters
    ----------
    names : sequence of str
        The columns.
    patterns : array of shape (P, D)
        Which cells are missing; every pattern that occurs, the most frequent first.
    counts : array of shape (P,)
        How many rows have each pattern.

    Attributes
    ----------
    axes_ : array of three matplotlib Axes
        The patterns, the shares of the columns above them, the counts of rows beside them. Set by `plot`.
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from mixtura import datasets
    >>> from mixtura.plots import MissingDisplay
    >>> display = MissingDisplay.from_data(datasets.load("penguins").frame("polars"))
    >>> display.counts.tolist()
    [342, 2]
    """

    names: Sequence[str]
    patterns: Bool[ndarray, "P D"]
    counts: Int[ndarray, " P"]
    axes_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)

    @classmethod
    def from_data(cls, data: Any, *, figure: Any = None) -> Self:
        """Read a table and draw what is missing.

        Parameters
        ----------
        data : data frame, array of shape (N, D), file or Table
            Of a data frame or a file the numeric columns, as `mixtura.select` takes them.
        figure : matplotlib Figure or SubFigure, optional
            Where to draw; by default a new figure.

        Raises
        ------
        DataError
            If the data cannot be read.
        """
        table = table_of(data)
        patterns, counts = np.unique(np.isnan(table.points), axis=0, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        return cls(table.names, patterns[order], counts[order]).plot(figure)

    def plot(self, figure: Any = None) -> Self:
        """Draw in `figure`, or in a new one."""
        columns, patterns = self._shown()
        P, D = patterns.shape
        figure = new_figure((3.6 + 0.4 * D, 2.4 + 0.3 * P)) if figure is None else figure
        grid = figure.add_gridspec(2, 2, width_ratios=(max(D, 4), 4), height_ratios=(3, max(P, 2)))
        middle = figure.add_subplot(grid[1, 0])
        above, beside = figure.add_subplot(grid[0, 0], sharex=middle), figure.add_subplot(grid[1, 1], sharey=middle)
        self._draw_patterns(middle, columns, patterns)
        self._draw_columns(above, columns)
        self._draw_counts(beside, P)
        figure_note(figure, *self._remarks(len(columns), P))
        self.axes_, self.figure_ = np.array([middle, above, beside], dtype=object), figure
        return self

    def _shown(self) -> tuple[Int[ndarray, " C"], Bool[ndarray, "P C"]]:
        emptiest = np.argsort(-(self.counts @ self.patterns), kind="stable")[:_MOST_COLUMNS]
        columns = np.sort(emptiest)
        return columns, self.patterns[:_MOST_PATTERNS, columns]

    def _remarks(self, n_columns: int, n_patterns: int) -> list[str]:
        n_complete = int(self.counts[~self.patterns.any(1)].sum())
        return [
            f"{n_complete:,} of {count(int(self.counts.sum()), 'row')} are complete",
            f"{n_patterns} of {len(self.counts)} patterns" if n_patterns < len(self.counts) else "",
            f"{n_columns} of {len(self.names)} columns" if n_columns < len(self.names) else "",
        ]

    def _draw_patterns(self, ax: Any, columns: Int[ndarray, " C"], patterns: Bool[ndarray, "P C"]) -> None:
        P, C = patterns.shape
        missing, known = np.nonzero(patterns)[::-1], np.nonzero(~patterns)[::-1]
        ax.scatter(*known, s=26, color="0.85", marker="s", label="known")
        ax.scatter(*missing, s=46, color=colour(1), marker="X", label="missing")
        slope = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"}
        ax.set_xticks(range(C), [plain(self.names[d], 20) for d in columns], **slope)
        ax.set_yticks([])
        ax.set(xlim=(-0.6, C - 0.4), ylim=(P - 0.4, -0.6))
        ax.legend(loc="upper right", bbox_to_anchor=(-0.02, 1.0), frameon=False, fontsize="small")
        ax.spines[:].set_visible(False)

    def _draw_columns(self, ax: Any, columns: Int[ndarray, " C"]) -> None:
        shares = (self.counts @ self.patterns)[columns] / self.counts.sum()
        bars = ax.bar(range(len(columns)), shares, color=colour(1), width=0.7)
        words = [percent(float(share)) if share else "" for share in shares]
        ax.bar_label(bars, words, fontsize="x-small", rotation=60)
        ax.set_ylabel("missing", fontsize="small")
        ax.set_ylim(0, max(shares.max(initial=0.0) * 1.5, 1e-9))
        ax.set_yticks([])
        ax.tick_params(labelbottom=False, length=0)
        ax.spines[["top", "right", "left"]].set_visible(False)

    def _draw_counts(self, ax: Any, n_patterns: int) -> None:
        shown = self.counts[:n_patterns]
        bars = ax.barh(range(n_patterns), shown, color=SOFT, height=0.6)
        ax.bar_label(bars, [f"{value:,}" for value in shown], fontsize="x-small", padding=3)
        ax.set_xlim(0, shown.max() * 1.35)
        ax.set_xlabel("rows")
        ax.set_xticks([])
        ax.tick_params(labelleft=False, length=0)
        ax.spines[["top", "right", "bottom"]].set_visible(False)
