"""How far the fits of a search over far rows are, so that another run of it can go on from there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from mixtura import em
from mixtura.race import Search, StartRecord


class Stage(NamedTuple):
    """How far one fit is, in the units of the fit, and the state of the random numbers then."""

    fit: em.Fit
    random: Mapping[str, Any]


Stages = Mapping[int, Stage]  # by the places that fits have in a search


def ignore(told: Any) -> None:
    """What to do with what nobody wants to know."""


@dataclass
class Log:
    """How far the fits are, who is told whenever there is more, and who of every fit (a candidate) that has ended."""

    stages: dict[int, Stage] = field(default_factory=dict)
    keep: Callable[[Stages], None] = ignore
    on_fit: Callable[[Any], None] = ignore

    def note(self, place: int, fit: em.Fit, rng: np.random.Generator) -> None:
        """A fit is so far."""
        self.stages[place] = Stage(fit, rng.bit_generator.state)
        self.keep(self.stages)

    def ended(self, place: int, kind: str, rng: np.random.Generator) -> Search | None:
        """A fit that came to its end in an earlier run; random numbers go on from there."""
        if place not in self.stages or self.stages[place].fit.outcome is em.Outcome.INTERRUPTED:
            return None
        fit, rng.bit_generator.state = self.stages[place]
        return Search(fit, (StartRecord(kind, fit.objective, len(fit.trace), 1, fit.outcome, fit.trace),))
