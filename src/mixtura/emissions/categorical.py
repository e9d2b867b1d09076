"""Columns of categories: within a component they are independent, each level with its own probability.

A mixture of such components is latent class analysis (Lazarsfeld & Henry 1968; Goodman 1974).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.emissions.abreast import Lookup
from mixtura.emissions.contract import ByComponent, Plain, draw_alone

# What rows of a component never showed is next to impossible, not impossible: else a row that no component allows
# would have no density at all. So far below one over any number of rows, no log-likelihood shows it.
IMPOSSIBLE = 1e-15
_MOST = 50.0  # a logarithm, where a leap has gone too far
_CUT = 0.8  # about what a standard deviation of a Gaussian is cut by; here of the logarithms of the odds


class CategoricalParameters(NamedTuple):
    """The probability of every level in every component; the L levels of all columns lie side by side."""

    probabilities: Float[ndarray, "K L"]


class Tallies(NamedTuple):
    """How many answers of each level a component explains."""

    answers: Float[ndarray, "K L"]


@dataclass(frozen=True)
class Answers:
    """Rows of answers under classes; one that is missing is certain."""

    rows: Lookup
    density: CategoricalParameters

    def log_density(self) -> Float[ndarray, "N K"]:
        return self.rows.add_up(np.log(np.maximum(self.density.probabilities, IMPOSSIBLE)).T)

    def accumulate(self, responsibilities: Float[ndarray, "N K"]) -> Tallies:
        return Tallies(self.rows.share_out(responsibilities).T)


@dataclass(frozen=True)
class Categorical(ByComponent, Plain):
    """Independent categorical columns, of as many levels as `n_levels` says for each.

    A cell holds the number of its level, from 0 on. One that is missing is NaN and contributes nothing, which is right
    where cells are missing at random. Probabilities are those of maximum likelihood, none taken below 1e-15.
    """

    parameters: ClassVar = CategoricalParameters

    n_levels: tuple[int, ...] = ()

    def check(self, parameters: CategoricalParameters) -> None:
        if not all(isinstance(number, int) and number > 0 for number in self.n_levels) or not self.n_levels:
            raise ValueError("its numbers of levels are not whole numbers of at least one")
        probabilities = parameters.probabilities
        if probabilities.ndim != 2 or probabilities.shape[1] != sum(self.n_levels) or not len(probabilities):
            raise ValueError(
                f"probabilities has shape {probabilities.shape}, which does not fit {self.n_levels} levels"
            )
        sums = np.add.reduceat(probabilities, self._first, axis=1)
        if probabilities.min() < 0 or np.abs(sums - 1).max() > 1e-6:
            raise ValueError("the probabilities of some column's levels do not add up to one")

    def density(self, parameters: CategoricalParameters) -> CategoricalParameters:
        return parameters

    def log_density(self, points: Float[ndarray, "N D"], density: CategoricalParameters) -> Float[ndarray, "N K"]:
        return self.see(points)(density).log_density()

    def accumulate(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: CategoricalParameters
    ) -> Tallies:
        return self.see(points)(density).accumulate(responsibilities)

    def see(self, points: Float[ndarray, "N D"]) -> Callable[[CategoricalParameters], "Answers"]:
        return partial(Answers, Lookup(self.places(points), sum(self.n_levels)))

    def abreast(self, n_fits: int) -> "Categorical":
        return self

    def expect(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: CategoricalParameters
    ) -> Float[ndarray, "N D"]:
        shares = np.split(responsibilities @ density.probabilities, self._first[1:], axis=1)
        likely = np.stack([share.argmax(1) for share in shares], axis=1)
        return np.where(np.isnan(points), likely, points)

    def draw(
        self, points: Float[ndarray, "N D"], labels: Int[ndarray, " N"], density: CategoricalParameters,
        rng: np.random.Generator,
    ) -> Float[ndarray, "N D"]:  # fmt: skip
        return draw_alone(self, points, labels, density, rng)

    def maximise(
        self, statistics: Tallies, counts: Float[ndarray, " K"], parameters: CategoricalParameters
    ) -> CategoricalParameters:
        """The shares of the answers; a component without answers to a question keeps what it was thought to give."""
        answers = statistics.answers
        known = np.repeat(np.add.reduceat(answers, self._first, axis=1), self.n_levels, axis=1)
        return CategoricalParameters(np.divide(answers, known, out=parameters.probabilities.copy(), where=known > 0))

    def implied(self, counts: Float[ndarray, " K"], parameters: CategoricalParameters) -> Tallies:
        return Tallies(counts[:, None] * parameters.probabilities)

    def coordinates(self, parameters: CategoricalParameters, like: CategoricalParameters) -> Float[ndarray, " M"]:
        return np.log(np.maximum(parameters.probabilities, IMPOSSIBLE)).ravel()

    def at(self, coordinates: Float[ndarray, " M"], like: CategoricalParameters) -> CategoricalParameters:
        odds = np.exp(np.minimum(coordinates, _MOST)).reshape(like.probabilities.shape)
        return CategoricalParameters(np.stack([self._normalised(row) for row in odds]))

    def view(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N L"]:
        """One column for each level, in which the rows that have it stand out, the fewer the more (chi-square)."""
        indicators, shares = self._indicators(points), self._shares(points, weights)
        known = np.repeat(~np.isnan(points), self.n_levels, axis=1)
        return known * (indicators - shares) / np.sqrt(np.where(shares > 0, shares, 1))

    def pooled(
        self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int
    ) -> CategoricalParameters:
        return CategoricalParameters(np.tile(self._shares(points, weights), (n_components, 1)))

    def place(
        self, parameters: CategoricalParameters, mixture: Float[ndarray, " K"], component: int,
        points: Float[ndarray, "N D"], around: tuple[int, int],
    ) -> CategoricalParameters:  # fmt: skip
        """The shares among the rows that agree with the row in most answers, and one row like the whole mixture."""
        probabilities = parameters.probabilities.copy()
        row, number = around
        differing = ((points != points[row]) & ~np.isnan(points) & ~np.isnan(points[row])).sum(1)
        nearest = np.argpartition(differing, number)[: number + 1]
        answers = self._indicators(points[nearest]).sum(0) + mixture @ probabilities
        probabilities[component] = self._normalised(answers)
        return CategoricalParameters(probabilities)

    def split(
        self, parameters: CategoricalParameters, component: int, other: int, rng: np.random.Generator
    ) -> CategoricalParameters:
        """The halves lean to opposite answers."""
        probabilities = parameters.probabilities.copy()
        tilt = np.exp(_CUT * rng.standard_normal(probabilities.shape[1]))
        probabilities[other] = self._normalised(probabilities[component] / tilt)
        probabilities[component] = self._normalised(probabilities[component] * tilt)
        return CategoricalParameters(probabilities)

    def spread(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> None:
        return None

    def spurious(
        self, parameters: CategoricalParameters, counts: Float[ndarray, " K"], spread: None
    ) -> Int[ndarray, " M"]:
        """None: no probability is larger than one, so no accident of a few rows pays off without bound."""
        return np.empty(0, dtype=int)

    def shape(self, parameters: CategoricalParameters) -> tuple[int, int]:
        return len(parameters.probabilities), len(self.n_levels)

    def n_free(self, parameters: CategoricalParameters) -> int:
        return len(parameters.probabilities) * sum(number - 1 for number in self.n_levels)

    def rescale(
        self, parameters: CategoricalParameters, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]
    ) -> CategoricalParameters:
        """The same: levels have no units."""
        return parameters

    def sample(
        self, parameters: CategoricalParameters, counts: ndarray, rng: np.random.Generator
    ) -> Float[ndarray, "N D"]:
        labels = np.repeat(np.arange(len(counts)), counts)
        drawn = []
        for part in np.split(parameters.probabilities, self._first[1:], axis=1):
            below = np.cumsum(part, axis=1)[:, :-1]
            drawn.append((rng.uniform(size=(len(labels), 1)) > below[labels]).sum(1))
        return np.stack(drawn, axis=1).astype(np.float64)

    @property
    def _first(self) -> Int[ndarray, " D"]:
        """Where the levels of each column begin."""
        return np.cumsum([0, *self.n_levels[:-1]])

    def places(self, points: Float[ndarray, "N D"]) -> Int[ndarray, "N D"]:
        """The place of each answer among the levels of all columns; that behind them all for a missing one."""
        return np.where(np.isnan(points), sum(self.n_levels), points + self._first).astype(np.intp)

    def _indicators(self, points: Float[ndarray, "N D"]) -> Float[ndarray, "N L"]:
        """One where the row has the level, zero elsewhere."""
        levels = np.concatenate([np.arange(number) for number in self.n_levels])
        return (np.repeat(points, self.n_levels, axis=1) == levels).astype(np.float64)

    def _shares(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, " L"]:
        answers = self.accumulate(points, weights[:, None].astype(np.float64), CategoricalParameters(np.ones((1, 1))))
        return self._normalised(answers.answers[0])

    def _normalised(self, answers: Float[ndarray, " L"]) -> Float[ndarray, " L"]:
        """As shares of each column's sum; alike where nobody answered."""
        sums = np.repeat(np.add.reduceat(answers, self._first), self.n_levels)
        return np.where(sums > 0, answers, 1) / np.where(sums > 0, sums, np.repeat(self.n_levels, self.n_levels))
