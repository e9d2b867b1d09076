"""What criteria look at, from one pass over the rows."""

from collections.abc import Callable
from functools import partial
from math import inf

import numpy as np
from numpy import ndarray

from mixtura.criteria import Evidence
from mixtura.emissions.contract import Emission
from mixtura.mixture import Classification, Mixture, MixtureParameters
from mixtura.runners.contract import Measured, Runner
from mixtura.statistics import Block

_LITTLE = 1e-3  # nats: a step that gains less is the last


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
    best = MixtureParameters(np.ones(1), emission.pooled(*first, 1))
    before, statistics = -inf, runner(source, model.statistics(best))
    while statistics.log_likelihood > before + _LITTLE:
        before, best = statistics.log_likelihood, model.maximise(statistics, best)
        statistics = runner(source, model.statistics(best))
    return float(statistics.log_likelihood)


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
