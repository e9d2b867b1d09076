"""Rows already in memory."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.errors import DataError
from mixtura.sources.holes import ByPattern
from mixtura.statistics import Block, Incomplete, Stretch

if TYPE_CHECKING:
    from mixtura.sources.neighbours import Neighbourhoods

_SMALLEST_BLOCK, _LARGEST_BLOCK, _STEP = 4096, 65536, 1024
# A block cannot be interrupted: wide ones have fewer rows, yet so many that their sums cost little beside their rows.
_NUMBERS, _FEWEST_ROWS = 1 << 20, 2048


@dataclass(frozen=True, eq=False)
class ArraySource:
    """A two-dimensional array as a source of blocks; nothing is copied.

    Parameters
    ----------
    points : array of shape (N, D)
        The rows: float32 or float64, C-contiguous; NaN where a cell is missing.
    weights : array of shape (N,), optional
        How much each row counts (float64); by default every row counts once.
    block_rows : int, optional
        Rows in a block. The default depends on N and D alone, never on the machine, so that sums are added in the
        same order, with the same rounding, wherever a fit runs.

    Raises
    ------
    DataError
        If the arrays have other shapes or types, or hold no rows.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura.sources.array import ArraySource
    >>> source = ArraySource(np.zeros((10, 2)), block_rows=4)
    >>> [len(block.points) for block in source.blocks()]
    [4, 4, 2]
    """

    points: Float[ndarray, "N D"]
    weights: Float[ndarray, " N"] | None = None
    block_rows: int | None = None

    def __post_init__(self) -> None:
        _check_points(self.points)
        _check_weights(self.weights, self.n_rows)
        if self.block_rows is not None and self.block_rows < 1:
            raise DataError(f"block_rows is {self.block_rows}; a block needs at least one row.")

    @property
    def n_rows(self) -> int:
        """Number of rows, N."""
        return int(self.points.shape[0])

    @property
    def n_columns(self) -> int:
        """Number of columns, D."""
        return int(self.points.shape[1])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the numbers: float32 or float64."""
        return self.points.dtype

    @property
    def total_weight(self) -> float:
        """Sum of the weights: N when every row counts once."""
        return float(self.n_rows) if self.weights is None else float(self.weights.sum())

    def arranged(self, function: Callable[[Block], Any]) -> "ArraySource | Neighbourhoods | ByPattern":
        """The rows for a sum of `function`: neighbours together if that makes it cheaper, else as they are.

        Where cells are missing, rows that lack the same ones come together.
        """
        if Incomplete in self._kinds:
            return self._patterns
        return self._neighbourhoods if self._neighbourhoods.suit(function) else self

    def blocks(self) -> Iterator[Block]:
        """Yield the rows in order, as views of the array."""
        size = self._block_size
        for start in range(0, self.n_rows, size):
            points = self.points[start : start + size]
            weights = self._ones[: len(points)] if self.weights is None else self.weights[start : start + size]
            yield self._kinds[start // size](points, weights)

    @property
    def n_stretched(self) -> int:
        """How many blocks there are, if `stretches` can give them: complete ones of the size that kernels like."""
        size = self._block_size
        n_blocks = -(-self.n_rows // size)
        return n_blocks if size % _STEP == 0 and n_blocks > 1 and Incomplete not in self._kinds else 0

    def stretches(self, lengths: Iterable[int]) -> Iterator[Stretch]:
        """Yield the rows in order, so many blocks at a time."""
        first, size = 0, self._block_size
        for length in lengths:
            rows = slice(first * size, (first + length) * size)
            yield Stretch(self.points[rows], self._ones if self.weights is None else self.weights[rows], size)
            first += length

    @cached_property
    def _block_size(self) -> int:
        return min(self.block_rows or default_block_rows(*self.points.shape), self.n_rows)

    @cached_property
    def _ones(self) -> Float[ndarray, " B"]:
        return np.ones(self._block_size)

    @cached_property
    def _kinds(self) -> tuple[type[Block], ...]:
        """What the blocks are; the least of numbers is none where one of them is missing."""
        size = self._block_size
        parts = (self.points[start : start + size] for start in range(0, self.n_rows, size))
        return tuple(Incomplete if np.isnan(part.min()) else Block for part in parts)

    @cached_property
    def _patterns(self) -> ByPattern:
        return ByPattern(self.points, self.weights, self._block_size)

    @cached_property
    def _neighbourhoods(self) -> "Neighbourhoods":
        from mixtura.sources.neighbours import Neighbourhoods  # reading a table needs no kernels

        return Neighbourhoods(self.points, self.weights, self._block_size)


def default_block_rows(n_rows: int, n_columns: int) -> int:
    """A 32nd of the rows: blocks for many threads, none so small that handing it out costs more than its sums."""
    rows = -(-n_rows // 32)
    most = max(_NUMBERS // n_columns // _STEP * _STEP, _FEWEST_ROWS)
    return min(max(-(-rows // _STEP) * _STEP, _SMALLEST_BLOCK), most, _LARGEST_BLOCK)


def _check_points(points: ndarray) -> None:
    if points.ndim != 2 or points.dtype not in (np.float32, np.float64) or not points.flags.c_contiguous:
        raise DataError(
            f"points must be a C-contiguous float32 or float64 array of shape (rows, columns), not {points.dtype} of "
            f"shape {points.shape}; np.ascontiguousarray(points, dtype=float) makes one."
        )
    if points.size == 0:
        raise DataError(
            f"points has {points.shape[0]} rows and {points.shape[1]} columns; it needs at least one of each."
        )


def _check_weights(weights: ndarray | None, n_rows: int) -> None:
    if weights is not None and (weights.shape != (n_rows,) or weights.dtype != np.float64):
        raise DataError(
            f"weights must be a float64 array with one value for each of the {n_rows} rows, not {weights.dtype} of "
            f"shape {weights.shape}."
        )
