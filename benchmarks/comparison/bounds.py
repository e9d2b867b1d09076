"""What bounds an iteration: arithmetic, everything else in a kernel, memory, or the hand-over to threads."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from comparison.cases import Case, overlapping
from comparison.ceiling import operations_per_second
from comparison.clock import seconds
from comparison.sides import THREADS
from comparison.table import LABEL, TIME, Effort, Table
from mixtura.emissions.gaussian import Gaussian
from mixtura.kmeans import CentreModel
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.statistics import Block

SUMS = [
    (1_000_000, 2, 4, "full", "float64"),
    (1_000_000, 2, 4, "full", "float32"),
    (50_000, 128, 16, "diag", "float64"),
    (50_000, 128, 16, "spherical", "float64"),
    (1_000_000, 2, 4, "k-means", "float64"),
    (1_000_000, 8, 16, "k-means", "float64"),
    (200_000, 32, 32, "k-means", "float64"),
    (50_000, 128, 64, "k-means", "float64"),
]

NOTE = """\
The sums of an iteration, in nanoseconds of a processor for a row; the least of many calls. "Arithmetic" is what
multiplications and additions alone would take at the speed measured (in k-means one of each for every centre and
column, because differences have units of their own; in single precision from three columns on). "In cache" is the
kernel, its rows at hand: what it takes more are loads, stores, exponentials, turning rows and, in k-means, comparing
distances and adding rows to their centres. "From memory" is one thread over all rows, and "two threads" twice the time
that two of them take: where it is more, they wait for memory or for each other."""

_CACHED = 2**15  # numbers of a table that fits into a cache, twice


def table(effort: Effort) -> Table:
    """The sums that fall short of what was hoped for, or nearly so."""
    headings = ["arithmetic", "in cache", "from memory", "two threads"]
    columns = [("N × D, K", LABEL), ("sums", LABEL), *((heading, TIME) for heading in headings)]
    return Table("What bounds an iteration", NOTE, columns, _rows(effort))


def _rows(effort: Effort) -> Iterator[tuple[str | float, ...]]:
    for N, D, K, name, dtype in SUMS:
        case = overlapping(effort.rows(N), D, K)
        points, function = case.points.astype(dtype), _function(case, name)
        source, least = ArraySource(points), partial(_least_seconds, calls=effort.calls(10))
        found = [
            _arithmetic(D, K, name, dtype),
            _in_cache(points, function, effort.calls(40)),
            least(partial(Local(1), source, function)) / len(points),
            least(partial(Local(THREADS), source, function)) / len(points) * THREADS,
        ]
        yield case.words, f"{name}, {dtype}", *(1e9 * value for value in found)


def _function(case: Case, name: str) -> Callable[[Block], Any]:
    K, points = len(case.means), case.points
    if name == "k-means":
        return CentreModel(Block(points, np.ones(len(points)))).statistics(points[:K].copy())
    model = Mixture(Gaussian(name))
    emission = model.emission.pooled(points, np.ones(len(points)), K)
    return model.statistics(MixtureParameters(np.full(K, 1 / K), emission._replace(means=case.means)))


def _arithmetic(D: int, K: int, name: str, dtype: str) -> float:
    operations = K * {"full": 2 * D * (D + 1), "k-means": 2 * D}.get(name, 4 * D)
    is_single = dtype == "float32" or (name == "k-means" and D > 2)
    return operations * THREADS / operations_per_second() / (2 if is_single else 1)


def _in_cache(points: np.ndarray, function: Callable[[Block], Any], calls: int) -> float:
    """The difference of two calls, so that what a call costs cancels."""
    few = min(_CACHED // points.shape[1], len(points) // 2)
    one, both = (Block(points[:n].copy(), np.ones(n)) for n in (few, 2 * few))
    return (_least_seconds(partial(function, both), calls) - _least_seconds(partial(function, one), calls)) / few


def _least_seconds(function: Callable[[], object], calls: int) -> float:
    function()
    return min(seconds(function) for _ in range(calls))
