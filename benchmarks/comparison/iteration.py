"""What one EM iteration costs, E-step and M-step together, through both estimators."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sklearn import mixture

from comparison import sides
from comparison.cases import TYPES, Case, overlapping, whole_start
from comparison.ceiling import operations_per_second
from comparison.clock import extra_megabytes, per_iteration
from comparison.sides import THREADS, beside, theirs
from comparison.table import LABEL, MEGABYTES, SHARE, Effort, Table
from mixtura import GaussianMixture

SIZES = [(1_000_000, 2, 4), (1_000_000, 8, 16), (200_000, 32, 32), (50_000, 128, 16)]

NOTE = """\
E-step and M-step of one iteration over all rows, in float64: the difference of two fits of different length from the
same weights, means and precisions, so that all else a fit does cancels. Memory is what a fit needs beyond the data. The
share is of what the processor can multiply and add at most, measured in the same run. Counted as useful are, for each
row and component, a multiplication and an addition for every entry of a triangle to whiten and as many for its scatter,
2 D (D + 1) in all, or for every column where axes are apart, 4 D; `tied` shares its arithmetic between components."""


def table(effort: Effort) -> Table:
    """Every size under every covariance type."""
    columns = [
        ("N × D, K", LABEL),
        ("covariance", LABEL),
        *sides.columns(),
        ("share of ceiling", SHARE),
        ("extra MB", MEGABYTES),
        ("scikit-learn's", MEGABYTES),
    ]
    return Table("One EM iteration", NOTE, columns, _rows(effort))


def _rows(effort: Effort) -> Iterator[tuple[str | float, ...]]:
    for N, D, K in SIZES:
        case = overlapping(effort.rows(N), D, K)
        for name in TYPES:
            own = fitting(GaussianMixture, case, name, n_jobs=THREADS)
            other = fitting(mixture.GaussianMixture, case, name)
            ours = per_iteration(own, 2, 2 + how_many(case), effort.repeats)
            times = beside(ours, *theirs(partial(per_iteration, other, 1, 3, effort.repeats)))
            share = _useful(case, name) / ours / operations_per_second()
            memory = [extra_megabytes(partial(fit, 2)) for fit in (own, other)]
            yield case.words, name, *times, share, *memory


def fitting(estimator: Callable[..., Any], case: Case, covariance_type: str, **options: Any) -> Callable[[int], int]:
    """A function that fits for so many iterations, from the whole start, and returns how many there were."""
    start = whole_start(case, covariance_type)

    def fit(n_iterations: int) -> int:
        arguments = start | options | {"covariance_type": covariance_type, "max_iter": n_iterations, "tol": 0}
        return int(estimator(len(case.means), **arguments).fit(case.points).n_iter_)

    return fit


def how_many(case: Case) -> int:
    """Iterations of ours that take long enough to be told from noise."""
    return max(3, min(30, int(5e9 / _useful(case, "full"))))


def _useful(case: Case, covariance_type: str) -> float:
    """Multiplications and additions that the formulas ask for: a triangle has D (D + 1) / 2 entries."""
    (N, D), K = case.points.shape, len(case.means)
    of_each = {"full": 2 * D * (D + 1), "diag": 4 * D, "spherical": 4 * D}
    return N * K * of_each.get(covariance_type, float("nan"))
