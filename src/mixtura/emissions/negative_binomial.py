"""Columns of counts that vary more than Poisson's law allows: within a component, independent negative binomials.

A count of mean m and size r has the variance m + m² / r: Poisson's law is the limit of large sizes. Such a count is a
sum of L parts, L of Poisson's law with mean r log(1 + m / r), parts of the logarithmic law (Quenouille 1949). Given a
count x, the mean of L is r (ψ(x + r) - ψ(r)), so EM takes sums of counts and of expected numbers of parts: both add up
over rows. The M-step for m is the mean, the one for r solves r log(1 + m / r) = the mean number of parts, in which the
left side grows with r from 0 to m, so that there is one solution (Zhou & Carin 2015, IEEE TPAMI 37, 307-320).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

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
        total = np.zeros((len(points), len(density.rates)))
        for cells, rates, sizes in zip(points.T, density.rates.T, density.sizes.T, strict=True):
            total += _of_counts(_log_probability, cells, rates, sizes)
        return total

    def accumulate(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"],
        density: NegativeBinomialParameters,
    ) -> PartTotals:  # fmt: skip
        parts = [
            (responsibilities * _of_counts(_expected_parts, cells, *own)).sum(0)
            for cells, *own in zip(points.T, density.rates.T, density.sizes.T, strict=True)
        ]
        return PartTotals(*_POISSON.accumulate(points, responsibilities, density.poisson), np.stack(parts, axis=1))

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


_OfCounts = Callable[[ndarray, ndarray, ndarray], ndarray]  # of counts (one column), means and sizes


def _of_counts(
    function: _OfCounts, cells: Float[ndarray, " N"], rates: Float[ndarray, " K"], sizes: Float[ndarray, " K"]
) -> Float[ndarray, "N K"]:
    """The function of every cell under every component, worked out once for equal counts; zero of missing cells."""
    distinct, places = np.unique(cells.astype(np.float64), return_inverse=True)
    missing = np.isnan(distinct)
    values = function(np.where(missing, 0.0, distinct)[:, None], rates, sizes)
    return np.where(missing[:, None], 0.0, values)[places]


def _log_probability(
    counts: Float[ndarray, "U 1"], rates: Float[ndarray, " K"], sizes: Float[ndarray, " K"]
) -> Float[ndarray, "U K"]:
    from scipy.special import betaln  # 0.1 s to import, and most fits have no counts

    ways = -betaln(sizes, counts + 1) - np.log(counts + sizes)  # log Γ(x + r) - log Γ(r) - log x!, which would cancel
    shares = np.log(np.maximum(rates, _RAREST)) - np.log(rates + sizes)
    return ways - sizes * np.log1p(rates / sizes) + counts * shares


def _expected_parts(
    counts: Float[ndarray, "U 1"], rates: Float[ndarray, " K"], sizes: Float[ndarray, " K"]
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
