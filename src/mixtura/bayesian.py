"""Variational Bayes: a mixture whose weights and components are distributions (Attias 2000; Bishop 2006, section 10.2).

It is the same loop. What EM takes for the log-density of a row under a component, here is its mean under the posterior;
what it maximises is a lower bound of the log-evidence, log p(rows):

    bound = Σ_n w_n log Σ_k exp(E log π_k + E log N(x_n | μ_k, Λ_k⁻¹)) - KL(posterior of the weights | prior)
                                                                       - Σ_k KL(posterior of component k | prior).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.concentrations import CONCENTRATIONS, Concentration, Process
from mixtura.emissions.normal_wishart import NormalWishart
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.spaces import Spread


@dataclass(frozen=True)
class BayesianMixture(Mixture):
    """K components under a prior, whose weights are under a prior too.

    Of `MixtureParameters`, `weights` are the expected ones; `counts` among the family's parameters say the rest.
    """

    emission: NormalWishart = field(default_factory=NormalWishart)
    weights_prior: Concentration = Process(1.0)  # noqa: RUF009 (immutable)

    def share(self, counts: Float[ndarray, " K"], noise: float = 0.0) -> Float[ndarray, " K"]:
        return self.weights_prior.expected(counts)

    def log_weights(self, parameters: MixtureParameters) -> Float[ndarray, " K"]:
        return self.weights_prior.expected_log(parameters.emission.counts)

    def log_prior(self, parameters: MixtureParameters) -> float:
        """Minus what the posterior has learnt beyond the prior, in nats: with the log-likelihood it is the bound."""
        counts = parameters.emission.counts
        return self.emission.log_prior(parameters.emission) - self.weights_prior.divergence(counts)

    def ties(self, parameters: MixtureParameters, run: Callable[..., Any], spread: Spread) -> Int[ndarray, " M"]:
        """Components that rest on values that repeat; `run` adds up over rows of this spread."""
        own = replace(self, emission=self.emission.of_own_shapes)
        if own != self:
            parameters = own.maximise(run(self.statistics(parameters)), parameters)
        return own.emission.spurious(parameters.emission, parameters.emission.counts, spread)

    @property
    def conditions(self) -> list[str]:
        return ["variational Bayes"]

    @property
    def settings(self) -> dict[str, Any]:
        kind = next(name for name, prior in CONCENTRATIONS.items() if type(self.weights_prior) is prior)
        return {"weights_prior": {"kind": kind, "concentration": self.weights_prior.concentration}}

    def middle(self, parameters: MixtureParameters) -> tuple[Mixture, MixtureParameters]:
        return Mixture(self.emission.gaussian), parameters._replace(emission=parameters.emission.expected)

    def rescale(
        self, parameters: MixtureParameters, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]
    ) -> tuple["BayesianMixture", MixtureParameters]:
        """The prior and the posterior for x of a fit to (x - centre) / scale."""
        model = replace(self, emission=self.emission.rescaled(centre, scale))
        return model, parameters._replace(emission=self.emission.rescale(parameters.emission, centre, scale))

    def in_units(self, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]) -> "BayesianMixture":
        """The same prior for x where this one is for (x - centre) / scale."""
        return replace(self, emission=self.emission.rescaled(centre, scale))

    def counts_of(self, parameters: MixtureParameters, total_weight: float) -> Float[ndarray, " K"]:
        """Those that the posterior knows."""
        counts: Float[ndarray, " K"] = parameters.emission.counts
        return counts

    def rank(self, bound: float, n_components: int) -> float:
        """The bound in a form that compares numbers of components.

        It knows of one numbering of the components; where a prior does not tell numberings apart, each of them counts.
        """
        return bound + self.weights_prior.log_orders(n_components)
