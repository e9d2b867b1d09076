"""K-means in the shape of a mixture: the same loop, with hard assignments and its own statistics (Lloyd 1982)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import _kernels as kernels
from mixtura.statistics import Block, Stretch

_ROUNDING = 1e-12  # of a count: what subtraction may leave where nothing is left
_NUMBERS, _MOST_PARTS = 1 << 17, 8  # of rows that a thread measures at a time

Each = Callable[..., Iterable[Any]]  # of a function and items, as `map` is


class KMeansStatistics(NamedTuple):
    """How much each centre attracts, how far that lies from it on the whole, and all squared distances."""

    counts: Float[ndarray, " K"]
    shifts: Float[ndarray, "K D"]
    inertia: float


class Sums(partial[KMeansStatistics]):
    """`block_statistics` about fixed centres, of one block or of many at once."""

    @property
    def n_sums(self) -> int:
        """How many numbers the statistics of a block are, if `of_each` is worth a compiler; else zero."""
        centres: Float[ndarray, "K D"] = self.keywords["centres"]
        return 0 if self.keywords["is_rare"] else centres.size + len(centres) + 1

    def of_each(self, stretch: Stretch) -> Float[ndarray, "B L"]:
        """The statistics of every block, as a row of numbers."""
        return kernels.collect_nearest_each(*stretch, self.keywords["centres"])

    def of_all(self, row: Float[ndarray, " L"]) -> KMeansStatistics:
        """The statistics that a row, or the sum of several, stands for."""
        return KMeansStatistics(*kernels.nearest_of(row, self.keywords["centres"]))


@dataclass(frozen=True, eq=False)
class CentreModel:
    """Centres (K, D) that each row joins by distance.

    `pool` holds rows that a centre without any row may move to; those farthest from their centres are taken.
    `is_brief` says that there will be few steps, which are not worth a compiler.
    """

    pool: Block
    is_brief: bool = False

    def statistics(self, centres: Float[ndarray, "K D"]) -> Sums:
        """The function that turns a block into statistics about `centres`."""
        return Sums(block_statistics, centres=centres, is_rare=self.is_brief)

    def objective(self, statistics: KMeansStatistics, centres: Float[ndarray, "K D"]) -> float:
        """Minus the inertia, so that, as for a mixture, more is better."""
        return -statistics.inertia

    def maximise(self, statistics: KMeansStatistics, centres: Float[ndarray, "K D"]) -> Float[ndarray, "K D"]:
        """Centres move to the means of their rows, empty ones to the rows that are worst served, which leave theirs."""
        counts, shifts, _ = statistics
        empty = np.flatnonzero(counts <= 0)
        if not len(empty):
            return centres + shifts / counts[:, None]
        rows, former = self._worst_served(centres, len(empty))
        counts, shifts = self._without(rows, former, statistics, centres)
        is_left = counts > _ROUNDING * statistics.counts
        new = centres + np.where(is_left[:, None], shifts / np.where(is_left, counts, 1)[:, None], 0)
        new[empty[: len(rows)]] = self.pool.points[rows]
        return new

    def _worst_served(self, centres: Float[ndarray, "K D"], n_rows: int) -> tuple[ndarray, ndarray]:
        """Rows of the pool that lie farthest from their centres, none that lies on one, and these centres."""
        labels, distances = kernels.nearest(self.pool.points, centres)
        distances = np.where(self.pool.weights > 0, distances, 0)
        farthest = np.argsort(-distances, kind="stable")[:n_rows]
        rows = farthest[distances[farthest] > 0]
        return rows, labels[rows]

    def _without(
        self, rows: ndarray, former: ndarray, statistics: KMeansStatistics, centres: Float[ndarray, "K D"]
    ) -> tuple[Float[ndarray, " K"], Float[ndarray, "K D"]]:
        """Counts and shifts once the rows have left their former centres."""
        counts, shifts = statistics.counts.copy(), statistics.shifts.copy()
        weights = self.pool.weights[rows]
        np.subtract.at(counts, former, weights)
        np.subtract.at(shifts, former, weights[:, None] * (self.pool.points[rows] - centres[former]))
        return counts, shifts


def block_statistics(block: Block, centres: Float[ndarray, "K D"], is_rare: bool = False) -> KMeansStatistics:
    """The pass of k-means over one block."""
    return KMeansStatistics(*kernels.collect_nearest(block.points, block.weights, centres, is_rare))


def block_nearest(block: Block, centres: Float[ndarray, "K D"]) -> tuple[ndarray, ndarray]:
    """For each row its nearest centre and the squared distance to it."""
    return kernels.nearest(block.points, centres)


def block_distances(block: Block, centres: Float[ndarray, "K D"]) -> Float[ndarray, "N K"]:
    """For each row its distance to every centre."""
    return np.sqrt(kernels.distances(block.points, centres).T)


def seed(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_centres: int, rng: np.random.Generator,
    n_candidates: int | None = None, each: Each = map,
) -> ndarray:  # fmt: skip
    """Indices of rows chosen by greedy k-means++ (Arthur & Vassilvitskii 2007, section 5).

    Of a few candidates drawn in proportion to weight times squared distance, the one that lowers the sum most is taken:
    2 + log(n_centres) of them unless told otherwise. `each` is `map`, or a runner's.
    """
    n_candidates = n_candidates or 2 + int(np.log(n_centres))
    parts, weights = _parts(*points.shape), weights / weights.max()
    chosen = [int(_draw(np.cumsum(weights), 1, rng)[0])]
    nearest = kernels.distances(points, points[chosen])[0]
    for _ in range(n_centres - 1):
        cumulative = np.cumsum(weights * nearest)
        candidates = _draw(cumulative, n_candidates, rng) if cumulative[-1] > 0 else _unused(points, chosen)
        items = ((points[rows], weights[rows], nearest[rows]) for rows in parts)
        lowered = list(each(partial(_lower, centres=points[candidates]), items))
        best = int(sum(total for _, total in lowered).argmin())
        chosen.append(int(candidates[best]))
        nearest = np.concatenate([distances[best] for distances, _ in lowered])
    return np.array(chosen)


def _parts(n_rows: int, n_columns: int) -> list[slice]:
    """Rows that are measured at a time: parts for a few threads, each so large that it is worth one."""
    n_parts = min(max(n_rows * n_columns // _NUMBERS, 1), _MOST_PARTS)
    size = -(-n_rows // n_parts)
    return [slice(start, start + size) for start in range(0, n_rows, size)]


def _lower(item: tuple[ndarray, ndarray, ndarray], centres: Float[ndarray, "C D"]) -> tuple[ndarray, ndarray]:
    """Squared distances (C, N) of rows once one of the centres is there too, and their sums by weight."""
    points, weights, nearest = item
    distances = np.minimum(nearest, kernels.distances(points, centres))
    return distances, distances @ weights.astype(distances.dtype, copy=False)


def _draw(cumulative: ndarray, size: int, rng: np.random.Generator) -> ndarray:
    drawn = np.searchsorted(cumulative, rng.uniform(size=size) * cumulative[-1], side="right")
    return np.minimum(drawn, len(cumulative) - 1)


def _unused(points: ndarray, chosen: list[int]) -> ndarray:
    """Every row coincides with a seed: any row will do, one not taken yet if there is one."""
    free = np.setdiff1d(np.arange(len(points)), chosen)
    return free[:1] if len(free) else np.array(chosen[:1])
