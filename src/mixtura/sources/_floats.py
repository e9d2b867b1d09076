"""From batches of cells to blocks of numbers, cut in the same places however the files are."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import pyarrow as pa
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.errors import DataError
from mixtura.sources._columns import plain_type, to_floats
from mixtura.sources._found import Batch
from mixtura.sources.column import Column
from mixtura.sources.kinds import Encoded, codes_of
from mixtura.statistics import Block, Incomplete, Placed

_ROWS_AT_A_TIME = 8192  # that stay in the cache while columns are laid side by side
_LARGEST = 1e140  # squares of so many numbers of that size add up to what a float can hold


class Cut(NamedTuple):
    """Which numbers make a block, and of which rows."""

    names: tuple[str, ...]
    weight: str | None
    least: int  # cells that a row must have to take part
    n_rows: int  # in a block
    categories: tuple[Column, ...] = ()  # those of the columns whose numbers are those of levels

    @property
    def columns(self) -> list[str]:
        """Those to be read."""
        return [*self.names, *([self.weight] if self.weight else [])]

    @property
    def drops_incomplete(self) -> bool:
        """Whether rows that lack any cell take no part."""
        return self.least == len(self.names)


class Batches(Protocol):
    """Rows that come in batches, as often as they are asked for."""

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]: ...


def blocks_of(found: Batches, cut: Cut, look: Callable[[Batch], None] | None = None) -> Iterator[Block]:
    """Blocks of the rows that take part; `look` sees every batch before."""

    def batches() -> Iterator[Batch]:
        for batch in found.batches(cut.columns):
            if look is not None:
                look(batch)
            yield batch

    return (placed.block for placed in placed_blocks(batches(), cut))


def placed_blocks(batches: Iterable[Batch], cut: Cut, n_read: int = 0) -> Iterator[Placed]:
    """The same of batches that follow after `n_read` rows."""
    (points, weights), filled = _room(cut), 0
    for batch in batches:
        for start in range(0, batch.cells.num_rows, _ROWS_AT_A_TIME):
            cells = batch.cells.slice(start, _ROWS_AT_A_TIME)
            part, rows = _numbers(cells, cut)
            done = 0
            while done < len(part.points):
                n = min(cut.n_rows - filled, len(part.points) - done)
                points[filled : filled + n] = part.points[done : done + n]
                weights[filled : filled + n] = part.weights[done : done + n]
                filled, done = filled + n, done + n
                if filled == cut.n_rows:
                    yield Placed(block_of(points, weights), n_read + int(rows[done - 1]) + 1)
                    (points, weights), filled = _room(cut), 0
            n_read += cells.num_rows
    if filled:
        yield Placed(block_of(points[:filled], weights[:filled]), n_read)


def block_of(points: Float[ndarray, "B D"], weights: Float[ndarray, " B"]) -> Block:
    """A block, of the kind that says whether cells are missing; the least of numbers is none where one of them is."""
    return (Incomplete if np.isnan(points.min()) else Block)(points, weights)


def _room(cut: Cut) -> tuple[Float[ndarray, "B D"], Float[ndarray, " B"]]:
    return np.empty((cut.n_rows, len(cut.names))), np.ones(cut.n_rows)


def _numbers(cells: pa.RecordBatch, cut: Cut) -> tuple[Block, Int[ndarray, " B"]]:
    """The rows of a batch that take part, and which these are."""
    points = matrix(cells, cut.names, cut.categories)
    weights = _column(cells, cut.weight) if cut.weight else np.ones(len(points))
    kept = weights > 0
    if cut.least:
        kept &= (~np.isnan(points)).sum(axis=1) >= cut.least
    rows = np.flatnonzero(kept)
    return (Block(points, weights) if len(rows) == len(points) else Block(points[rows], weights[rows])), rows


def encoded(cells: pa.RecordBatch, names: Sequence[str], categories: Sequence[Column] = ()) -> Encoded:
    """Columns of a batch as the columns of one array, levels by their numbers; NaN where a cell is missing."""
    points, levels = np.empty((cells.num_rows, len(names))), {column.name: column.levels for column in categories}
    unknown = dict[str, tuple[str, ...]]()
    for d, name in enumerate(names):
        if name not in levels:
            points[:, d] = _column(cells, name)
            continue
        points[:, d], strange = codes_of(pa.chunked_array([plain_column(cells, name)]), levels[name])
        unknown |= {name: strange} if strange else {}
    return Encoded(points, unknown)


def matrix(cells: pa.RecordBatch, names: Sequence[str], categories: Sequence[Column] = ()) -> Float[ndarray, "N D"]:
    """The array alone."""
    return encoded(cells, names, categories).points


def plain_column(cells: pa.RecordBatch, name: str) -> pa.Array:
    """A column of a batch, of a type that columns are read as."""
    column = cells.column(name)
    plain = plain_type(column.type)
    return column if plain == column.type else column.cast(plain, safe=False)


def _column(cells: pa.RecordBatch, name: str) -> Float[ndarray, " N"]:
    column = plain_column(cells, name)
    return np.full(len(column), np.nan) if pa.types.is_null(column.type) else to_floats(column)


def check_cells(batch: Batch, cut: Cut) -> None:
    """Raise a DataError that names the file, the column and the row of a cell that cannot be used.

    Once is enough: files that change after the first pass are found by their stamps.
    """
    categories = {column.name for column in cut.categories}
    check_cells_of(batch, [name for name in cut.names if name not in categories])
    if cut.weight:
        weights = _column(batch.cells, cut.weight)
        usable = np.isfinite(weights) & (weights >= 0)
        if not usable.all():
            row = int(usable.argmin())
            value = "missing" if np.isnan(weights[row]) else f"{weights[row]:g}"
            raise DataError(
                f"{batch.name}: the weight in column '{cut.weight}' is {value} in row {batch.first_row + row}; weights "
                "are finite and not negative."
            )


def check_cells_of(batch: Batch, names: Sequence[str]) -> None:
    """The same for numbers that are no weights."""
    for name in names:
        values = _column(batch.cells, name)
        sizes = np.abs(values)
        if np.fmax.reduce(sizes, initial=0.0) > _LARGEST:
            raise _refusal(batch, name, values, int(np.nanargmax(sizes)))


def _refusal(batch: Batch, name: str, values: ndarray, row: int) -> DataError:
    where = f"{batch.name}: column '{name}' "
    place = f"row {batch.first_row + row}"
    if np.isinf(values[row]):
        return DataError(f"{where}is infinite in {place}; correct it, or make it missing.")
    return DataError(
        f"{where}holds {values[row]:g} in {place}, too large to be squared; divide the column, or correct the cell."
    )
