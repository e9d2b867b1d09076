"""Expectation-maximisation at work, iteration by iteration."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.drawing.climbs import Climb, climbs, some_rows
from mixtura.drawing.planes import Directions, directions_of, project
from mixtura.explain.records import Rows
from mixtura.explain.words import count
from mixtura.fitted import FittedMixture
from mixtura.plots._axes import figure_note, new_figure, open_frame
from mixtura.plots._model import Scene, see
from mixtura.plots._style import mixed
from mixtura.plots._views import Ink, draw_densities, draw_ellipses, draw_rows, name_axes, panels

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation

_PANEL = 3.0, 2.6  # inches


@dataclass(eq=False)
class EMDisplay:
    """A run of expectation-maximisation: what the mixture looks like before and after some of its steps.

    The run begins at one start and goes where that leads; it need not end where a fit with many starts did. Of more
    than 20 000 rows it sees so many, at even steps of the table.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture whose number of components and covariance model the run has.
    rows : Rows
        The rows that the run saw.
    climb : Climb
        The parameters before each step, and their log-likelihoods.
    directions : Directions or None
        What is seen of the rows; None with one column.

    Attributes
    ----------
    axes_ : array of matplotlib Axes
        One for each frame. Set by `plot`.
    frames_ : array of int
        The steps that are shown; 0 is the start.
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from mixtura import GaussianMixture, datasets
    >>> from mixtura.plots import EMDisplay
    >>> people = datasets.load("people").data
    >>> display = EMDisplay.from_estimator(GaussianMixture(4, random_state=0).fit(people), people)
    >>> int(display.frames_[0]), len(display.axes_)
    (0, 6)
    """

    fitted: FittedMixture
    rows: Rows
    climb: Climb
    directions: Directions | None
    axes_: Any = field(init=False, repr=False)
    frames_: ndarray = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, *, start: str = "random_from_data", random_state: int = 0, columns: Any = None,
        figure: Any = None,
    ) -> Self:  # fmt: skip
        """Run from a start, keep every step, and draw some.

        Parameters
        ----------
        estimator, X, columns
            As for `ClassificationDisplay`.
        start : str, default="random_from_data"
            The kind of start, one of `mixtura.starts.STARTS`.
        random_state : int, default=0
            Same seed, same run.
        figure : matplotlib Figure or SubFigure, optional
            Where to draw; by default a new figure.

        Raises
        ------
        DataError
            If there is no mixture, a column is not there, or cells are missing.
        FitError
            If the run collapsed at once.
        ValueError
            If there is no such kind of start.
        """
        fitted, rows = see(estimator, X)
        rows = some_rows(rows)
        (climb,) = climbs(fitted, rows, [start], random_state)
        has_plane = columns is not None or len(fitted.features) > 1
        return cls(fitted, rows, climb, directions_of(fitted, columns) if has_plane else None).plot(figure)

    def plot(self, figure: Any = None, *, n_frames: int = 6) -> Self:
        """Draw the start, the end and some steps between, the early ones closer together."""
        self.frames_ = self._choose(n_frames)
        n_panels = len(self.frames_)
        size = (_PANEL[0] * min(n_panels, 3), 0.3 + _PANEL[1] * -(-n_panels // 3))
        figure = new_figure(size) if figure is None else figure
        self.axes_ = panels(figure, n_panels, lambda ax, i: self.draw(ax, int(self.frames_[i])), is_shared=True)
        figure.supxlabel(self.axes_[0].get_xlabel(), fontsize="medium")
        figure.supylabel(self.axes_[0].get_ylabel(), fontsize="medium")
        for ax in self.axes_:
            ax.set(xlabel="", ylabel="")
            ax.label_outer()
        figure_note(figure, "log-likelihood by step", self.directions.remark if self.directions else "")
        self.figure_ = figure
        return self

    def animate(self, *, interval: int = 400) -> "FuncAnimation":
        """Every step as a frame of an animation, `interval` milliseconds apart; `save` of the result writes a file.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import mkdtemp
        >>> from mixtura import GaussianMixture, datasets
        >>> from mixtura.plots import EMDisplay
        >>> faithful = datasets.load("faithful").data
        >>> mixture = GaussianMixture(2, random_state=0).fit(faithful)
        >>> display = EMDisplay.from_estimator(mixture, faithful, start="kmeans")
        >>> path = Path(mkdtemp()) / "em.gif"
        >>> display.animate().save(path, writer="pillow", dpi=40)
        >>> path.read_bytes()[:3]
        b'GIF'
        """
        from matplotlib.animation import FuncAnimation

        figure = new_figure((6.0, 4.6))
        ax = figure.add_subplot()

        def show(step: int) -> list[Any]:
            ax.cla()
            self.draw(ax, step)
            return []

        return FuncAnimation(figure, show, range(len(self.climb.steps)), lambda: [], interval=interval, repeat=False)

    def draw(self, ax: Any, step: int) -> None:
        """The mixture before a step, 0 being the start, on `ax`."""
        now = self.climb.at(self.fitted, step)
        if self.directions is None:
            draw_densities(ax, now, self.rows, 0)
        else:
            plane = project(now, self.rows.points, self.directions)
            draw_rows(ax, plane, self.rows, Ink(mixed(Scene(now, self.rows).responsibilities), has_signs=False))
            draw_ellipses(ax, plane)
            name_axes(ax, plane.names)
            self._keep_frame(ax, self.rows.points @ self.directions.matrix)
        open_frame(ax)
        ax.set_title(self._say(step), fontsize="small")

    def _keep_frame(self, ax: Any, points: Float[ndarray, "N 2"]) -> None:
        """The rows fill every frame alike, however far an ellipse reaches."""
        size = np.ptp(points, axis=0)
        room = np.where(size > 0, 0.05 * size, 1.0)
        low, high = points.min(0) - room, points.max(0) + room
        ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))

    def _say(self, step: int) -> str:
        where = "start" if step == 0 else f"after {count(step, 'step')}"
        return f"{where}: {self.climb.log_likelihoods[step]:,.1f} nats"

    def _choose(self, n_frames: int) -> Int[ndarray, " F"]:
        last = len(self.climb.steps) - 1
        spaced = np.geomspace(1, last + 1, max(n_frames, 2)) - 1
        return np.unique(np.maximum(np.round(spaced), np.arange(len(spaced))).clip(max=last)).astype(int)
