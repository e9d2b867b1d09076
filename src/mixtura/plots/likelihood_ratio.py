"""Tests of one component more: what chance finds, and what was found."""

from dataclasses import dataclass, field
from typing import Any, Self

from numpy import ndarray

from mixtura.drawing.null import null_histogram
from mixtura.explain.words import count
from mixtura.likelihood_ratio import Comparison, LikelihoodRatioTest
from mixtura.plots._axes import figure_note, new_figure, open_frame
from mixtura.plots._style import SOFT, colour

_A_ROW = 3  # panels
_WIDTH, _HEIGHT = 3.4, 2.9  # of a panel, in inches


@dataclass(eq=False)
class LikelihoodRatioDisplay:
    """The likelihood-ratio statistic of every test, and those of samples that have no component more to find.

    Where the line lies among the bars, chance finds as much; where it lies to the right of them, there is one component
    more. The dotted line is what the statistic has to exceed at the level of the test.

    Parameters
    ----------
    test : LikelihoodRatioTest
        What `mixtura.likelihood_ratio_test` returns.

    Attributes
    ----------
    axes_, figure_ : array of matplotlib Axes, and Figure
        One panel for each test. Set by `plot`.

    References
    ----------
    McLachlan 1987, Appl. Stat. 36, 318-324.

    Examples
    --------
    >>> from mixtura import datasets, likelihood_ratio_test
    >>> from mixtura.plots import LikelihoodRatioDisplay
    >>> faithful = datasets.load("faithful").data
    >>> test = likelihood_ratio_test(faithful, covariance="EII", n_components=[1], n_bootstrap=19)
    >>> LikelihoodRatioDisplay.from_test(test).axes_[0].get_title()
    '1 component against 2: p = 0.05'
    """

    test: LikelihoodRatioTest
    axes_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)

    @classmethod
    def from_test(cls, test: LikelihoodRatioTest, *, figure: Any = None) -> Self:
        """Draw the tests.

        Parameters
        ----------
        test : LikelihoodRatioTest
            What `mixtura.likelihood_ratio_test` returns.
        figure : matplotlib Figure or SubFigure, optional
            Where to draw; by default a new one.
        """
        return cls(test).plot(figure)

    def plot(self, figure: Any = None) -> Self:
        """Draw in `figure`, or in a new one."""
        tests = self.test.comparisons
        n_columns = min(len(tests), _A_ROW)
        n_rows = -(-len(tests) // n_columns)
        figure = figure or new_figure((max(_WIDTH * n_columns, 4.6), _HEIGHT * n_rows + 0.3))
        panels: ndarray = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
        for ax in panels[len(tests) :]:
            ax.remove()
        self.axes_, self.figure_ = panels[: len(tests)], figure
        for ax, test in zip(self.axes_, tests, strict=True):
            self._draw(ax, test)
        shape = f"{self.test.covariance} covariance"
        figure_note(figure, shape, "bars: samples of the smaller mixture", "line: the rows", "dotted: to be exceeded")
        return self

    def _draw(self, ax: Any, test: Comparison) -> None:
        heights, edges = null_histogram(test.bootstrap)
        ax.stairs(heights, edges, fill=True, color="0.8")
        critical = test.critical(self.test.level)
        if critical is not None:
            ax.axvline(critical, color=SOFT, linestyle=":", linewidth=1.2)
        ax.axvline(test.statistic, color=colour(1), linewidth=2)
        title = f"{count(test.n_components, 'component')} against {test.n_components + 1}: p = {test.p_value:.3g}"
        ax.set_title(title, fontsize="small")
        ax.set_xlabel("likelihood-ratio statistic")
        ax.set_ylabel("samples")
        ax.yaxis.get_major_locator().set_params(integer=True)
        open_frame(ax)
