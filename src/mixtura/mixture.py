"""A finite mixture of any emission family: what to collect from a block, and what to make of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import _kernels as kernels
from mixtura.emissions.abreast import see
from mixtura.emissions.contract import Emission, draw_labels
from mixtura.emissions.noise import UniformNoise, log_noise, noise_probability, with_noise
from mixtura.emissions.passing import Sums, pass_over
from mixtura.priors import log_dirichlet
from mixtura.statistics import Block, Incomplete, MixtureStatistics

# A component that explains nothing keeps a speck of weight, so that no division by zero can follow.
SPECK = 10 * np.finfo(np.float64).eps
NOISE = -1  # the label of rows that belong to no component
_FIRST_NOISE = 0.05  # the share of the noise where a fit begins


class MixtureParameters(NamedTuple):
    """Mixing weights, and the emission family's parameters. What the weights lack of one is the share of the noise."""

    weights: Float[ndarray, " K"]
    emission: Any


class Classification(NamedTuple):
    """For each row: its component, or -1 for noise, the probability of that, and the log-density of the row in nats."""

    labels: ndarray
    probabilities: Float[ndarray, " N"]
    log_density: Float[ndarray, " N"]


@dataclass(frozen=True)
class Mixture:
    """K components of one emission family, of weights that are free or all 1 / K.

    The value that a fit finds is `MixtureParameters`. A `concentration` above 1 is that of a Dirichlet prior on free
    weights; what is believed of the components, the emission family knows. Beside `noise` rows may belong to none, and
    so do those of a log-density below `floor`, in nats: a fit without them had trimmed these.
    """

    emission: Emission
    equal_weights: bool = False
    concentration: float = 1.0
    noise: UniformNoise | None = None
    floor: float = -inf

    def statistics(self, parameters: MixtureParameters) -> Sums:
        """The function that turns a block into statistics under `parameters`. It pickles, so it can travel."""
        return Sums(self._bind(block_statistics, parameters))

    def classify(self, parameters: MixtureParameters) -> Callable[[Block], Classification]:
        """The function that gives every row of a block its component."""
        classify = self._bind(block_classification, parameters)
        return classify if self.floor == -inf else partial(block_above, classify=classify, floor=self.floor)

    def posterior(self, parameters: MixtureParameters) -> Callable[[Block], tuple[ndarray, ndarray]]:
        """The function that gives every row of a block its responsibilities and log-density (N,).

        The responsibilities have a column for each component, and a last one for the noise where there is any.
        """
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
        total = statistics.counts.sum() + statistics.noise
        weights = self.share(counts, statistics.noise / total if total else 0.0)
        return MixtureParameters(weights, self.emission.maximise(statistics.emission, counts, parameters.emission))

    def share(self, counts: Float[ndarray, " K"], noise: float = _FIRST_NOISE) -> Float[ndarray, " K"]:
        """The mixing weights of components that explain so many rows, with such a share of noise beside them."""
        rest = 1.0 if self.noise is None else 1.0 - noise
        if self.equal_weights:
            return np.full(len(counts), rest / len(counts))
        believed = counts + (self.concentration - 1)
        return rest * believed / believed.sum()

    def objective(self, statistics: MixtureStatistics, parameters: MixtureParameters) -> float:
        """What EM raises: the log-likelihood in nats of the parameters that gave the statistics, and their prior's."""
        return statistics.log_likelihood + self.log_prior(parameters)

    def log_prior(self, parameters: MixtureParameters) -> float:
        """Log of the prior density of the parameters, up to a constant; zero where there is no prior."""
        of_weights = 0.0 if self.equal_weights else log_dirichlet(parameters.weights, self.concentration)
        return of_weights + self.emission.log_prior(parameters.emission)

    def coordinates(self, parameters: MixtureParameters, like: MixtureParameters) -> ndarray | None:
        """The parameters as numbers that may take any value, in the units of others; None where the family has none."""
        own, shares = self.emission.coordinates(parameters.emission, like.emission), parameters.weights
        if self.noise is not None:
            shares = np.append(shares, 1 - shares.sum())
        return None if own is None or not (shares > 0).all() else np.concatenate([np.log(shares), own])

    def at(self, coordinates: ndarray, like: MixtureParameters) -> MixtureParameters:
        """The parameters that have these coordinates."""
        n_components = len(like.weights)
        log_shares, own = np.split(coordinates, [n_components + (self.noise is not None)])
        shares = np.exp(log_shares - np.logaddexp.reduce(log_shares))
        return MixtureParameters(shares[:n_components], self.emission.at(own, like.emission))

    def counts_of(self, parameters: MixtureParameters, total_weight: float) -> Float[ndarray, " K"]:
        """How much of so many rows the components explain, by the parameters that these led to."""
        return total_weight * parameters.weights

    def n_free(self, parameters: MixtureParameters) -> int:
        """How many numbers the fit left free."""
        n_weights = 0 if self.equal_weights else len(parameters.weights) - 1
        n_of_noise = 0 if self.noise is None else 2  # its share and, as mclust has it, its volume
        return n_weights + n_of_noise + self.emission.n_free(parameters.emission)

    def reorder(self, parameters: MixtureParameters, order: ndarray) -> MixtureParameters:
        """The same mixture with its components in another order."""
        return MixtureParameters(parameters.weights[order], self.emission.reorder(parameters.emission, order))

    def sample(
        self, parameters: MixtureParameters, number: int, rng: np.random.Generator
    ) -> tuple[Float[ndarray, "N D"], ndarray]:
        """So many rows and their components, in the order of these; noise comes last."""
        weights, emission = parameters
        if self.noise is None:
            counts = rng.multinomial(number, weights / weights.sum())
            return self.emission.sample(emission, counts, rng), np.repeat(np.arange(len(counts)), counts)
        shares = np.append(weights, max(1.0 - weights.sum(), 0.0))
        numbers = rng.multinomial(number, shares / shares.sum())
        own, others = self.emission.sample(emission, numbers[:-1], rng), self.noise.sample(int(numbers[-1]), rng)
        return np.concatenate([own, others]), np.repeat([*range(len(weights)), NOISE], numbers)

    def in_units(self, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]) -> "Mixture":
        """The mixture for x of one for (x - centre) / scale; the settings of its emission keep the units of the fit."""
        noise, floor = self.noise and self.noise.rescale(centre, scale), self.floor - float(np.log(scale).sum())
        return replace(self, noise=noise, floor=floor) if self.leaves_out else self

    @property
    def leaves_out(self) -> bool:
        """Whether rows may belong to no component."""
        return self.noise is not None or self.floor > -inf

    @property
    def conditions(self) -> list[str]:
        """What shapes a fit besides the family of its components, in words."""
        has_prior = self.concentration != 1 or getattr(self.emission, "prior", None) is not None
        said = {
            "equal weights": self.equal_weights, "a conjugate prior": has_prior,
            "uniform noise": self.noise is not None, "trimmed": self.floor > -inf,
        }  # fmt: skip
        return [words for words, holds in said.items() if holds]

    @property
    def settings(self) -> dict[str, Any]:
        """What tells this mixture from the plain one of its family, as a model file says it."""
        said = {"equal_weights": self.equal_weights, "concentration": self.concentration, "floor": self.floor}
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
        bound = partial(function, emission=self.emission, log_weights=log_weights, density=density)
        return bound if self.noise is None else partial(bound, log_noise=log_noise(parameters.weights, self.noise))


def block_statistics(
    block: Block, emission: Emission, log_weights: Float[ndarray, " K"], density: Any, log_noise: float | None = None,
    is_rare: bool = False,
) -> MixtureStatistics:  # fmt: skip
    """The E-step on one block: Bayes' theorem, then the sums that the M-step needs.

    `is_rare` says that few will be made, of few rows, which are not worth a compiler.
    """
    if log_noise is not None:
        return _beside_noise(block, emission, log_weights, density, log_noise)
    collect = None if is_rare else pass_over(block, density)
    if collect is not None:
        return MixtureStatistics(*collect(*block, log_weights, density))
    sight = see(emission, block.points)(density)
    responsibilities, log_evidence = _share_out(log_weights + sight.log_density())
    responsibilities *= block.weights[:, None]
    return MixtureStatistics(
        counts=responsibilities.sum(0),
        emission=sight.accumulate(responsibilities),
        log_likelihood=float(block.weights @ log_evidence),
    )


def _beside_noise(
    block: Block, emission: Emission, log_weights: Float[ndarray, " K"], density: Any, log_noise: float
) -> MixtureStatistics:
    """To the components a row counts as much as it is likely not to be noise."""
    log_evidence = block_classification(block, emission, log_weights, density).log_density.astype(np.float64)
    noise = block.weights * noise_probability(log_evidence, log_noise)
    rest = block_statistics(block._replace(weights=block.weights - noise), emission, log_weights, density)
    total = float((block.weights * with_noise(log_evidence, log_noise)).sum())
    return rest._replace(log_likelihood=total, noise=float(noise.sum()))


def block_posterior(
    block: Block, emission: Emission, log_weights: Float[ndarray, " K"], density: Any, log_noise: float | None = None
) -> tuple[Float[ndarray, "N _"], Float[ndarray, " N"]]:
    """Responsibilities by Bayes' theorem, and the log-density of each row."""
    if log_noise is not None:
        own, log_evidence = block_posterior(block, emission, log_weights, density)
        noise = noise_probability(log_evidence, log_noise)
        return np.column_stack([own * (1 - noise[:, None]), noise]), with_noise(log_evidence, log_noise)
    if isinstance(density, kernels.COMPILED) and not isinstance(block, Incomplete):
        return kernels.posterior(block.points, log_weights, density)
    return _share_out(log_weights + emission.log_density(block.points, density))


def _share_out(log_joint: Float[ndarray, "N K"]) -> tuple[Float[ndarray, "N K"], Float[ndarray, " N"]]:
    """Responsibilities, and the logarithm of what they are shares of; components one after the other, which is fast."""
    by_component = np.ascontiguousarray(log_joint.T)
    top = by_component.max(0)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):  # a log-likelihood of NaN tells what is wrong
        shares = np.exp(by_component - top)
        evidence = shares.sum(0)
        shares /= evidence
        return shares.T, top + np.log(evidence)


def block_expectation(
    block: Block, emission: Emission, log_weights: Float[ndarray, " K"], density: Any, log_noise: float | None = None
) -> Float[ndarray, "N D"]:
    """The rows, their holes filled with the mean of what may be there if they are no noise."""
    if not isinstance(block, Incomplete):
        return block.points
    responsibilities, _ = block_posterior(block, emission, log_weights, density)
    return emission.expect(block.points, responsibilities, density)


def block_draw(
    block: Block, emission: Emission, log_weights: Float[ndarray, " K"], density: Any, rng: np.random.Generator,
    log_noise: float | None = None,
) -> Float[ndarray, "N D"]:  # fmt: skip
    """The rows, their holes filled by drawing a component for each row, if they are no noise, and then its cells."""
    if not isinstance(block, Incomplete):
        return block.points
    responsibilities, _ = block_posterior(block, emission, log_weights, density)
    return emission.draw(block.points, draw_labels(responsibilities, rng), density, rng)


def block_classification(
    block: Block, emission: Emission, log_weights: Float[ndarray, " K"], density: Any, log_noise: float | None = None
) -> Classification:
    """The most probable component of each row."""
    if log_noise is not None:
        own = block_classification(block, emission, log_weights, density)
        noise = noise_probability(own.log_density, log_noise)
        probabilities, is_noise = own.probabilities * (1 - noise), noise > own.probabilities * (1 - noise)
        labels = np.where(is_noise, NOISE, own.labels)
        return Classification(labels, np.maximum(probabilities, noise), with_noise(own.log_density, log_noise))
    if isinstance(density, kernels.COMPILED) and not isinstance(block, Incomplete):
        return Classification(*kernels.classify(block.points, log_weights, density))
    responsibilities, log_evidence = block_posterior(block, emission, log_weights, density)
    return Classification(responsibilities.argmax(1), responsibilities.max(1), log_evidence)


def block_above(block: Block, classify: Callable[[Block], Classification], floor: float) -> Classification:
    """The same, but rows of a log-density below a floor have no component."""
    found = classify(block)
    return found._replace(labels=np.where(found.log_density < floor, NOISE, found.labels))
