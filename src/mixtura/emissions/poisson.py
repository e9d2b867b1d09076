"""Columns of counts: within a component they are independent and follow Poisson's law."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.emissions.contract import ByComponent, Plain, draw_alone

_RAREST = 1e-300  # a rate of zero would have a logarithm of minus infinity
_NEXT_TO_NONE = 1e-15  # what a leap takes a rate of zero for
_MOST = 600.0  # a logarithm, where a leap has gone too far
_CUT = 0.8  # standard deviations to both sides where a component is cut in two


class PoissonParameters(NamedTuple):
    """The mean count of every column in every component."""

    rates: Float[ndarray, "K D"]

    @property
    def variances(self) -> Float[ndarray, "K D"]:
        """Those of the counts: the means again."""
        return self.rates

    @property
    def sizes(self) -> None:
        """None: counts of this law do not vary more by some size, as those of others do."""


class Totals(NamedTuple):
    """The sums of the counts that a component explains, and the weights of the cells that are known."""

    sums: Float[ndarray, "K D"]
    known: Float[ndarray, "K D"]


@dataclass(frozen=True)
class Counts:
    """Rows of counts, zero where they are missing, which cells are known, sums of log x!, and means."""

    counts: Float[ndarray, "N D"]
    known: Float[ndarray, "N D"]
    log_factorials: Float[ndarray, " N"]
    density: PoissonParameters

    def log_density(self) -> Float[ndarray, "N K"]:
        """Of each count x: x log rate - rate - log x!."""
        rates = self.density.rates
        expected = self.counts @ np.log(np.maximum(rates, _RAREST)).T - self.known @ rates.T
        return expected - self.log_factorials[:, None]

    def accumulate(self, responsibilities: Float[ndarray, "N K"]) -> Totals:
        return Totals(responsibilities.T @ self.counts, responsibilities.T @ self.known)


@dataclass(frozen=True)
class Poisson(ByComponent, Plain):
    """Independent counts; a cell that is missing (NaN) contributes nothing."""

    parameters: ClassVar = PoissonParameters

    def check(self, parameters: PoissonParameters) -> None:
        rates = parameters.rates
        if rates.ndim != 2 or 0 in rates.shape or rates.min() < 0:
            raise ValueError(f"rates, of shape {rates.shape}, are not numbers of at least zero by cluster and column")

    def density(self, parameters: PoissonParameters) -> PoissonParameters:
        return parameters

    def log_density(self, points: Float[ndarray, "N D"], density: PoissonParameters) -> Float[ndarray, "N K"]:
        return self.see(points)(density).log_density()

    def accumulate(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: PoissonParameters
    ) -> Totals:
        return self.see(points)(density).accumulate(responsibilities)

    def see(self, points: Float[ndarray, "N D"]) -> Callable[[PoissonParameters], "Counts"]:
        from scipy.special import gammaln  # 0.1 s to import, and most fits have no counts

        counts = np.nan_to_num(points.astype(np.float64))
        return partial(Counts, counts, (~np.isnan(points)).astype(np.float64), gammaln(counts + 1).sum(1))

    def abreast(self, n_fits: int) -> "Poisson":
        return self

    def expect(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: PoissonParameters
    ) -> Float[ndarray, "N D"]:
        return np.where(np.isnan(points), responsibilities @ density.rates, points)

    def draw(
        self, points: Float[ndarray, "N D"], labels: Int[ndarray, " N"], density: PoissonParameters,
        rng: np.random.Generator,
    ) -> Float[ndarray, "N D"]:  # fmt: skip
        return draw_alone(self, points, labels, density, rng)

    def maximise(
        self, statistics: Totals, counts: Float[ndarray, " K"], parameters: PoissonParameters
    ) -> PoissonParameters:
        sums, known = statistics
        return PoissonParameters(np.divide(sums, known, out=parameters.rates.copy(), where=known > 0))

    def implied(self, counts: Float[ndarray, " K"], parameters: PoissonParameters) -> Totals:
        known = np.repeat(counts[:, None], parameters.rates.shape[1], axis=1)
        return Totals(known * parameters.rates, known)

    def coordinates(self, parameters: PoissonParameters, like: PoissonParameters) -> Float[ndarray, " M"]:
        return np.log(np.maximum(parameters.rates, _NEXT_TO_NONE)).ravel()

    def at(self, coordinates: Float[ndarray, " M"], like: PoissonParameters) -> PoissonParameters:
        return PoissonParameters(np.exp(np.minimum(coordinates, _MOST)).reshape(like.rates.shape))

    def view(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N D"]:
        """Square roots, whose spread does not grow with the counts; their mean where the count is missing."""
        roots, known = np.sqrt(np.nan_to_num(points.astype(np.float64))), ~np.isnan(points)
        totals = np.maximum(weights @ known, _RAREST)
        return np.where(known, roots, weights @ (roots * known) / totals)

    def pooled(
        self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int
    ) -> PoissonParameters:
        nothing = PoissonParameters(np.zeros((1, points.shape[1])))
        totals = self.accumulate(points, weights[:, None].astype(np.float64), nothing)
        one = self.maximise(totals, weights.sum(keepdims=True), nothing)
        return PoissonParameters(np.tile(one.rates, (n_components, 1)))

    def place(
        self, parameters: PoissonParameters, mixture: Float[ndarray, " K"], component: int,
        points: Float[ndarray, "N D"], around: tuple[int, int],
    ) -> PoissonParameters:  # fmt: skip
        """The mean of the rows that are nearest by their square roots, and of one row like the whole mixture."""
        rates = parameters.rates.copy()
        row, number = around
        seen = self.view(points, np.ones(len(points)))
        nearest = np.argpartition(((seen - seen[row]) ** 2).sum(1), number)[: number + 1]
        rates[component] = ((seen[nearest] ** 2).sum(0) + mixture @ rates) / (len(nearest) + 1)
        return PoissonParameters(rates)

    def split(
        self, parameters: PoissonParameters, component: int, other: int, rng: np.random.Generator
    ) -> PoissonParameters:
        rates = parameters.rates.copy()
        direction = rng.standard_normal(rates.shape[1])
        step = _CUT * np.sqrt(rates[component]) * direction / np.linalg.norm(direction)
        rates[other] = np.maximum(rates[component] - step, rates[component] / 2)
        rates[component] += step
        return PoissonParameters(np.maximum(rates, _RAREST))

    def spread(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> None:
        return None

    def spurious(self, parameters: PoissonParameters, counts: Float[ndarray, " K"], spread: None) -> Int[ndarray, " M"]:
        """None: no probability is larger than one."""
        return np.empty(0, dtype=int)

    def n_free(self, parameters: PoissonParameters) -> int:
        return parameters.rates.size

    def rescale(
        self, parameters: PoissonParameters, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]
    ) -> PoissonParameters:
        """The same: counts have no units."""
        return parameters

    def sample(self, parameters: PoissonParameters, counts: ndarray, rng: np.random.Generator) -> Float[ndarray, "N D"]:
        return rng.poisson(np.repeat(parameters.rates, counts, axis=0)).astype(np.float64)
