"""What a pass over rows finds out about their columns, and the sample that it draws on the way; the same of parts."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from mixtura.sources import sampling
from mixtura.sources.sampling import Drawn, Reservoir
from mixtura.statistics import Block


class Facts(NamedTuple):
    """What is known of all rows; arrays hold one value for each column.

    `n_rows` counts those that take part, `n_left_out` those that do not: of weight zero, or incomplete where these are
    dropped. Means and standard deviations are over the cells that are not missing.
    """

    n_rows: int
    n_left_out: int
    total_weight: float
    cell_weights: Float[ndarray, " D"]  # of the cells that are not missing, summed
    n_missing: ndarray
    means: Float[ndarray, " D"]
    deviations: Float[ndarray, " D"]
    minima: Float[ndarray, " D"]
    maxima: Float[ndarray, " D"]
    counts_up: Bool[ndarray, " D"]  # 0, 1, 2, … or 1, 2, 3, …
    rises: Bool[ndarray, " D"]  # every value larger than the one before
    digests: tuple[bytes, ...]  # of the columns
    digest_of_weights: bytes
    sample: Drawn
    n_without_cells: int = 0  # of the rows that are left out, those that count but hold too few cells, or none

    def of(self, columns: ndarray) -> "Facts":
        """The facts about some of the columns."""
        chosen = {name: getattr(self, name)[columns] for name in _OF_COLUMNS}
        sample = self.sample._replace(points=np.ascontiguousarray(self.sample.points[:, columns]))
        digests = tuple(self.digests[d] for d in columns)
        return self._replace(**chosen, digests=digests, sample=sample)


_OF_COLUMNS = ("cell_weights", "n_missing", "means", "deviations", "minima", "maxima", "counts_up", "rises")


def join(left: Facts, right: Facts, size: int) -> Facts:
    """The facts about rows of which the right ones follow the left ones; `size` of the rows are their sample.

    Digests of columns become one digest after the other: what they say depends on how the rows are parted.
    """
    weights, n_rows = left.cell_weights + right.cell_weights, left.n_rows + right.n_rows
    minima, maxima = np.fmin(left.minima, right.minima), np.fmax(left.maxima, right.maxima)
    rises = left.rises & right.rises & (right.minima > left.maxima)
    return Facts(
        n_rows,
        left.n_left_out + right.n_left_out,
        left.total_weight + right.total_weight,
        weights,
        left.n_missing + right.n_missing,
        *_moments_together(left, right),
        minima,
        maxima,
        rises & (maxima - minima == n_rows - 1) & ((minima == 0) | (minima == 1)),
        rises,
        tuple(a + b for a, b in zip(left.digests, right.digests, strict=True)),
        left.digest_of_weights + right.digest_of_weights,
        sampling.join(left.sample, right.sample, size),
    )


def _moments_together(left: Facts, right: Facts) -> tuple[Float[ndarray, " D"], Float[ndarray, " D"]]:
    """Means and standard deviations of both, about the means of the left."""
    weights = left.cell_weights + right.cell_weights
    share = right.cell_weights / np.where(weights > 0, weights, 1.0)
    step = np.where(left.cell_weights > 0, right.means - left.means, 0.0)
    means = np.where(left.cell_weights > 0, left.means + share * step, right.means)
    variances = (1 - share) * left.deviations**2 + share * right.deviations**2 + share * (1 - share) * step**2
    return means, np.sqrt(variances)


@dataclass
class Scout:
    """Looks at blocks in the order of reading; NaN is a missing cell."""

    names: tuple[str, ...]
    reservoir: Reservoir
    n_rows: int = 0
    total_weight: float = 0.0
    _sums: list[ndarray] = field(default_factory=list)  # of weights, of values, of squares about the pilot, by column
    _extremes: list[ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        D = len(self.names)
        self._hashes, self._weights = [sha256() for _ in self.names], sha256()
        self._n_missing, self._pilot = np.zeros(D, dtype=int), np.zeros(D)
        self._sums = [np.zeros(D), np.zeros(D), np.zeros(D)]
        self._extremes = [np.full(D, np.inf), np.full(D, -np.inf)]
        self._counts_up, self._rises = np.ones(D, dtype=bool), np.ones(D, dtype=bool)
        self._last = np.full(D, -np.inf)

    def look(self, block: Block) -> None:
        """Take a block into account."""
        points, weights = block
        self._hash(points, weights)
        self._look_at_order(points)
        self._look_at_values(points, weights)
        self.reservoir.add(block)
        self.n_rows += len(points)
        self.total_weight += float(weights.sum())

    def facts(self, n_left_out: int) -> Facts:
        """What is known so far."""
        counts, sums, squares = self._sums
        shares = np.where(counts > 0, counts, 1.0)
        shifts = sums / shares
        return Facts(
            self.n_rows,
            n_left_out,
            self.total_weight,
            counts,
            self._n_missing,
            self._pilot + shifts,
            np.sqrt(np.maximum(squares / shares - shifts**2, 0.0)),
            self._extremes[0],
            self._extremes[1],
            self._counts_up,
            self._rises,
            tuple(hashed.digest() for hashed in self._hashes),
            self._weights.digest(),
            self.reservoir.drawn(),
        )

    def _hash(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> None:
        for hashed, column in zip(self._hashes, np.ascontiguousarray(points.T, dtype="<f8"), strict=True):
            hashed.update(column.data)
        self._weights.update(np.ascontiguousarray(weights, dtype="<f8").data)

    def _look_at_values(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> None:
        missing = np.isnan(points)
        self._n_missing += missing.sum(0)
        if self.n_rows == 0:
            self._pilot = np.where(missing, 0.0, points).sum(0) / np.maximum((~missing).sum(0), 1)
        deviations = np.where(missing, 0.0, points - self._pilot)
        counts, sums, squares = self._sums
        counts += np.einsum("n,nd->d", weights, ~missing)  # not `@`: the threads of BLAS would go on waiting
        sums += np.einsum("n,nd->d", weights, deviations)
        squares += np.einsum("n,nd,nd->d", weights, deviations, deviations)
        least, most = self._extremes
        np.fmin(least, np.fmin.reduce(points), out=least)
        np.fmax(most, np.fmax.reduce(points), out=most)

    def _look_at_order(self, points: Float[ndarray, "N D"]) -> None:
        steps = np.diff(points, axis=0, prepend=self._last[None])
        first = steps[:1] if self.n_rows else np.where((points[:1] == 0) | (points[:1] == 1), 1.0, 0.0)
        self._counts_up &= (first == 1)[0] & (steps[1:] == 1).all(0)
        self._rises &= (steps > 0).all(0)
        self._last = points[-1]
