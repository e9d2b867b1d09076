"""How much pairs of clusters overlap.

The overlap of i and j is the error that the best possible rule still makes between the two, as a share of their rows:

    sum_n w_n min(r_ni, r_nj) / sum_n w_n (r_ni + r_nj),

an estimate, from the responsibilities r of the rows at hand, of the integral of min(p_i f_i, p_j f_j) over p_i + p_j.
It needs one pass and no sampling. It is at most the share that the smaller of the two has in both: one half.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.fitted import FittedMixture
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.statistics import Block

_NONE = 1e-6  # overlaps below this are as good as none; which of them is largest means nothing


class PairSums(NamedTuple):
    """Sums over rows: the smaller responsibility of each pair, and the responsibilities themselves."""

    smaller: Float[ndarray, "K K"]
    counts: Float[ndarray, " K"]


def pair_overlaps(
    fitted: FittedMixture, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]
) -> Float[ndarray, "K K"]:
    """The overlap of every pair of clusters; zero on the diagonal."""
    source = ArraySource(np.ascontiguousarray(points), weights)
    smaller, counts = Local()(source, partial(block_pairs, posterior=fitted.model.posterior(fitted.parameters)))
    both = counts[:, None] + counts
    overlaps = np.divide(smaller, both, out=np.zeros_like(both), where=both > 0)
    np.fill_diagonal(overlaps, 0.0)
    return overlaps


def block_pairs(block: Block, posterior: Callable[[Block], tuple[ndarray, ndarray]]) -> PairSums:
    """What one block adds."""
    responsibilities = posterior(block)[0] * block.weights[:, None]
    smaller = [np.minimum(responsibilities, one[:, None]).sum(0) for one in responsibilities.T]
    return PairSums(np.stack(smaller), responsibilities.sum(0))


def nearest(overlaps: Float[ndarray, "K K"], locations: Float[ndarray, "K D"]) -> tuple[int | None, ...]:
    """For each cluster the one it overlaps most; where it overlaps none, the one whose location is nearest."""
    K = len(locations)
    distances = ((locations[:, None] - locations) ** 2).sum(2)
    np.fill_diagonal(distances, np.inf)
    visible = np.where(overlaps > _NONE, overlaps, 0.0)
    return tuple(int(np.lexsort([distances[k], -visible[k]])[0]) if K > 1 else None for k in range(K))
