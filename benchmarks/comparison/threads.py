"""What a second thread gains."""

from collections.abc import Iterator

from comparison.cases import overlapping
from comparison.clock import per_iteration
from comparison.iteration import SIZES, fitting, how_many
from comparison.table import LABEL, TIME, TIMES, Effort, Table
from mixtura import GaussianMixture

NOTE = "One EM iteration with full covariances, measured as above. The result is the same to the last bit."


def table(effort: Effort) -> Table:
    """One thread against two, at every size."""
    columns = [("N × D, K", LABEL), ("1 thread, ms", TIME), ("2 threads, ms", TIME), ("ratio", TIMES)]
    return Table("One and two threads", NOTE, columns, _rows(effort))


def _rows(effort: Effort) -> Iterator[tuple[str | float, ...]]:
    for N, D, K in SIZES:
        case = overlapping(effort.rows(N), D, K)
        fits = [fitting(GaussianMixture, case, "full", n_jobs=n_threads) for n_threads in (1, 2)]
        one, two = (per_iteration(fit, 2, 2 + how_many(case), effort.repeats) for fit in fits)
        yield case.words, 1e3 * one, 1e3 * two, one / two
