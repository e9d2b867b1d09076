"""A climb as a model for the loop: step by step for those who watch, in strides of many steps where EM crawls.

A stride of EM is a fixed-point map like a step, so leaps (see `squarem`) go from it as well, and the rule that says
whether a fit has arrived holds for its gains: Python has its say once in a stride.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any, Protocol

from numpy import ndarray

from mixtura import em, leaping
from mixtura.acceleration import SmallGain

LENGTH = 5  # steps of a stride


class Climb(Protocol):
    """A fit that goes on from where it stands."""

    @property
    def n_iterations(self) -> int: ...
    @property
    def is_interrupted(self) -> bool: ...
    def go(self, which: Sequence[int], stop: Any, n_steps: int, watch: em.Callback) -> None: ...
    def fit(self, number: int) -> em.Fit: ...


@dataclass
class Strides:
    """A model whose step is a stride of a climb; `begin` says where a climb from some parameters begins."""

    model: leaping.Straightened
    begin: Callable[[Any], Climb]
    length: int = 1
    watchers: Sequence[em.Callback] = ()  # who see every step of a stride
    earlier: tuple[float, ...] = ()  # the objectives that these have seen
    way: Climb | None = None
    reached: Any = None
    traces: list[tuple[float, ...]] = field(default_factory=list)  # the objective before each step of every stride
    leaps: list[bool] = field(default_factory=list)  # whether these began elsewhere than the last one ended

    def statistics(self, parameters: Any) -> Callable[..., Any]:
        return partial(self._stride, parameters)

    def objective(self, statistics: tuple[float, Any], parameters: Any) -> float:
        return statistics[0]

    def maximise(self, statistics: tuple[float, Any], parameters: Any) -> Any:
        return statistics[1]

    def coordinates(self, parameters: Any, like: Any) -> ndarray | None:
        return self.model.coordinates(parameters, like)

    def at(self, coordinates: ndarray, like: Any) -> Any:
        return self.model.at(coordinates, like)

    def trace(self, told: Sequence[float]) -> tuple[float, ...]:
        """The objective before each step, where `told` is that before each stride.

        What a leap has fallen short of was reached before, and so the trace says that again.
        """
        shown: list[float] = []
        for own, steps, is_leap in zip(told, self.traces, self.leaps, strict=False):
            reached = shown[-1] if shown and is_leap else float("-inf")
            shown += [max(value, reached) for value in (steps if own == steps[0] else [reached] * len(steps))]
        return tuple(shown)

    def _stride(self, parameters: Any, block: Any) -> tuple[float, Any]:
        """The objective of the parameters, and where a stride from there leads."""
        is_leap = self.way is None or parameters is not self.reached
        if self.way is None or is_leap:
            self.way = self.begin(parameters)
        way, first = self.way, self.way.n_iterations
        for n_steps in [1] * self.length if self.watchers else [self.length]:
            before = parameters if way.n_iterations == first else self.reached
            way.go([0], SmallGain(0.0), way.n_iterations + n_steps, em.ignore)
            fit = way.fit(0)
            if way.is_interrupted:
                raise KeyboardInterrupt
            self.reached, steps = fit.parameters, fit.trace[first:] or (float("-inf"),)
            for watcher in self.watchers:
                watcher(em.Step([*self.earlier, *chain(*self.traces), *steps], before, fit.parameters))
        self.traces.append(steps)
        self.leaps.append(is_leap)
        return steps[0], self.reached
