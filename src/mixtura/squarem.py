"""Expectation-maximisation in leaps: squared extrapolation (SQUAREM; Varadhan & Roland 2008, scheme S3).

Two steps of EM, from c to c + r and on to c + 2r + v, say how steps change. If all were to change alike, they would end
at c + 2 a r + a² v with a = |r| / |v|. So that is tried; if it is lower than what was reached, the fit goes on where EM
itself had led. A pass costs what it did, and far fewer of them are needed where EM crawls. Whether it has arrived, some
steps of EM tell, as they do without leaps.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy import ndarray

from mixtura import em, leaping

_LONGER = 4.0  # a leap may be so many times as long as the longest that was wanted before
_WALK = 10  # steps of EM that tell whether it has arrived: those that soon die away must not hide one that crawls
_ENOUGH = 2  # leaps in succession that gained too little to take more


@dataclass
class Squared(leaping.Leaps):
    """A model for `em.fit` whose second step of two goes as far as the two promise."""

    path: list[ndarray | None] = field(default_factory=list)  # where the steps of this cycle began
    longest: float = 1.0
    before: float = float("-inf")  # the objective that the last cycle reached
    n_vain: int = 0  # cycles in succession that gained little
    to_walk: int = _WALK  # steps until leaps are taken again
    is_walking: bool = True
    has_leapt: bool = False

    def has_arrived(self, step: em.Step) -> bool:
        """The stopping rule: what the rule for EM says of the last steps, if these were steps of EM."""
        has_risen = len(step.trace) < 2 or step.trace[-1] != step.trace[-2]  # where a leap fell, the trace stands still
        if has_risen and self.stop.is_hopeless(step.trace):
            return True
        is_to_be_judged = self.to_walk == 0 or not self.has_leapt
        return self.is_walking and is_to_be_judged and self.stop(step)

    def _learn_of_fall(self) -> None:
        self.longest = max(1.0, self.longest / _LONGER)

    def _leap(self, parameters: Any) -> Any:
        self.is_walking = self.to_walk > 0
        if self.is_walking:
            self.to_walk -= 1
            return None
        self.path.append(self.model.coordinates(parameters, self.like))
        leap = self._over_two() if len(self.path) > 1 else None
        self.has_leapt = self.has_leapt or leap is not None
        return leap

    def _over_two(self) -> Any:
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


course, fit = partial(leaping.course, Squared), partial(leaping.fit, Squared)
