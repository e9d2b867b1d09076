"""Passes over all rows, each of which a sample has rehearsed: it goes on alone between two of them.

A pass at x tells by how much the step r(x) of EM over all rows differs from the step s(x) over a sample. Were that the
same elsewhere, EM over all rows would rest where s(y) + r(x) - s(x) = 0, and a few steps along secants over the sample
lead near to that. So a pass counts for as many as there are steps over the sample, which cost little (compare
`correction`, which corrects sums and not steps, and takes plain steps). Where the sample leads, and whence, is a step
again, of which secants learn how far the sample is wrong (a preconditioner of Anderson's method: Walker & Ni 2011).

What leads lower says that the sample knows too little of what is left to gain, and secants of EM over all rows go on.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from mixtura import em, leaping
from mixtura.acceleration import SmallRemainder
from mixtura.correction import Corrected
from mixtura.mixture import Mixture
from mixtura.secants import Secants, extrapolated

_STEPS = 8  # over the sample for a pass over all rows: more of them follow its own noise
_ENOUGH, _ASTRAY = 0.1, 10.0  # times as long as the first, a step says that it is near enough, or far out
_JUDGED, _SHRUNK = 4, 0.5  # objectives before the end; times the gain before it, the last gain is no plateau


class Sample(NamedTuple):
    """A run over rows that count for all, how many they are, and how much all count."""

    run: em.Run
    n_rows: int
    total_weight: float


@dataclass
class Rehearsed(Secants):
    """A model for `em.fit` whose steps go as far as those over a sample say, as long as that leads higher."""

    some: em.Run = field(kw_only=True)  # over the sample
    ends: list[ndarray] = field(default_factory=list)  # where it led, from each of the places
    is_trusted: bool = True

    def has_arrived(self, step: em.Step) -> bool:
        """The stopping rule; rehearsed gains shrink so fast that the last one tells what is left."""
        if self.is_trusted and len(step.trace) >= _JUDGED:
            before, gain = np.diff(step.trace[-3:]).tolist()
            return gain <= min(self.stop.tolerance, _SHRUNK * before) or self._is_still(step)
        return super().has_arrived(step)

    def _learn_of_fall(self) -> None:
        self.is_trusted = False
        super()._learn_of_fall()

    def _leap(self, parameters: Any) -> Any:
        along_secants = super()._leap(parameters)
        if not self.is_trusted or not self.places:
            return along_secants
        end = self._rehearse()
        if end is None:
            self.is_trusted = False
            return along_secants
        self.ends = [*self.ends, end][-len(self.places) :]
        places = np.array(self.places)
        return self.model.at(extrapolated(places, np.array(self.ends) - places), self.like)

    def _rehearse(self) -> ndarray | None:
        """Where the sample leads from the last place; None if a step of it led to what is no place."""
        place, move = self.places[-1], self.moves[-1]
        own = self._step(place)
        if own is None:
            return None
        error, first = move - own, _length(move)
        places, steps, nearest = [place], [move], (first, place + move)
        for _ in range(_STEPS):
            place = extrapolated(np.array(places), np.array(steps)) if len(places) > 1 else place + move
            own = self._step(place)
            if own is None:
                return None
            places, steps = [*places, place], [*steps, own + error]
            length = _length(steps[-1])
            nearest = min(nearest, (length, place + steps[-1]), key=lambda each: each[0])
            if not _ENOUGH * first < length < _ASTRAY * first:
                break
        return nearest[1]

    def _step(self, place: ndarray) -> ndarray | None:
        """How far EM over the sample goes from there."""
        parameters = self.model.at(place, self.like)
        sums = self.some(self.model.statistics(parameters))
        end = self.model.coordinates(self.model.maximise(sums, parameters), self.like)
        return None if end is None or not np.isfinite(end).all() else end - place


def _length(step: ndarray) -> float:
    return float(np.sqrt((step**2).sum()))


def fit(model: Mixture, parameters: Any, whole: em.Run, some: Sample, *, stop: SmallRemainder, **look: Any) -> em.Fit:
    """What `em.fit` does over all rows; parameters that are not to be said in numbers have their sums corrected."""
    look["stop"] = stop.among(model.n_free(parameters))
    if model.coordinates(parameters, parameters) is None:
        return em.fit(Corrected(model, some.run, some.total_weight), parameters, whole, **look)
    return leaping.fit(partial(Rehearsed, some=some.run), model, parameters, whole, **look)
