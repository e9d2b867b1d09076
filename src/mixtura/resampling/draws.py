"""Four ways to other rows that might as well have been seen."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.resampling.replicates import Original, draw_rows
from mixtura.statistics import Block

_MOST_GROUPS = 1000  # that a jackknife leaves out in turn, unless told


class Draw(NamedTuple):
    """A way to draw, and the variance of an estimate from those of its replicates, stacked."""

    block: Callable[[Original, int, int, np.random.Generator], Block]  # (original, which, of how many, rng)
    variance: Callable[[ndarray], ndarray]
    usual_number: Callable[[Original], int]


def _with_replacement(origin: Original, which: int, number: int, rng: np.random.Generator) -> Block:
    """As many rows as there are, with replacement (Efron 1979)."""
    return Block(origin.points, draw_rows(origin, rng))


def _reweighted(origin: Original, which: int, number: int, rng: np.random.Generator) -> Block:
    """Exponential weights, which add up to what they did: every row stays (Newton & Raftery 1994)."""
    weights = rng.gamma(origin.weights)
    return Block(origin.points, weights * (origin.weights.sum() / weights.sum()))


def _from_the_fit(origin: Original, which: int, number: int, rng: np.random.Generator) -> Block:
    """As many rows as there are, from the fitted mixture."""
    points, _ = origin.model.sample(origin.parameters, origin.n_rows, rng)
    return Block(points, np.ones(len(points)))


def _leaving_out(origin: Original, which: int, number: int, rng: np.random.Generator) -> Block:
    """All rows but those of one group; groups are the same for all of a number of them."""
    groups = np.random.default_rng(0).permutation(len(origin.points)) % number
    return Block(origin.points, np.where(groups == which, 0.0, origin.weights))


def _jackknife_variance(values: Float[ndarray, "B ..."]) -> ndarray:
    number = len(values)
    return (number - 1) / number * ((values - values.mean(0)) ** 2).sum(0)


def _sample_variance(values: Float[ndarray, "B ..."]) -> ndarray:
    return values.var(0, ddof=1) if len(values) > 1 else np.zeros(values.shape[1:])


DRAWS = {
    "bootstrap": Draw(_with_replacement, _sample_variance, lambda origin: 999),
    "weighted": Draw(_reweighted, _sample_variance, lambda origin: 999),
    "parametric": Draw(_from_the_fit, _sample_variance, lambda origin: 999),
    "jackknife": Draw(_leaving_out, _jackknife_variance, lambda origin: min(len(origin.points), _MOST_GROUPS)),
}
