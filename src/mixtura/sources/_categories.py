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
MOST_LEVELS = 1000


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
    n_distinct = _columns.count_distinct(column)
    return n_distinct is not None and are_levels(n_distinct, len(column) - column.null_count)


def are_levels(n_distinct: int, n_cells: int) -> bool:
    """Whether so many different values in so many cells come again often enough."""
    return n_distinct <= min(MOST_LEVELS, max(_FEW_LEVELS, n_cells // 2))


def refuse_other_types(where: str, name: str, field: pa.Field | pa.ChunkedArray) -> None:
    """Raise a DataError where values of a type are no categories."""
    if _columns.kind_of(field) in ("date", "nested", "other"):
        raise DataError(f"{where} holds values of type {field.type}, which are no categories: --exclude {name}.")


def empty(where: str, name: str) -> DataError:
    """What to say of a column of categories without any."""
    return DataError(f"{where} is empty; leave it out with --exclude {name}.")


def names_rows(where: str, name: str, n_distinct: int | str, n_cells: int) -> DataError:
    """What to say of a column whose values hardly come again."""
    return DataError(
        f"{where} has {n_distinct} different values in {n_cells} rows: it names rows instead of grouping them; use "
        f"--id {name}, or leave it out."
    )


def _category(gathered: Gathered, name: str, roles: Roles) -> Column:
    column, where = gathered.table.column(name), f"{gathered.origin}: column '{name}'"
    refuse_other_types(where, name, column)
    if name in roles.levels:
        return Column(name, "category", tuple(roles.levels[name]))
    if column.null_count == len(column):
        raise empty(where, name)
    if not is_grouping(column):
        raise names_rows(where, name, _columns.count_distinct(column) or 0, len(column))
    return Column(name, "category", levels_of(column))
