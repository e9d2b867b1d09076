"""Expectation-maximisation in leaps: squared extrapolation (SQUAREM; Varadhan & Roland 2008, scheme S3).

Two steps of EM, from c to c + r and on to c + 2r + v, say how steps change. If all were to change alike, they would end
at c + 2 a r + a² v with a = |r| / |v|. So that is tried; if it is lower than what was reached, the fit goes on where EM
itself had led. A pass costs what it did, and far fewer of them are needed where EM crawls. Whether it has arrived, some
steps of EM tell, as they do without leaps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy import ndarray

from mixtura import em
from mixtura.acceleration import SmallRemainder

_LONGER = 4.0  # a leap may be so many times as long as the longest that was wanted before
_WALK = 10  # steps of EM that tell whether it has arrived: those that soon die away must not hide one that crawls
_ENOUGH = 2  # leaps in succession that gained too little to take more


@runtime_checkable
class Straightened(em.Model, Protocol):
    """A model whose parameters can be said in numbers that may take any value, and that have no units."""

    def coordinates(self, parameters: Any, like: Any) -> ndarray | None:
        """The numbers, in the units of other parameters; None if a leap might lead to what is none of the model's."""
        ...

    def at(self, coordinates: ndarray, like: Any) -> Any:
        """The parameters that have these coordinates."""
        ...


def fit(
    model: em.Model,
    parameters: Any,
    run: em.Run,
    *,
    stop: em.Stop,
    max_iterations: int,
    callbacks: Sequence[em.Callback] = (),
) -> em.Fit:
    """What `em.fit` does, in leaps where the model can be straightened and the rule is for all that is left to gain.

    After a leap that led down, the trace says again what was reached before.
    """
    only = course(model, parameters, stop=stop, max_iterations=max_iterations, callbacks=callbacks)
    (found,) = em.together([only], lambda wanted: [run(model.statistics(wanted[0]))])
    return found


def course(
    model: em.Model,
    parameters: Any,
    *,
    stop: em.Stop,
    max_iterations: int,
    callbacks: Sequence[em.Callback] = (),
) -> em.Course:
    """What `em.course` does, in leaps."""
    look: dict[str, Any] = {"max_iterations": max_iterations, "callbacks": callbacks}
    if not isinstance(stop, SmallRemainder) or not isinstance(model, Straightened):
        return (yield from em.course(model, parameters, stop=stop, **look))
    if model.coordinates(parameters, parameters) is None:
        return (yield from em.course(model, parameters, stop=stop, **look))
    leaps = _Leaps(model, parameters, stop)
    found = yield from em.course(leaps, parameters, stop=leaps.has_arrived, **look)
    return found._replace(parameters=leaps.known if leaps.is_leap else found.parameters)


@dataclass
class _Leaps:
    """A model for `em.fit` whose second step of two goes as far as the two promise."""

    model: Straightened
    like: Any
    stop: SmallRemainder
    height: float = float("-inf")  # the objective that was reached
    known: Any = None  # what EM made of it
    is_leap: bool = False  # whether the parameters that the next pass is for come from a leap
    path: list[ndarray | None] = field(default_factory=list)  # where the steps of this cycle began
    longest: float = 1.0
    before: float = float("-inf")  # the objective that the last cycle reached
    n_vain: int = 0  # cycles in succession that gained little
    to_walk: int = _WALK  # steps until leaps are taken again
    is_walking: bool = True
    has_leapt: bool = False

    def statistics(self, parameters: Any) -> Callable[..., Any]:
        return self.model.statistics(parameters)

    def objective(self, statistics: Any, parameters: Any) -> float:
        found = self.model.objective(statistics, parameters)
        return self.height if self._has_fallen(found) else found

    def maximise(self, statistics: Any, parameters: Any) -> Any:
        found = self.model.objective(statistics, parameters)
        if self._has_fallen(found):
            self.longest, self.is_leap = max(1.0, self.longest / _LONGER), False
            return self.known
        self.height, self.known = found, self.model.maximise(statistics, parameters)
        self.is_walking = self.to_walk > 0
        if self.is_walking:
            self.to_walk -= 1
            return self.known
        self.path.append(self.model.coordinates(parameters, self.like))
        leap = self._leap() if len(self.path) > 1 else None
        self.is_leap = leap is not None
        self.has_leapt = self.has_leapt or self.is_leap
        return leap if self.is_leap else self.known

    def has_arrived(self, step: em.Step) -> bool:
        """The stopping rule: what the rule for EM says of the last steps, if these were steps of EM."""
        has_risen = len(step.trace) < 2 or step.trace[-1] != step.trace[-2]  # where a leap fell, the trace stands still
        if has_risen and self.stop.is_hopeless(step.trace):
            return True
        is_to_be_judged = self.to_walk == 0 or not self.has_leapt
        return self.is_walking and is_to_be_judged and self.stop(step)

    def _has_fallen(self, found: float) -> bool:
        return self.is_leap and not found >= self.height

    def _leap(self) -> Any:
        """Where the two steps of a cycle lead; None where that is no farther than EM goes."""
        began, first = self.path
        second, self.path = self.model.coordinates(self.known, self.like), []
        gain, self.before = self.height - self.before, self.height
        self.n_vain = self.n_vain + 1 if gain < self.stop.tolerance else 0
        if self.n_vain == _ENOUGH:
            self.n_vain, self.to_walk = 0, _WALK
            return None
        if began is None or first is None or second is None:
            return None
        along, bend = first - began, second - 2 * first + began
        length = min(_ratio(along, bend), self.longest)
        if length == self.longest:
            self.longest *= _LONGER
        return self.model.at(began + 2 * length * along + length**2 * bend, self.like) if length > 1 else None


def _ratio(left: ndarray, right: ndarray) -> float:
    """Of two lengths; infinite where the second is zero."""
    lengths = [float(np.sqrt((vector**2).sum())) for vector in (left, right)]
    return lengths[0] / lengths[1] if lengths[1] > 0 else float("inf")
