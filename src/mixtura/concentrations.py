"""Priors on mixing weights, and what K components that explain so many rows each make of them.

Both are conjugate: their posterior is given by the prior's concentration and the counts of the components.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from numpy import ndarray


@runtime_checkable
class Concentration(Protocol):
    """A prior on the weights of any number of components."""

    @property
    def concentration(self) -> float:
        """The larger, the more components share the rows before any are seen."""
        ...

    def posterior(self, counts: Float[ndarray, " K"]) -> Float[ndarray, "... K"]:
        """The parameters of the posterior."""
        ...

    def expected(self, counts: Float[ndarray, " K"]) -> Float[ndarray, " K"]:
        """The mean weights, which sum to one."""
        ...

    def expected_log(self, counts: Float[ndarray, " K"]) -> Float[ndarray, " K"]:
        """The means of the log-weights."""
        ...

    def divergence(self, counts: Float[ndarray, " K"]) -> float:
        """What the posterior has learnt beyond the prior (Kullback & Leibler), in nats."""
        ...

    def log_orders(self, n_components: int) -> float:
        """The log of how many ways there are to number the components that this prior does not tell apart."""
        ...

    def sample(self, counts: Float[ndarray, " K"], number: int, rng: np.random.Generator) -> Float[ndarray, "S K"]:
        """Draws from the posterior."""
        ...


@dataclass(frozen=True)
class Dirichlet:
    """Weights of exactly K components: a Dirichlet distribution with one concentration for all.

    >>> Dirichlet(1.0).expected(np.array([1.0, 3.0])).round(3).tolist()
    [0.333, 0.667]
    """

    concentration: float

    def posterior(self, counts: Float[ndarray, " K"]) -> Float[ndarray, " K"]:
        return self.concentration + counts

    def expected(self, counts: Float[ndarray, " K"]) -> Float[ndarray, " K"]:
        return self.posterior(counts) / self.posterior(counts).sum()

    def expected_log(self, counts: Float[ndarray, " K"]) -> Float[ndarray, " K"]:
        return _expected_log(self.posterior(counts))

    def divergence(self, counts: Float[ndarray, " K"]) -> float:
        return float(_divergence(self.posterior(counts), np.full(len(counts), self.concentration)))

    def log_orders(self, n_components: int) -> float:
        from scipy.special import gammaln

        return float(gammaln(n_components + 1))

    def sample(self, counts: Float[ndarray, " K"], number: int, rng: np.random.Generator) -> Float[ndarray, "S K"]:
        return rng.dirichlet(self.posterior(counts), number)


@dataclass(frozen=True)
class Process:
    """Weights of endlessly many components, of which K explain rows: a Dirichlet process by its sticks.

    Each component in turn breaks a share v off what is left, v ~ Beta(1, concentration) (Blei & Jordan 2006). The
    largest breaks first, which is the order of the highest bound (Kurihara, Welling & Teh 2007), so that nothing
    depends on how components are numbered.

    >>> Process(1.0).posterior(np.array([1.0, 3.0])).tolist()  # (K,) of each parameter of the Betas
    [[2.0, 4.0], [1.0, 2.0]]
    """

    concentration: float

    def posterior(self, counts: Float[ndarray, " K"]) -> Float[ndarray, "2 K"]:
        order = _largest_first(counts)
        left = np.empty(len(counts))
        left[order] = np.append(np.cumsum(counts[order][::-1])[-2::-1], 0.0)
        return np.stack([1.0 + counts, self.concentration + left])

    def expected(self, counts: Float[ndarray, " K"]) -> Float[ndarray, " K"]:
        taken, left = self.posterior(counts)
        weights = _of_sticks(taken / (taken + left), _largest_first(counts))
        return weights / weights.sum()

    def expected_log(self, counts: Float[ndarray, " K"]) -> Float[ndarray, " K"]:
        taken, left = _expected_log(self.posterior(counts))
        order = _largest_first(counts)
        before = np.empty(len(counts))
        before[order] = np.append(0.0, np.cumsum(left[order])[:-1])
        return taken + before

    def divergence(self, counts: Float[ndarray, " K"]) -> float:
        prior = np.array([[1.0], [self.concentration]]) + 0 * counts
        return float(_divergence(self.posterior(counts), prior).sum())

    def log_orders(self, n_components: int) -> float:
        return 0.0

    def sample(self, counts: Float[ndarray, " K"], number: int, rng: np.random.Generator) -> Float[ndarray, "S K"]:
        taken, left = self.posterior(counts)
        weights = _of_sticks(rng.beta(taken, left, (number, len(counts))), _largest_first(counts))
        return weights / weights.sum(1, keepdims=True)


CONCENTRATIONS: dict[str, type[Dirichlet] | type[Process]] = {
    "dirichlet_process": Process,
    "dirichlet_distribution": Dirichlet,
}


def _largest_first(counts: Float[ndarray, " K"]) -> ndarray:
    return np.argsort(-counts, kind="stable")


def _of_sticks(shares: Float[ndarray, "... K"], order: ndarray) -> Float[ndarray, "... K"]:
    """What each component gets that breaks its share off what those before it in the order leave."""
    broken = shares[..., order]
    left = np.cumprod(1 - broken, axis=-1)
    weights = np.empty_like(shares)
    weights[..., order] = broken * np.concatenate([np.ones_like(left[..., :1]), left[..., :-1]], axis=-1)
    return weights


def _expected_log(parameters: Float[ndarray, "A ..."]) -> Float[ndarray, "A ..."]:
    """E log x of x ~ Dirichlet(parameters), along the first axis."""
    from scipy.special import digamma  # half a second to import, of which commands without a prior have no need

    return np.asarray(digamma(parameters) - digamma(parameters.sum(0)))


def _divergence(posterior: Float[ndarray, "A ..."], prior: Float[ndarray, "A ..."]) -> Float[ndarray, "..."]:
    """Of Dirichlet(posterior) from Dirichlet(prior), along the first axis."""
    from scipy.special import gammaln

    norms = [gammaln(p.sum(0)) - gammaln(p).sum(0) for p in (posterior, prior)]
    return np.asarray(norms[0] - norms[1] + ((posterior - prior) * _expected_log(posterior)).sum(0))
