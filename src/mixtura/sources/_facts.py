"""How the facts about a table are worked out; what they mean is said in `mixtura.sources.check`."""

from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy import ndarray

from mixtura.sources import _columns, _faults, _faults_of_levels, _faults_of_tables
from mixtura.sources._categories import is_grouping
from mixtura.sources._gather import Gathered
from mixtura.sources._seen import Seen, skewness
from mixtura.sources._select import Reason, quote, why_left_out
from mixtura.sources.check import ColumnFacts, TableFacts
from mixtura.sources.kinds import texts
from mixtura.sources.roles import Roles, match_column, match_columns

_MOST_LEVELS = 20
_FORCED = ("category", "count", "seen")  # columns that are clustered on because somebody says what they are
_GRAVITY = ("error", "warning", "note")


def facts_of(gathered: Gathered, roles: Roles) -> TableFacts:
    """Return the facts about all columns of a table."""
    table, labels = gathered.table, _labels(gathered, roles)
    seen = [_look(gathered, name, labels[name], bool(roles.features)) for name in table.column_names]
    n_repeated, n_incomplete = _count_repeated_rows(table), _count_incomplete_rows(seen, table.num_rows)
    about = TableFacts(
        gathered.origin, table.num_rows, n_repeated, n_incomplete, tuple(column.facts for column in seen), ()
    )
    found = chain(
        _faults.find(seen, gathered.name_row), _faults_of_levels.find(seen), _faults_of_tables.find(about, seen)
    )
    return about._replace(findings=tuple(sorted(found, key=lambda finding: _GRAVITY.index(finding.severity))))


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
    forced = {"category": roles.categorical, "count": roles.counts, "seen": tuple(roles.transforms)}
    for label, patterns in forced.items():
        labels.update(dict.fromkeys(match_columns(patterns, names, origin), label))
    return labels


def _look(gathered: Gathered, name: str, role: str, are_asked_for: bool) -> Seen:
    cells = gathered.table.column(name)
    kind, reason = _kind(cells, role), _reason(gathered, name) if role == "feature" else None
    facts = ColumnFacts(
        name=name,
        kind=kind,
        role="feature" if role in _FORCED else "left out" if reason and not are_asked_for else role,
        n_missing=cells.null_count,
        n_distinct=_columns.count_distinct(cells),
    )
    values = _columns.to_floats(cells) if kind == "number" else None
    facts = _with_top_share(facts, cells) if values is None else _with_numbers(facts, values)
    levels = _count_levels(cells) if kind == "category" else {}
    facts = facts._replace(levels=dict(list(levels.items())[:_MOST_LEVELS]) or None)
    return Seen(facts, cells, values, levels, reason, is_plain=role == "feature")


def _kind(column: pa.ChunkedArray, role: str) -> str:
    """What a column holds; text whose values come again holds categories, and so do truth values."""
    kind = _columns.kind_of(column)
    looks_numeric = kind == "text" and (_columns.dressing(column) or _columns.first_typing_slip(column))
    is_category = kind == "text" and not looks_numeric and is_grouping(column)
    return "category" if is_category or role == "category" or pa.types.is_boolean(column.type) else kind


def _reason(gathered: Gathered, name: str) -> Reason | None:
    """Return why a column would not be clustered on by default, or would be refused."""
    column = gathered.table.column(name)
    slip = _columns.first_typing_slip(column) if _columns.kind_of(column) == "text" else None
    if slip is None:
        return why_left_out(gathered, name)
    cell, row = slip
    return Reason("typing slip", f"numeric except {quote(cell)} in {gathered.name_row(row)}")


def _with_numbers(facts: ColumnFacts, values: ndarray) -> ColumnFacts:
    """Add what numbers alone have."""
    present = values[~np.isnan(values)]
    finite = present[np.isfinite(present)]
    distinct, counts = np.unique(present, return_counts=True)
    facts = facts._replace(n_missing=len(values) - len(present), n_distinct=len(distinct))
    if not finite.size:
        return facts
    return _with_moments(facts._replace(top_share=float(counts.max() / len(present))), finite)


def _with_moments(facts: ColumnFacts, values: ndarray) -> ColumnFacts:
    """Add extremes, median, mean, standard deviation (of a sample) and skewness; nothing overflows on the way."""
    unit = float(np.abs(values).max()) or 1.0
    scaled = values / unit
    sd = float(np.std(scaled))
    return facts._replace(
        minimum=float(values.min()),
        median=float(np.median(scaled)) * unit,
        maximum=float(values.max()),
        mean=float(scaled.mean()) * unit,
        sd=sd * (len(values) / (len(values) - 1)) ** 0.5 * unit if len(values) > 1 else None,
        skewness=skewness(scaled),
    )


def _count_levels(cells: pa.ChunkedArray) -> dict[str, int]:
    """The values of a column as text, each with its cells, the most frequent first."""
    found = pc.value_counts(texts(cells).drop_null()).to_pylist()
    order = sorted(found, key=lambda one: (-one["counts"], one["values"]))
    return {one["values"]: one["counts"] for one in order}


def _with_top_share(facts: ColumnFacts, cells: pa.ChunkedArray) -> ColumnFacts:
    present = cells.drop_null()
    if facts.kind not in ("text", "category") or not len(present):
        return facts
    most = pc.max(pc.struct_field(pc.value_counts(present), 1)).as_py()
    return facts._replace(top_share=float(most / len(present)))


def _count_repeated_rows(table: pa.Table) -> int:
    """Return how many rows are the same as an earlier one, as far as columns can be compared."""
    names = [name for name in table.column_names if _columns.kind_of(table.column(name)) in ("number", "text", "date")]
    if not names:
        return 0
    return int(table.num_rows - table.select(names).group_by(names).aggregate([]).num_rows)


def _count_incomplete_rows(seen: list[Seen], n_rows: int) -> int:
    """Return how many rows lack a cell to cluster on."""
    holes = np.zeros(n_rows, dtype=bool)
    for column in seen:
        if column.is_feature:
            holes |= column.holes
    return int(holes.sum())
