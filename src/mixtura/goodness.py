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
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.emissions.abreast import Lookup
from mixtura.emissions.categorical import Categorical
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import Block

_LARGEST_KEY = 1 << 62
_CELLS = 1 << 22  # of two-way tables, or of rows and answers, that are looked at together


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
    """For each pair of questions, how far their two-way table is from that of the model.

    That is Pearson's X2 of the table, over its degrees of freedom; zero for a question that has one answer only. The
    tables of some questions with all are looked at together, so many that they take little memory.
    """
    n_levels, total = np.array(emission.n_levels), patterns.weights.sum()
    places = emission.places(patterns.points)
    tables = _Tables(Lookup(places, sum(emission.n_levels)), places, patterns.weights / total, n_levels, parameters)
    size = max(1, _CELLS // (max(len(places), sum(emission.n_levels)) * max(emission.n_levels)))
    groups = (range(len(n_levels))[start : start + size] for start in range(0, len(n_levels), size))
    residuals = total * np.concatenate([tables.residuals(group) for group in groups], axis=1)
    np.fill_diagonal(residuals, 0.0)
    return residuals


class _Tables(NamedTuple):
    """Rows of answers as places among all levels, what each row counts, and what the model says of the levels."""

    rows: Lookup
    places: Int[ndarray, "N D"]
    weights: Float[ndarray, " N"]
    n_levels: Int[ndarray, " D"]
    parameters: MixtureParameters

    def residuals(self, group: range) -> Float[ndarray, "D G"]:
        """Of all questions beside those of the group."""
        first, own = self._first, self.n_levels[group]
        levels = slice(first[group[0]], first[group[0]] + own.sum())
        observed = self.rows.share_out(self._indicators(group, levels))
        by_question = np.add.reduceat(observed, first, axis=0)
        n_rows = np.add.reduceat(by_question, first[group] - levels.start, axis=1)
        weights, (probabilities,) = self.parameters
        expected = (weights[:, None] * probabilities).T @ probabilities[:, levels]
        sizes = np.repeat(np.repeat(n_rows, self.n_levels, axis=0), own, axis=1)
        apart = np.divide(observed, sizes, out=np.zeros_like(observed), where=sizes > 0) - expected
        squares = np.divide(apart**2, expected, out=np.zeros_like(expected), where=expected > 0)
        sums = np.add.reduceat(np.add.reduceat(squares, first, axis=0), first[group] - levels.start, axis=1)
        df = np.multiply.outer(self.n_levels - 1, own - 1)
        return np.divide(n_rows * sums, df, out=np.zeros_like(sums), where=df > 0)

    def _indicators(self, group: range, levels: slice) -> Float[ndarray, "N A"]:
        """What a row counts, where it has a level of the group's questions."""
        found = np.zeros((len(self.places), levels.stop - levels.start))
        rows, columns = np.nonzero(self.places[:, group] < self.n_levels.sum())
        found[rows, self.places[rows, group[0] + columns] - levels.start] = self.weights[rows]
        return found

    @property
    def _first(self) -> Int[ndarray, " D"]:
        """Where the levels of each question begin."""
        return np.cumsum([0, *self.n_levels[:-1]])
