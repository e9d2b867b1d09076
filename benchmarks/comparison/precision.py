"""What single precision gains, and whether it finds the same."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from comparison.cases import Case, overlapping, whole_start
from comparison.clock import per_iteration
from comparison.iteration import SIZES, fitting, how_many
from comparison.sides import THREADS
from comparison.table import LABEL, TIME, TIMES, TINY, Effort, Table
from mixtura import GaussianMixture

NOTE = """\
One EM iteration with full covariances on the same numbers as float64 and float32, and the relative difference of the
log-likelihoods (of the float64 rows) of whole fits from the same start. "+ 10 000" moves every column that far from
zero."""

_OFFSETS = {"": 0.0, " + 10 000": 1e4}


def table(effort: Effort) -> Table:
    """float32 against float64, at every size, about zero and far from it."""
    columns = [
        ("N × D, K", LABEL),
        ("float64, ms", TIME),
        ("float32, ms", TIME),
        ("ratio", TIMES),
        ("difference", TINY),
    ]
    return Table("Single precision", NOTE, columns, _rows(effort))


def _rows(effort: Effort) -> Iterator[tuple[str | float, ...]]:
    for N, D, K in SIZES:
        for words, offset in _OFFSETS.items():
            single, double = _both(overlapping(effort.rows(N), D, K), offset)
            few, many = 2, 2 + how_many(double)
            wide, narrow = (
                per_iteration(fitting(GaussianMixture, case, "full", n_jobs=THREADS), few, many, effort.repeats)
                for case in (double, single)
            )
            yield double.words + words, 1e3 * wide, 1e3 * narrow, wide / narrow, _difference(single, double)


def _both(case: Case, offset: float) -> tuple[Case, Case]:
    """The case with numbers that float32 holds, in both types."""
    points = (case.points + offset).astype(np.float32)
    return Case(points, case.means + offset), Case(points.astype(np.float64), case.means + offset)


def _difference(single: Case, double: Case) -> float:
    fit = partial(GaussianMixture, len(double.means), max_iter=100, n_jobs=THREADS, **whole_start(double, "full"))
    one, other = (fit().fit(case.points).score(double.points) for case in (single, double))
    return abs(one - other) / abs(other)
