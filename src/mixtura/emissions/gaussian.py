"""Gaussian components."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura import _kernels as kernels
from mixtura import spaces
from mixtura._kernels import conditional, reference
from mixtura._kernels.densities import Ascent, Ellipses, Moments, Tied
from mixtura.covariance import MODELS, CovarianceModel, add_ridge
from mixtura.covariance.degenerate import flat_of_each, spurious_of_each, variances_along, widened
from mixtura.emissions import _several as several
from mixtura.emissions import _straight as straight
from mixtura.emissions import incomplete
from mixtura.emissions._moments import (
    check_ellipses,
    coloured,
    ellipses,
    estimate,
    move,
    of_kind,
    recentre,
    rescale,
    side_by_side,
)
from mixtura.emissions.abreast import See, Seen
from mixtura.emissions.contract import ByComponent
from mixtura.priors import NormalInverseWishart
from mixtura.spaces import Spread
from mixtura.statistics import cut, joined

_MANY_COLUMNS = 64
_FEW_CELLS = 1 << 13  # in which a component costs Python more than the arithmetic takes


class GaussianParameters(NamedTuple):
    """Means and covariances of K Gaussians: (K,) variances of spheres, (K, D) of columns, or (K, D, D) matrices."""

    means: Float[ndarray, "K D"]
    covariances: ndarray


@dataclass(frozen=True)
class Gaussian(ByComponent):
    """Gaussian components under a covariance model: its name in `mixtura.covariance.MODELS`.

    `ridge` is added to every variance in the M-step, in squared units of the data, one number or one for each column;
    where components share volumes or shapes, before they are shared out. With a `prior`, in the units of the fit, the
    M-step finds the largest posterior density.
    """

    parameters: ClassVar = GaussianParameters

    covariance: str = "full"
    ridge: float | tuple[float, ...] = 1e-6
    prior: NormalInverseWishart | None = None

    @property
    def model(self) -> CovarianceModel:
        return MODELS[self.covariance]

    def check(self, parameters: GaussianParameters) -> None:
        if self.covariance not in MODELS:
            raise ValueError(f"its covariance model {self.covariance!r} is unknown to this version")
        check_ellipses(*parameters, kind=self.model.kind)
        ridges = np.ravel(self.ridge)
        if np.size(ridges) not in (1, parameters.means.shape[1]) or (ridges < 0).any():
            raise ValueError("its ridge is not a number of at least zero, or one for each column")
        if self.prior is not None:
            self.prior.check(self.model.kind, parameters.means.shape[1])

    def density(self, parameters: GaussianParameters) -> Ellipses:
        return ellipses(*parameters, is_pooled=self.model.scatter == "pooled")

    def log_density(self, points: Float[ndarray, "N D"], density: Ellipses) -> Float[ndarray, "N K"]:
        return _arithmetic(points).log_density(points, density)

    def accumulate(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: Ellipses
    ) -> Moments:
        return _arithmetic(points).moments(points, responsibilities, density)

    def expect(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: Ellipses
    ) -> Float[ndarray, "N D"]:
        return incomplete.expect(points, responsibilities, density)

    def draw(
        self, points: Float[ndarray, "N D"], labels: Int[ndarray, " N"], density: Ellipses, rng: np.random.Generator
    ) -> Float[ndarray, "N D"]:
        return incomplete.draw(points, labels, density, rng)

    def maximise(
        self, statistics: Moments, counts: Float[ndarray, " K"], parameters: GaussianParameters
    ) -> GaussianParameters:
        mass = counts
        if self.prior is not None:
            statistics, mass = self.prior.with_rows(parameters.means, statistics), counts + self.prior.shrinkage
        means, scatter = move(parameters.means, mass, statistics)
        if self.prior is not None:
            scatter, counts = self.prior.with_scatter(self.model, scatter, counts)
        return GaussianParameters(means, estimate(self.model, scatter, counts, self.ridge, parameters.covariances))

    def recentre(
        self, statistics: Moments, counts: Float[ndarray, " K"], before: GaussianParameters, after: GaussianParameters
    ) -> Moments:
        return recentre(statistics, counts, after.means - before.means)

    def implied(self, counts: Float[ndarray, " K"], parameters: GaussianParameters) -> Moments:
        """What a prior adds is not taken off: it is believed of the rows to come, too."""
        own = np.multiply(counts.reshape(-1, *[1] * (parameters.covariances.ndim - 1)), parameters.covariances)
        scatter = add_ridge(own, counts, tuple(-np.ravel(self.ridge)))
        if isinstance(self.density(parameters), Tied):
            scatter = scatter.sum(0, keepdims=True)
        if scatter.ndim == 1:
            scatter *= parameters.means.shape[1]
        return Moments(np.zeros(parameters.means.shape), scatter)

    def see(self, points: Float[ndarray, "N D"]) -> See:
        return partial(conditional.AtOnce if points.size <= _FEW_CELLS else partial(Seen, self), points)

    def abreast(self, n_fits: int) -> "GaussiansAbreast":
        return GaussiansAbreast(self.covariance, self.ridge, self.prior, n_fits)

    def log_prior(self, parameters: GaussianParameters) -> float:
        return 0.0 if self.prior is None else self.prior.log_density(self.model, *parameters)

    def ascent(
        self, log_weights: Float[ndarray, "M K"], starts: Sequence[GaussianParameters],
        holes: kernels.Holes | None = None,
    ) -> Ascent | None:  # fmt: skip
        D = starts[0].means.shape[1]
        shaper = 0 if self.model.is_linear else kernels.shaper(self.model.name, D)
        if self.prior is not None or not (shaper or self.model.is_linear):
            return None
        is_round, is_pooled = starts[0].covariances.ndim == 1, self.model.scatter == "pooled"
        means, covariances = (several.stacked(arrays) for arrays in zip(*starts, strict=True))
        if is_round:
            covariances = np.repeat(covariances[:, :, None], D, axis=2)
        own = side_by_side(means, covariances, is_pooled and holes is None)
        density = own if holes is None else kernels.lacking(own, holes)
        ridge, is_shared = np.full(D, self.ridge), self.model.is_shared
        return Ascent(log_weights, density, covariances, ridge, is_shared, is_round, shaper=shaper)

    def arrived(self, ascent: Ascent, number: int, n_components: int) -> GaussianParameters:
        own = ascent.covariances[number, :n_components]
        means = ascent.density.means[number, :n_components]
        return GaussianParameters(means.copy(), (own[:, 0] if ascent.is_round else own).copy())

    def coordinates(self, parameters: GaussianParameters, like: GaussianParameters) -> ndarray | None:
        """None where a model couples shapes, which a leap would leave; or where D³ is much beside a pass."""
        if not self.model.is_linear or parameters.means.shape[1] > _MANY_COLUMNS:
            return None
        return straight.coordinates(*parameters, straight.widths(*like))

    def at(self, coordinates: ndarray, like: GaussianParameters) -> GaussianParameters:
        return GaussianParameters(*straight.at(coordinates, *like))

    def view(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N D"]:
        return incomplete.fill(points, weights)

    def pooled(
        self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int
    ) -> GaussianParameters:
        """The mean of the rows and, of whatever kind the covariance model has, their variances along the axes."""
        mean, variances = incomplete.seen_moments(points, weights)
        variances = variances + np.asarray(self.ridge)
        covariance = {"spherical": variances.mean(), "diagonal": variances, "full": np.diag(variances)}
        one = np.asarray(covariance[self.model.kind])
        return GaussianParameters(np.tile(mean, (n_components, 1)), np.repeat(one[None], n_components, axis=0))

    def place(
        self, parameters: GaussianParameters, mixture: Float[ndarray, " K"], component: int,
        points: Float[ndarray, "N D"], around: tuple[int, int],
    ) -> GaussianParameters:  # fmt: skip
        return self.place_each(parameters, mixture, np.array([component]), points, np.array([around]))[0]

    def split(
        self, parameters: GaussianParameters, component: int, other: int, rng: np.random.Generator
    ) -> GaussianParameters:
        return self.split_each(parameters, np.array([[component, other]]), rng)[0]

    def place_each(
        self, parameters: GaussianParameters, mixture: Float[ndarray, " K"], components: Int[ndarray, " M"],
        points: Float[ndarray, "N D"], around: Int[ndarray, "M 2"],
    ) -> list[GaussianParameters]:  # fmt: skip
        """Of the average shape, and as wide as that takes; where all share one covariance, that stays as it is."""
        means, covariances = parameters
        placed = several.placed_means(means, mixture, components, points[around[:, 0]])
        if self.model.is_shared:
            return [GaussianParameters(own, covariances) for own in placed]
        changed = several.placed_covariances(covariances, mixture, components, points, around)
        return list(map(GaussianParameters, placed, changed))

    def split_each(
        self, parameters: GaussianParameters, pairs: Int[ndarray, "M 2"], rng: np.random.Generator
    ) -> list[GaussianParameters]:
        """The halves lie 0.8 standard deviations to both sides; together they have the mean and covariance."""
        means, covariances = parameters
        directions = rng.standard_normal((len(pairs), means.shape[1]))
        halved, changed = several.halves(means, covariances, pairs, directions)
        if self.model.is_shared:
            return [GaussianParameters(own, covariances) for own in halved]
        return list(map(GaussianParameters, halved, changed))

    def recast(self, parameters: GaussianParameters, weights: Float[ndarray, " K"]) -> GaussianParameters:
        means, covariances = parameters
        recast = of_kind(covariances, self.model.kind, means.shape[1])
        if self.model.is_shared:
            average = weights @ recast.reshape(len(weights), -1) / weights.sum()
            recast = np.repeat(average.reshape(1, *recast.shape[1:]), len(weights), axis=0)
        return GaussianParameters(means, recast)

    def spread(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Spread:
        return spaces.spread(incomplete.fill(points, weights), weights)

    def spurious(
        self, parameters: GaussianParameters, counts: Float[ndarray, " K"], spread: Spread
    ) -> Int[ndarray, " M"]:
        return self.spurious_of_each([parameters], [counts], spread)[0]

    def spurious_of_each(
        self, several: Sequence[GaussianParameters], counts: Sequence[Float[ndarray, " _"]], spread: Spread
    ) -> list[Int[ndarray, " _"]]:
        """Seen where the whole table has variance one: what is narrow for all rows is no accident of a few.

        A prior lets nothing become a spike. A shape that all share is no accident of few rows, but ties make it flat.
        """
        if self.prior is not None or not len(spread.whitener):
            return [np.empty(0, dtype=int) for _ in several]
        n_shapes = 1 if self.model.is_shared else None
        covariances = np.concatenate([own.covariances[:n_shapes] for own in several])
        if covariances.ndim == 3:
            seen = spread.whitener @ covariances @ spread.whitener.T
        else:
            varies = spread.deviations > 0
            columns = covariances[:, varies] if covariances.ndim == 2 else covariances[:, None]
            seen = columns / spread.deviations[varies] ** 2
        variances = variances_along(seen)
        if self.model.is_shared:
            return flat_of_each(counts, variances)
        return spurious_of_each(counts, variances, seen.ndim == 3 and self.model.has_own_axes)

    def widened(self, parameters: GaussianParameters, spread: Spread) -> GaussianParameters:
        if parameters.covariances.ndim < 2 or not len(spread.whitener):
            return parameters
        return parameters._replace(covariances=widened(parameters.covariances, *spread))

    def n_free(self, parameters: GaussianParameters) -> int:
        K, D = parameters.means.shape
        return K * D + self.model.n_free(K, D)

    def rescale(
        self, parameters: GaussianParameters, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]
    ) -> GaussianParameters:
        """The parameters for x of a fit to (x - centre) / scale; what becomes a sphere is one again."""
        means, covariances = rescale(*parameters, centre, scale)
        if self.model.kind == "spherical" and parameters.covariances.ndim == 2:
            is_round = np.allclose(covariances, covariances[:, :1], rtol=1e-9, atol=0)
            covariances = covariances.mean(1) if is_round else covariances
        return GaussianParameters(means, covariances)

    def sample(
        self, parameters: GaussianParameters, counts: ndarray, rng: np.random.Generator
    ) -> Float[ndarray, "N D"]:
        means = np.repeat(parameters.means, counts, axis=0)
        return means + coloured(rng.standard_normal(means.shape), counts, parameters.covariances)


@dataclass(frozen=True)
class GaussiansAbreast(Gaussian):
    """The components of several fits one after the other."""

    n_fits: int = 1

    def density(self, parameters: GaussianParameters) -> Ellipses:
        """Those of one fit may have one shape, those of all have not."""
        return ellipses(*parameters)

    def maximise(
        self, statistics: Moments, counts: Float[ndarray, " K"], parameters: GaussianParameters
    ) -> GaussianParameters:
        if self.model.is_linear and not self.model.is_shared:  # each component by itself
            return super().maximise(statistics, counts, parameters)
        K, one = len(counts) // self.n_fits, super().maximise
        everything = statistics, counts, parameters
        return joined([one(*cut(everything, slice(start, start + K))) for start in range(0, len(counts), K)])


def _arithmetic(points: Float[ndarray, "N D"]) -> Any:
    """The module whose functions know what to do about the holes in these rows, if they have some."""
    return conditional if np.isnan(points).any() else reference
