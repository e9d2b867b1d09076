"""What the constructor parameters of an estimator may be, said in a table, in the words that scikit-learn uses."""

from collections.abc import Callable, Collection, Mapping
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np


class Rule(NamedTuple):
    """A test, and the words for what passes it."""

    accepts: Callable[[Any], bool]
    wanted: str


def whole(least: int) -> Rule:
    """A whole number of at least `least`."""
    return Rule(lambda value: _is_number(value, Integral) and value >= least, f"an int in the range [{least}, inf)")


def real(least: float) -> Rule:
    """A finite number of at least `least`."""
    wanted = f"a float in the range [{least}, inf)"
    return Rule(lambda value: _is_number(value, Real) and least <= value < np.inf, wanted)


def positive() -> Rule:
    """A finite number above zero."""
    return Rule(lambda value: _is_number(value, Real) and 0 < value < np.inf, "a float in the range (0.0, inf)")


def one_of(names: Collection[str]) -> Rule:
    """One of some names."""
    wanted = f"a str among {{{', '.join(map(repr, names))}}}"
    return Rule(lambda value: isinstance(value, str) and value in names, wanted)


def either(*rules: Rule) -> Rule:
    """What any of the rules accepts."""
    return Rule(lambda value: any(rule.accepts(value) for rule in rules), " or ".join(rule.wanted for rule in rules))


def check_parameters(estimator: Any, rules: Mapping[str, Rule]) -> None:
    """Raise a ValueError for the first parameter that its rule refuses."""
    for name, rule in rules.items():
        value = getattr(estimator, name)
        if not rule.accepts(value):
            owner = type(estimator).__name__
            raise ValueError(f"The {name!r} parameter of {owner} must be {rule.wanted}. Got {value!r} instead.")


def _is_number(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


BOOLEAN = Rule(lambda value: isinstance(value, (bool, np.bool_)), "a bool")
NONE = Rule(lambda value: value is None, "None")
ARRAY = Rule(lambda value: hasattr(value, "__len__") and not isinstance(value, str), "an array-like")
CALLABLE = Rule(callable, "a callable")
SEED = either(
    whole(0), Rule(lambda value: isinstance(value, np.random.RandomState), "an instance of RandomState"), NONE
)
VERBOSITY = either(BOOLEAN, whole(0))
JOBS = either(NONE, Rule(lambda value: _is_number(value, Integral) and value != 0, "an int other than 0"))
CALLBACKS = Rule(lambda value: isinstance(value, (list, tuple)) and all(map(callable, value)), "a list of callables")
