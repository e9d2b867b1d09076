"""What all ways to be quicker than EM share: parameters as numbers, and leaps that are undone where they lead lower.

A pass costs what it did. The objective never falls, and whoever follows a fit sees the loop of EM (`em`).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from numpy import ndarray

from mixtura import em
from mixtura.acceleration import SmallRemainder


@runtime_checkable
class Straightened(em.Model, Protocol):
    """A model whose parameters can be said in numbers that may take any value, and that have no units."""

    def coordinates(self, parameters: Any, like: Any) -> ndarray | None:
        """The numbers, in the units of other parameters; None if a leap might lead to what is none of the model's."""
        ...

    def at(self, coordinates: ndarray, like: Any) -> Any:
        """The parameters that have these coordinates."""
        ...


@dataclass
class Leaps(ABC):
    """A model for `em.fit` whose steps may go farther than EM does, and on from where EM led if that is lower."""

    model: Straightened
    like: Any
    stop: SmallRemainder
    height: float = float("-inf")  # the objective that was reached
    known: Any = None  # what EM made of it
    is_leap: bool = False  # whether the parameters that the next pass is for are not what EM made

    def statistics(self, parameters: Any) -> Callable[..., Any]:
        return self.model.statistics(parameters)

    def objective(self, statistics: Any, parameters: Any) -> float:
        found = self.model.objective(statistics, parameters)
        return self.height if self._has_fallen(found) else found

    def maximise(self, statistics: Any, parameters: Any) -> Any:
        found = self.model.objective(statistics, parameters)
        if self._has_fallen(found):
            self.is_leap = False
            self._learn_of_fall()
            return self.known
        self.height, self.known = found, self.model.maximise(statistics, parameters)
        leap = self._leap(parameters)
        self.is_leap = leap is not None
        return leap if self.is_leap else self.known

    @abstractmethod
    def has_arrived(self, step: em.Step) -> bool:
        """The stopping rule."""

    @abstractmethod
    def _leap(self, parameters: Any) -> Any:
        """Where to go from parameters that EM has made `known` of; None for there."""

    @abstractmethod
    def _learn_of_fall(self) -> None:
        """The last leap is undone."""

    def _has_fallen(self, found: float) -> bool:
        return self.is_leap and not found >= self.height


def course(kind: Callable[..., Leaps], model: em.Model, parameters: Any, *, stop: em.Stop, **look: Any) -> em.Course:
    """What `em.course` does, in leaps where the model can be straightened and the rule is for all that is left to gain.

    After a leap that led down, the trace says again what was reached before.
    """
    if not isinstance(stop, SmallRemainder) or not isinstance(model, Straightened):
        return (yield from em.course(model, parameters, stop=stop, **look))
    if model.coordinates(parameters, parameters) is None:
        return (yield from em.course(model, parameters, stop=stop, **look))
    leaps = kind(model, parameters, stop)
    found = yield from em.course(leaps, parameters, stop=leaps.has_arrived, **look)
    return found._replace(parameters=leaps.known if leaps.is_leap else found.parameters)


def fit(kind: Callable[..., Leaps], model: em.Model, parameters: Any, run: em.Run, **look: Any) -> em.Fit:
    """What `em.fit` does, in leaps."""
    (found,) = em.together([course(kind, model, parameters, **look)], lambda wanted: [run(model.statistics(wanted[0]))])
    return found
