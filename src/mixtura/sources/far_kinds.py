"""What the columns of rows that stay where they are hold: counts and numbers that are seen through a transform."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from mixtura.errors import DataError
from mixtura.sources._categories import with_kinds
from mixtura.sources._floats import matrix
from mixtura.sources.column import Column
from mixtura.sources.kinds import check_cells
from mixtura.sources.roles import Roles, match_columns

if TYPE_CHECKING:
    from mixtura.sources.streamed import StreamedSource


def with_forced(roles: Roles) -> Roles:
    """The same, counts and transformed columns among the features, if these are named."""
    return replace(roles, features=(*roles.features, *roles.counts, *roles.transforms)) if roles.features else roles


def refuse_levels(origin: str, roles: Roles) -> None:
    """Raise a DataError where columns hold categories, whose levels nobody knows before."""
    for name in roles.categorical:
        raise DataError(
            f"{origin}: column '{name}' holds categories, and rows that are read block by block are numbers: read the "
            "table, or some rows of it, into memory. Of nothing but categories, LatentClassMixture takes files as well."
        )


def refuse_kinds(origin: str, roles: Roles) -> None:
    """Raise a DataError where columns of a cluster hold anything but numbers as they are."""
    refuse_levels(origin, roles)
    for name in (*roles.counts, *roles.transforms):
        raise DataError(
            f"{origin}: column '{name}' is to be a count or transformed, which rows on a cluster cannot be: read the "
            "files here, without an engine."
        )


def columns_of(source: "StreamedSource", roles: Roles) -> tuple[Column, ...]:
    """What each column is, nothing where all are numbers as they are; one pass looks whether cells are of that kind.

    Raises
    ------
    DataError
        If a column is not among those that are clustered on, is to be of two kinds, or holds a cell of another kind.
    """
    known = list(source.found.fields)
    counts = match_columns(roles.counts, known, source.origin)
    transforms = {match_columns([name], known, source.origin)[0]: how for name, how in roles.transforms.items()}
    for name in (*counts, *transforms):
        if name not in source.names:
            reasons = dict(source.dropped)
            raise DataError(f"{source.origin}: column '{name}' is left out: {reasons.get(name, 'it is no number')}.")
        if name in counts and name in transforms:
            raise DataError(f"{source.origin}: column '{name}' cannot be both: name it in --counts or in --transform.")
    columns = with_kinds(source.names, (), counts, transforms)
    _check(source, tuple(column for column in columns if not column.is_plain))
    return columns


def _check(source: "StreamedSource", columns: tuple[Column, ...]) -> None:
    names = [column.name for column in columns]
    for batch in source.found.batches(names) if names else ():
        check_cells(columns, matrix(batch.cells, names), batch.name, partial(_name_row, batch.first_row))


def _name_row(first: int, row: int) -> str:
    """Of a row of a batch, from 1 on."""
    return f"row {first + row - 1}"
