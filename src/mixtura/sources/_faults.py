"""What may be wrong with one column of numbers.

Thresholds are such that numbers from one bell, rounded or not, hardly ever raise any: fewer than one column in 200.
"""

import re
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.sources._seen import Seen, share, skewness
from mixtura.sources.check import Finding, Severity
from mixtura.sources.roles import option, plural
from mixtura.sources.table import LEAST_SPREAD

_FEWEST = 30  # cells of which a shape can be told
_FEW_VALUES = 10  # different ones; a bell rounded to its standard deviation has as many
_FENCE = 4.0  # interquartile ranges beyond the quartiles: six standard deviations of a bell
_SKEWED, _STRAIGHT = 2.0, 1.0
_PEAK, _PEAK_OVER_NEXT = 0.1, 5  # the share of one value, and how many times as frequent as the next it is
_LARGEST = 1e150  # whose square is a float, and the sum of many such
_NARROW = 1e-9  # of the mean
_MOSTLY_MISSING = 0.5
_CODES = {sign * int(digit * n) for sign in (1, -1) for digit in "789" for n in range(1, 8)} - {7, 8, 9}
_CALLED_CODE = re.compile(
    r"(?:^|[_\s.-])(?:id|nr|key|code|uuid|zip|zipcode|postcode|plz|phone|ssn)$|[a-z](?:Id|ID|Nr|Key|Code)$",
)

NameRow = Callable[[int], str]


def find(seen: Iterable[Seen], name_row: NameRow) -> Iterator[Finding]:
    """What a fit has to reckon with in the columns of numbers."""
    for column in seen:
        if not column.is_measured:
            continue
        unusable = list(_unusable(column, name_row))
        yield from unusable
        if not unusable:
            yield from _emptiness(column)
            yield from _identity(column)
            if len(column.finite) >= _FEWEST:
                yield from _shape(column)


def _unusable(column: Seen, name_row: NameRow) -> Iterator[Finding]:
    values, finite = column.values, column.finite
    assert values is not None
    infinite = np.flatnonzero(np.isinf(values))
    if infinite.size:
        first = name_row(int(infinite[0]) + 1)
        sentence = f"{column.called} is infinite in {plural(infinite.size, 'cell')}, first in {first}."
        yield _finding("infinite", "error", column, sentence, f"Correct or empty the cell, or {_exclude(column)}.")
    if len(finite) and np.abs(finite).max() > _LARGEST:
        sentence = f"{column.called} holds {finite[np.abs(finite).argmax()]:g}, too large to be squared."
        yield _finding("too large", "error", column, sentence, "Divide the column, or correct the cell.")
    elif len(finite) and 0 < (spread := float(np.ptp(finite))) < LEAST_SPREAD:
        sentence = f"{column.called} varies by {spread:.3g} only, too little to be squared."
        yield _finding("too small", "error", column, sentence, f"Multiply the column, or {_exclude(column)}.")


def _emptiness(column: Seen) -> Iterator[Finding]:
    n_missing, n_rows = column.facts.n_missing, len(column.cells)
    if n_missing == n_rows:
        yield _finding("empty", "error", column, f"{column.called} has no value in any row.", f"{_exclude(column)}.")
    elif n_missing > _MOSTLY_MISSING * n_rows:
        sentence = f"{column.called} lacks {share(n_missing, n_rows)} of its cells: few rows would decide for all."
        yield _finding("mostly missing", "warning", column, sentence, f"{_exclude(column)}, unless it matters.")


def _identity(column: Seen) -> Iterator[Finding]:
    """Names of rows that look like measurements."""
    values, finite, name = column.values, column.finite, column.facts.name
    if values is None or len(finite) < _FEWEST or len(finite) < len(values):
        return
    is_whole, steps = bool((finite == np.round(finite)).all()), np.diff(finite)
    remedy = f"{option('--id', name)} if it names the rows, {_exclude(column)} if it is no feature."
    if _CALLED_CODE.search(name) and is_whole:
        sentence = f"{column.called} is called like a code and holds whole numbers, which would be taken for amounts."
        yield _finding("identifier", "warning", column, sentence, remedy)
    elif (steps > 0).all() or (steps < 0).all():
        way = "rises" if steps[0] > 0 else "falls"
        sentence = (
            f"{column.called} {way} from row to row: a number of the row, a time, or what the rows are sorted by."
        )
        yield _finding("in order", "note", column, sentence, remedy)


def _shape(column: Seen) -> Iterator[Finding]:
    """One fault explains the others: what is a code or takes few values is skewed or far out because of that."""
    for look in (_narrow, _few_values, _missing_code, _peak):
        found = list(look(column))
        if found:
            yield from found
            return
    yield from _skew(column) or _far_out(column)


def _narrow(column: Seen) -> Iterator[Finding]:
    mean, sd = column.facts.mean or 0.0, column.facts.sd or 0.0
    if 0 < sd < _NARROW * abs(mean):
        sentence = f"{column.called} varies by {sd:.2g} about {mean:.10g}: only the last digits of its cells differ."
        remedy = f"Subtract what all rows share before the file is written, or {_exclude(column)}."
        yield _finding("narrow", "warning", column, sentence, remedy)


def _few_values(column: Seen) -> Iterator[Finding]:
    distinct, finite = column.facts.n_distinct or 0, column.finite
    if 1 < distinct <= min(_FEW_VALUES, len(finite) / 10):
        sentence = f"{column.called} takes only {distinct} different values, steps that clusters may become spikes at."
        name = column.facts.name
        remedy = f"{option('--categorical', name)} takes them for categories, {_exclude(column)} leaves them out"
        is_count = finite.min() == 0 and bool((finite == np.round(finite)).all())
        remedy += f"; {option('--counts', name)}, if they count something." if is_count else "."
        yield _finding("few values", "warning", column, sentence, remedy)


def _missing_code(column: Seen) -> Iterator[Finding]:
    finite = column.finite
    for code in (finite.min(), finite.max()):
        others = finite[finite != code]
        n_cells = len(finite) - len(others)
        if code in _CODES and n_cells > 1 and len(others) and np.abs(others - code).min() > np.ptp(others):
            sentence = f"{column.called} holds {code:g} in {plural(n_cells, 'cell')}, far from all its other values."
            remedy = f"--na {code:g} if it means missing."
            yield _finding("code for missing", "warning", column, sentence, remedy)


def _peak(column: Seen) -> Iterator[Finding]:
    values, counts = np.unique(column.finite, return_counts=True)
    if len(values) < 2:
        return
    second, first = np.sort(counts)[-2:]
    if first >= max(_PEAK * len(column.finite), _PEAK_OVER_NEXT * second):
        value = values[counts.argmax()]
        sentence = (
            f"{column.called} is {value:g} in {share(first, len(column.finite))} of the rows, and else spread out."
        )
        remedy = "Clusters may collapse there: fit the other rows alone, or --prior default."
        yield _finding("peak", "warning", column, sentence, remedy)


def _skew(column: Seen) -> list[Finding]:
    found = column.facts.skewness
    if found is None or abs(found) <= _SKEWED:
        return []
    sentence = f"{column.called} is skewed ({found:.1f})"
    logarithm = skewness(np.log(column.finite)) if column.finite.min() > 0 else None
    if logarithm is not None and abs(logarithm) < _STRAIGHT:
        remedy = f"{option('--transform', f'{column.facts.name}=log')}, unless a small group is the reason."
        return [_finding("skewed", "warning", column, f"{sentence}, its logarithm less so ({logarithm:.1f}).", remedy)]
    far = _far_out(column)
    return far or [_finding("skewed", "note", column, f"{sentence}: a small group, or a long tail.", "")]


def _far_out(column: Seen) -> list[Finding]:
    first, last = _fences(column.finite)
    far = np.flatnonzero((column.finite < first) | (column.finite > last))
    if not far.size or first == last:
        return []
    extreme = column.finite[far][np.abs(column.finite[far] - (first + last) / 2).argmax()]
    n_far = f"{plural(far.size, 'cell')} ({share(far.size, len(column.finite))})"
    sentence = (
        f"{column.called} has {n_far} far from the rest, up to {extreme:.4g}: outliers, a small group, or a tail."
    )
    remedy = "--outliers uniform lets rows belong to no cluster, --scale robust takes its units from the middle."
    return [_finding("far out", "warning", column, sentence, remedy)]


def _fences(values: Float[ndarray, " M"]) -> tuple[float, float]:
    low, high = np.quantile(values, [0.25, 0.75])
    return float(low - _FENCE * (high - low)), float(high + _FENCE * (high - low))


def _exclude(column: Seen) -> str:
    return option("--exclude", column.facts.name)


def _finding(about: str, severity: Severity, column: Seen, sentence: str, remedy: str) -> Finding:
    return Finding(about, severity, (column.facts.name,), sentence, remedy)
