"""How the number of clusters and their shape were chosen."""

from dataclasses import dataclass, field
from typing import Any, Self

from mixtura.criteria import label
from mixtura.drawing.criterion import criterion_range
from mixtura.errors import DataError
from mixtura.explain.choice import choice_facts
from mixtura.plots._axes import axes_or_new, legend_beside, note, open_frame
from mixtura.plots._model import as_fitted
from mixtura.plots._style import SOFT, colour, line, sign

_MOST_TICKS = 20


@dataclass(eq=False)
class SelectionDisplay:
    """The criterion by number of clusters, one curve for each covariance model; winner and runner-up are ringed.

    Fits that could not be chosen, such as those with spikes, are small open circles off the curves. Where a few fits
    are far worse than the rest, the axis ends before them.

    Parameters
    ----------
    criterion : str
        What the fits were ranked by, one of `mixtura.criteria.CRITERIA`; smaller is better.
    fits : list of dict
        One for each fit: `n_components`, `covariance`, the criterion, `rank` (None if it could not be chosen).
    best, runner_up : dict or None
        The best fit, and the best after it.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    Examples
    --------
    >>> from mixtura import datasets, select
    >>> from mixtura.plots import SelectionDisplay
    >>> selection = select(datasets.load("faithful").data, n_components=[1, 2, 3], covariances=["full", "tied"])
    >>> display = SelectionDisplay.from_selection(selection)
    >>> display.best["n_components"], display.ax_.get_ylabel()
    (3, 'BIC (smaller is better)')
    """

    criterion: str
    fits: list[dict[str, Any]]
    best: dict[str, Any]
    runner_up: dict[str, Any] | None
    ax_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)

    @classmethod
    def from_selection(cls, selection: Any, *, ax: Any = None) -> Self:
        """Draw a selection.

        Parameters
        ----------
        selection : Selection or FittedMixture
            What `mixtura.select` found, or a mixture that keeps the record of its selection.
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.

        Raises
        ------
        DataError
            If there is no record of a selection.
        """
        choice = choice_facts(as_fitted(selection).history)
        if choice is None:
            raise DataError("The mixture keeps no record of a selection: give what mixtura.select returns.")
        return cls(choice["criterion"], choice["fits"], choice["best"], choice["runner_up"]).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw on `ax`, or in a new figure."""
        ax = axes_or_new(ax)
        models = list(dict.fromkeys(fit["covariance"] for fit in self.fits))
        handles = [self._draw_curve(ax, model, i) for i, model in enumerate(models)]
        handles += self._ring()
        for handle in handles[len(models) :]:
            ax.add_line(handle)
        handles += self._draw_set_aside(ax)
        note(ax, self._limit(ax))
        self._name_axes(ax)
        legend_beside(ax, handles)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _draw_curve(self, ax: Any, model: str, number: int) -> Any:
        fits = sorted((fit for fit in self._ranked if fit["covariance"] == model), key=lambda fit: fit["n_components"])
        look = {"color": colour(number), "linestyle": line(number), "marker": sign(number), "markersize": 5}
        (curve,) = ax.plot(*self._places(fits), label=model, linewidth=1.5, **look)
        return curve

    def _ring(self) -> list[Any]:
        from matplotlib.lines import Line2D

        chosen = {"best": (self.best, "-"), "runner-up": (self.runner_up, ":")}
        return [
            Line2D(
                *self._places([fit]), linestyle="none", marker="o", markersize=12, markerfacecolor="none",
                markeredgecolor="black", markeredgewidth=1.8 if edge == "-" else 0.9, label=self._say(name, fit),
            )
            for name, (fit, edge) in chosen.items()
            if fit is not None
        ]  # fmt: skip

    def _say(self, name: str, fit: dict[str, Any]) -> str:
        return f"{name}: {fit['n_components']} {fit['covariance']}"

    def _draw_set_aside(self, ax: Any) -> list[Any]:
        aside = [fit for fit in self.fits if fit["rank"] is None and fit[self.criterion] is not None]
        look = {"linestyle": "none", "marker": "o", "markersize": 4, "markerfacecolor": "none", "color": SOFT}
        return ax.plot(*self._places(aside), label="could not be chosen", zorder=1, **look) if aside else []

    def _limit(self, ax: Any) -> str:
        """Leave the far worse out of sight, and say how many they are."""
        low, high = criterion_range([fit[self.criterion] for fit in self._ranked])
        marked = [fit[self.criterion] for fit in (self.best, self.runner_up) if fit]
        low, high = min(low, *marked), max(high, *marked)
        room = 0.08 * (high - low) or 1.0
        ax.set_ylim(low - room, high + room)
        values = [fit[self.criterion] for fit in self.fits if fit[self.criterion] is not None]
        n_hidden = sum(not low - room <= value <= high + room for value in values)
        return f"{n_hidden} of {len(values)} fits lie outside of the picture" if n_hidden else ""

    def _name_axes(self, ax: Any) -> None:
        tried = sorted({fit["n_components"] for fit in self.fits})
        ax.set_xticks(tried[:: -(-len(tried) // _MOST_TICKS)])
        ax.set_xlim(tried[0] - 0.5, tried[-1] + 0.5)
        ax.set_xlabel("number of clusters")
        ax.set_ylabel(f"{label(self.criterion)} (smaller is better)")
        open_frame(ax)

    def _places(self, fits: list[dict[str, Any]]) -> tuple[list[int], list[float]]:
        return [fit["n_components"] for fit in fits], [fit[self.criterion] for fit in fits]

    @property
    def _ranked(self) -> list[dict[str, Any]]:
        return [fit for fit in self.fits if fit["rank"] is not None]
