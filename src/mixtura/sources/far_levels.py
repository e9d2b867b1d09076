"""Categories of rows that stay where they are: which levels they have, found in a pass before all others."""

from collections.abc import Iterable, Sequence
from functools import partial, reduce
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from mixtura.errors import DataError
from mixtura.sources._candidates import Fields
from mixtura.sources._categories import MOST_LEVELS, are_levels, empty, names_rows, refuse_other_types
from mixtura.sources._floats import plain_column
from mixtura.sources._found import Batch
from mixtura.sources.kinds import levels_of


class _Met(NamedTuple):
    """The different values of a column, and how many cells hold one."""

    values: pa.Array
    n_cells: int


_NOTHING = _Met(pa.nulls(0), 0)


def levels_in(table: Fields, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The levels of some columns, as `levels_of` tells them of the same rows in memory; what is held are levels alone.

    Raises
    ------
    DataError
        If a column holds no values that can be told apart, one value, or names the rows instead of grouping them.
    """
    if not names:
        return {}
    for name in names:
        refuse_other_types(_where(table.origin, name), name, table.fields[name])
    look, join = (partial(function, names=names, origin=table.origin) for function in (_look, _joined))
    met = reduce(join, table.ask(names, look), [_NOTHING] * len(names))
    return {name: _levels(_where(table.origin, name), name, own) for name, own in zip(names, met, strict=True)}


def _look(batches: Iterable[Batch], names: Sequence[str], origin: str) -> list[_Met]:
    """What the rows of a part hold; runs where they lie."""
    met = [_NOTHING] * len(names)
    for batch in batches:
        cells = [plain_column(batch.cells, name) for name in names]
        own = [_Met(pc.unique(column).drop_null(), len(column) - column.null_count) for column in cells]
        met = _joined(met, own, names, origin)
    return met


def _joined(left: Sequence[_Met], right: Sequence[_Met], names: Sequence[str], origin: str) -> list[_Met]:
    return [_together(one, other, origin, name) for one, other, name in zip(left, right, names, strict=True)]


def _together(left: _Met, right: _Met, origin: str, name: str) -> _Met:
    where, n_cells = _where(origin, name), left.n_cells + right.n_cells
    try:
        tables = [pa.table({"values": met.values}) for met in (left, right)]
        cells = pa.concat_tables(tables, promote_options="permissive")["values"]
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        raise DataError(
            f"{where} holds {left.values.type} in some parts and {right.values.type} in others; it must hold the same "
            "everywhere."
        ) from None
    values = pc.unique(cells)
    if len(values) > MOST_LEVELS:
        raise names_rows(where, name, f"more than {MOST_LEVELS}", n_cells)
    return _Met(values, n_cells)


def _levels(where: str, name: str, met: _Met) -> tuple[str, ...]:
    found = levels_of(pa.chunked_array([met.values]))
    if not found:
        raise empty(where, name)
    if len(found) == 1:
        raise DataError(
            f"{where} holds {found[0]} in every row, which tells no groups apart; leave it out: --exclude {name}."
        )
    if not are_levels(len(found), met.n_cells):
        raise names_rows(where, name, len(found), met.n_cells)
    return found


def _where(origin: str, name: str) -> str:
    return f"{origin}: column '{name}'"
