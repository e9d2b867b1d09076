"""Rows in memory, read in an order in which neighbours follow each other.

Where clusters lie apart, a few rows that lie close together concern few components, and a pass can leave out the rest.
The user's rows stay where they are. What is kept is their order, four bytes a row, and where there are not too many of
them a copy in that order; else blocks are gathered whenever they are read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura import _kernels as kernels
from mixtura._kernels.densities import NEIGHBOURS
from mixtura.statistics import Block, Neighbours

# Below, a pass costs less than compiling what would make it cheaper.
FEW_COMPONENTS, LITTLE_WORK = 32, 2**24  # rows times components
# Of the components; from there on, looking for those that matter costs more than it spares.
LARGEST_SHARE = 0.6
# Of a sample's, whose neighbours are farther apart: from there on, all rows would not do either.
SAMPLE_SHARE = 0.95
# Memory on top of the rows: eight bytes a row to find the order, and a copy, in all no more than 64 MB.
MOST_ROWS, LARGEST_COPY = 7_500_000, 48_000_000
SAMPLE_ROWS, PROBES = 16_384, 16


@runtime_checkable
class Selective(Protocol):
    """A function of a block that costs less where rows lie close together."""

    @property
    def n_components(self) -> int: ...
    def active_share(self, points: Float[ndarray, "N D"]) -> float: ...


@dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """The rows of an array in blocks of neighbours; the order is found when it is first wanted."""

    points: Float[ndarray, "N D"]
    weights: Float[ndarray, " N"] | None
    block_rows: int

    def suit(self, function: Callable[[Block], Any]) -> bool:
        """Whether a sum of `function` costs less in this order.

        A sample is asked first, which spares the order where clusters overlap.
        """
        n_rows = len(self.points)
        n_components = getattr(function, "n_components", 0)
        if n_components < FEW_COMPONENTS or n_rows * n_components < LITTLE_WORK or n_rows > MOST_ROWS:
            return False
        if not isinstance(function, Selective) or function.active_share(self._sample) > SAMPLE_SHARE:
            return False
        return function.active_share(self._probes) <= LARGEST_SHARE

    def blocks(self) -> Iterator[Neighbours]:
        """Yield copies of the rows, leaf by leaf."""
        n_bytes = self.points.nbytes + (0 if self.weights is None else self.weights.nbytes)
        yield from self._copy if n_bytes <= LARGEST_COPY else self._gather()

    @cached_property
    def _copy(self) -> tuple[Neighbours, ...]:
        return tuple(self._gather())

    def _gather(self) -> Iterator[Neighbours]:
        ones = np.ones(self.block_rows if self.weights is None else 0)
        for start in range(0, len(self.points), self.block_rows):
            rows = self._order[start : start + self.block_rows]
            weights = ones[: len(rows)] if self.weights is None else self.weights.take(rows)
            yield Neighbours(self.points.take(rows, axis=0), weights)

    @cached_property
    def _order(self) -> Int[ndarray, " N"]:
        return kernels.leaves(self.points)

    @cached_property
    def _sample(self) -> Float[ndarray, "M D"]:
        some = np.ascontiguousarray(self.points[:: -(-len(self.points) // SAMPLE_ROWS)])
        return _probes(some, kernels.leaves(some))

    @cached_property
    def _probes(self) -> Float[ndarray, "M D"]:
        return _probes(self.points, self._order)


def _probes(points: Float[ndarray, "N D"], order: Int[ndarray, " N"]) -> Float[ndarray, "M D"]:
    """The rows of some leaves."""
    first = np.linspace(0, len(order) // NEIGHBOURS - 1, PROBES).astype(int) * NEIGHBOURS
    probes: ndarray = points[order[first[:, None] + np.arange(NEIGHBOURS)].ravel()]
    return probes
