"""Expectation-maximisation along secants: each pass learns from the twenty before (Anderson 1965).

At a place x a step of EM goes by r(x), and where r is zero the fit has arrived. By how much r differs between the last
places is told where it would be zero if it changed evenly: at x + r - (dX + dR) g, with dX and dR the differences of
places and of steps, and g such that |r - dR g| is least. What leads lower is undone, and some steps of EM follow.

Near an optimum this takes a third of the passes that leaps take (see `squarem`), which learn from two steps; so
Henderson & Varadhan (2019) find, too. It is no judge of plateaus, though: it is for fits that begin where one over
some of the rows has arrived, and ends where many passes together gain next to nothing.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy import ndarray

from mixtura import em, leaping

_MEMORY = 20  # secants
_WALK = 3  # steps of EM after a fall
_FIRM = 0.5  # of the tolerance is asked for: gains along secants do not shrink as evenly as those of EM
_JUDGED, _LONG = 4, 10  # objectives that the rule looks at; passes that may not gain less than the tolerance together
_ALIKE = 1e-7  # secants that differ by less from others, relative to their lengths, tell nothing


@dataclass
class Secants(leaping.Leaps):
    """A model for `em.fit` whose steps go as far as the secants of the last ones say."""

    places: list[ndarray] = field(default_factory=list)
    moves: list[ndarray] = field(default_factory=list)  # of EM from there
    n_risen: int = 0  # passes since the last fall
    to_walk: int = 0

    def __post_init__(self) -> None:
        self.stop = replace(self.stop, tolerance=_FIRM * self.stop.tolerance)

    def has_arrived(self, step: em.Step) -> bool:
        """The stopping rule, for objectives among which there is no fall."""
        return self._is_still(step) or (self.n_risen >= _JUDGED and self.stop(step))

    def _is_still(self, step: em.Step) -> bool:
        """Whether many passes together have gained next to nothing."""
        return len(step.trace) > _LONG and step.trace[-1] - step.trace[-1 - _LONG] < self.stop.tolerance

    def _learn_of_fall(self) -> None:
        self.places, self.moves, self.n_risen, self.to_walk = [], [], 0, _WALK

    def _leap(self, parameters: Any) -> Any:
        """Where the last steps lead; None as long as there is one, or where that is no place."""
        self.n_risen += 1
        place, end = (self.model.coordinates(each, self.like) for each in (parameters, self.known))
        if place is None or end is None:
            self.places, self.moves = [], []
            return None
        self.places, self.moves = [*self.places, place][-_MEMORY - 1 :], [*self.moves, end - place][-_MEMORY - 1 :]
        self.to_walk = max(0, self.to_walk - 1)
        if len(self.places) == 1 or self.to_walk:
            return None
        return self.model.at(extrapolated(np.array(self.places), np.array(self.moves)), self.like)


def extrapolated(places: ndarray, moves: ndarray) -> ndarray:
    """Where steps would be zero if they were linear in the place; the fit stands at the last of these places (rows)."""
    along, bends = np.diff(places, axis=0), np.diff(moves, axis=0)
    lengths = np.sqrt((bends**2).sum(1, keepdims=True))
    lengths[lengths == 0] = 1.0
    shares = np.linalg.lstsq((bends / lengths).T, moves[-1], rcond=_ALIKE)[0]
    found: ndarray = places[-1] + moves[-1] - shares @ ((along + bends) / lengths)
    return found
