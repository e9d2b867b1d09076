"""A finite mixture of any emission family: what to collect from a block, and what to make of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import _kernels as kernels
from mixtura.emissions.contract import Emission, draw_labels
from mixtura.priors import log_dirichlet
from mixtura.statistics import Block, Incomplete, MixtureStatistics, Neighbours

# A component that explains nothing keeps a speck of weight, so that no division by zero can follow.
SPECK = 10 * np.finfo(np.float64).eps


class MixtureParameters(NamedTuple):
    """Mixing weights that sum to one, and the emission family's parameters."""

    weights: Float[ndarray, " K"]
    emission: Any


class Classification(NamedTuple):
    """For each row: its component, the probability of that, and the log-density of the row in nats."""

    labels: ndarray
    probabilities: Float[ndarray, " N"]
    log_density: Float[ndarray, " N"]


class Sums(partial[MixtureStatistics]):
    """`block_statistics` under fixed parameters, and what it costs where rows lie close together."""

    @property
    def n_components(self) -> int:
        return len(self.keywords["log_weights"])

    def active_share(self, points: Float[ndarray, "N D"]) -> float:
        """The share of the components that matter to neighbours, on average: what is left of the work."""
        density = self.keywords["density"]
        if not isinstance(density, kernels.SKIPPING):
            return 1.0
        return kernels.active_share(points, self.keywords["log_weights"], density)


@dataclass(frozen=True)
class Mixture:
    """K components of one emission family, of weights that are free or all 1 / K.

    The value that a fit finds is `MixtureParameters`. A `concentration` above 1 is that of a Dirichlet prior on free
    weights; what is believed of the components, the emission family knows.
    """

    emission: Emission
    equal_weights: bool = False
    concentration: float = 1.0

    def statistics(self, parameters: MixtureParameters) -> Sums:
        """The function that turns a block into statistics under `parameters`. It pickles, so it can travel."""
        return Sums(self._bind(block_statistics, parameters))

    def classify(self, parameters: MixtureParameters) -> Callable[[Block], Classification]:
        """The function that gives every row of a block its component."""
        return self._bind(block_classification, parameters)

    def posterior(self, parameters: MixtureParameters) -> Callable[[Block], tuple[ndarray, ndarray]]:
        """The function that gives every row of a block its responsibilities (N, K) and log-density (N,)."""
        return self._bind(block_posterior, parameters)

    def expect(self, parameters: MixtureParameters) -> Callable[[Block], Float[ndarray, "N D"]]:
        """The function that fills the holes in the rows of a block with what the mixture expects there."""
        return self._bind(block_expectation, parameters)

    def draw(self, parameters: MixtureParameters, rng: np.random.Generator) -> Callable[[Block], Float[ndarray, "N D"]]:
        """The function that fills the holes in the rows of a block with draws, given the cells that are there."""
        return partial(self._bind(block_draw, parameters), rng=rng)

    def maximise(self, statistics: MixtureStatistics, parameters: MixtureParameters) -> MixtureParameters:
        """The M-step: parameters from statistics that were collected under `parameters`."""
        counts = statistics.counts + SPECK
        return MixtureParameters(
            self.share(counts), self.emission.maximise(statistics.emission, counts, parameters.emission)
        )

    def share(self, counts: Float[ndarray, " K"]) -> Float[ndarray, " K"]:
        """The mixing weights of components that explain so many rows."""
        if self.equal_weights:
            return np.full(len(counts), 1 / len(counts))
        believed = counts + (self.concentration - 1)
        return believed / believed.sum()

    def objective(self, statistics: MixtureStatistics, parameters: MixtureParameters) -> float:
        """What EM raises: the log-likelihood in nats of the parameters that gave the statistics, and their prior's."""
        return statistics.log_likelihood + self.log_prior(parameters)

    def log_prior(self, parameters: MixtureParameters) -> float:
        """Log of the prior density of the parameters, up to a constant; zero where there is no prior."""
        of_weights = 0.0 if self.equal_weights else log_dirichlet(parameters.weights, self.concentration)
        return of_weights + self.emission.log_prior(parameters.emission)

    def coordinates(self, parameters: MixtureParameters, like: MixtureParameters) -> ndarray | None:
        """The parameters as numbers that may take any value, in the units of others; None where the family has none."""
        own = self.emission.coordinates(parameters.emission, like.emission)
        return (
            None if own is None or not parameters.weights.all() else np.concatenate([np.log(parameters.weights), own])
        )

    def at(self, coordinates: ndarray, like: MixtureParameters) -> MixtureParameters:
        """The parameters that have these coordinates."""
        log_weights, own = np.split(coordinates, [len(like.weights)])
        weights = np.exp(log_weights - np.logaddexp.reduce(log_weights))
        return MixtureParameters(weights, self.emission.at(own, like.emission))

    def n_free(self, parameters: MixtureParameters) -> int:
        """How many numbers the fit left free."""
        n_weights = 0 if self.equal_weights else len(parameters.weights) - 1
        return n_weights + self.emission.n_free(parameters.emission)

    def reorder(self, parameters: MixtureParameters, order: ndarray) -> MixtureParameters:
        """The same mixture with its components in another order."""
        return MixtureParameters(parameters.weights[order], self.emission.reorder(parameters.emission, order))

    @property
    def conditions(self) -> list[str]:
        """What shapes a fit besides the family of its components, in words."""
        has_prior = self.concentration != 1 or getattr(self.emission, "prior", None) is not None
        said = {"equal weights": self.equal_weights, "a conjugate prior": has_prior}
        return [words for words, holds in said.items() if holds]

    @property
    def settings(self) -> dict[str, Any]:
        """What tells this mixture from the plain one of its family, as a model file says it."""
        said = {"equal_weights": self.equal_weights, "concentration": self.concentration}
        return {name: value for name, value in said.items() if value != getattr(type(self), name)}

    def middle(self, parameters: MixtureParameters) -> tuple["Mixture", MixtureParameters]:
        """A mixture whose parameters are numbers: this one, unless they are distributions."""
        return self, parameters

    def log_weights(self, parameters: MixtureParameters) -> Float[ndarray, " K"]:
        """What the weights add to the log-density of each component."""
        with np.errstate(divide="ignore"):
            return np.log(parameters.weights)

    def _bind(self, function: Callable[..., Any], parameters: MixtureParameters) -> partial[Any]:
        log_weights, density = self.log_weights(parameters), self.emission.density(parameters.emission)
        return partial(function, emission=self.emission, log_weights=log_weights, density=density)


def block_statistics(
    block: Block, emission: Emission, log_weights: Float[ndarray, " K"], density: Any
) -> MixtureStatistics:
    """The E-step on one block: Bayes' theorem, then the sums that the M-step needs."""
    if isinstance(density, kernels.COMPILED):
        return MixtureStatistics(*_pass_over(block, density)(*block, log_weights, density))
    responsibilities, log_evidence = block_posterior(block, emission, log_weights, density)
    responsibilities *= block.weights[:, None]
    return MixtureStatistics(
        counts=responsibilities.sum(0),
        emission=emission.accumulate(block.points, responsibilities, density),
        log_likelihood=float(block.weights @ log_evidence),
    )


def _pass_over(block: Block, density: Any) -> Callable[..., Any]:
    """The kernel that makes sums of rows like these."""
    if isinstance(block, Incomplete):
        return kernels.collect_incomplete
    if isinstance(block, Neighbours) and isinstance(density, kernels.SKIPPING):
        return kernels.collect_neighbours
    return kernels.collect


def block_posterior(
    block: Block, emission: Emission, log_weights: Float[ndarray, " K"], density: Any
) -> tuple[Float[ndarray, "N K"], Float[ndarray, " N"]]:
    """Responsibilities by Bayes' theorem, and the log-density of each row."""
    if isinstance(density, kernels.COMPILED) and not isinstance(block, Incomplete):
        return kernels.posterior(block.points, log_weights, density)
    log_joint = log_weights + emission.log_density(block.points, density)
    with np.errstate(invalid="ignore"):  # degenerate parameters are told by a log-likelihood of NaN
        log_evidence = np.logaddexp.reduce(log_joint, axis=1)
        return np.exp(log_joint - log_evidence[:, None]), log_evidence


def block_expectation(
    block: Block, emission: Emission, log_weights: Float[ndarray, " K"], density: Any
) -> Float[ndarray, "N D"]:
    """The rows, their holes filled with the mean of what may be there."""
    if not isinstance(block, Incomplete):
        return block.points
    responsibilities, _ = block_posterior(block, emission, log_weights, density)
    return emission.expect(block.points, responsibilities, density)


def block_draw(
    block: Block, emission: Emission, log_weights: Float[ndarray, " K"], density: Any, rng: np.random.Generator
) -> Float[ndarray, "N D"]:
    """The rows, their holes filled by drawing a component for each row, and then its cells."""
    if not isinstance(block, Incomplete):
        return block.points
    responsibilities, _ = block_posterior(block, emission, log_weights, density)
    return emission.draw(block.points, draw_labels(responsibilities, rng), density, rng)


def block_classification(
    block: Block, emission: Emission, log_weights: Float[ndarray, " K"], density: Any
) -> Classification:
    """The most probable component of each row."""
    if isinstance(density, kernels.COMPILED) and not isinstance(block, Incomplete):
        return Classification(*kernels.classify(block.points, log_weights, density))
    responsibilities, log_evidence = block_posterior(block, emission, log_weights, density)
    return Classification(responsibilities.argmax(1), responsibilities.max(1), log_evidence)
