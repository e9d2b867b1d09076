"""From the columns of an Arrow table to what is clustered on, and what goes with it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy import ndarray

from mixtura._conform import parse
from mixtura.errors import DataError
from mixtura.sources import _columns
from mixtura.sources._arrays import to_arrow
from mixtura.sources._categories import categories_of, is_grouping, with_kinds
from mixtura.sources._folder_keys import REASON, folder_keys
from mixtura.sources._gather import Gathered
from mixtura.sources.column import Column
from mixtura.sources.kinds import Encoded, check_cells, encode
from mixtura.sources.roles import Roles, match_column, match_columns, option
from mixtura.sources.weights import check_weights

_LONGEST_QUOTE = 40
_ROWS_AT_A_TIME = 8192


class Reason(NamedTuple):
    """Why a column is not clustered on by default: the sort of reason, and what to say."""

    about: str
    text: str


class Selected(NamedTuple):
    """The fields of a `mixtura.sources.table.Table`."""

    names: tuple[str, ...]
    points: ndarray
    weights: ndarray | None
    ids: ndarray | None
    extra: dict[str, ndarray]
    origin: str
    dropped: tuple[tuple[str, str], ...]
    groupings: tuple[str, ...]
    parts: tuple[tuple[str, int], ...]
    columns: tuple[Column, ...]
    unknown: dict[str, tuple[str, ...]]


def select(gathered: Gathered, roles: Roles) -> Selected:
    """Give each column its role."""
    table, columns = gathered.table, gathered.table.column_names
    assigned = [name for name in (roles.id, roles.weight) if name is not None]
    known = [name for name in (roles.truth, roles.by) if name is not None]
    for name in (*assigned, *known):
        match_column(name, columns, gathered.origin)
    shown = (*match_columns(roles.profile, columns, gathered.origin), *known)
    refuse_two_roles(roles, columns, gathered.origin)
    categories = categories_of(gathered, roles)
    counts = match_columns(roles.counts, columns, gathered.origin)
    forced = [*counts, *match_columns(roles.transforms, columns, gathered.origin)]
    refuse_two_kinds([*(column.name for column in categories), *forced], gathered.origin)
    features, dropped = _features(gathered, roles, {*assigned, *shown}, [c.name for c in categories], forced)
    kinds = with_kinds(features, categories, counts, roles.transforms)
    points = _points(table, features, categories)
    check_cells(kinds, points.points, gathered.origin, gathered.name_row)
    return Selected(
        names=features,
        points=points.points,
        weights=None if roles.weight is None else _weights(gathered, roles.weight),
        ids=None if roles.id is None else table.column(roles.id).to_numpy(),
        extra={name: table.column(name).to_numpy() for name in shown},
        origin=gathered.origin,
        dropped=tuple((name, reason.text) for name, reason in dropped),
        groupings=tuple(name for name, reason in dropped if reason.about == "category"),
        parts=gathered.parts,
        columns=kinds,
        unknown=points.unknown,
    )


def refuse_two_roles(roles: Roles, columns: Sequence[str], origin: str) -> None:
    """A column that is clustered on by its own name, not by a pattern, is not dropped for the sake of another role."""
    for role in ("id", "weight", "truth", "by", "profile"):
        value = getattr(roles, role) or ()
        others = match_columns([value] if isinstance(value, str) else value, columns, origin)
        for asked, name in _asked_for(roles):
            if name in others:
                raise DataError(
                    f"{origin}: column '{name}' is asked for both to cluster on and as {role}; leave it out of "
                    f"--{asked} or of --{role}."
                )


def _asked_for(roles: Roles) -> Iterator[tuple[str, str]]:
    """The option and the name of every column that is to be clustered on; patterns too, which no column is called."""
    named = {"features": roles.features, "categorical": roles.categorical, "counts": roles.counts}
    for asked, names in (named | {"transform": tuple(roles.transforms)}).items():
        yield from ((asked, name) for name in names)


def refuse_two_kinds(names: Sequence[str], origin: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise DataError(
                f"{origin}: column '{name}' cannot be of two kinds: name it in one of --categorical, --counts and "
                "--transform."
            )


def _features(
    gathered: Gathered, roles: Roles, taken: set[str], categories: Sequence[str], forced: Sequence[str]
) -> tuple[tuple[str, ...], tuple[tuple[str, Reason], ...]]:
    """Return the columns to cluster on, and those left out without being asked to, with the reason."""
    columns, origin = gathered.table.column_names, gathered.origin
    taken = taken | set(match_columns(roles.exclude, columns, origin))
    asked = [*match_columns(roles.features, columns, origin), *categories, *forced] if roles.features else columns
    candidates = [name for name in dict.fromkeys(asked) if name not in taken]
    dropped: tuple[tuple[str, Reason], ...] = ()
    if not roles.features:
        _refuse_one_row(gathered)
        known = {*categories, *forced}
        reasons = {name: None if name in known else why_left_out(gathered, name) for name in candidates}
        dropped = tuple((name, reason) for name, reason in reasons.items() if reason)
        candidates = [name for name in candidates if not reasons[name]]
    if not candidates:
        raise _nothing_to_cluster_on(origin, dropped)
    for name in candidates:
        if name not in categories:
            _check_numeric(gathered, name)
    return tuple(candidates), dropped


def _nothing_to_cluster_on(origin: str, dropped: Sequence[tuple[str, Reason]]) -> DataError:
    told = "; ".join(f"{name} ({reason.text})" for name, reason in dropped) or "every column has another role"
    groupings = [name for name, reason in dropped if reason.about == "category"]
    remedy = f" {option('--categorical', *groupings)} clusters on categories." if groupings else ""
    return DataError(f"{origin} has no column to cluster on: {told}.{remedy}")


def _refuse_one_row(gathered: Gathered) -> None:
    """With one row every column is constant, which would be true but no help."""
    if gathered.table.num_rows == 1:
        raise DataError(f"{gathered.origin} has one row; a mixture needs at least two different ones.")


def why_left_out(gathered: Gathered, name: str) -> Reason | None:
    """Return why a column is not clustered on by default, or None if it is."""
    column = gathered.table.column(name)
    kind = _columns.kind_of(column)
    if kind == "text":
        _refuse_typing_slip(gathered, name)
    if kind != "number":
        return _describe(column)
    if column.null_count == len(column):
        return Reason("empty", "every cell is missing")
    if any(name in dict(folder_keys(Path(file))) for file, _ in gathered.parts):
        return Reason("identifier", REASON)
    if name in _index_columns(gathered.table):
        return Reason("identifier", "index of the data frame")
    if _columns.is_id_like(name, column):
        return Reason("identifier", "numbers the rows")
    value = _columns.constant_value(column)
    if value is not None:
        return Reason("constant", f"constant: every cell is {value:g}")
    if pa.types.is_boolean(column.type):
        return Reason("category", "truth values")
    is_long = _columns.first_unrepresentable(column) is not None
    return Reason("identifier", "integers too long for a float, such as identifiers") if is_long else None


def _describe(column: pa.ChunkedArray) -> Reason:
    kind, n_distinct = _columns.kind_of(column), _columns.count_distinct(column)
    if kind == "empty":
        return Reason("empty", "every cell is missing")
    if kind in ("nested", "other"):
        return Reason(kind, f"{column.type} values")
    dressing = _columns.dressing(column) if kind == "text" else None
    if dressing:
        return Reason("numbers as text", f"numbers written as text: remove the {dressing}")
    about = ("constant" if n_distinct == 1 else "category") if kind == "text" and is_grouping(column) else kind
    values = "" if n_distinct is None else f": {n_distinct} different value{'s' if n_distinct != 1 else ''}"
    return Reason(about, f"{kind}{values}")


def _index_columns(table: pa.Table) -> set[str]:
    """Return the columns that pandas wrote for the index of a data frame; none where what it wrote cannot be read."""
    metadata = (table.schema.metadata or {}).get(b"pandas", b"{}")
    try:
        index = parse(metadata.decode())["index_columns"]
        return {name for name in index if isinstance(name, str)}
    except (ValueError, LookupError, TypeError):
        return set()


def _check_numeric(gathered: Gathered, name: str) -> None:
    """Raise an error unless a column can be turned into floats."""
    column = gathered.table.column(name)
    kind = _columns.kind_of(column)
    if kind == "text":
        _refuse_typing_slip(gathered, name)
        _refuse_dressing(gathered, name)
    if kind not in ("number", "empty"):
        what = {"text": "text", "date": "dates"}.get(kind, f"values of type {column.type}")
        raise DataError(
            f"{gathered.origin}: column '{name}' holds {what}{_example(gathered, column)}; leave it out with "
            f"--exclude {name}, or take its values for categories with --categorical {name}."
        )
    long = _columns.first_unrepresentable(column) if kind == "number" else None
    if long is not None:
        value, row = long
        raise DataError(
            f"{gathered.origin}: column '{name}' holds {value} in {gathered.name_row(row)}, an integer too long for a "
            f"float; leave it out with --exclude {name}, or divide it."
        )


def _refuse_dressing(gathered: Gathered, name: str) -> None:
    column = gathered.table.column(name)
    dressing = _columns.dressing(column)
    if dressing:
        raise DataError(
            f"{gathered.origin}: column '{name}' holds numbers written as text{_example(gathered, column)}; remove the "
            f"{dressing}, or leave it out with --exclude {name}."
        )


def _example(gathered: Gathered, column: pa.ChunkedArray) -> str:
    first = _columns.first_value(column)
    if first is None:
        return ""
    value, row = first
    return f" ({quote(value)} in {gathered.name_row(row)})"


def quote(value: Any) -> str:
    """Return a cell as it can stand in a message: on one line, and not too long."""
    text = str(value)
    return repr(text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…")


def _refuse_typing_slip(gathered: Gathered, name: str) -> None:
    slip = _columns.first_typing_slip(gathered.table.column(name))
    if slip is not None:
        cell, row = slip
        raise DataError(
            f"{gathered.origin}: column '{name}' is numeric except {quote(cell)} in {gathered.name_row(row)}; correct "
            f"it, or add --na {quote(cell)} if it means missing, or leave the column out with --exclude {name}."
        )


def _points(table: pa.Table, names: Sequence[str], categories: Sequence[Column]) -> Encoded:
    """Return columns as the columns of one array, filled some rows at a time so that they stay in the cache."""
    codes = encode(table, categories)
    for column, values in zip(categories, codes.points.T, strict=True):
        place = table.column_names.index(column.name)
        table = table.set_column(place, column.name, to_arrow(np.ma.masked_invalid(values)))
    points = np.empty((table.num_rows, len(names)))
    start = 0
    for batch in table.select(names).to_batches(max_chunksize=_ROWS_AT_A_TIME):
        rows = points[start : start + batch.num_rows]
        for position, column in enumerate(batch.columns):
            rows[:, position] = _columns.to_floats(column)
        start += batch.num_rows
    return Encoded(points, codes.unknown)


def _weights(gathered: Gathered, name: str) -> ndarray:
    column = gathered.table.column(name)
    if _columns.kind_of(column) != "number":
        raise DataError(
            f"{gathered.origin}: weights in column '{name}' must be numbers, not {_columns.kind_of(column)}"
            f"{_example(gathered, column)}."
        )
    weights = np.array(_columns.to_floats(column))  # Arrow's own memory is read-only
    return check_weights(weights, f"{gathered.origin}: the weight in column '{name}'", gathered.name_row)
