"""How sharply the likelihood of a Gaussian mixture peaks, and how much rows disagree about where.

Free numbers t are logarithms of the ratios of weights, means, and what the covariance model leaves free. With s_n the
gradient of the log-density of row n, observed information is minus the derivative of the total gradient, H; the
covariance of the estimates is H^-1, or H^-1 (sum_n s_n s_n') H^-1 whether or not the model is true (White 1982; for
mixtures, Boldea & Magnus 2009).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.covariance.free import Moved, nearby, tangents
from mixtura.emissions._moments import matrices
from mixtura.emissions.gaussian import GaussianParameters
from mixtura.errors import FitError
from mixtura.mixture import MixtureParameters
from mixtura.resampling.replicates import Original
from mixtura.statistics import Block

_NUMBERS = 1 << 21  # in the gradients of a block
_STEP = 1e-4  # of a logarithm, or a standard deviation


def covariance_of_estimates(origin: Original, is_robust: bool) -> tuple[Float[ndarray, "P P"], "Point"]:
    """The covariance of the free numbers, and where they stand.

    Raises
    ------
    FitError
        If the likelihood has no peak there.
    """
    point = Point(origin, *_free_covariances(origin))
    steps = _STEP * np.eye(point.n_free)
    slopes = np.stack([point.gradient(step) - point.gradient(-step) for step in steps]) / (2 * _STEP)
    information = -(slopes + slopes.T) / 2
    try:
        np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        raise FitError(
            "The likelihood has no peak where the fit ended, so that its width says nothing: fit with a smaller "
            'tolerance or fewer components, or use method="bootstrap".'
        ) from None
    inverse = np.linalg.inv(information)
    return (inverse @ point.disagreement() @ inverse if is_robust else inverse), point


def _free_covariances(origin: Original) -> tuple[int, Moved]:
    emission: Any = origin.model.emission
    _, covariances = origin.parameters.emission
    return nearby(emission.covariance, matrices(covariances, origin.points.shape[1]))


@dataclass(frozen=True)
class Point:
    """A mixture at free numbers of zero, and what lies near it."""

    origin: Original
    n_of_covariances: int
    covariances: Moved

    @property
    def n_free(self) -> int:
        """How many free numbers there are."""
        return self._n_of_weights + self.origin.parameters.emission.means.size + self.n_of_covariances

    @cached_property
    def shares(self) -> Float[ndarray, " M"]:
        """The weights, and the share of the noise if there is any."""
        weights = self.origin.parameters.weights
        return weights if self.origin.model.noise is None else np.append(weights, max(1.0 - weights.sum(), 0.0))

    @property
    def _n_of_weights(self) -> int:
        has_noise = len(self.shares) > len(self.origin.parameters.weights)
        return int(has_noise) if self.origin.model.equal_weights else len(self.shares) - 1

    def derivatives(self) -> tuple[ndarray, ndarray, ndarray]:
        """Of the shares (P, M), the means (P, K, D) and the covariances (P, K, D, D), each by its own free numbers."""
        means = self.origin.parameters.emission.means
        by_mean = (np.eye(means.size) * self._units.ravel()).reshape(means.size, *means.shape)
        return self._by_share, by_mean, tangents(self.covariances, np.zeros(self.n_of_covariances))

    def gradient(self, free: Float[ndarray, " P"]) -> Float[ndarray, " P"]:
        """Of the log-likelihood of all rows, at other free numbers."""
        total = np.zeros(self.n_free)
        for scores, weights in self._scores(free):
            total += weights @ scores
        return total

    def disagreement(self) -> Float[ndarray, "P P"]:
        """The sum of the squared gradients of the rows."""
        return np.sum([(s * w[:, None]).T @ s for s, w in self._scores(np.zeros(self.n_free))], axis=0)

    @cached_property
    def _units(self) -> Float[ndarray, "K D"]:
        """Standard deviations, in which means are moved."""
        _, covariances = self.origin.parameters.emission
        return np.sqrt(np.einsum("kdd->kd", matrices(covariances, self.origin.points.shape[1])))

    @cached_property
    def _by_share(self) -> Float[ndarray, "P M"]:
        """Of the shares by the logarithms of their ratios to the last; with equal weights, of all to the noise."""
        shares, size = self.shares, self._n_of_weights
        full = np.diag(shares) - np.outer(shares, shares)
        return full[-size:] if self.origin.model.equal_weights else full[:size]

    def _at(self, free: Float[ndarray, " P"]) -> tuple[MixtureParameters, Float[ndarray, "P K D D"]]:
        """The mixture at other free numbers, and the derivatives of its covariances."""
        of_weights, of_means, of_covariances = np.split(free, np.cumsum([self._n_of_weights, self._units.size]))
        logs = np.log(self.shares)
        if self.origin.model.equal_weights:
            logs[-len(of_weights) :] += of_weights
        else:
            logs[: len(of_weights)] += of_weights
        shares = np.exp(logs - np.logaddexp.reduce(logs))
        means, _ = self.origin.parameters.emission
        moved = means + of_means.reshape(means.shape) * self._units
        emission = GaussianParameters(moved, self.covariances(of_covariances))
        return MixtureParameters(shares[: len(means)], emission), tangents(self.covariances, of_covariances)

    def _scores(self, free: Float[ndarray, " P"]) -> Iterator[tuple[Float[ndarray, "B P"], Float[ndarray, " B"]]]:
        """The gradient of the log-density of each row, block by block, and how much the rows count."""
        parameters, directions = self._at(free)
        precisions = np.linalg.inv(parameters.emission.covariances)
        kind = self.origin.model.emission.model.kind  # type: ignore[attr-defined]
        posterior = self.origin.model.posterior(_as_kind(parameters, kind))
        points, weights = self.origin.points, self.origin.weights
        size = max(1, _NUMBERS // precisions.size)
        for start in range(0, len(points), size):
            block = Block(points[start : start + size], weights[start : start + size])
            responsibilities = posterior(block)[0]
            shares = np.append(parameters.weights, 1.0 - parameters.weights.sum())[: len(self.shares)]
            of_weights = (responsibilities - shares)[:, self._counted]
            away = block.points[:, None] - parameters.emission.means
            pulls = np.einsum("kde,nke->nkd", precisions, away)
            own = responsibilities[:, : len(precisions), None]
            bends = 0.5 * own[..., None] * (pulls[..., None] * pulls[:, :, None, :] - precisions)
            of_covariances = bends.reshape(len(away), -1) @ directions.reshape(len(directions), -1).T
            of_means = (own * pulls * self._units).reshape(len(away), -1)
            yield np.concatenate([of_weights, of_means, of_covariances], axis=1), block.weights

    @property
    def _counted(self) -> slice:
        """The shares that free numbers belong to."""
        size = self._n_of_weights
        return slice(len(self.shares) - size, None) if self.origin.model.equal_weights else slice(0, size)


def _as_kind(parameters: MixtureParameters, kind: str) -> MixtureParameters:
    """The covariances in the shape that the model has them in."""
    covariances = parameters.emission.covariances
    if kind != "full":
        covariances = np.ascontiguousarray(np.einsum("kdd->kd", covariances))
        covariances = covariances.mean(1) if kind == "spherical" else covariances
    return parameters._replace(emission=parameters.emission._replace(covariances=covariances))
