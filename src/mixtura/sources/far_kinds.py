"""What the columns of rows that stay where they are hold: categories, counts, numbers seen through a transform."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from mixtura.errors import DataError
from mixtura.sources._candidates import Fields, candidates
from mixtura.sources._categories import refuse_other_types, with_kinds
from mixtura.sources._columns import kind_of, plain_type
from mixtura.sources._floats import check_cells_of, encoded, matrix
from mixtura.sources._found import Batch
from mixtura.sources._select import refuse_two_kinds, refuse_two_roles
from mixtura.sources._survey import Looks
from mixtura.sources.column import Column, of_levels
from mixtura.sources.far_levels import levels_in
from mixtura.sources.kinds import Encoded, check_cells
from mixtura.sources.roles import Roles, match_columns

if TYPE_CHECKING:
    from mixtura.sources.streamed import StreamedSource


def with_kinds_of(table: Fields, roles: Roles, looks: Looks) -> Roles:
    """The same, with the levels of categories, which a pass finds; and, if features are named, all kinds among them.

    Raises
    ------
    DataError
        If a column is not there, is to be of two kinds or has two roles, or holds no categories.
    """
    known, origin = list(table.fields), table.origin
    refuse_two_roles(roles, known, origin)
    taken = set(match_columns(roles.exclude, known, origin))
    categorical = [name for name in match_columns(roles.categorical, known, origin) if name not in taken]
    forced = [name for names in (roles.counts, roles.transforms) for name in match_columns(names, known, origin)]
    refuse_two_kinds([*categorical, *forced], origin)
    unknown = [name for name in categorical if name not in roles.levels]
    found = looks.once("levels", lambda: levels_in(table, unknown)) if unknown else {}
    levels = {**roles.levels, **found}
    features = (*roles.features, *levels, *forced) if roles.features else ()
    return replace(roles, features=features, categorical=(), levels=levels)


def names_of_words(table: Fields) -> list[str]:
    """The columns whose cells are no numbers: text, truth values, and those of which nobody knows."""
    plain = {name: field.with_type(plain_type(field.type)) for name, field in table.fields.items()}
    return [name for name, field in plain.items() if kind_of(field) != "number" or pa.types.is_boolean(field.type)]


def columns_to_read(found: Fields, roles: Roles) -> tuple[Column, ...]:
    """The columns with roles as features, and what they are; all are as known beforehand as `Roles.levels` are.

    Raises
    ------
    DataError
        If one is not there, or its cells are of another kind.
    """
    for name, levels in roles.levels.items():
        if levels and name in found.fields:
            refuse_other_types(f"{found.origin}: column '{name}'", name, found.fields[name])
    names = candidates(found, roles).names
    columns = with_kinds(names, of_levels(names, roles.levels), roles.counts, roles.transforms)
    return columns or tuple(Column(name, "number") for name in names)


def coded(batch: Batch, columns: Sequence[Column]) -> Encoded:
    """Some rows as numbers, and the levels met that the columns do not have.

    Raises
    ------
    DataError
        If a cell cannot be used: it is infinite, or of another kind.
    """
    check_cells_of(batch, [column.name for column in columns if column.kind != "category"])
    categories = [column for column in columns if column.kind == "category"]
    found = encoded(batch.cells, [column.name for column in columns], categories)
    check_cells(columns, found.points, batch.name, partial(_name_row, batch.first_row))
    return found


def columns_of(source: "StreamedSource", roles: Roles, looks: Looks) -> tuple[Column, ...]:
    """What each column is, nothing where all are numbers as they are; one pass looks whether cells are of that kind.

    Raises
    ------
    DataError
        If a column is not among those that are clustered on, or holds a cell of another kind.
    """
    known = list(source.found.fields)
    counts = match_columns(roles.counts, known, source.origin)
    transforms = {match_columns([name], known, source.origin)[0]: how for name, how in roles.transforms.items()}
    for name in (*counts, *transforms):
        if name not in source.names:
            reasons = dict(source.dropped)
            raise DataError(f"{source.origin}: column '{name}' is left out: {reasons.get(name, 'it is no number')}.")
    columns = with_kinds(source.names, of_levels(source.names, roles.levels), counts, transforms)
    checked = [column for column in columns if column.kind == "count" or column.transform != "none"]
    if checked:
        names = [column.name for column in checked]
        check = partial(_check, columns=checked, names=names)  # raises what is wrong with cells
        looks.once("checked", lambda: list(source.found.ask(names, check)))
    return columns


def _check(batches: Iterable[Batch], columns: Sequence[Column], names: Sequence[str]) -> None:
    """Runs where the rows lie."""
    for batch in batches:
        check_cells(columns, matrix(batch.cells, names), batch.name, partial(_name_row, batch.first_row))


def _name_row(first: int, row: int) -> str:
    """Of a row of a batch, from 1 on."""
    return f"row {first + row - 1}"
