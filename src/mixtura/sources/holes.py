"""Rows that lack some cells, in an order in which those that lack the same follow each other.

What a pass has to work out for a pattern of holes it works out once then. Complete rows come first, in blocks of their
own: these cost what they cost where nothing is missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from mixtura.statistics import Block, Incomplete

LARGEST_COPY = 256_000_000  # bytes; rows that take more are gathered whenever they are read


@dataclass(frozen=True, eq=False)
class ByPattern:
    """The rows of an array, pattern by pattern; the order is found when it is first wanted."""

    points: Float[ndarray, "N D"]
    weights: Float[ndarray, " N"] | None
    block_rows: int

    def blocks(self) -> Iterator[Block]:
        """Yield copies of the rows."""
        yield from self._copy if self.points.nbytes <= LARGEST_COPY else self._gather()

    @cached_property
    def _copy(self) -> tuple[Block, ...]:
        return tuple(self._gather())

    def _gather(self) -> Iterator[Block]:
        order, n_complete = self._order
        for kind, rows in ((Block, order[:n_complete]), (Incomplete, order[n_complete:])):
            for start in range(0, len(rows), self.block_rows):
                some = rows[start : start + self.block_rows]
                weights = np.ones(len(some)) if self.weights is None else self.weights.take(some)
                yield kind(self.points.take(some, axis=0), weights)

    @cached_property
    def _order(self) -> tuple[Int[ndarray, " N"], int]:
        holes = np.isnan(self.points)
        return pattern_order(holes), int((~holes.any(1)).sum())


def pattern_order(holes: Bool[ndarray, "N D"]) -> Int[ndarray, " N"]:
    """The rows in the order of their patterns, those of one as they came; complete ones first."""
    words = np.packbits(holes, axis=1)
    return np.lexsort(words.T[::-1]) if words.shape[1] > 1 else np.argsort(words[:, 0], kind="stable")


def by_pattern(block: Block) -> Block:
    """The same rows; if some are incomplete, in the order of their patterns."""
    if not isinstance(block, Incomplete):
        return block
    order = pattern_order(np.isnan(block.points))
    return Incomplete(block.points[order], block.weights[order])
