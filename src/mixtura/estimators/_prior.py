"""What the parameter `prior` of an estimator may be, and what that means for the rows of a fit."""

from mixtura.covariance import MODELS
from mixtura.estimators import _parameters as rules
from mixtura.priors import NormalInverseWishart, Prior
from mixtura.sources.array import ArraySource

_OBJECT = rules.Rule(lambda value: isinstance(value, Prior), "a mixtura.Prior")
RULE = rules.either(rules.NONE, rules.one_of(["default"]), _OBJECT)


def in_numbers(
    prior: Prior | str | None, source: ArraySource, n_components: int, covariance: str
) -> NormalInverseWishart | None:
    """The prior of a fit of so many components to these rows."""
    return None if prior is None else _named(prior).resolve(source.blocks(), n_components, MODELS[covariance].kind)


def concentration(prior: Prior | str | None) -> float:
    """Of the Dirichlet prior on the mixing weights."""
    return 1.0 if prior is None else float(_named(prior).concentration)


def _named(prior: Prior | str) -> Prior:
    return Prior() if isinstance(prior, str) else prior
