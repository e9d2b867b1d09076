"""How starts climbed and where they ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from mixtura import em, starts
from mixtura.drawing.climbs import Climb, climbs, some_rows
from mixtura.drawing.courses import SAME_OPTIMUM, Course, courses, highest
from mixtura.errors import DataError
from mixtura.explain.words import count
from mixtura.fitted import FittedMixture
from mixtura.plots._axes import axes_or_new, legend_beside, note, open_frame
from mixtura.plots._model import as_fitted, see
from mixtura.plots._style import colour, sign


@dataclass(eq=False)
class ConvergenceDisplay:
    """How far below the best log-likelihood every start is, iteration by iteration (nats; logarithmic, but for
    the last tenth of a nat).

    Either the starts of the fit itself are shown, from its record: then a hollow sign says that a start was left behind
    in the race, and what goes on from the best of them follows on the right. Or, given rows, runs are made for the
    picture, to their ends. Those that end at the best optimum are drawn solid, the others dashed.

    Parameters
    ----------
    climbs : list of Climb or of Course
        The runs, or the starts of the fit.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    Examples
    --------
    >>> from mixtura import GaussianMixture, datasets
    >>> from mixtura.plots import ConvergenceDisplay
    >>> people = datasets.load("people").data
    >>> display = ConvergenceDisplay.from_estimator(GaussianMixture(4, random_state=0).fit(people), people, n_starts=4)
    >>> len(display.climbs)
    4
    """

    climbs: Sequence[Climb | Course]
    ax_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any = None, *, n_starts: int = 8, random_state: int = 0, ax: Any = None
    ) -> Self:
        """Show the starts of the fit, or run from others, with as many components, of the same covariance model.

        Parameters
        ----------
        estimator, ax
            As for `ClassificationDisplay`.
        X : data frame, array or file, optional
            Rows to make `n_starts` runs on; of more than 20 000 rows the runs see so many, at even steps of the table.
            Without, the starts of the fit are shown as they climbed.
        n_starts : int, default=8
            How many runs; their starts are of the kinds that a fit races.
        random_state : int, default=0
            Same seed, same runs.

        Raises
        ------
        DataError
            If there is no mixture, a column is not there, or cells are missing; without rows, if the mixture keeps no
            record of its starts on all the rows.
        FitError
            If all runs collapsed at once.
        """
        if X is None:
            return cls(_kept(as_fitted(estimator))).plot(ax)
        fitted, rows = see(estimator, X)
        return cls(climbs(fitted, some_rows(rows), starts.cycle(n_starts), random_state)).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw on `ax`, or in a new figure."""
        ax = axes_or_new(ax)
        sound = [climb for climb in self.climbs if climb.outcome is not em.Outcome.COLLAPSED] or list(self.climbs)
        best = highest(sound)
        handles = [self._draw(ax, climb, i, best) for i, climb in enumerate(sound)]
        note(ax, *self._say(sound, best))
        ax.set_yscale("symlog", linthresh=SAME_OPTIMUM)
        ax.set_ylim(bottom=-SAME_OPTIMUM / 4)
        ax.set_xlabel("iteration")
        ax.set_ylabel("nats below the best log-likelihood")
        open_frame(ax)
        legend_beside(ax, handles)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _say(self, sound: Sequence[Climb | Course], best: float) -> tuple[str, ...]:
        n_lost = len(self.climbs) - len(sound)
        lost = f"{count(n_lost, 'start')} collapsed" if n_lost else ""
        if not all(climb.is_through for climb in sound):
            return "hollow: left behind in the race", lost
        n_best = sum(best - climb.log_likelihoods[-1] < SAME_OPTIMUM for climb in sound)
        return f"{n_best} of {count(len(self.climbs), 'start')} reached the best optimum (within 0.1 nats)", lost

    def _draw(self, ax: Any, climb: Climb | Course, number: int, best: float) -> Any:
        gaps = np.maximum(best - np.array(climb.log_likelihoods), 0.0)
        is_best = gaps[-1] < SAME_OPTIMUM
        kinds = list(dict.fromkeys(each.kind for each in self.climbs))
        look = {"color": colour(kinds.index(climb.kind)), "linestyle": "-" if is_best else (0, (3, 1.5))}
        (curve,) = ax.plot(
            climb.first + np.arange(len(gaps)), gaps, linewidth=1.5, marker=sign(number), markevery=[-1], markersize=6,
            markerfacecolor=look["color"] if climb.is_through else "white",
            label=f"{climb.kind}{'' if is_best else f': {gaps[-1]:.3g} short'}", **look,
        )  # fmt: skip
        return curve


def _kept(fitted: FittedMixture) -> list[Course]:
    found = courses(fitted.history)
    if not found:
        raise DataError("The mixture keeps no record of how its starts climbed: give rows, and runs are made on them.")
    return found


@dataclass(eq=False)
class StartsDisplay:
    """What became of every start of the fit, from its record: how far below the best it ended, and after how long.

    In a race most starts end early, on purpose: a hollow sign says that a start did not go to the end.

    Parameters
    ----------
    starts : list of dict
        `kind`, `log_likelihood` (nats), `n_iterations`, `n_rounds`, `outcome` of every start, as
        `FittedMixture.history` has them.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    Examples
    --------
    >>> from mixtura import GaussianMixture, datasets
    >>> from mixtura.plots import StartsDisplay
    >>> people = datasets.load("people").data
    >>> display = StartsDisplay.from_estimator(GaussianMixture(4, random_state=0).fit(people))
    >>> display.starts[-1]["outcome"]
    'converged'
    """

    starts: Sequence[dict[str, Any]]
    ax_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None) -> Self:
        """Draw the record of a fit.

        Parameters
        ----------
        estimator : FittedMixture, GaussianMixture or Selection
            A mixture that keeps the record of its starts.
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.

        Raises
        ------
        DataError
            If there is no record.
        """
        starts = as_fitted(estimator).history.get("starts")
        if not starts:
            raise DataError("The mixture keeps no record of its starts: ConvergenceDisplay makes runs of its own.")
        return cls(starts).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw on `ax`, or in a new figure."""
        known = [start for start in self.starts if start["log_likelihood"] is not None]
        ax = axes_or_new(ax, (7.2, 1.2 + 0.32 * max(len(known), 2)))
        furthest = max(start["n_rounds"] for start in self.starts)
        best = max((start["log_likelihood"] for start in known), default=0.0)
        for place, start in enumerate(sorted(known, key=lambda start: -start["log_likelihood"])):
            gap = max(best - start["log_likelihood"], 0.0)
            is_through = start["n_rounds"] == furthest
            ax.plot([0, gap], [place, place], color="0.85", linewidth=1, zorder=1)
            ax.plot(gap, place, "o", color=colour(0), markerfacecolor=colour(0) if is_through else "white", zorder=2)
            words = f"{start['kind']}, {count(start['n_iterations'], 'iteration')}"
            ax.annotate(words, (gap, place), xytext=(8, 0), textcoords="offset points", va="center", fontsize="small")
        n_unknown = len(self.starts) - len(known)
        note(ax, f"{count(n_unknown, 'start')} never saw all the rows" if n_unknown else "", self._say_hollow(known))
        self._name_axes(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _say_hollow(self, known: Sequence[dict[str, Any]]) -> str:
        return "hollow: left behind in the race" if len({start["n_rounds"] for start in known}) > 1 else ""

    def _name_axes(self, ax: Any) -> None:
        ax.set_xscale("symlog", linthresh=SAME_OPTIMUM)
        ax.set_xlim(left=-SAME_OPTIMUM / 4)
        ax.set_yticks([])
        ax.invert_yaxis()
        ax.set_xlabel("nats below the best log-likelihood")
        open_frame(ax)
        ax.spines["left"].set_visible(False)
