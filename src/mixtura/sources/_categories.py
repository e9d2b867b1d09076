"""Which columns of a table are categories, and with which levels."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from mixtura.errors import DataError
from mixtura.sources import _columns
from mixtura.sources._gather import Gathered
from mixtura.sources.column import Column
from mixtura.sources.kinds import levels_of
from mixtura.sources.roles import Roles, match_columns

_FEW_LEVELS = 20  # that no column of identifiers has
_MOST_LEVELS = 1000


def categories_of(gathered: Gathered, roles: Roles) -> tuple[Column, ...]:
    """The columns of categories: those that were asked for, with the levels that they have or are known to have.

    Raises
    ------
    DataError
        If a column is not there, holds no values that can be told apart, or names the rows instead of grouping them.
    """
    names = gathered.table.column_names
    asked = match_columns([*roles.categorical, *roles.levels], names, gathered.origin)
    taken = set(match_columns(roles.exclude, names, gathered.origin))
    return tuple(_category(gathered, name, roles) for name in asked if name not in taken)


def with_kinds(
    names: Sequence[str], categories: Sequence[Column], counts: Sequence[str], transforms: Mapping[str, str]
) -> tuple[Column, ...]:
    """What each column is; nothing where all are numbers as they are."""
    known = {column.name: column for column in categories} | {name: Column(name, "count") for name in counts}
    columns = tuple(known.get(name, Column(name, "number", transform=transforms.get(name, "none"))) for name in names)
    return () if all(column.is_plain for column in columns) else columns


def is_grouping(column: pa.ChunkedArray) -> bool:
    """Whether values come again often enough to be levels: a name in every row or two tells nothing of groups."""
    n_distinct, n_cells = _columns.count_distinct(column), len(column) - column.null_count
    if n_distinct is None or n_distinct > _MOST_LEVELS:
        return False
    return n_distinct <= max(_FEW_LEVELS, n_cells // 2)


def _category(gathered: Gathered, name: str, roles: Roles) -> Column:
    column, where = gathered.table.column(name), f"{gathered.origin}: column '{name}'"
    if _columns.kind_of(column) in ("date", "nested", "other"):
        raise DataError(f"{where} holds values of type {column.type}, which are no categories: --exclude {name}.")
    if name in roles.levels:
        return Column(name, "category", tuple(roles.levels[name]))
    if column.null_count == len(column):
        raise DataError(f"{where} is empty; leave it out with --exclude {name}.")
    if not is_grouping(column):
        raise DataError(
            f"{where} has {_columns.count_distinct(column)} different values in {len(column)} rows: it names rows "
            f"instead of grouping them; use --id {name}, or leave it out."
        )
    return Column(name, "category", levels_of(column))
