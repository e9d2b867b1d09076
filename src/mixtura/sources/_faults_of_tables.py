"""What may be wrong with columns together, or with the table as a whole."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.errors import DataError
from mixtura.sources._seen import Seen, listed, share
from mixtura.sources.check import Finding, TableFacts
from mixtura.sources.roles import option, plural
from mixtura.sources.weights import check_weights

_ROWS_PER_COLUMN = 5
_UNEQUAL = 1000.0  # the widest column in standard deviations of the narrowest
_MANY = 1e9  # times that are told by a power of ten
_REPEATED = 0.01
_MOST_COLUMNS, _MOST_ROWS = 200, 20_000  # in which columns that follow from others are looked for
_DETERMINED, _COPIED = 1e-3, 1e-9  # what is left of a column beside others, as a share of its spread
_TAKES_PART = 1e-3
_PATTERNS = 3


def find(about: TableFacts, seen: Sequence[Seen]) -> Iterator[Finding]:
    """What a fit has to reckon with in the table as a whole."""
    measured = [column for column in seen if column.is_measured and len(column.finite)]
    yield from _nothing_left(about, seen)
    yield from _size(about, measured)
    yield from _weights(about, seen)
    yield from _copies(measured)
    yield from _holes(about, seen)
    yield from _repeats(about, measured)
    yield from _scales(measured)


def _nothing_left(about: TableFacts, seen: Sequence[Seen]) -> Iterator[Finding]:
    if about.n_rows == 1:
        yield Finding("few rows", "error", (), "One row is no table of groups.", "More rows.")
    if not any(column.is_feature for column in seen):
        groupings = [column.facts.name for column in seen if column.reason and column.reason.about == "category"]
        remedy = f"{option('--categorical', *groupings)} clusters on categories." if groupings else ""
        yield Finding("nothing left", "error", (), "There is no column of numbers to cluster on.", remedy)


def _size(about: TableFacts, measured: Sequence[Seen]) -> Iterator[Finding]:
    if measured and about.n_rows < _ROWS_PER_COLUMN * (len(measured) + 1):
        names = tuple(column.facts.name for column in measured)
        sentence = f"{plural(about.n_rows, 'row')} are few for {plural(len(names), 'column')}."
        yield Finding("few rows", "warning", names, sentence, "--covariance diag, or fewer columns: --features.")


def _weights(about: TableFacts, seen: Sequence[Seen]) -> Iterator[Finding]:
    """How many equal rows would say as much (Kish 1965)."""
    for column in seen:
        if column.facts.role != "weight" or column.values is None:
            continue
        name = column.facts.name
        try:
            weights = check_weights(np.array(column.values), f"The weight in column '{name}'", "row {}".format)
        except DataError as error:
            yield Finding("weights", "error", (name,), str(error), "")
            continue
        scaled = weights / weights.max()
        effective = scaled.sum() ** 2 / (scaled**2).sum()
        sentence = (
            f"With the weights of {column.called}, {about.n_rows:,} rows say as much as {effective:,.0f} equal ones."
        )
        yield Finding("weights", "note", (name,), sentence, "")


def _copies(measured: Sequence[Seen]) -> Iterator[Finding]:
    """Columns that are determined by those before them."""
    varied = [column for column in measured if column.facts.sd and np.isfinite(column.finite).all()][:_MOST_COLUMNS]
    points = _standardised(varied)
    basis: list[ndarray] = []
    free: list[int] = []
    for d, values in enumerate(points.T):
        left = values.copy()
        for _ in range(2):
            for direction in basis:
                left -= direction * (direction @ left)
        size = float(np.linalg.norm(left) / (np.linalg.norm(values) or 1.0))
        if size >= _DETERMINED:
            basis.append(left / np.linalg.norm(left))
            free.append(d)
        else:
            yield _determined(varied, points, free, d, size)


def _standardised(columns: Sequence[Seen]) -> Float[ndarray, "M D"]:
    """Complete rows, as many as are needed; none where they are too few to tell."""
    if not columns:
        return np.empty((0, 0))
    points = np.stack([column.values for column in columns if column.values is not None], axis=1)
    points = points[np.isfinite(points).all(1)]
    if len(points) < 2 * points.shape[1] + 10:
        return np.empty((0, 0))
    points = points[:: -(-len(points) // _MOST_ROWS)]
    points = points / (np.abs(points).max(0) + (points == 0).all(0))
    points = points - points.mean(0)
    sds = points.std(0)
    return np.asarray(points / np.where(sds > 0, sds, 1.0))


def _determined(columns: Sequence[Seen], points: ndarray, free: Sequence[int], d: int, left: float) -> Finding:
    shares = np.linalg.lstsq(points[:, list(free)], points[:, d], rcond=None)[0]
    others = [columns[free[i]].facts.name for i in np.flatnonzero(np.abs(shares) > _TAKES_PART).tolist()]
    name, mine = columns[d].facts.name, columns[d]
    is_copy = len(others) == 1 and left < _COPIED
    verb = "says the same as" if is_copy else "follows from" if left < _COPIED else "all but follows from"
    sentence = f"{mine.called} {verb} {listed(others)}: clusters have no width across, and it counts twice."
    return Finding("copy", "warning", (name, *others), sentence, f"{option('--exclude', name)}.")


def _holes(about: TableFacts, seen: Sequence[Seen]) -> Iterator[Finding]:
    """Rows that lack cells, and which of them are missing together."""
    features = [column for column in seen if column.is_feature and not column.reason]
    lacking = [column for column in features if column.facts.n_missing]
    if not lacking:
        return
    names = tuple(column.facts.name for column in lacking)
    n_cells = sum(column.facts.n_missing for column in lacking)
    of_all = share(n_cells, about.n_rows * len(features))
    sentence = f"Cells are missing in {about.n_incomplete_rows:,} of {plural(about.n_rows, 'row')} ({of_all} of all)"
    patterns = Counter(map(bytes, np.packbits(np.stack([column.holes for column in lacking], axis=1), axis=1)))
    empty = bytes(np.packbits(np.ones(len(lacking), dtype=bool)))
    told = [f"{_named(pattern, names)} in {n:,}" for pattern, n in patterns.most_common() if any(pattern)]
    sentence += f", most often {', '.join(told[:_PATTERNS])}." if told else "."
    n_empty = patterns[empty] if len(lacking) == len(features) else 0
    sentence += f" {plural(n_empty, 'row')} {'has' if n_empty == 1 else 'have'} no cell at all." if n_empty else ""
    n_left = about.n_rows - about.n_incomplete_rows
    remedy = f"Rows count by the cells they have; --missing drop would leave {plural(n_left, 'row')}."
    yield Finding("missing", "note", names, sentence, remedy)


def _named(pattern: bytes, names: Sequence[str]) -> str:
    bits = np.unpackbits(np.frombuffer(pattern, np.uint8))
    lacking = [name for name, bit in zip(names, bits, strict=False) if bit]
    return f"{lacking[0]} alone" if len(lacking) == 1 < len(names) else listed(lacking, 3)


def _repeats(about: TableFacts, measured: Sequence[Seen]) -> Iterator[Finding]:
    """Of columns that take few values, rows repeat by themselves."""
    n_repeated = about.n_duplicated_rows
    if not n_repeated:
        return
    is_continuous = any(2 * (column.facts.n_distinct or 0) > column.n_present for column in measured)
    is_suspect = is_continuous and n_repeated > _REPEATED * about.n_rows
    verb = "repeats" if n_repeated == 1 else "repeat"
    sentence = f"{plural(n_repeated, 'row')} ({share(n_repeated, about.n_rows)}) {verb} an earlier one."
    remedy = "Remove them if they are the same thing twice: copies make spikes." if is_suspect else ""
    yield Finding("repeated rows", "warning" if is_suspect else "note", (), sentence, remedy)


def _scales(measured: Sequence[Seen]) -> Iterator[Finding]:
    varied = sorted((column for column in measured if column.facts.sd), key=lambda column: column.facts.sd or 0.0)
    if len(varied) < 2:
        return
    narrow, wide = varied[0], varied[-1]
    ratio = (wide.facts.sd or 1.0) / (narrow.facts.sd or 1.0)
    if ratio > _UNEQUAL:
        times = f"{ratio:,.0f}" if ratio < _MANY else f"{ratio:.1e}"
        sentence = f"{wide.called} varies {times} times as much as {narrow.called}, in the units that they have."
        remedy = "--scale standard, the default, evens that out; --scale none would not."
        names = (wide.facts.name, narrow.facts.name)
        yield Finding("scale", "note", names, sentence, remedy)
