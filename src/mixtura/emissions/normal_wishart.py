"""Gaussian components whose means and precisions are not numbers but distributions: variational Bayes.

The prior of every component is conjugate (Bishop 2006, section 10.2):

    Λ ~ Wishart(dof₀, V₀⁻¹),    μ | Λ ~ Normal(m₀, (b₀ Λ)⁻¹).

So is its posterior, with b = b₀ + n, dof = dof₀ + n, and a scale that is said by C, the inverse of the expected
precision: E Λ = C⁻¹. That is what a covariance model constrains here. The bound depends on C through

    -½ Σ_k (dof_k log |C_k| + tr M_k C_k⁻¹),    M = V₀ + W + b₀ n / (b₀ + n) (x̄ - m₀)(x̄ - m₀)ᵀ,

as the expected log-likelihood does on covariances, with M in place of the scatter W and dof in place of n. So the
M-step of any covariance model finds C. Whatever C is, dof₀ + n is the best dof; where all components share one C they
share one dof too, the average.

Cells that are missing have a posterior too, given the label of their row: at its best the Gaussian whose precision is
their block of E Λ, which is what EM makes of a hole under the covariance C. So the passes are the same, and what they
sum is the bound with the entropy of these cells in it.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura._kernels.densities import Ellipses, Moments
from mixtura.covariance import FREEST, MODELS, CovarianceModel, add_ridge
from mixtura.emissions._learnt import about_posterior_means
from mixtura.emissions._moments import move, recentre, rescale
from mixtura.emissions.contract import ByComponent, Plain
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.spaces import Spread

_FLATTEST = 1e-9  # of a column's variance: less is no width, but ties


class NormalWishartParameters(NamedTuple):
    """Posteriors of K Gaussians: expected means, inverse expected precisions (of the model's kind), rows explained."""

    means: Float[ndarray, "K D"]
    covariances: ndarray
    counts: Float[ndarray, " K"]

    @property
    def expected(self) -> GaussianParameters:
        """The Gaussians in the middle of the posterior."""
        return GaussianParameters(self.means, self.covariances)


@dataclass(frozen=True)
class NormalWishart(ByComponent, Plain):
    """Gaussian components under a covariance model and a normal-Wishart prior.

    `location` (m₀) is one number or D; `shrinkage` (b₀) says how many rows it is worth; `dof` is that of the
    precisions, above D - 1; `scale` (V₀) is one number, D or, row by row, D x D, in squared units of the data.
    """

    parameters: ClassVar = NormalWishartParameters

    covariance: str = "full"
    ridge: float | tuple[float, ...] = 0.0
    location: float | tuple[float, ...] = 0.0
    shrinkage: float = 1.0
    dof: float = 1.0
    scale: float | tuple[float, ...] = 1.0

    @property
    def model(self) -> CovarianceModel:
        return self.gaussian.model

    @property
    def of_own_shapes(self) -> "NormalWishart":
        """The family whose posterior says what the rows of each component scatter, or of all that have one shape."""
        freest = FREEST[self.model.kind]
        is_told = self.model.is_shared or MODELS[freest].maximise is self.model.maximise
        return self if is_told else replace(self, covariance=freest)

    @cached_property
    def gaussian(self) -> Gaussian:
        """What components are, once the posterior is boiled down to its middle."""
        return Gaussian(self.covariance, self.ridge)

    def check(self, parameters: NormalWishartParameters) -> None:
        self.gaussian.check(parameters.expected)
        K, D = parameters.means.shape
        if parameters.counts.shape != (K,) or (parameters.counts < 0).any():
            raise ValueError(f"its counts are not {K} numbers of rows")
        if np.ndim(self.shrinkage) or np.ndim(self.dof) or not (self.shrinkage > 0 and self.dof > D - 1):
            raise ValueError("its prior is not proper: shrinkage has to be positive, dof more than the columns less 1")
        if np.size(self.location) not in (1, D) or np.size(self.scale) not in (1, D, D * D):
            raise ValueError(f"its prior does not fit {D} columns")
        scale = self.scale_matrix(D)
        if not np.allclose(scale, scale.T, rtol=1e-6, atol=0) or np.linalg.eigvalsh(scale).min() <= 0:
            raise ValueError("the scale of its prior is not symmetric and positive definite")

    # --- one iteration -----------------------------------------------------------------------------------------------

    def density(self, parameters: NormalWishartParameters) -> Ellipses:
        """E log N(x | μ, Λ⁻¹) in place of a log-density, by what it has in place of log det W."""
        shape, D = self.gaussian.density(parameters.expected), parameters.means.shape[1]
        log_det = self._log_det(shape, self.dofs(parameters.counts)) - D / (self.shrinkage + parameters.counts)
        return shape._replace(log_det=log_det / 2)

    def log_density(self, points: Float[ndarray, "N D"], density: Ellipses) -> Float[ndarray, "N K"]:
        return self.gaussian.log_density(points, density)

    def accumulate(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: Ellipses
    ) -> Moments:
        return self.gaussian.accumulate(points, responsibilities, density)

    def expect(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: Ellipses
    ) -> Float[ndarray, "N D"]:
        return self.gaussian.expect(points, responsibilities, density)

    def draw(
        self, points: Float[ndarray, "N D"], labels: Int[ndarray, " N"], density: Ellipses, rng: np.random.Generator
    ) -> Float[ndarray, "N D"]:
        return self.gaussian.draw(points, labels, density, rng)

    def maximise(
        self, statistics: Moments, counts: Float[ndarray, " K"], parameters: NormalWishartParameters
    ) -> NormalWishartParameters:
        averages, scatter = move(parameters.means, counts, statistics)
        away, share = averages - self.location, counts / (self.shrinkage + counts)
        total = add_ridge(scatter, counts, self.ridge) + self._prior_scatter(away, self.shrinkage * share, scatter)
        covariances = self.model.maximise(total, self.dofs(counts), parameters.covariances)
        return NormalWishartParameters(self.location + share[:, None] * away, covariances, counts)

    def recentre(
        self, statistics: Moments, counts: Float[ndarray, " K"], before: NormalWishartParameters,
        after: NormalWishartParameters,
    ) -> Moments:  # fmt: skip
        return recentre(statistics, counts, after.means - before.means)

    def implied(self, counts: Float[ndarray, " K"], parameters: NormalWishartParameters) -> Moments:
        """What is left of the posterior without the prior; `counts` are those of the parameters."""
        away, share = parameters.means - self.location, counts / (self.shrinkage + counts)
        plain = replace(self.gaussian, ridge=0.0).implied(self.dofs(counts), parameters.expected).scatter
        total = plain / away.shape[1] if plain.ndim == 1 else plain
        worth = self.shrinkage / np.maximum(share, np.finfo(np.float64).tiny)
        prior = self._prior_scatter(away, worth, total)
        return about_posterior_means(total, counts, prior, self.shrinkage * away, self.ridge)

    def dofs(self, counts: Float[ndarray, " K"]) -> Float[ndarray, " K"]:
        """Degrees of freedom of the precisions' posteriors."""
        return self.dof + (np.full(len(counts), counts.mean()) if self.model.is_shared else counts)

    def log_prior(self, parameters: NormalWishartParameters) -> float:
        """Minus what the posteriors have learnt beyond the prior (Kullback & Leibler): what the bound adds."""
        from scipy.special import multigammaln

        shape, D = self.gaussian.density(parameters.expected), parameters.means.shape[1]
        dofs, ratio = self.dofs(parameters.counts), self.shrinkage / (self.shrinkage + parameters.counts)
        with np.errstate(invalid="ignore"):  # a collapsed component makes NaN, which ends the fit
            of_means = D * (ratio - 1 - np.log(ratio)) + self.shrinkage * _squares(shape, self.location)
        of_precisions = (dofs - self.dof) * self._log_det(shape, dofs) + self._traces(shape) - dofs * D
        of_precisions -= dofs * _log_scale(shape, dofs) - self.dof * self._log_prior_scale(D)
        norms = [multigammaln(nu / 2, D) + nu * D / 2 * np.log(2) for nu in (dofs, np.array([self.dof]))]
        return -float((of_means / 2 + of_precisions / 2 - norms[0] + norms[1]).sum())

    # --- around it ---------------------------------------------------------------------------------------------------

    def view(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N D"]:
        return self.gaussian.view(points, weights)

    def pooled(
        self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int
    ) -> NormalWishartParameters:
        """What the family of the middle says, and as wide as the prior at least: a column may be constant."""
        counts = np.full(n_components, weights.sum() / n_components)
        least = np.diagonal(self.scale_matrix(points.shape[1])) / self.dof + np.asarray(self.ridge)
        wider = replace(self.gaussian, ridge=tuple(least.tolist()))
        return NormalWishartParameters(*wider.pooled(points, weights, n_components), counts)

    def place(
        self, parameters: NormalWishartParameters, mixture: Float[ndarray, " K"], component: int,
        points: Float[ndarray, "N D"], around: tuple[int, int],
    ) -> NormalWishartParameters:  # fmt: skip
        placed = self.gaussian.place(parameters.expected, mixture, component, points, around)
        counts = parameters.counts.copy()
        counts[component] = around[1]
        return NormalWishartParameters(*placed, counts)

    def split(
        self, parameters: NormalWishartParameters, component: int, other: int, rng: np.random.Generator
    ) -> NormalWishartParameters:
        counts = parameters.counts.copy()
        counts[[component, other]] = counts[component] / 2
        return NormalWishartParameters(*self.gaussian.split(parameters.expected, component, other, rng), counts)

    def spread(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Spread:
        return self.gaussian.spread(points, weights)

    def spurious(
        self, parameters: NormalWishartParameters, counts: Float[ndarray, " K"], spread: Spread
    ) -> Int[ndarray, " M"]:
        """Those whose rows have one value in some column, so that the prior alone gives them width: ties are no group.

        Told where the posterior says what its rows scatter, which it does unless components share parts of a shape.
        """
        widths = np.abs(self._variances_of_rows(parameters))
        is_tied = (widths < _FLATTEST * spread.deviations**2).any(1)
        return np.flatnonzero(is_tied & (parameters.counts > parameters.means.shape[1] + 1))

    def n_free(self, parameters: NormalWishartParameters) -> int:
        return self.gaussian.n_free(parameters.expected)

    def sample(
        self, parameters: NormalWishartParameters, counts: ndarray, rng: np.random.Generator
    ) -> Float[ndarray, "N D"]:
        return self.gaussian.sample(parameters.expected, counts, rng)

    def rescale(
        self, parameters: NormalWishartParameters, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]
    ) -> NormalWishartParameters:
        """The parameters for x of a fit to (x - centre) / scale, under the prior that `rescaled` gives."""
        return NormalWishartParameters(*rescale(*parameters.expected, centre, scale), parameters.counts)

    def rescaled(self, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]) -> "NormalWishart":
        """The prior for x that this one is for (x - centre) / scale."""
        matrix = scale[:, None] * self.scale_matrix(len(scale)) * scale
        location = centre + scale * np.asarray(self.location)
        ridge = tuple((np.asarray(self.ridge) * scale**2).tolist())
        return replace(self, location=tuple(location.tolist()), scale=tuple(matrix.ravel().tolist()), ridge=ridge)

    # --- the prior, in the shapes of scatters ------------------------------------------------------------------------

    def scale_matrix(self, n_columns: int) -> Float[ndarray, "D D"]:
        """V₀ as a matrix."""
        scale = np.asarray(self.scale, dtype=np.float64)
        if scale.size == n_columns * n_columns:
            return scale.reshape(n_columns, n_columns)
        return np.diag(np.broadcast_to(scale, (n_columns,)))

    def _prior_scatter(self, away: Float[ndarray, "K D"], worth: Float[ndarray, " K"], scatter: ndarray) -> ndarray:
        """V₀ and `worth` times the square of what lies between averages and m₀, in the shape of a scatter."""
        scale = self.scale_matrix(away.shape[1])
        if scatter.ndim < 3:
            own = np.diagonal(scale) + worth[:, None] * away**2
            return own if scatter.ndim == 2 else own.mean(1)
        full = scale + worth[:, None, None] * away[:, :, None] * away[:, None, :]
        return full if len(scatter) == len(away) else full.sum(0, keepdims=True)

    def _variances_of_rows(self, parameters: NormalWishartParameters) -> Float[ndarray, "K D"]:
        """Of each column, as the posterior of own shapes has learnt them: M less what the prior put there."""
        means, covariances, counts = parameters
        (K, D), mass = means.shape, np.maximum(counts, np.finfo(np.float64).tiny)
        share = mass / (self.shrinkage + mass)
        variances = covariances if covariances.ndim < 3 else np.einsum("kdd->kd", covariances)
        learnt = self.dofs(counts)[:, None] * variances.reshape(K, -1) - np.diagonal(self.scale_matrix(D))
        learnt = learnt - self.shrinkage / share[:, None] * (means - self.location) ** 2
        if self.model.is_shared:
            learnt, mass = np.broadcast_to(learnt.sum(0), learnt.shape), np.full(K, mass.sum())
        return learnt / mass[:, None] - np.asarray(self.ridge)

    def _traces(self, shape: Ellipses) -> Float[ndarray, " K"]:
        """tr V₀ C⁻¹ of each component."""
        D = shape.means.shape[1]
        scale = self.scale_matrix(D)
        if shape.whiteners.ndim == 3:
            return np.einsum("kij,jl,kil->k", shape.whiteners, scale, shape.whiteners) + 0 * shape.log_det
        variances, whiteners = np.diagonal(scale), shape.whiteners.reshape(len(shape.means), -1)
        return (whiteners**2 * variances).sum(1)

    def _log_prior_scale(self, n_columns: int) -> float:
        return -float(np.linalg.slogdet(self.scale_matrix(n_columns))[1])

    @staticmethod
    def _log_det(shape: Ellipses, dofs: Float[ndarray, " K"]) -> Float[ndarray, " K"]:
        """E log |Λ|."""
        from scipy.special import digamma  # half a second to import, of which commands without a prior have no need

        D = shape.means.shape[1]
        digammas = digamma((dofs - np.arange(D)[:, None]) / 2).sum(0)
        return np.asarray(digammas + D * np.log(2) + _log_scale(shape, dofs))


def _log_scale(shape: Ellipses, dofs: Float[ndarray, " K"]) -> Float[ndarray, " K"]:
    """log |(dof C)⁻¹|, of Wishart distributions' own scales."""
    return 2 * shape.log_det - shape.means.shape[1] * np.log(dofs)


def _squares(shape: Ellipses, location: float | tuple[float, ...]) -> Float[ndarray, " K"]:
    """(m - m₀)ᵀ C⁻¹ (m - m₀) of each component."""
    away = shape.means - location
    if shape.whiteners.ndim == 3:
        whitened = np.einsum(
            "kij,kj->ki", np.broadcast_to(shape.whiteners, (len(away), *shape.whiteners.shape[1:])), away
        )
    else:
        whitened = shape.whiteners.reshape(len(away), -1) * away
    return (whitened**2).sum(1)
