"""The rows that solutions are looked for on, and what is known of a solution there."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura import climbing, em
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import Block, leaves

_ALL = 1 - 2.0**-53  # of a row: the largest share that leaves something


@dataclass(frozen=True, eq=False)
class Solution:
    """Where a fit ended, and which of its components are accidents of few rows: all, where it collapsed."""

    accidents: Sequence[int] | Int[ndarray, " _"]
    objective: float
    fit: em.Fit
    ground: "Ground"

    @property
    def is_sound(self) -> bool:
        """Whether it is neither a collapse nor an accident."""
        return self.n_accidents == 0

    @property
    def is_flat(self) -> bool:
        """Whether there is nothing but accidents, and it is no collapse."""
        return self.n_accidents == len(self.parameters.weights) and bool(np.isfinite(self.objective))

    @property
    def n_accidents(self) -> int:
        return len(self.accidents)

    @cached_property
    def rank(self) -> tuple[bool, float]:
        """The highest first, without what accidents explain; those that are nothing but accidents come last."""
        n_components = len(self.parameters.weights)
        is_part = 0 < self.n_accidents < n_components
        return self.n_accidents < n_components, self.ground.height_without(self) if is_part else self.objective

    @cached_property
    def final_rank(self) -> tuple[bool, float]:
        """The same, but one that is flat everywhere is as high as it would be were it not.

        Not before the end of a search: what is flat leads nowhere else.
        """
        height = self.ground.height_widened(self) if self.is_flat else None
        return self.rank if height is None else (True, height)

    @property
    def parameters(self) -> MixtureParameters:
        return self.fit.parameters

    @property
    def log_density(self) -> Float[ndarray, " N"]:
        """How well it explains each row of the ground."""
        return self._seen[0]

    @property
    def losses(self) -> Float[ndarray, " K"]:
        """What the log-likelihood would lose if a component were not there, and the others as they are.

        Of any row that is no more than what rounding leaves to the others, 37 nats.
        """
        return self._seen[1]

    @cached_property
    def _seen(self) -> tuple[Float[ndarray, " N"], Float[ndarray, " K"]]:
        shares, log_density = self.ground.model.posterior(self.parameters)(self.ground.sample)
        own = np.minimum(shares[:, : len(self.parameters.weights)].astype(float), _ALL)
        return log_density, -self.ground.sample.weights @ np.log1p(-own)


@dataclass(frozen=True, eq=False)
class Ground:
    """What kicks are made and judged on."""

    model: Mixture
    run: climbing.AtHand  # over the rows of a sample
    cumulative: Float[ndarray, " N"]  # of the rows' weights
    spread: Any  # as the family sees it
    rng: np.random.Generator
    watch: em.Callback
    total_weight: float  # of the rows that fits are judged on

    @property
    def sample(self) -> Block:
        return self.run.block

    def judge(self, fit: em.Fit) -> Solution:
        """The fit, with what is known of its soundness."""
        if not _are_whole([fit]):  # the last step led nowhere
            return Solution(range(len(fit.parameters.weights)), -inf, fit, self)
        return Solution(self.accidents(fit.parameters), fit.objective, fit, self)

    def judge_each(self, fits: Sequence[em.Fit]) -> list[Solution]:
        """The same of fits of any numbers of components."""
        if len(fits) < 2 or not _are_whole(fits):
            return [self.judge(fit) for fit in fits]
        weights, emissions = zip(*(fit.parameters for fit in fits), strict=True)
        counts = [own * self.total_weight for own in weights]
        accidents = self.model.emission.spurious_of_each(emissions, counts, self.spread)
        return [Solution(few, fit.objective, fit, self) for few, fit in zip(accidents, fits, strict=True)]

    def accidents(self, parameters: MixtureParameters) -> Int[ndarray, " M"]:
        """The components that rest on so few rows, so close together, that chance could have made them."""
        weights, emission = parameters
        found: ndarray = self.model.emission.spurious(emission, weights * self.total_weight, self.spread)
        return found

    def height_without(self, solution: Solution) -> float:
        """The objective of a solution whose accidents explain nothing: their rows are left to the other components.

        What these cannot explain counts as one row in all that is spread like the sample. So chance gains nothing by
        a few rows close together amid others, while a row that is far from all may have its own component.
        """
        weights, emission = solution.parameters
        kept = np.delete(np.arange(len(weights)), solution.accidents)
        rest = MixtureParameters(weights[kept] * (weights.sum() / weights[kept].sum()), emission)
        rest = rest._replace(emission=self.model.emission.reorder(emission, kept))
        explained = np.logaddexp(self._log_density(rest), self._of_one_row)
        return float(self.sample.weights @ explained) + self.model.log_prior(solution.parameters)

    @cached_property
    def _of_one_row(self) -> Float[ndarray, " N"]:
        """Log-densities of the rows, were one row in all spread like the sample."""
        whole = MixtureParameters(np.ones(1), self.model.emission.pooled(*self.sample, 1))
        return self._log_density(whole) - np.log(max(self.total_weight, 1.0))

    def _log_density(self, parameters: MixtureParameters) -> Float[ndarray, " N"]:
        found: ndarray = self.model.classify(parameters)(self.sample).log_density
        return found.astype(float)

    def height_widened(self, solution: Solution) -> float | None:
        """The objective of a solution whose components are all flat, without what that explains; None if it is no more.

        Where a column says who belongs together, every component is flat there, and the other columns bear them out.
        """
        weights, emission = solution.parameters
        wide = MixtureParameters(weights, self.model.emission.widened(emission, self.spread))
        if len(self.accidents(wide)):
            return None
        found = self.model.classify(wide)(self.sample).log_density.astype(float)
        return float(self.sample.weights @ found) + self.model.log_prior(solution.parameters)


def ranked(solutions: Sequence[Solution]) -> list[Solution]:
    """The best first."""
    return sorted(solutions, key=lambda solution: solution.final_rank, reverse=True)


def survey(
    model: Mixture, sample: Block, rng: np.random.Generator, watch: em.Callback = em.ignore,
    run: climbing.AtHand | None = None,
) -> Ground:  # fmt: skip
    """The ground that the rows of `sample` are; `watch` is called now and then, and may raise KeyboardInterrupt."""
    spread, cumulative = model.emission.spread(*sample), np.cumsum(sample.weights)
    return Ground(model, run or climbing.AtHand(sample), cumulative, spread, rng, watch, float(cumulative[-1]))


def _are_whole(fits: Sequence[em.Fit]) -> bool:
    """Whether each came somewhere, and everything is a number there."""
    if any(fit.outcome is em.Outcome.COLLAPSED for fit in fits):
        return False
    numbers = np.concatenate([np.ravel(array) for fit in fits for array in leaves(fit.parameters)])
    return bool(np.isfinite(numbers).all())
