"""A mixture that is told something: hints on rows, and parameters that are known. The loop is that of any mixture."""

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from mixtura.emissions.contract import Emission
from mixtura.hints import Hinted, Linked, share
from mixtura.mixture import SPECK, Mixture, MixtureParameters
from mixtura.statistics import MixtureStatistics


class InformedParameters(NamedTuple):
    """Parameters of the mixture, and the responsibilities of linked units that a pass goes on from."""

    weights: Float[ndarray, " K"]
    emission: Any
    beliefs: ndarray  # (U, K), or empty

    @property
    def mixture(self) -> MixtureParameters:
        """What does not depend on the rows."""
        return MixtureParameters(self.weights, self.emission)


class InformedStatistics(NamedTuple):
    """Sums of a mixture; `draws` count units, which are drawn once, and `beliefs` are the units' responsibilities."""

    mixture: MixtureStatistics
    draws: Float[ndarray, " K"]
    beliefs: Any  # (U, K) of the one block of linked rows, 0 of the others


class Known(NamedTuple):
    """What is known of the parameters; False where a component is to be fitted, and for weights that are."""

    weights: bool
    means: Bool[ndarray, " K"]
    covariances: Bool[ndarray, " K"]


@dataclass(frozen=True)
class Informed:
    """A Gaussian mixture under hints, of which some parameters stay as they begin."""

    model: Mixture
    known: Known

    def statistics(self, parameters: InformedParameters) -> "partial[InformedStatistics]":
        """The function that turns a block of hinted rows into statistics."""
        return partial(block_statistics, **self._bound(parameters))

    def responsibilities(self, parameters: InformedParameters) -> "partial[ndarray]":
        """The function that gives every row of a block its responsibilities (N, K)."""
        return partial(block_shares, **self._bound(parameters))

    def _bound(self, parameters: InformedParameters) -> dict[str, Any]:
        with np.errstate(divide="ignore"):
            log_weights = np.log(parameters.weights)
        emission, beliefs = self.model.emission, parameters.beliefs
        density = emission.density(parameters.emission)
        return {"emission": emission, "log_weights": log_weights, "density": density, "beliefs": beliefs}

    def objective(self, statistics: InformedStatistics, parameters: InformedParameters) -> float:
        """What EM raises: the log-likelihood in nats, or, with pairs that should differ, a lower bound of it."""
        return self.model.objective(statistics.mixture, parameters.mixture)

    def maximise(self, statistics: InformedStatistics, parameters: InformedParameters) -> InformedParameters:
        """The M-step under what is known: each part is still where the expected log-likelihood is largest."""
        sums, known = statistics.mixture, self.known
        moments = sums.emission._replace(shifts=np.where(known.means[:, None], 0.0, sums.emission.shifts))
        new = self.model.maximise(sums._replace(emission=moments), parameters.mixture)
        weights = parameters.weights if known.weights else self.model.share(statistics.draws + SPECK)
        covariances = new.emission.covariances.copy()
        covariances[known.covariances] = parameters.emission.covariances[known.covariances]
        beliefs = np.asarray(statistics.beliefs, dtype=float)
        return InformedParameters(weights, new.emission._replace(covariances=covariances), beliefs)

    def n_known(self, parameters: InformedParameters) -> int:
        """How many numbers were not left free."""
        emission: Any = self.model.emission
        (K, D), known = parameters.emission.means.shape, self.known
        n_weights = K - 1 if known.weights and not self.model.equal_weights else 0
        n_covariances = emission.model.n_free(K, D) * int(known.covariances.sum()) // K
        return n_weights + D * int(known.means.sum()) + n_covariances


@dataclass(frozen=True)
class PartlyKnown(Mixture):
    """A mixture of which some numbers are known: they do not count as fitted."""

    n_known: int = 0

    def n_free(self, parameters: MixtureParameters) -> int:
        return super().n_free(parameters) - self.n_known


class _Expected(NamedTuple):
    """What an E-step finds: of rows, of units, and the objective."""

    shares: Float[ndarray, "N K"]
    draws: Float[ndarray, " K"]
    objective: float
    beliefs: Any


def block_statistics(
    block: Hinted | Linked, emission: Emission, log_weights: Float[ndarray, " K"], density: Any, beliefs: ndarray
) -> InformedStatistics:
    """The E-step on one block of rows that are hinted at, linked or not, and the sums that the M-step needs."""
    found = _expect(block, emission, log_weights, density, beliefs)
    shares = found.shares * block.weights[:, None]
    moments = emission.accumulate(block.points, shares, density)
    return InformedStatistics(MixtureStatistics(shares.sum(0), moments, found.objective), found.draws, found.beliefs)


def block_shares(
    block: Hinted | Linked, emission: Emission, log_weights: Float[ndarray, " K"], density: Any, beliefs: ndarray
) -> Float[ndarray, "N K"]:
    """The responsibilities alone."""
    return _expect(block, emission, log_weights, density, beliefs).shares


def _expect(
    block: Hinted | Linked, emission: Emission, log_weights: Float[ndarray, " K"], density: Any, beliefs: ndarray
) -> _Expected:
    log_rows = block.agreement + emission.log_density(block.points, density)
    if isinstance(block, Linked):
        return _expect_linked(block, log_rows, log_weights, beliefs)
    log_joint = log_weights + log_rows
    with np.errstate(invalid="ignore"):  # where a component has collapsed; the loop sees it
        log_evidence = np.logaddexp.reduce(log_joint, axis=1)
    shares = np.exp(log_joint - log_evidence[:, None])
    return _Expected(shares, block.weights @ shares, float(block.weights @ log_evidence), 0.0)


def _expect_linked(
    block: Linked, log_rows: Float[ndarray, "N K"], log_weights: Float[ndarray, " K"], beliefs: ndarray
) -> _Expected:
    """A unit is drawn once; its rows agree on the component. All rows of a unit count the same."""
    n_units = int(block.units.max()) + 1
    log_joint, weights = np.tile(log_weights, (n_units, 1)), np.zeros(n_units)
    np.add.at(log_joint, block.units, log_rows)
    weights[block.units] = block.weights
    shares, objective = share(log_joint, weights, block.apart, beliefs)
    return _Expected(shares[block.units], weights @ shares, objective, shares)
