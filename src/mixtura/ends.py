"""Where the runs of a search have ended: if that is in few places again and again, little is left to be found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from mixtura.grounds import Solution

GAIN = 0.05  # nats; an optimum that is higher by less is no better
_SAME_WEIGHTS = 0.01
_NOWHERE = -1e300  # the height of a run that collapsed


class Ends(NamedTuple):
    """Some runs: how high they ended, and the weights of their components, the lightest first."""

    heights: Float[ndarray, " M"]
    weights: Float[ndarray, "M K"]

    def of(self, which: ndarray) -> "Ends":
        return Ends(self.heights[which], self.weights[which])

    def and_then(self, others: "Ends") -> "Ends":
        return Ends(np.append(self.heights, others.heights), np.concatenate([self.weights, others.weights]))

    def are_alike(self, others: "Ends") -> Bool[ndarray, "M L"]:
        """Which of them ended in the same place as which of the others."""
        are_level = np.abs(self.heights[:, None] - others.heights) < GAIN
        return are_level & (np.abs(self.weights[:, None] - others.weights).max(2) < _SAME_WEIGHTS)

    def are_first(self, after: "Ends") -> Bool[ndarray, " M"]:
        """Which of them none before is like, be that one of these or one of those that they come after."""
        alike = np.tril(self.are_alike(after.and_then(self)), len(after.heights) - 1)
        return np.logical_not(alike.any(1))


def ends(heights: Float[ndarray, " M"], weights: Float[ndarray, "M K"]) -> Ends:
    """Runs that ended so high, with weights in any order."""
    return Ends(np.maximum(heights, _NOWHERE), np.sort(weights, axis=1))


def ends_of(solutions: Sequence[Solution]) -> Ends:
    """Where the runs ended that led to these."""
    heights = np.array([solution.objective for solution in solutions])
    return ends(heights, np.array([solution.parameters.weights for solution in solutions]))


def distinct(solutions: Sequence[Solution]) -> list[Solution]:
    """Each optimum once, the best first."""
    ranked = sorted(solutions, key=lambda solution: solution.rank, reverse=True)
    found = ends_of(ranked)
    return [ranked[i] for i in np.flatnonzero(found.are_first(found.of(np.empty(0, int))))]


@dataclass
class Logbook:
    """All runs of a search, and what some led to that rests on an accident of few rows."""

    runs: Ends
    refused: list[Solution]

    def note(self, found: Ends, which: Int[ndarray, " L"], pool: Sequence[Solution]) -> Int[ndarray, " M"]:
        """Those of some of these runs that ended where nothing is known to be, in the pool or refused."""
        self.runs = self.runs.and_then(found)
        return which[found.of(which).are_first(ends_of([*pool, *self.refused]))]

    def share_like(self, best: Solution) -> float:
        """The share of the runs that ended where it is."""
        return self.n_like([best]) / len(self.runs.heights)

    def n_like(self, solutions: Sequence[Solution]) -> int:
        """How many runs ended where one of these did."""
        return int(self.runs.are_alike(ends_of(solutions)).any(1).sum()) if solutions else 0


def open_logbook(solutions: Sequence[Solution]) -> Logbook:
    """With the runs that led to these."""
    return Logbook(ends_of(solutions), [solution for solution in solutions if not solution.is_sound])
