"""Impartial trimming: a share of the rows, those of the lowest density, takes no part in a fit.

Of all ways to leave out so much weight, and of all parameters, a fit looks for those whose log-likelihood is largest:
the trimmed likelihood of Neykov, Filzmoser, Dimova & Neytchev (2007, Comput. Stat. Data Anal. 52, 299-308), with rows
trimmed as García-Escudero, Gordaliza, Matrán & Mayo-Iscar do (2008, Ann. Stat. 36, 1324-1345). Before every pass
another finds where the cut lies. Cutting there is the best that can be done under the parameters, and a step of EM
raises the likelihood of the rows that are left, so that the trimmed one never falls.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import em
from mixtura.mixture import Classification, Mixture, MixtureParameters
from mixtura.statistics import Block, MixtureStatistics

_ROUNDING = 1e-9  # of the weight to be trimmed
Classify = Callable[[Block], Classification]


class Cut(NamedTuple):
    """Rows whose log-density is below the level take no part; those at the level count for a share of their weight."""

    level: float
    share: float


@dataclass(frozen=True)
class Trimmed:
    """A mixture without a share of the rows; `run` goes over those that steps are taken on."""

    model: Mixture
    share: float
    run: em.Run

    def statistics(self, parameters: MixtureParameters) -> Callable[[Block], MixtureStatistics]:
        """The function that turns a block into statistics of the rows that are left."""
        collect, classify = self.model.statistics(parameters), self.model.classify(parameters)
        return partial(block_statistics, classify=classify, collect=collect, cut=self.cut(parameters))

    def objective(self, statistics: MixtureStatistics, parameters: MixtureParameters) -> float:
        """The log-likelihood in nats of the rows that are left."""
        return self.model.objective(statistics, parameters)

    def maximise(self, statistics: MixtureStatistics, parameters: MixtureParameters) -> MixtureParameters:
        """The M-step of the mixture."""
        return self.model.maximise(statistics, parameters)

    def cut(self, parameters: MixtureParameters) -> Cut:
        """Where the rows are cut under these parameters."""
        log_density, weights = self.run(partial(_densities, classify=self.model.classify(parameters)))
        return cut_off(np.concatenate(log_density), np.concatenate(weights), self.share)


def cut_off(log_density: Float[ndarray, " N"], weights: Float[ndarray, " N"], share: float) -> Cut:
    """The cut that leaves out a share of the weight exactly: rows of equal density count alike.

    Examples
    --------
    >>> cut_off(np.array([-1.0, -9.0, -5.0, -2.0]), np.ones(4), 0.375)
    Cut(level=-5.0, share=0.5)
    """
    order = np.argsort(log_density, kind="stable")
    heights, mass = log_density[order], np.cumsum(weights[order])
    out = share * mass[-1]
    first = min(int(np.searchsorted(mass, out + _ROUNDING * out, side="right")), len(mass) - 1)
    level = heights[first]
    at = slice(*(int(np.searchsorted(heights, level, side=side)) for side in ("left", "right")))
    left = (mass[at.stop - 1] - out) / weights[order[at]].sum()
    return Cut(float(level), float(np.clip(left, 0.0, 1.0)))


def kept_weights(log_density: Float[ndarray, " N"], weights: Float[ndarray, " N"], cut: Cut) -> Float[ndarray, " N"]:
    """How much each row counts; one without a density does, so that the loop sees that the fit has collapsed."""
    kept = np.where(log_density < cut.level, 0.0, weights)
    return np.where(log_density == cut.level, cut.share * weights, kept)


def block_statistics(
    block: Block, classify: Classify, collect: Callable[[Block], MixtureStatistics], cut: Cut
) -> MixtureStatistics:
    """The E-step on the rows of a block that are left: the others are not even looked at, wherever they lie."""
    weights = kept_weights(classify(block).log_density, block.weights, cut)
    kept = weights > 0
    return collect(block._replace(points=block.points[kept], weights=weights[kept]))


def _densities(block: Block, classify: Classify) -> tuple[list[ndarray], list[ndarray]]:
    """Lists, so that the sum over blocks is all of them one after the other."""
    return [classify(block).log_density], [block.weights]
