"""Functions that columns of numbers are seen through, by name.

Powers are written with the number that shapes them and the unit g that numbers are seen in, such as box-cox(0.3, 1250):

    Box & Cox (1964), x > 0:         T(x) = ((x / g)^p - 1) / p, which is log(x / g) where p = 0
    Yeo & Johnson (2000), x >= 0:    T(x) = ((1 + x / g)^p - 1) / p
                          x < 0:     T(x) = -((1 - x / g)^(2 - p) - 1) / (2 - p)

Both stay what they are if a column is told in other units. Powers of Yeo and Johnson are from 0 to 2, where T goes from
minus to plus infinity; those of Box and Cox have an end, beyond which a Gaussian should have next to nothing.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from math import isfinite, log
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

_FARTHEST = 700.0  # a logarithm: about the largest number there is
_NUMBER = r"(-?\d+(?:\.\d+)?(?:e[-+]\d+)?)"
_WITH_POWER = re.compile(rf"(box-cox|yeo-johnson)\({_NUMBER}, {_NUMBER}\)")


class Transform(NamedTuple):
    """A function of a column, its inverse, the logarithm of its slope, and where it is defined."""

    apply: Callable[[ndarray], ndarray]
    undo: Callable[[ndarray], ndarray]
    log_slope: Callable[[ndarray], ndarray]
    least: float
    most: float


class Powers(NamedTuple):
    """A family of transforms: what a power and a unit make of it, which powers there are, where they are defined."""

    make: Callable[[float, float], Transform]
    unit: Callable[[Float[ndarray, " N"], Float[ndarray, " N"]], float]  # of numbers and what each of them counts
    lowest: float
    highest: float
    least: float


def _box_cox(power: float, unit: float) -> Transform:
    return Transform(
        lambda x: _raised(np.log(x / unit), power),
        lambda y: unit * np.exp(np.clip(_lowered(y, power), -_FARTHEST, _FARTHEST - abs(log(unit)))),
        lambda x: (power - 1) * np.log(x / unit) - log(unit),
        0.0,
        np.inf,
    )


def _yeo_johnson(power: float, unit: float) -> Transform:
    def apply(x: ndarray) -> ndarray:
        size = np.log1p(np.abs(x) / unit)
        return np.where(x < 0, -_raised(size, 2 - power), _raised(size, power))

    def undo(y: ndarray) -> ndarray:
        size = np.where(y < 0, _lowered(np.abs(y), 2 - power), _lowered(np.abs(y), power))
        return np.sign(y) * unit * np.expm1(np.minimum(size, _FARTHEST - abs(log(unit))))

    def log_slope(x: ndarray) -> ndarray:
        return (power - 1) * np.sign(x) * np.log1p(np.abs(x) / unit) - log(unit)

    return Transform(apply, undo, log_slope, -np.inf, np.inf)


def _raised(logs: ndarray, power: float) -> ndarray:
    """(exp(u)^p - 1) / p."""
    return np.expm1(power * logs) / power if power else logs


def _lowered(values: ndarray, power: float) -> ndarray:
    """The u of which `_raised` makes the value, or one far out where there is none."""
    return np.log1p(np.maximum(power * values, np.nextafter(-1.0, 0.0))) / power if power else values


def _geometric_mean(values: Float[ndarray, " N"], weights: Float[ndarray, " N"]) -> float:
    return float(np.exp(np.average(np.log(values), weights=weights)))


def _mean_size(values: Float[ndarray, " N"], weights: Float[ndarray, " N"]) -> float:
    return float(np.average(np.abs(values), weights=weights)) or 1.0


FIXED = {
    "none": Transform(lambda x: x, lambda y: y, np.zeros_like, -np.inf, np.inf),
    "log": Transform(np.log, np.exp, lambda x: -np.log(x), 0.0, np.inf),
    "logit": Transform(
        lambda x: np.log(x) - np.log1p(-x),
        lambda y: 1 / (1 + np.exp(-y)),
        lambda x: -np.log(x) - np.log1p(-x),
        0.0,
        1.0,
    ),
    "sqrt": Transform(lambda x: 2 * np.sqrt(x), lambda y: (y / 2) ** 2, lambda x: -np.log(x) / 2, 0.0, np.inf),
}
POWERS = {
    "box-cox": Powers(_box_cox, _geometric_mean, -2.0, 2.0, 0.0),
    "yeo-johnson": Powers(_yeo_johnson, _mean_size, 0.0, 2.0, -np.inf),
}
OFFERED = (*(name for name in FIXED if name != "none"), *POWERS)  # to people: of powers, the number is found


@lru_cache(maxsize=256)
def transform(name: str) -> Transform:
    """The transform of that name.

    Raises
    ------
    ValueError
        If there is none, or its power is still to be found.

    Examples
    --------
    >>> transform("box-cox(0.5, 4.0)").apply(np.array([1.0, 4.0, 9.0]))
    array([-1.,  0.,  1.])
    """
    if name in FIXED:
        return FIXED[name]
    kind, power, unit = parts(name)
    if not (isfinite(power) and POWERS[kind].lowest <= power <= POWERS[kind].highest and 0 < unit < np.inf):
        raise ValueError(f"{name!r} is no transform: its power or its unit is out of range")
    return POWERS[kind].make(power, unit)


def limits(name: str) -> tuple[float, float]:
    """Between which numbers a transform is defined, whether its power is found or not."""
    if name in FIXED:
        return FIXED[name].least, FIXED[name].most
    return POWERS[name.partition("(")[0]].least, np.inf


def has_power(name: str) -> bool:
    """Whether a transform is written with a power."""
    return _WITH_POWER.fullmatch(name) is not None


def is_found(name: str) -> bool:
    """Whether there is nothing left to be found out about a transform."""
    return name not in POWERS


def written(kind: str, power: float, unit: float) -> str:
    """The name of a power: a thousandth of the power, and three digits of the unit, are all that it takes.

    Examples
    --------
    >>> written("box-cox", 0.33333, 1249.8)
    'box-cox(0.333, 1250.0)'
    """
    return f"{kind}({round(power, 3) + 0.0!r}, {float(f'{unit:.3g}')!r})"


def parts(name: str) -> tuple[str, float, float]:
    """Of a transform that has a power: its kind, the power and the unit."""
    found = _WITH_POWER.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is no transform: there are {', '.join(OFFERED)}")
    return found[1], float(found[2]), float(found[3])
