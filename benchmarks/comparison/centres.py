"""k-means: an iteration, the seeds, and whole fits as they come."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sklearn import cluster

from comparison import sides
from comparison.cases import Case, overlapping
from comparison.clock import from_seeds, per_iteration
from comparison.sides import THREADS, beside, theirs
from comparison.table import EXACT, LABEL, Effort, Table
from mixtura import KMeans

SIZES = [(1_000_000, 2, 4), (1_000_000, 8, 16), (200_000, 32, 32), (50_000, 128, 64)]
LLOYD = """\
One iteration of Lloyd's algorithm: the difference of two fits of different length from the same centres."""
WHOLE = """\
`KMeans(K).fit`, all of it: k-means++, iterations, labels; `max_iter=1` shows what the seeds cost. The medians over fits
from different random states, which begin elsewhere in the two libraries; inertia likewise."""


def iteration(effort: Effort) -> Table:
    """An iteration at every size."""
    return Table("One k-means iteration", LLOYD, [("N × D, K", LABEL), *sides.columns()], _iterations(effort))


def fits(effort: Effort) -> Table:
    """Whole default fits at every size."""
    columns = [("N × D, K", LABEL), ("fit", LABEL), *sides.columns(), ("inertia", EXACT), ("scikit-learn's", EXACT)]
    return Table("Whole k-means fits", WHOLE, columns, _fits(effort))


def _iterations(effort: Effort) -> Iterator[tuple[str | float, ...]]:
    for N, D, K in SIZES:
        case = overlapping(effort.rows(N), D, K)
        own, other = partial(_from_rows, KMeans, case, n_jobs=THREADS), partial(_from_rows, cluster.KMeans, case)
        ours = per_iteration(own, 2, 12, effort.repeats)
        yield case.words, *beside(ours, *theirs(partial(per_iteration, other, 2, 12, effort.repeats)))


def _from_rows(estimator: Callable[..., Any], case: Case, n_iterations: int, **options: Any) -> int:
    """Begin at the first rows, which is far from the end."""
    K = len(case.means)
    kmeans = estimator(K, init=case.points[:K], n_init=1, max_iter=n_iterations, tol=0, **options)
    return int(kmeans.fit(case.points).n_iter_)


def _fits(effort: Effort) -> Iterator[tuple[str | float, ...]]:
    for N, D, K in SIZES:
        case = overlapping(effort.rows(N), D, K)
        for words, options in {"default": {}, "max_iter=1": {"max_iter": 1}}.items():
            own, other = partial(KMeans, K, n_jobs=THREADS, **options), partial(cluster.KMeans, K, **options)
            ours, inertia = from_seeds(own, case.points, "inertia_", effort.repeats)
            one, default = theirs(partial(from_seeds, other, case.points, "inertia_", effort.repeats))
            yield case.words, words, *beside(ours, one[0], default[0]), inertia, default[1]
