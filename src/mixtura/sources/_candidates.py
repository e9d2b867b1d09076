"""Which columns of files to cluster on: by their types before the first pass, by their values after it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
import pyarrow as pa

from mixtura.errors import DataError
from mixtura.sources._columns import ID_NAMES, first_typing_slip, kind_of
from mixtura.sources._floats import Batches
from mixtura.sources._folder_keys import REASON, is_folder_key
from mixtura.sources._found import Batch
from mixtura.sources._scout import Facts
from mixtura.sources._select import quote, refuse_two_roles
from mixtura.sources.roles import Roles, match_column, match_columns, shorten
from mixtura.sources.table import Missing, refuse_minute

Result = TypeVar("Result")

_FEW_ROWS = 10
_LONGEST_WHOLE = 2**53  # from there on floats leave whole numbers out
Dropped = tuple[tuple[str, str], ...]  # columns and why they are left out


class Fields(Batches, Protocol):
    """Rows of whatever kind, and what their columns are."""

    @property
    def origin(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, pa.Field]: ...
    def ask(self, columns: Sequence[str], look: Callable[[Iterable[Batch]], Result]) -> Iterator[Result]:
        """What `look` says of the batches of these columns, part by part, where they lie."""
        ...


class Candidates(NamedTuple):
    """The columns that may be clustered on, and those that cannot."""

    names: tuple[str, ...]
    dropped: Dropped
    are_asked_for: bool


def settle(
    found: Fields, roles: Roles, missing: Missing, look: Callable[[tuple[str, ...], int], Facts]
) -> tuple[Candidates, Facts, int]:
    """What to cluster on, what is known of it, and how many cells a row must have there to take part.

    `look` goes over some columns of the rows that have so many cells there, once.

    Raises
    ------
    DataError
        If columns cannot be used, or cells are missing where that is an error.
    """
    asked = candidates(found, roles)
    facts = look(asked.names, 0)
    chosen = decide(found, asked, facts)
    facts, least = facts.of(np.flatnonzero(np.isin(asked.names, chosen.names))), 0
    if facts.n_missing.any():
        if missing == "error":
            raise _missing_cells(found, chosen, facts)
        least = len(chosen.names) if missing == "drop" else int(facts.n_missing.all())  # else no row can be empty
        facts = _counted_out(facts, look(chosen.names, least)) if least else facts
    return chosen, facts, least


def _counted_out(before: Facts, after: Facts) -> Facts:
    """What is known of the rows that hold enough, and how many do not."""
    return after._replace(n_without_cells=before.n_rows - after.n_rows)


def candidates(found: Fields, roles: Roles) -> Candidates:
    """The columns that were asked for, or all that hold numbers and have no other role."""
    columns, origin = list(found.fields), found.origin
    for name in (roles.id, roles.weight):
        match_column(name, columns, origin)
    refuse_two_roles(roles, columns, origin)
    _check_weight(found, roles)
    taken = {*match_columns([*roles.others, *roles.exclude], columns, origin)}
    chosen = [name for name in match_columns(roles.features, columns, origin) or columns if name not in taken]
    kinds: dict[str, str] = {name: kind_of(found.fields[name]) for name in chosen if name not in roles.levels}
    _refuse_typing_slips(found, [name for name, kind in kinds.items() if kind == "text"])
    if roles.features:
        _refuse_other_kinds(found, kinds)
        return Candidates(tuple(chosen), (), True)
    kinds |= {name: "truth values" for name in kinds if pa.types.is_boolean(found.fields[name].type)}
    told = {name: REASON if is_folder_key(found.fields[name]) else _described(kinds[name]) for name in kinds}
    names = tuple(name for name in chosen if name in roles.levels or told[name] == "number")
    dropped = tuple((name, told[name]) for name in chosen if name not in names)
    _require_some(names, dropped, origin)
    return Candidates(names, dropped, False)


def decide(found: Fields, asked: Candidates, facts: Facts) -> Candidates:
    """What is left of the candidates once their values are known."""
    if asked.are_asked_for:
        for d, name in enumerate(asked.names):
            if _is_too_long(found, name, facts, d):
                raise DataError(
                    f"{found.origin}: column '{name}' holds integers too long for a float; leave it out with --exclude "
                    f"{name}, or divide it."
                )
        return asked
    reasons = [_reason(found, name, facts, d) for d, name in enumerate(asked.names)]
    names = tuple(name for name, reason in zip(asked.names, reasons, strict=True) if not reason)
    dropped = asked.dropped + tuple((n, reason) for n, reason in zip(asked.names, reasons, strict=True) if reason)
    _require_some(names, dropped, found.origin)
    return Candidates(names, dropped, False)


def _reason(found: Fields, name: str, facts: Facts, d: int) -> str:
    if facts.n_missing[d] == facts.n_rows:
        return "every cell is missing"
    if facts.minima[d] == facts.maxima[d]:
        return f"constant: every cell is {facts.minima[d]:g}"
    if _is_too_long(found, name, facts, d):
        return "integers too long for a float, such as identifiers"
    is_whole = pa.types.is_integer(found.fields[name].type) and not facts.n_missing[d]
    is_called_id = name.lower() in ID_NAMES or name.lower().endswith("_id")
    numbers_rows = facts.rises[d] if is_called_id else facts.n_rows >= _FEW_ROWS and facts.counts_up[d]
    return "numbers the rows" if is_whole and numbers_rows else ""


def _is_too_long(found: Fields, name: str, facts: Facts, d: int) -> bool:
    largest = max(-facts.minima[d], facts.maxima[d])
    return pa.types.is_integer(found.fields[name].type) and bool(largest > _LONGEST_WHOLE)


def _described(kind: str) -> str:
    return "every cell is missing" if kind == "empty" else f"{kind} values" if kind in ("nested", "other") else kind


def _check_weight(found: Fields, roles: Roles) -> None:
    if roles.weight is not None and kind_of(found.fields[roles.weight]) != "number":
        kind = kind_of(found.fields[roles.weight])
        raise DataError(f"{found.origin}: weights in column '{roles.weight}' must be numbers, not {kind}.")


def _refuse_typing_slips(found: Fields, names: list[str]) -> None:
    """Raise a DataError if a column of text is one of numbers, but for a few of its first cells."""
    head = next(found.batches(names), None) if names else None
    if head is None:
        return
    for name in names:
        slip = first_typing_slip(pa.chunked_array([head.cells.column(name).cast(pa.string())]))
        if slip is not None:
            cell, row = slip
            raise DataError(
                f"{found.origin}: column '{name}' is numeric except {quote(cell)} in row {row}; correct it, or "
                f"add --na {quote(cell)} if it means missing, or leave the column out with --exclude {name}."
            )


def _refuse_other_kinds(found: Fields, names: Iterable[str]) -> None:
    for name in names:
        if kind_of(found.fields[name]) not in ("number", "empty"):
            raise DataError(
                f"{found.origin}: column '{name}' holds values of type {found.fields[name].type}, not numbers; leave "
                f"it out with --exclude {name}."
            )


def _require_some(names: Iterable[str], dropped: Dropped, origin: str) -> None:
    if not tuple(names):
        told = "; ".join(f"{name} ({reason})" for name, reason in dropped) or "every column has another role"
        raise DataError(f"{origin} has no column to cluster on: {told}.")


def require_variation(names: Iterable[str], facts: Facts, origin: str) -> None:
    """Raise a DataError unless a mixture can be fitted."""
    if facts.n_rows < 2:
        raise DataError(f"{origin} has {facts.n_rows} usable rows; a mixture needs at least two different ones.")
    for d, name in enumerate(names):
        if facts.n_missing[d] == facts.n_rows:
            raise DataError(f"{origin}: every cell of column '{name}' is missing; leave it out: --exclude {name}.")
        if facts.minima[d] == facts.maxima[d]:
            raise DataError(
                f"{origin}: column '{name}' holds {facts.minima[d]:g} in every row, which tells no groups apart; leave "
                f"it out: --exclude {name}."
            )
        refuse_minute(origin, name, float(facts.maxima[d] - facts.minima[d]))


def _missing_cells(found: Fields, chosen: Candidates, facts: Facts) -> DataError:
    names = [name for name, count in zip(chosen.names, facts.n_missing, strict=True) if count]
    n_cells = int(facts.n_missing.sum())
    return DataError(
        f"{found.origin}: {n_cells} missing {'cell' if n_cells == 1 else 'cells'} in {shorten(names)}; --missing drop "
        "leaves out the rows with missing cells, --missing model lets them count by their other cells."
    )
