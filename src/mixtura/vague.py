"""A prior for those who have none: it knows how far the table spreads, and wants groups that are narrower."""

from functools import partial
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import starts
from mixtura.bayesian import BayesianMixture
from mixtura.concentrations import Process
from mixtura.emissions.incomplete import one_gaussian
from mixtura.emissions.normal_wishart import NormalWishart
from mixtura.runners.contract import Runner, Source, is_sampled
from mixtura.statistics import Block

# Components are expected to have a twentieth of the table's variance, and their means to be anywhere in it: a hundredth
# of a row holds them to the middle (Fraley & Raftery 2007). A prior of the table's own variance that counts as a whole
# row, which is scikit-learn's, makes groups that are small beside the table cost more than they earn.
NARROWER, SHRINKAGE, CONCENTRATION = 20.0, 0.01, 1.0


_SAMPLE_ROWS = 20_000  # that tell of all where cells are missing


class Moments(NamedTuple):
    """Of all rows; where cells are missing, of the Gaussian that the others of some rows make up."""

    mean: Float[ndarray, " D"]
    covariance: Float[ndarray, "D D"]  # with one row less in the denominator


def moments_of(source: Source, runner: Runner) -> Moments:
    """Two passes: the mean, and what lies about it."""
    first = source.sample if is_sampled(source) else next(iter(source.blocks()))
    pivot = first.points[0].astype(np.float64)
    total, shift, _ = runner(source, partial(_sums, pivot=pivot))
    if np.isnan(shift).any():
        mean, covariance = one_gaussian(*starts.some_rows(source, _SAMPLE_ROWS, np.random.default_rng(0)))
        return Moments(mean, covariance * (total / (total - 1) if total > 1 else 1.0))
    mean = pivot + shift / total
    _, _, scatter = runner(source, partial(_sums, pivot=mean))
    return Moments(mean, scatter / (total - 1 if total > 1 else total))


def _sums(block: Block, pivot: Float[ndarray, " D"]) -> tuple[float, ndarray, ndarray]:
    away = block.points - pivot
    # Not `@`: BLAS would call its own threads to help those of the runner, and wait for them.
    weighted = away * block.weights[:, None]
    return float(block.weights.sum()), weighted.sum(0), np.einsum("ni,nj->ij", weighted, away)


def vague(moments: Moments, covariance: str, little: float | tuple[float, ...]) -> BayesianMixture:
    """A mixture under that prior; `little` keeps the variance of a constant column from zero."""
    n_columns = len(moments.mean)
    scale = moments.covariance * (n_columns / NARROWER) + np.diag(np.broadcast_to(little, (n_columns,)))
    emission = NormalWishart(
        covariance, 0.0, tuple(moments.mean.tolist()), SHRINKAGE, float(n_columns), tuple(scale.ravel().tolist())
    )
    return BayesianMixture(emission=emission, weights_prior=Process(CONCENTRATION))
