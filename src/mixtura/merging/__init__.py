"""Clusters are not components: which components of a mixture belong together, by three measures of that.

A group of people may take several Gaussians to be described. `merge` joins the two clusters that are most nearly one,
again and again until all are one, and keeps every stage. What "nearly one" means is a row of `METHODS`.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.fitted import FittedMixture
from mixtura.merging.elbow import elbow
from mixtura.merging.modes import Terrain, survey
from mixtura.merging.pairs import PairSums, collect
from mixtura.runners.contract import Runner, Source

Groups = tuple[tuple[int, ...], ...]  # the components of every cluster


class Method(NamedTuple):
    """A measure of how nearly two clusters are one, and where merging ends unless somebody says."""

    affinities: Callable[[PairSums, Terrain, Groups], Float[ndarray, "K K"]]
    threshold: float | None  # clusters less near than this stay apart; None if the bend of the entropies decides
    words: str


class Merge(NamedTuple):
    """Two clusters that became one: their components, and how near they were by the method's measure."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    affinity: float


class Hierarchy(NamedTuple):
    """All stages of merging, from K clusters to one; `entropies` are those of the soft assignment, in nats.

    The stage with G clusters is `groups(G)`, and its entropy ``entropies[G - 1]``.
    """

    method: str
    merges: tuple[Merge, ...]
    entropies: tuple[float, ...]
    suggested: int

    def groups(self, n_clusters: int) -> Groups:
        """The components of every cluster where `n_clusters` are left, each in order, the first component first.

        Raises
        ------
        ValueError
            If there is no such stage.

        Examples
        --------
        >>> Hierarchy("entropy", (Merge((0,), (2,), 0.4),), (0.0, 0.4), 1).groups(2)
        ((0,), (1,))
        """
        K = len(self.entropies)
        if not 1 <= n_clusters <= K:
            raise ValueError(f"{n_clusters} clusters cannot be made of {K} components: ask for 1 to {K}.")
        groups: Groups = tuple((k,) for k in range(K))
        for left, right, _ in self.merges[: K - n_clusters]:
            groups = _joined(groups, left, right)
        return groups


def _by_entropy(sums: PairSums, terrain: Terrain, groups: Groups) -> Float[ndarray, "K K"]:
    return sums.relief / max(float(sums.counts.sum()), np.finfo(float).tiny)


def _by_overlap(sums: PairSums, terrain: Terrain, groups: Groups) -> Float[ndarray, "K K"]:
    """P(put into i | from j), estimated by sum_n w_n r_nj [r_ni >= r_nj] / sum_n w_n r_nj; the larger of both ways."""
    confused = np.divide(sums.confused, sums.counts, out=np.zeros_like(sums.confused), where=sums.counts > 0)
    return np.maximum(confused, confused.T)


def _by_modes(sums: PairSums, terrain: Terrain, groups: Groups) -> Float[ndarray, "K K"]:
    return terrain.affinities(groups)


METHODS = {
    "entropy": Method(_by_entropy, None, "the entropy of the assignment that joining the two spares, in nats per row"),
    "demp": Method(_by_overlap, 0.025, "the share of one that would be taken for the other (the larger of both ways)"),
    "modes": Method(_by_modes, 1.0, "the height of the pass between their peaks, relative to the lower peak"),
}


def merge(
    fitted: FittedMixture, source: Source, method: str, *, threshold: float | None = None, runner: Runner
) -> Hierarchy:
    """Join the two clusters that are most nearly one until all are one; a pass over the rows for each.

    Parameters
    ----------
    fitted : FittedMixture
        Any mixture; "modes" needs components that have means and covariances.
    source : Source
        Rows, usually those of the fit.
    method : {"entropy", "demp", "modes"}
        A row of `METHODS`.
    threshold : float, optional
        Suggest the stage at which no two clusters are as near as this.
    runner : Runner
        Where a pass runs.

    Returns
    -------
    Hierarchy
        Every stage, and a suggestion.
    """
    chosen, K = METHODS[method], fitted.n_components
    terrain = survey(fitted) if method == "modes" else Terrain(np.zeros(K), np.zeros((K, K)))
    groups: Groups = tuple((k,) for k in range(K))
    merges: list[Merge] = []
    entropies: list[float] = []
    while True:
        sums = collect(fitted, source, _membership(groups, K), runner)
        entropies.append(sums.entropy)
        if len(groups) == 1:
            break
        left, right, affinity = _nearest(chosen.affinities(sums, terrain, groups))
        merges.append(Merge(groups[left], groups[right], affinity))
        groups = _joined(groups, groups[left], groups[right])
    by_number = tuple(reversed(entropies))
    limit = chosen.threshold if threshold is None else threshold
    suggested = elbow(by_number) if limit is None else _stage([one.affinity for one in merges], limit)
    return Hierarchy(method, tuple(merges), by_number, suggested)


def _nearest(affinities: Float[ndarray, "K K"]) -> tuple[int, int, float]:
    """The pair, in order, with the largest affinity; the first of several."""
    above = np.where(np.triu(np.ones_like(affinities), 1) > 0, affinities, -np.inf)
    left, right = np.unravel_index(int(above.argmax()), above.shape)
    return int(left), int(right), float(above[left, right])


def _joined(groups: Groups, left: tuple[int, ...], right: tuple[int, ...]) -> Groups:
    both = tuple(sorted(left + right))
    return tuple(sorted([both, *(group for group in groups if group not in (left, right))]))


def _stage(affinities: Sequence[float], limit: float) -> int:
    """How many clusters there are when the first pair is reached that is less near than the limit."""
    n_joined = next((i for i, affinity in enumerate(affinities) if affinity < limit), len(affinities))
    return len(affinities) + 1 - n_joined


def _membership(groups: Groups, n_components: int) -> Int[ndarray, "K G"]:
    membership = np.zeros((n_components, len(groups)))
    for g, group in enumerate(groups):
        membership[list(group), g] = 1
    return membership
