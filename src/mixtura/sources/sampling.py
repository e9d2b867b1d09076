"""Some of the rows that go by, drawn in one pass however many there are."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.statistics import Block, Incomplete


class Drawn(NamedTuple):
    """Rows in the order of reading, what each of them stands for, and where it was, counted from 0.

    A row lighter than `threshold` stands for a weight of so much, a heavier one for its own. So sums over the drawn
    rows are unbiased for sums over all; zero means that all rows were kept.
    """

    points: Float[ndarray, "M D"]
    weights: Float[ndarray, " M"]
    positions: Int[ndarray, " M"]
    threshold: float
    kind: type[Block]
    ratios: Float[ndarray, " M"]  # weight / uniform number of each, by which samples are drawn on

    @property
    def block(self) -> Block:
        """The rows, each with the weight that it stands for."""
        return self.kind(self.points, self.weights)


@dataclass
class Reservoir:
    """Room for `size` rows, the heavier the likelier (priority sampling; Duffield, Lund & Thorup 2007).

    The rows with the largest weight / uniform number are kept. The estimate of the weight of any set of rows is
    unbiased, and its variance at most what the best scheme with one row less could have (Szegedy 2006).
    """

    size: int
    rng: np.random.Generator
    n_seen: int = 0
    n_kept: int = 0
    threshold: float = 0.0
    kind: type[Block] = Block
    _columns: tuple[ndarray, ...] = field(default_factory=tuple)  # points, weights, ratios, positions

    def add(self, block: Block) -> None:
        """Let the rows of a block take part; those of weight zero do not."""
        points, weights = block
        self.kind = Incomplete if isinstance(block, Incomplete) else self.kind
        positions = np.arange(self.n_seen, self.n_seen + len(points))
        self.n_seen += len(points)
        counting = np.flatnonzero(weights > 0) if not weights.all() else slice(None)
        ratios = weights[counting] / self.rng.uniform(size=len(positions[counting]))
        kept = positions[counting][ratios > self.threshold] - positions[:1]
        parts = points[kept], weights[kept], ratios[ratios > self.threshold], positions[kept]
        for start in range(0, len(kept), self.size):
            self._append(tuple(part[start : start + self.size] for part in parts))

    def drawn(self) -> Drawn:
        """The rows so far."""
        if self.n_kept > self.size:
            self._shrink()
        points, weights, ratios, positions = (column[: self.n_kept].copy() for column in self._columns)
        return Drawn(points, np.maximum(weights, self.threshold), positions, self.threshold, self.kind, ratios)

    def _append(self, parts: tuple[ndarray, ...]) -> None:
        if not self._columns:
            self._columns = tuple(np.empty((2 * self.size, *part.shape[1:]), part.dtype) for part in parts)
        if self.n_kept + len(parts[0]) > 2 * self.size:
            self._shrink()
        rows = slice(self.n_kept, self.n_kept + len(parts[0]))
        for column, part in zip(self._columns, parts, strict=True):
            column[rows] = part
        self.n_kept = rows.stop

    def _shrink(self) -> None:
        """Keep the rows with the largest ratios, in order, and the largest ratio of those left out."""
        ratios = self._columns[2][: self.n_kept]
        order = np.argpartition(-ratios, self.size)
        kept = np.sort(order[: self.size])
        self.threshold = max(self.threshold, float(ratios[order[self.size]]))
        for column in self._columns:
            column[: self.size] = column[kept]
        self.n_kept = self.size


def join(left: Drawn, right: Drawn, size: int) -> Drawn:
    """The sample of `size` rows of all that two samples, of at least so many rows each where they have left out some,
    were drawn from: the same as if these had gone by one after the other.
    """
    points, weights, positions, ratios = (
        np.concatenate([getattr(part, name) for part in (left, right)])
        for name in ("points", "weights", "positions", "ratios")
    )
    threshold, kept = max(left.threshold, right.threshold), np.arange(len(ratios))
    if len(ratios) > size:
        order = np.argpartition(-ratios, size)
        threshold, kept = max(threshold, float(ratios[order[size]])), np.sort(order[:size])
    weights, kind = np.maximum(weights[kept], threshold), right.kind if left.kind is Block else left.kind
    return Drawn(points[kept], weights, positions[kept], threshold, kind, ratios[kept])


def draw(blocks: Iterable[Block], size: int, rng: np.random.Generator) -> Drawn:
    """`size` of the rows, or all that count if they are fewer.

    Raises
    ------
    ValueError
        If no row counts.
    """
    reservoir = Reservoir(size, rng)
    for block in blocks:
        reservoir.add(block)
    if not reservoir.n_kept:
        raise ValueError("There are no rows to draw from.")
    return reservoir.drawn()
