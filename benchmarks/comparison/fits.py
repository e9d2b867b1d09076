"""Whole default mixture fits: starts, iterations, everything."""

from collections.abc import Iterator
from functools import partial

from sklearn import mixture

from comparison import sides
from comparison.cases import overlapping
from comparison.clock import from_seeds
from comparison.sides import THREADS, beside, theirs
from comparison.table import EXACT, LABEL, Effort, Table
from mixtura import GaussianMixture

NOTE = """\
`GaussianMixture(16).fit` as it comes; `lower_bound_` is the mean log-likelihood of a row. Ours are medians over fits
from different random states. scikit-learn's is one fit for each number of threads, because it takes minutes."""


def table(effort: Effort) -> Table:
    """One size, both defaults."""
    columns = [
        ("N × D, K", LABEL),
        *sides.columns("s"),
        ("lower_bound_", EXACT),
        ("scikit-learn's", EXACT),
    ]
    return Table("A whole mixture fit", NOTE, columns, _rows(effort))


def _rows(effort: Effort) -> Iterator[tuple[str | float, ...]]:
    case = overlapping(effort.rows(1_000_000), 8, 16)
    own, other = partial(GaussianMixture, 16, n_jobs=THREADS), partial(mixture.GaussianMixture, 16)
    ours, height = from_seeds(own, case.points, "lower_bound_", effort.repeats)
    one, default = theirs(partial(from_seeds, other, case.points, "lower_bound_", 1))
    yield case.words, *beside(ours, one[0], default[0], scale=1), height, default[1]
