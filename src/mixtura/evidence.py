"""What criteria look at, from one pass over the rows."""

from collections.abc import Callable, Sequence
from functools import partial
from math import inf

import numpy as np
from numpy import ndarray

from mixtura._kernels.densities import LITTLE
from mixtura.criteria import Evidence
from mixtura.emissions.contract import Emission
from mixtura.mixture import Classification, Mixture, MixtureParameters
from mixtura.runners.contract import Measured, Runner
from mixtura.statistics import Block, MixtureStatistics

_LEAST_GAIN = 1e-3  # nats: a step that gains less is the last
_NOTHING = -800.0  # the logarithm of a share that is none


def collect_evidence(
    classify: Callable[[Block], Classification], n_free: int, source: Measured, runner: Runner
) -> Evidence:
    """What takes no more than the most probable component of each row of `source`."""
    log_likelihood, map_entropy = runner(source, partial(_of_labels, classify=classify))
    return Evidence(log_likelihood, n_free, source.total_weight, map_entropy)


def collect_all_evidence(
    posterior: Callable[[Block], tuple[ndarray, ndarray]], n_free: int, source: Measured, runner: Runner
) -> Evidence:
    """The same, and the entropy of all responsibilities."""
    log_likelihood, map_entropy, entropy = runner(source, partial(of_responsibilities, posterior=posterior))
    return Evidence(log_likelihood, n_free, source.total_weight, map_entropy, entropy)


def one_log_likelihood(emission: Emission, source: Measured, runner: Runner) -> float:
    """The log-likelihood of a single component, which the first step finds unless its tails have to be found, too."""
    model, first = Mixture(emission), next(iter(source.blocks()))
    is_rare = source.n_rows * source.n_columns < LITTLE
    best = MixtureParameters(np.ones(1), emission.pooled(*first, 1))
    before, statistics = -inf, runner(source, _sums(model, best, is_rare))
    while statistics.log_likelihood > before + _LEAST_GAIN:
        before, best = statistics.log_likelihood, model.maximise(statistics, best)
        statistics = runner(source, _sums(model, best, is_rare))
    return float(statistics.log_likelihood)


def _sums(model: Mixture, parameters: MixtureParameters, is_rare: bool) -> Callable[[Block], MixtureStatistics]:
    sums = model.statistics(parameters)
    return partial(sums, is_rare=True) if is_rare else sums


def _of_labels(block: Block, classify: Callable[[Block], Classification]) -> tuple[float, float]:
    """Log-likelihood, and -sum log of the largest responsibility."""
    _, probabilities, log_density = classify(block)
    logs = np.log(probabilities.astype(np.float64))
    # Not `@`: BLAS would call its own threads to help those of the runner, and wait for them.
    return float((block.weights * log_density).sum()), -float((block.weights * logs).sum())


def of_responsibilities(
    block: Block, posterior: Callable[[Block], tuple[ndarray, ndarray]]
) -> tuple[float, float, float]:
    """Log-likelihood, -sum log of the largest responsibility, and -sum r log r."""
    responsibilities, log_density = posterior(block)
    shares = responsibilities.astype(np.float64)
    logs = np.log(np.maximum(shares, np.finfo(np.float64).tiny))  # what has no share adds nothing
    of_rows = ((block.weights * values).sum() for values in (log_density, logs.max(1), (shares * logs).sum(1)))
    log_likelihood, map_logs, mean_logs = map(float, of_rows)
    return log_likelihood, -map_logs, -mean_logs


def collect_several(
    emission: Emission, mixtures: Sequence[MixtureParameters], n_free: Sequence[int], block: Block
) -> list[Evidence]:
    """What `collect_all_evidence` gives for each of some mixtures of one family, in one go: for few rows, all at hand.

    The family takes the density of each component from its own parameters alone.
    """
    sizes = [len(mixture.weights) for mixture in mixtures]
    first, owner = np.cumsum([0, *sizes[:-1]]), np.repeat(np.arange(len(sizes)), sizes)
    density = emission.density(emission.join([mixture.emission for mixture in mixtures]))
    with np.errstate(divide="ignore", invalid="ignore"):
        log_weights = np.log(np.concatenate([mixture.weights for mixture in mixtures]))
        log_joint = log_weights[:, None] + emission.log_density(block.points, density).T
        largest = np.maximum.reduceat(log_joint, first)
        logs = np.maximum(log_joint - largest[owner], _NOTHING)
        shares = np.exp(logs)
        totals = np.add.reduceat(shares, first)
        log_totals, means = np.log(totals), np.add.reduceat(shares * logs, first) / totals
    of_rows = (largest + log_totals, log_totals, log_totals - means)
    sums = ((block.weights * values).sum(1).tolist() for values in of_rows)
    n_rows = float(block.weights.sum())
    return [Evidence(high, free, n_rows, *spread) for free, high, *spread in zip(n_free, *sums, strict=True)]
