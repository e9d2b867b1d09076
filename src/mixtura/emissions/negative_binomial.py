"""Columns of counts that vary more than Poisson's law allows: within a component, independent negative binomials.

A count of mean m and size r has the variance m + m² / r: Poisson's law is the limit of large sizes. Such a count is a
sum of L parts, L of Poisson's law with mean r log(1 + m / r), parts of the logarithmic law (Quenouille 1949). Given a
count x, the mean of L is r (ψ(x + r) - ψ(r)), so EM takes sums of counts and of expected numbers of parts: both add up
over rows. The M-step for m is the mean, the one for r solves r log(1 + m / r) = the mean number of parts, in which the
left side grows with r from 0 to m, so that there is one solution (Zhou & Carin 2015, IEEE TPAMI 37, 307-320).
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
from mixtura.emissions.poisson import Poisson, PoissonParameters

FEWEST, MOST = 1e-3, 1e5  # sizes that are looked for: nearly all counts are zero, and next to Poisson's law
_RAREST = 1e-300  # a rate of zero would have a logarithm of minus infinity
_FEWEST_PARTS = 1e-100  # for each thing counted: its square is a number
_STEPS = 60  # of Newton at most, from a side on which each of them comes nearer
_POISSON = Poisson()


class NegativeBinomialParameters(NamedTuple):
    """The mean and the size of the counts of every column in every component."""

    rates: Float[ndarray, "K D"]
    sizes: Float[ndarray, "K D"]

    @property
    def variances(self) -> Float[ndarray, "K D"]:
        """Those of the counts."""
        return self.rates * (1 + self.rates / self.sizes)

    @property
    def poisson(self) -> PoissonParameters:
        """The counts of the same means that vary less."""
        return PoissonParameters(self.rates)


class PartTotals(NamedTuple):
    """Sums over what a component explains: of counts, of known cells, of expected numbers of parts."""

    sums: Float[ndarray, "K D"]
    known: Float[ndarray, "K D"]
    parts: Float[ndarray, "K D"]


class Values(NamedTuple):
    """All different counts, column by column, the column of each, and where each column begins; zero is in all."""

    counts: Float[ndarray, "U 1"]
    columns: Int[ndarray, " U"]
    first: Int[ndarray, " D"]


@dataclass(frozen=True)
class WideCounts:
    """Rows of counts under components: which of the different counts they have."""

    rows: Lookup
    values: Values
    density: NegativeBinomialParameters

    def log_density(self) -> Float[ndarray, "N K"]:
        return self.rows.add_up(_log_probability(self.values.counts, *self._by_value))

    def accumulate(self, responsibilities: Float[ndarray, "N K"]) -> PartTotals:
        known, parts = self.rows.share_out(responsibilities), _expected_parts(self.values.counts, *self._by_value)
        of_values = known * self.values.counts, known, known * parts
        return PartTotals(*(np.add.reduceat(sums, self.values.first).T for sums in of_values))

    @property
    def _by_value(self) -> tuple[Float[ndarray, "U K"], Float[ndarray, "U K"]]:
        """Means and sizes in the column of each of the counts."""
        return self.density.rates.T[self.values.columns], self.density.sizes.T[self.values.columns]


def _distinct(points: Float[ndarray, "N D"]) -> tuple[Lookup, Values]:
    """Where each cell is among the different counts, and these."""
    found = [np.unique(np.append(cells[~np.isnan(cells)], 0.0)) for cells in points.T]
    numbers = [len(own) for own in found]
    first = np.cumsum([0, *numbers[:-1]])
    places = [np.searchsorted(own, cells) + begin for own, cells, begin in zip(found, points.T, first, strict=True)]
    total = sum(numbers)
    lookup = Lookup(np.where(np.isnan(points), total, np.stack(places, axis=1)), total)
    return lookup, Values(np.concatenate(found)[:, None], np.repeat(np.arange(len(found)), numbers), first)


@dataclass(frozen=True)
class NegativeBinomial(ByComponent, Plain):
    """Independent counts that vary more than Poisson's; a cell that is missing (NaN) contributes nothing."""

    parameters: ClassVar = NegativeBinomialParameters

    def check(self, parameters: NegativeBinomialParameters) -> None:
        _POISSON.check(parameters.poisson)
        rates, sizes = parameters
        if sizes.shape != rates.shape or not (sizes > 0).all():
            raise ValueError(f"sizes, of shape {sizes.shape}, are not numbers above zero by cluster and column")

    def density(self, parameters: NegativeBinomialParameters) -> NegativeBinomialParameters:
        return parameters

    def log_density(self, points: Float[ndarray, "N D"], density: NegativeBinomialParameters) -> Float[ndarray, "N K"]:
        return self.see(points)(density).log_density()

    def accumulate(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"],
        density: NegativeBinomialParameters,
    ) -> PartTotals:  # fmt: skip
        return self.see(points)(density).accumulate(responsibilities)

    def see(self, points: Float[ndarray, "N D"]) -> Callable[[NegativeBinomialParameters], "WideCounts"]:
        """What has to be worked out of a count is worked out once for all rows that have it."""
        return partial(WideCounts, *_distinct(points.astype(np.float64)))

    def abreast(self, n_fits: int) -> "NegativeBinomial":
        return self

    def expect(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"],
        density: NegativeBinomialParameters,
    ) -> Float[ndarray, "N D"]:  # fmt: skip
        return _POISSON.expect(points, responsibilities, density.poisson)

    def draw(
        self, points: Float[ndarray, "N D"], labels: Int[ndarray, " N"], density: NegativeBinomialParameters,
        rng: np.random.Generator,
    ) -> Float[ndarray, "N D"]:  # fmt: skip
        return draw_alone(self, points, labels, density, rng)

    def maximise(
        self, statistics: PartTotals, counts: Float[ndarray, " K"], parameters: NegativeBinomialParameters
    ) -> NegativeBinomialParameters:
        """Where a component has no counts above zero nothing tells of its size, which stays."""
        sums, known, parts = statistics
        rates = np.divide(sums, known, out=parameters.rates.copy(), where=known > 0)
        told = (known > 0) & (parts > 0)
        sizes = _sizes(rates, np.divide(parts, sums, out=np.ones_like(sums), where=told))
        return NegativeBinomialParameters(rates, np.where(told, sizes, parameters.sizes))

    def implied(self, counts: Float[ndarray, " K"], parameters: NegativeBinomialParameters) -> PartTotals:
        rates, sizes = parameters
        sums, known = _POISSON.implied(counts, parameters.poisson)
        return PartTotals(sums, known, known * sizes * np.log1p(rates / sizes))

    def coordinates(self, parameters: NegativeBinomialParameters, like: NegativeBinomialParameters) -> ndarray | None:
        """Logarithms of means and sizes; None where a mean is zero."""
        if not (parameters.rates > 0).all():
            return None
        return np.log(np.concatenate([parameters.rates.ravel(), parameters.sizes.ravel()]))

    def at(self, coordinates: ndarray, like: NegativeBinomialParameters) -> NegativeBinomialParameters:
        with np.errstate(over="ignore"):
            rates, sizes = np.exp(coordinates).reshape(2, *like.rates.shape)
        return NegativeBinomialParameters(rates, np.clip(sizes, FEWEST, MOST))

    def view(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N D"]:
        return _POISSON.view(points, weights)

    def pooled(
        self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int
    ) -> NegativeBinomialParameters:
        """Sizes by the variance: what is too wide narrows as soon as components differ."""
        rates = _POISSON.pooled(points, weights, n_components).rates
        known = weights @ ~np.isnan(points)
        squares = weights @ np.nan_to_num(points - rates[0]) ** 2
        excess = squares / np.maximum(known, _RAREST) - rates[0]
        sizes = np.clip(rates[0] ** 2 / np.maximum(excess, _RAREST), FEWEST, MOST)
        return NegativeBinomialParameters(rates, np.tile(sizes, (n_components, 1)))

    def place(
        self, parameters: NegativeBinomialParameters, mixture: Float[ndarray, " K"], component: int,
        points: Float[ndarray, "N D"], around: tuple[int, int],
    ) -> NegativeBinomialParameters:  # fmt: skip
        sizes = parameters.sizes.copy()
        sizes[component] = np.exp(mixture @ np.log(sizes))
        placed = _POISSON.place(parameters.poisson, mixture, component, points, around)
        return NegativeBinomialParameters(placed.rates, sizes)

    def split(
        self, parameters: NegativeBinomialParameters, component: int, other: int, rng: np.random.Generator
    ) -> NegativeBinomialParameters:
        sizes = parameters.sizes.copy()
        sizes[other] = sizes[component]
        return NegativeBinomialParameters(_POISSON.split(parameters.poisson, component, other, rng).rates, sizes)

    def spread(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> None:
        return None

    def spurious(
        self, parameters: NegativeBinomialParameters, counts: Float[ndarray, " K"], spread: None
    ) -> Int[ndarray, " M"]:
        return _POISSON.spurious(parameters.poisson, counts, spread)

    def n_free(self, parameters: NegativeBinomialParameters) -> int:
        return parameters.rates.size + parameters.sizes.size

    def rescale(
        self, parameters: NegativeBinomialParameters, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]
    ) -> NegativeBinomialParameters:
        """The same: counts have no units."""
        return parameters

    def sample(
        self, parameters: NegativeBinomialParameters, counts: ndarray, rng: np.random.Generator
    ) -> Float[ndarray, "N D"]:
        """Of Poisson's law with means that have a gamma distribution."""
        rates, sizes = (np.repeat(array, counts, axis=0) for array in parameters)
        return rng.poisson(rng.gamma(sizes, rates / sizes)).astype(np.float64)


def _log_probability(
    counts: Float[ndarray, "U 1"], rates: Float[ndarray, "U K"], sizes: Float[ndarray, "U K"]
) -> Float[ndarray, "U K"]:
    from scipy.special import betaln  # 0.1 s to import, and most fits have no counts

    ways = -betaln(sizes, counts + 1) - np.log(counts + sizes)  # log Γ(x + r) - log Γ(r) - log x!, which would cancel
    shares = np.log(np.maximum(rates, _RAREST)) - np.log(rates + sizes)
    return ways - sizes * np.log1p(rates / sizes) + counts * shares


def _expected_parts(
    counts: Float[ndarray, "U 1"], rates: Float[ndarray, "U K"], sizes: Float[ndarray, "U K"]
) -> Float[ndarray, "U K"]:
    from scipy.special import digamma

    return sizes * (digamma(counts + sizes) - digamma(sizes))


def _sizes(rates: Float[ndarray, "K D"], parts: Float[ndarray, "K D"]) -> Float[ndarray, "K D"]:
    """Sizes r at which log(1 + t) / t, with t = m / r, is so many parts for each thing counted, within the limits.

    Newton's steps for log(1 + t) - t parts = 0 from above: log(1 + t) <= t / sqrt(1 + t), and the function is concave.
    """
    parts = np.clip(parts, _FEWEST_PARTS, 1.0)
    excess = parts**-2 - 1
    for _ in range(_STEPS):
        slope = 1 / (1 + excess) - parts
        step = np.divide(np.log1p(excess) - parts * excess, slope, out=np.zeros_like(slope), where=slope < 0)
        excess = np.maximum(excess - step, 0.0)
        if (np.abs(step) <= 1e-14 * excess).all():
            break
    return np.clip(rates / np.maximum(excess, _RAREST), FEWEST, MOST)
