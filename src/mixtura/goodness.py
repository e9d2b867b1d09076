"""How well latent classes account for a table of answers.

The statistics compare how often each pattern of answers came with how often the model expects it: the likelihood
ratio G2 and Pearson's X2 (Goodman 1974), and for each pair of questions the bivariate residual (Vermunt & Magidson
2016): Pearson's X2 of their two-way table, over its degrees of freedom. Rows with missing answers are left out of the
first two, as in R's poLCA (Linzer & Lewis 2011), and out of the pairs they do not answer.
"""

from collections.abc import Callable, Sequence
from math import prod
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.emissions.categorical import Categorical
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import Block

_LARGEST_KEY = 1 << 62


class Goodness(NamedTuple):
    """The statistics of one fit; NaN where no row is complete.

    `df` is the number of patterns of answers (or rows, if these are fewer), less one, less the free parameters; below
    zero the model says more than the table can. `entropy_r2` is one where every row belongs to one class for certain,
    zero where nothing tells the classes apart.
    """

    g_squared: float
    x_squared: float
    df: int
    entropy_r2: float
    bivariate_residuals: Float[ndarray, "D D"]  # zero on the diagonal


def goodness(mixture: Mixture, parameters: MixtureParameters, patterns: Block) -> Goodness:
    """The statistics of a mixture of `Categorical` components over patterns of answers, each weighted by its rows.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura.emissions.categorical import CategoricalParameters
    >>> independent = CategoricalParameters(np.array([[0.5, 0.5, 0.5, 0.5]]))
    >>> answers = Block(np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([30.0, 20.0, 20.0, 30.0]))
    >>> found = goodness(Mixture(Categorical((2, 2))), MixtureParameters(np.ones(1), independent), answers)
    >>> round(found.x_squared, 6), found.df, round(float(found.bivariate_residuals[0, 1]), 6)
    (4.0, 1, 4.0)
    """
    emission = mixture.emission
    if not isinstance(emission, Categorical):
        raise ValueError(f"The goodness of fit of {type(emission).__name__.lower()} components is not known.")
    complete = ~np.isnan(patterns.points).any(1)
    counts = patterns.weights[complete]
    likelihood, pearson = float("nan"), float("nan")
    if complete.any():
        log_density = mixture.classify(parameters)(Block(patterns.points[complete], counts)).log_density
        expected, surprises = counts.sum() * np.exp(log_density), np.log(counts) - np.log(counts.sum()) - log_density
        likelihood = 2 * float(counts @ surprises)
        with np.errstate(over="ignore"):  # infinite, if a row is less likely than any number tells
            pearson = float(((counts - expected) * np.expm1(surprises)).sum() + counts.sum() - expected.sum())
    n_cells = min(int(patterns.weights.sum()), prod(emission.n_levels) - 1)
    return Goodness(
        likelihood,
        pearson,
        n_cells - mixture.n_free(parameters),
        entropy_r2(mixture.posterior(parameters), patterns),
        bivariate_residuals(emission, parameters, patterns),
    )


def patterns_of(points: Float[ndarray, "N D"], weights: Float[ndarray, " N"] | None, n_levels: Sequence[int]) -> Block:
    """Every row once, with the sum of the weights of those that are equal to it."""
    codes = np.nan_to_num(points, nan=-1.0).astype(np.int64) + 1
    sizes = [number + 1 for number in n_levels]
    if prod(sizes) < _LARGEST_KEY:  # a number for each pattern is sorted much faster than its answers
        _, first, which = np.unique(np.ravel_multi_index(codes.T, sizes), return_index=True, return_inverse=True)
    else:
        _, first, which = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    return Block(points[first], np.bincount(which.ravel(), weights).astype(np.float64))


def entropy_r2(posterior: Callable[[Block], tuple[ndarray, ndarray]], block: Block) -> float:
    """One less the mean entropy of the responsibilities, relative to its maximum log K; one where K is one."""
    shares = posterior(block)[0]
    if shares.shape[1] == 1:
        return 1.0
    entropies = -(shares * np.log(np.where(shares > 0, shares, 1))).sum(1)
    return 1 - float(np.average(entropies, weights=block.weights) / np.log(shares.shape[1]))


def bivariate_residuals(emission: Categorical, parameters: MixtureParameters, patterns: Block) -> ndarray:
    """For each pair of questions, how far their two-way table is from that of the model."""
    D, ends = len(emission.n_levels), np.cumsum(emission.n_levels)[:-1]
    probabilities = np.split(parameters.emission.probabilities, ends, axis=1)
    residuals = np.zeros((D, D))
    for i in range(D):
        for j in range(i):
            expected = np.einsum("k,ka,kb->ab", parameters.weights, probabilities[i], probabilities[j])
            residuals[i, j] = residuals[j, i] = _residual(patterns.points[:, [i, j]], patterns.weights, expected)
    return residuals


def _residual(answers: Float[ndarray, "N 2"], weights: Float[ndarray, " N"], expected: Float[ndarray, "A B"]) -> float:
    """Pearson's X2 of a two-way table, over its degrees of freedom; zero for a question that has one answer only."""
    known = ~np.isnan(answers).any(1)
    df = (expected.shape[0] - 1) * (expected.shape[1] - 1)
    if not known.any() or df == 0:
        return 0.0
    cells = np.ravel_multi_index(answers[known].astype(int).T, expected.shape)
    n_rows = weights[known].sum()
    observed = np.bincount(cells, weights[known] / n_rows, minlength=expected.size).reshape(expected.shape)
    shares = np.divide((observed - expected) ** 2, expected, out=np.zeros_like(expected), where=expected > 0)
    return float(n_rows * shares.sum() / df)
