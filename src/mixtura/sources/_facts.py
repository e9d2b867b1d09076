"""How the facts about a table are worked out; what they mean is said in `mixtura.sources.check`."""

from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy import ndarray

from mixtura.sources import _columns
from mixtura.sources._categories import is_grouping
from mixtura.sources._gather import Gathered
from mixtura.sources._select import quote, why_left_out
from mixtura.sources.check import ColumnFacts, TableFacts
from mixtura.sources.roles import Roles, match_column, match_columns

_STRONG_SKEWNESS = 2.0
_LARGE_SCALE = 100.0  # times the median of the standard deviations of the other columns
_MOSTLY_MISSING = 0.5
_TIES = 4.0  # rows per different value


def facts_of(gathered: Gathered, roles: Roles) -> TableFacts:
    """Return the facts about all columns of a table."""
    table, labels = gathered.table, _labels(gathered, roles)
    columns = [_column_facts(gathered, name, labels[name]) for name in table.column_names]
    columns = _flag_copies(table, _flag_scales(columns))
    return TableFacts(gathered.origin, table.num_rows, _count_repeated_rows(table), tuple(columns))


def _labels(gathered: Gathered, roles: Roles) -> dict[str, str]:
    """Return the role of each column; of a column with several, the one that keeps it from being clustered on."""
    names, origin = gathered.table.column_names, gathered.origin
    features = match_columns(roles.features, names, origin)
    labels = {name: "feature" if name in features or not features else "unused" for name in names}
    for label, patterns in (("excluded", roles.exclude), ("profile", roles.profile)):
        labels.update(dict.fromkeys(match_columns(patterns, names, origin), label))
    for label in ("by", "truth", "weight", "id"):
        name = match_column(getattr(roles, label), names, origin)
        if name is not None:
            labels[name] = label
    labels.update(dict.fromkeys(match_columns(roles.categorical, names, origin), "category"))
    return labels


def _column_facts(gathered: Gathered, name: str, role: str) -> ColumnFacts:
    column = gathered.table.column(name)
    kind, reason = _kind(column, role), _reason(gathered, name) if role != "category" else None
    facts = ColumnFacts(
        name=name,
        kind=kind,
        role={"category": "feature"}.get(role, "left out" if role == "feature" and reason else role),
        n_missing=column.null_count,
        n_distinct=_columns.count_distinct(column),
        flags=(_with_remedy(reason, name, kind),) if reason else (),
    )
    if kind == "number":
        return _with_numbers(facts, _columns.to_floats(column))
    return facts._replace(top_share=_top_share(column)) if kind in ("text", "category") else facts


def _with_remedy(reason: str, name: str, kind: str) -> str:
    return f"{reason}; --categorical {name} clusters on them" if kind == "category" else reason


def _kind(column: pa.ChunkedArray, role: str) -> str:
    """What a column holds; text whose values come again holds categories."""
    kind = _columns.kind_of(column)
    looks_numeric = kind == "text" and (_columns.dressing(column) or _columns.first_typing_slip(column))
    is_category = kind == "text" and not looks_numeric and is_grouping(column)
    return "category" if is_category or role == "category" else kind


def _reason(gathered: Gathered, name: str) -> str | None:
    """Return why a column would not be clustered on by default, or would be refused."""
    column = gathered.table.column(name)
    slip = _columns.first_typing_slip(column) if _columns.kind_of(column) == "text" else None
    if slip is None:
        return why_left_out(gathered, name)
    cell, row = slip
    return f"numeric except {quote(cell)} in {gathered.name_row(row)}"


def _with_numbers(facts: ColumnFacts, values: ndarray) -> ColumnFacts:
    """Add what numbers alone have."""
    present = values[~np.isnan(values)]
    finite = present[np.isfinite(present)]
    distinct, counts = np.unique(present, return_counts=True)
    facts = facts._replace(n_missing=len(values) - len(present), n_distinct=len(distinct))
    if finite.size:
        facts = _with_moments(facts._replace(top_share=float(counts.max() / len(present))), finite)
    return facts._replace(flags=facts.flags + _flags(facts, len(values), len(present) - len(finite)))


def _with_moments(facts: ColumnFacts, values: ndarray) -> ColumnFacts:
    """Add extremes, median, mean, standard deviation (of a sample) and skewness; nothing overflows on the way."""
    unit = float(np.abs(values).max()) or 1.0
    scaled = values / unit
    deviations = scaled - scaled.mean()
    sd = float(np.mean(deviations**2)) ** 0.5
    return facts._replace(
        minimum=float(values.min()),
        median=float(np.median(scaled)) * unit,
        maximum=float(values.max()),
        mean=float(scaled.mean()) * unit,
        sd=sd * (len(values) / (len(values) - 1)) ** 0.5 * unit if len(values) > 1 else None,
        skewness=float(np.mean((deviations / sd) ** 3)) if sd > 0 else None,
    )


def _flags(facts: ColumnFacts, n_rows: int, n_infinite: int) -> tuple[str, ...]:
    n_present = n_rows - facts.n_missing
    distinct = facts.n_distinct or 0
    tests = {
        f"{n_infinite} infinite": n_infinite > 0,
        "mostly missing": 0 < n_present < (1 - _MOSTLY_MISSING) * n_rows,
        "strongly skewed": facts.skewness is not None and abs(facts.skewness) > _STRONG_SKEWNESS,
        f"many ties: {distinct} different values": distinct > 1 and n_present >= _TIES * distinct,
    }
    return tuple(flag for flag, holds in tests.items() if holds)


def _flag_scales(columns: list[ColumnFacts]) -> list[ColumnFacts]:
    """Flag columns so much wider than the others that they alone would decide about distances."""
    scales = {facts.name: facts.sd for facts in columns if facts.role == "feature" and facts.sd}
    flagged = []
    for facts in columns:
        others = [sd for name, sd in scales.items() if name != facts.name]
        wide = facts.name in scales and others and scales[facts.name] > _LARGE_SCALE * float(np.median(others))
        flagged.append(facts._replace(flags=(*facts.flags, "scale much larger than others")) if wide else facts)
    return flagged


def _flag_copies(table: pa.Table, columns: list[ColumnFacts]) -> list[ColumnFacts]:
    """Flag columns that repeat an earlier one in every row."""
    first: dict[Any, str] = {}
    flagged = []
    for facts in columns:
        original = first.setdefault(_fingerprint(table.column(facts.name), facts), facts.name)
        copy = original != facts.name
        flagged.append(facts._replace(flags=(*facts.flags, f"same as {original}")) if copy else facts)
    return flagged


def _fingerprint(column: pa.ChunkedArray, facts: ColumnFacts) -> Any:
    """Return what two columns share only if they hold the same; constant columns and the like are flagged already."""
    if facts.kind == "number" and (facts.n_distinct or 0) > 1:
        return sha256(_columns.to_floats(column).data).digest()
    return facts.name


def _top_share(column: pa.ChunkedArray) -> float | None:
    present = column.drop_null()
    if not len(present):
        return None
    return float(pc.max(pc.struct_field(pc.value_counts(present), 1)).as_py() / len(present))


def _count_repeated_rows(table: pa.Table) -> int:
    """Return how many rows are the same as an earlier one, as far as columns can be compared."""
    names = [name for name in table.column_names if _columns.kind_of(table.column(name)) in ("number", "text", "date")]
    if not names:
        return 0
    return int(table.num_rows - table.select(names).group_by(names).aggregate([]).num_rows)
