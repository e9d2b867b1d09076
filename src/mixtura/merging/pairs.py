"""What rows say of pairs of clusters: sums over blocks, under the responsibilities of a stage of merging.

Joining i and j spares the entropy  sum_n w_n [h(r_ni) + h(r_nj) - h(r_ni + r_nj)],  h(r) = -r log r
(Baudry, Raftery, Celeux, Lo & Gottardo 2010, J. Comput. Graph. Stat. 19, 332-353, eq. 7). The rows of j that a choice
between the two would put into i add up to  sum_n w_n r_nj [r_ni >= r_nj]  (Hennig 2010, Adv. Data Anal. Classif. 4,
3-34, section 4.3).
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.fitted import FittedMixture
from mixtura.runners.contract import Runner, Source
from mixtura.statistics import Block

Posterior = Callable[[Block], tuple[ndarray, ndarray]]


class PairSums(NamedTuple):
    """Sums over rows: responsibilities, entropy that joining each pair spares, what is taken for what, entropy."""

    counts: Float[ndarray, " K"]
    relief: Float[ndarray, "K K"]
    confused: Float[ndarray, "K K"]  # [i, j]: of j, put into i
    entropy: float


def collect(fitted: FittedMixture, source: Source, membership: Float[ndarray, "K G"], runner: Runner) -> PairSums:
    """The sums over all rows, for clusters that are the groups of a membership matrix."""
    posterior = fitted.model.posterior(fitted.parameters)
    return runner(source, partial(block_pairs, posterior=posterior, membership=membership))


def block_pairs(block: Block, posterior: Posterior, membership: Float[ndarray, "K G"]) -> PairSums:
    """What one block adds."""
    shares = (posterior(block)[0][:, : len(membership)] @ membership).T  # beside the components there may be noise
    weights, disorder = block.weights, _disorder(shares)
    G = len(shares)
    relief, confused = np.zeros((G, G)), np.zeros((G, G))
    for i in range(G):
        relief[i] = (disorder + disorder[i] - _disorder(shares + shares[i])) @ weights
        confused[i] = (shares * (shares[i] >= shares)) @ weights
    np.fill_diagonal(relief, 0.0)
    np.fill_diagonal(confused, 0.0)
    return PairSums(shares @ weights, relief, confused, float(disorder.sum(0) @ weights))


def _disorder(shares: Float[ndarray, "K N"]) -> Float[ndarray, "K N"]:
    """-r log r, which is 0 at both ends; what rounding lifts above one is one."""
    certain = np.minimum(shares, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(certain > 0, -certain * np.log(certain), 0.0)
