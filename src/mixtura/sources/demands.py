"""What some fits ask of a table: complete rows, or numbers that are taken as they are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mixtura.errors import DataError
from mixtura.sources.column import Column
from mixtura.sources.roles import plural, shorten

if TYPE_CHECKING:
    from mixtura.sources.table import Table


def require_complete(table: "Table", asker: str) -> None:
    """Raise a DataError if cells are missing where somebody can do nothing with such rows.

    Examples
    --------
    >>> from mixtura.sources.table import read_table
    >>> require_complete(read_table({"width": [1.0, None, 2.0]}), "the test")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    mixtura.errors.DataError: the data frame: 1 missing cell in width, first in row 2; the test takes complete rows ...
    """
    incomplete = (~table.in_order).any(axis=1)
    if incomplete.any():
        rows = plural(int(incomplete.sum()), "row")
        raise DataError(
            f"{tell_holes(table)}; {asker} takes complete rows only: --missing drop leaves out the {rows} with "
            "missing cells."
        )


def tell_holes(table: "Table") -> str:
    """How many cells are missing, in which columns, and where the first of them is."""
    holes = ~table.in_order
    names = [table.names[d] for d in np.flatnonzero(holes.any(axis=0))]
    cells, first = plural(int(holes.sum()), "missing cell"), int(np.flatnonzero(holes.any(axis=1))[0])
    return f"{table.origin}: {cells} in {shorten(names)}, first in {table.name_row(first + 1)}"


def require_numbers(columns: Sequence[Column], asker: str) -> None:
    """Raise a DataError if columns are not taken as the numbers that they hold.

    Examples
    --------
    >>> require_numbers([Column("age", "number"), Column("town", "category", ("Oslo", "Rom"))], "noise")
    Traceback (most recent call last):
    mixtura.errors.DataError: noise is for numbers as they are, and town is none (a category): leave it out.
    """
    others = [column for column in columns if not column.is_plain]
    if not others:
        return
    what = {column.transform if column.kind == "number" else f"a {column.kind}": None for column in others}
    is_one = len(others) == 1
    raise DataError(
        f"{asker} is for numbers as they are, and {shorten([column.name for column in others])} "
        f"{'is none' if is_one else 'are none'} ({', '.join(what)}): leave {'it' if is_one else 'these'} out."
    )
