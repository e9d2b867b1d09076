"""What a variational posterior says: draws of whole mixtures, credible intervals, and the density of rows to come."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.bayesian import BayesianMixture
from mixtura.emissions._moments import coloured, matrices
from mixtura.emissions.student import Student, StudentParameters
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import Block

_DRAWS = 10_000  # behind the intervals that have no formula: their ends are off by a hundredth of a standard deviation
_STUDENTS = Mixture(Student("full", "free"))


class Draws(NamedTuple):
    """S mixtures from the posterior."""

    weights: Float[ndarray, "S K"]
    means: Float[ndarray, "S K D"]
    covariances: Float[ndarray, "S K D D"]


class Intervals(NamedTuple):
    """Lower and upper ends, of every number on its own."""

    weights: Float[ndarray, "K 2"]
    means: Float[ndarray, "K D 2"]
    covariances: Float[ndarray, "K D D 2"]


def draw(model: BayesianMixture, parameters: MixtureParameters, number: int, rng: np.random.Generator) -> Draws:
    """Mixtures drawn from the posterior; components that share one shape get one precision in every draw.

    Bartlett (1933): with Λ = L A Aᵀ Lᵀ for L Lᵀ = (dof C)⁻¹ and A lower triangular, Normal below a diagonal of χ.
    """
    means, covariances, counts = parameters.emission
    K, D = means.shape
    dofs = model.emission.dofs(counts)
    n_shapes = 1 if model.emission.model.is_shared else K
    factors = np.tril(rng.standard_normal((number, n_shapes, D, D)), -1)
    factors += np.sqrt(rng.chisquare(dofs[:n_shapes, None] - np.arange(D), (number, n_shapes, D)))[..., None] * np.eye(
        D
    )
    roots = np.linalg.cholesky(matrices(covariances, D) * dofs[:, None, None])
    wide = roots @ np.linalg.inv(factors).mT  # wide wideᵀ = Σ
    noise = rng.standard_normal((number, K, D, 1)) / np.sqrt(model.emission.shrinkage + counts)[:, None, None]
    return Draws(model.weights_prior.sample(counts, number, rng), means + (wide @ noise)[..., 0], wide @ wide.mT)


def intervals(model: BayesianMixture, parameters: MixtureParameters, level: float = 0.95) -> Intervals:
    """Equal-tailed credible intervals: of means and variances by formula, of weights and covariances by draws.

    A mean is Student's t about its expectation, dof_k C / (Σ of a column) is χ², both with dof_k - D + 1 degrees.
    """
    from scipy.special import chdtri, stdtrit

    ends = np.array([(1 - level) / 2, (1 + level) / 2])
    means, covariances, counts = parameters.emission
    D, dofs = means.shape[1], model.emission.dofs(counts)
    left, variances = (dofs - D + 1)[:, None, None], np.einsum("kdd->kd", matrices(covariances, D))[..., None]
    drawn = draw(model, parameters, _DRAWS, np.random.default_rng(0))
    weights, products = (np.quantile(values, ends, axis=0) for values in (drawn.weights, drawn.covariances))
    ends_of_covariances = np.moveaxis(products, 0, -1)
    diagonal = np.arange(D)
    ends_of_covariances[:, diagonal, diagonal] = dofs[:, None, None] * variances / chdtri(left, ends)
    spread = np.sqrt(variances * (dofs / (model.emission.shrinkage + counts))[:, None, None] / left)
    return Intervals(weights.T, means[..., None] + spread * stdtrit(left, ends), ends_of_covariances)


@dataclass(frozen=True)
class Predictive:
    """A mixture of Student's t distributions: what the posterior, all its uncertainty averaged over, says of a new row.

    `scales` are full matrices; the density of a component falls off as a power of the distance, dof + D.
    """

    weights: Float[ndarray, " K"]
    means: Float[ndarray, "K D"]
    scales: Float[ndarray, "K D D"]
    dofs: Float[ndarray, " K"]

    def score_samples(self, X: Any) -> Float[ndarray, " N"]:
        """The log-density of each row, by the cells that are there, in nats.

        ValueError unless rows have as many columns as the means.
        """
        if np.ndim(X) != 2 or np.shape(X)[1] != self.means.shape[1]:
            raise ValueError(f"X has shape {np.shape(X)}: rows of {self.means.shape[1]} columns are needed.")
        points = np.asarray(X, dtype=np.float64)
        parameters = MixtureParameters(self.weights, StudentParameters(self.means, self.scales, self.dofs))
        log_density: ndarray = _STUDENTS.posterior(parameters)(Block(points, np.ones(len(points))))[1]
        return log_density

    def score(self, X: Any) -> float:
        """The mean log-density of the rows, in nats."""
        return float(self.score_samples(X).mean())

    def sample(self, n_samples: int, rng: np.random.Generator) -> Float[ndarray, "N D"]:
        """Draw rows."""
        labels = rng.choice(len(self.weights), n_samples, p=self.weights)
        noise = rng.standard_normal((n_samples, self.means.shape[1]))
        order = np.argsort(labels, kind="stable")
        noise[order] = coloured(noise[order], np.bincount(labels, minlength=len(self.weights)), self.scales)
        wide = np.sqrt(self.dofs[labels] / rng.chisquare(self.dofs[labels]))
        return self.means[labels] + noise * wide[:, None]


def predictive(model: BayesianMixture, parameters: MixtureParameters) -> Predictive:
    """The density of a new row: Bishop (2006), equations 10.81 and 10.82."""
    means, covariances, counts = parameters.emission
    D, dofs, precision = means.shape[1], model.emission.dofs(counts), model.emission.shrinkage + counts
    left = dofs - D + 1
    wider = dofs * (precision + 1) / (precision * left)
    return Predictive(parameters.weights, means, matrices(covariances, D) * wider[:, None, None], left)
