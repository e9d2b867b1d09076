"""What the parameter `prior` of an estimator may be, and what that means for the rows of a fit."""

from mixtura.covariance import MODELS
from mixtura.estimators import _parameters as rules
from mixtura.priors import NormalInverseWishart, Prior, row_moments
from mixtura.runners.contract import Measured

_OBJECT = rules.Rule(lambda value: isinstance(value, Prior), "a mixtura.Prior")
RULE = rules.either(rules.NONE, rules.one_of(["default"]), _OBJECT)


def in_numbers(
    prior: Prior | str | None, source: Measured, n_components: int, covariance: str
) -> NormalInverseWishart | None:
    """The prior of a fit of so many components to these rows."""
    meant = named(prior)
    return None if meant is None else meant.resolve(row_moments(source.blocks), n_components, MODELS[covariance].kind)


def concentration(prior: Prior | str | None) -> float:
    """Of the Dirichlet prior on the mixing weights."""
    meant = named(prior)
    return 1.0 if meant is None else float(meant.concentration)


def named(prior: Prior | str | None) -> Prior | None:
    """The prior that is meant, if any."""
    return Prior() if isinstance(prior, str) else prior
