"""What it costs to ask a fitted mixture about every row."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from sklearn import mixture

from comparison import sides
from comparison.cases import Case, overlapping, whole_start
from comparison.clock import extra_megabytes, median_seconds
from comparison.sides import THREADS, beside, theirs
from comparison.table import LABEL, MEGABYTES, Effort, Table
from mixtura import GaussianMixture

METHODS = {"predict": 8, "score_samples": 8, "predict_proba": 16 * 8}  # bytes of the answer for a row
NOTE = "All rows, K = 16 full covariances, float64. Extra memory is what is needed beyond the data and the answer."


def table(effort: Effort) -> Table:
    """Three questions at one size."""
    columns = [
        ("method", LABEL),
        *sides.columns(),
        ("extra MB", MEGABYTES),
        ("scikit-learn's", MEGABYTES),
    ]
    return Table("Questions about 1 000 000 × 8 rows", NOTE, columns, _rows(effort))


def _rows(effort: Effort) -> Iterator[tuple[str | float, ...]]:
    case = overlapping(effort.rows(1_000_000), 8, 16)
    models = _fitted(GaussianMixture, case, n_jobs=THREADS), _fitted(mixture.GaussianMixture, case)
    for name, size in METHODS.items():
        own, other = (partial(getattr(model, name), case.points) for model in models)
        ours = median_seconds(own, effort.repeats)
        times = beside(ours, *theirs(partial(median_seconds, other, effort.repeats)))
        answer = size * len(case.points) / 2**20
        memory = [extra_megabytes(ask) - answer for ask in (own, other)]
        yield name, *times, *memory


def _fitted(estimator: Any, case: Case, **options: Any) -> Any:
    """The mixture after one iteration on some of the rows: it is the same for both."""
    return estimator(len(case.means), max_iter=1, **options, **whole_start(case, "full")).fit(case.points[:10_000])
