"""Which columns tell of clusters (Raftery & Dean 2006, J. Am. Stat. Assoc. 101, 168-178).

A column j helps, beside columns S that cluster, if a mixture of both together has more evidence than a mixture of S and
a linear regression of j on S, which says that j tells nothing of the clusters that S does not:

    evidence = BIC(mixture of S) + BIC(j regressed on S) - BIC(mixture of S and j),

with BIC = -2 log-likelihood + numbers x log rows, so that more is better for the column. The regression takes the
columns of S that its own BIC asks for (Maugis, Celeux & Martin-Magniette 2009, Biometrics 65, 701-709).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf, log
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import selection
from mixtura.errors import DataError, FitError
from mixtura.options import Options
from mixtura.selection import FOUR, Selection
from mixtura.sources.demands import require_numbers
from mixtura.sources.table import Table, complete, require_variation
from mixtura.tables import table_of

_QUICK = Options(n_init=1)
_HOPELESS = -10.0  # evidence below which a headlong search looks at a column no more


class Step(NamedTuple):
    """One question of the search: whether `column` joins ("add") or leaves ("remove"), and whether it did.

    `evidence` is that for the column, a difference of BIC: above zero it tells of clusters.
    """

    action: str
    column: str
    evidence: float
    is_done: bool


class ColumnSelection(NamedTuple):
    """The columns that tell of clusters, in the order of the table, and how that was found.

    Attributes
    ----------
    columns, left_out : tuple of str
    steps : tuple of Step
    selection : Selection
        The mixtures of the columns chosen, as `mixtura.select` gives them.
    """

    columns: tuple[str, ...]
    left_out: tuple[str, ...]
    steps: tuple[Step, ...]
    selection: Selection

    def table(self) -> list[dict[str, Any]]:
        """The steps as rows."""
        return [step._asdict() for step in self.steps]


def select_columns(
    data: Any,
    *,
    search: str = "greedy",
    n_components: Sequence[int] = range(2, 6),
    covariances: Sequence[str] = FOUR,
    seed: int = 0,
    options: Options = _QUICK,
) -> ColumnSelection:
    """Find the columns of a table that tell of clusters, and fit mixtures of these.

    Parameters
    ----------
    data : data frame, array of shape (N, D), file or Table
        As for `select`.
    search : {"greedy", "headlong"}
        Add the column with most evidence each time, or the first with any; "headlong" never looks again at a column
        that is hopeless, which takes fewer fits where columns are many. After each, the column with least evidence
        leaves if it has none.
    n_components, covariances, seed
        What mixtures to try, as for `select`. One component is no clustering, and what the first column is judged by.
    options : Options
        How each fit is made; by default from one start, since there are many. The mixtures of the columns chosen are
        fitted as `select` does.

    Returns
    -------
    ColumnSelection

    Raises
    ------
    DataError
        If the table cannot be used: see `select`.
    ValueError
        If the search is unknown or a number of components is less than two.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura import select_columns
    >>> rng = np.random.default_rng(0)
    >>> points = rng.normal(size=(200, 3))
    >>> points[:, 1] += np.repeat([0, 6], 100)
    >>> found = select_columns(points, n_components=[2], covariances=["tied"])
    >>> found.columns, found.left_out
    (('x1',), ('x0', 'x2'))
    """
    table = require_variation(complete(table_of(data)))
    found = find_columns(table, search, Tried(tuple(n_components), tuple(covariances), seed, options))
    chosen = selection.select(
        np.ascontiguousarray(table.points[:, found.kept]), table.weights, n_components=n_components,
        covariances=covariances, seed=seed, options=options._replace(n_init=None),
    )  # fmt: skip
    names = tuple(table.names[d] for d in found.kept)
    left_out = tuple(name for d, name in enumerate(table.names) if d not in found.kept)
    return ColumnSelection(names, left_out, found.steps, chosen._replace(features=names))


class Tried(NamedTuple):
    """What mixtures each question compares, and how they are fitted."""

    n_components: tuple[int, ...] = (2, 3, 4, 5)
    covariances: tuple[str, ...] = FOUR
    seed: int = 0
    options: Options = _QUICK


class Found(NamedTuple):
    """The positions of the columns that tell of clusters, and the search."""

    kept: list[int]
    steps: tuple[Step, ...]


def find_columns(table: Table, search: str, tried: Tried = Tried()) -> Found:  # noqa: B008 (immutable)
    """The search of `select_columns` alone, in complete rows.

    Raises
    ------
    DataError
        If cells are missing, columns hold no numbers, or none tells of clusters.
    ValueError
        If the search is unknown or a number of components is less than two.
    """
    if search not in _SEARCHES:
        raise ValueError(f"search={search!r} is unknown: use one of {', '.join(_SEARCHES)}.")
    if min(tried.n_components, default=0) < 2:
        raise ValueError("n_components must hold numbers of at least two: one component is no clustering.")
    require_numbers(table.columns, "The search for columns")
    complete(table, "error")
    weights = np.ones(len(table.points)) if table.weights is None else table.weights
    kept, steps = _SEARCHES[search](_Judge(table.points, weights, tried))
    if not kept:
        raise DataError("No column tells of clusters: one Gaussian describes each of them better than several do.")
    return Found(kept, tuple(step._replace(column=table.names[int(step.column)]) for step in steps))


@dataclass
class _Judge:
    """What there is to ask: evidence of mixtures and regressions, each worked out once."""

    points: Float[ndarray, "N D"]
    weights: Float[ndarray, " N"]
    tried: Tried
    known: dict[tuple[int, ...], float] = field(default_factory=dict)

    @property
    def n_columns(self) -> int:
        return self.points.shape[1]

    def evidence(self, column: int, others: Sequence[int]) -> float:
        """For a column, beside others that cluster; without others, for clusters in the column alone."""
        together = self.mixture([*others, column])
        if together == inf:
            return -inf
        return (self.mixture(others) if others else 0.0) + self.regression(column, others) - together

    def mixture(self, columns: Sequence[int]) -> float:
        """The least BIC of the mixtures of these columns; infinite where there is none."""
        key = tuple(sorted(columns))
        if key not in self.known:
            try:
                found = selection.select(
                    np.ascontiguousarray(self.points[:, key]), self.weights, **self.tried._asdict()
                )  # fmt: skip
                self.known[key] = found.best.criteria["bic"]
            except FitError:
                self.known[key] = inf
        return self.known[key]

    def regression(self, column: int, others: Sequence[int]) -> float:
        """BIC of a linear regression on some of the others: those that step by step lower it most."""
        used: list[int] = []
        best = self._of_regression(column, used)
        while True:
            moves = [[*used, d] for d in others if d not in used] + [[d for d in used if d != out] for out in used]
            values = [self._of_regression(column, move) for move in moves]
            if not values or min(values) >= best:
                return best
            best = min(values)
            used = moves[values.index(best)]

    def _of_regression(self, column: int, used: Sequence[int]) -> float:
        n_rows = float(self.weights.sum())
        roots = np.sqrt(self.weights)
        design = np.column_stack([np.ones(len(self.points)), self.points[:, used]]) * roots[:, None]
        target = self.points[:, column] * roots
        residuals = target - design @ np.linalg.lstsq(design, target, rcond=None)[0]
        variance = max(float(residuals @ residuals) / n_rows, float(np.finfo(float).tiny))
        return n_rows * (log(2 * np.pi * variance) + 1) + (len(used) + 2) * log(n_rows)


def _greedy(judge: _Judge) -> tuple[list[int], list[Step]]:
    """Of all columns the one with most evidence joins, and the one with least leaves, until nothing changes."""
    kept: list[int] = []
    steps: list[Step] = []
    seen: set[tuple[int, ...]] = set()
    while tuple(sorted(kept)) not in seen:
        seen.add(tuple(sorted(kept)))
        outside = [d for d in range(judge.n_columns) if d not in kept]
        values = {d: judge.evidence(d, kept) for d in outside}
        best = max(values, key=values.__getitem__, default=None)
        if best is not None:
            _add(best, values[best], kept, steps)
        _remove(judge, kept, steps)
    return sorted(kept), steps


def _headlong(judge: _Judge) -> tuple[list[int], list[Step]]:
    """The first column with evidence for it, in the order of what each tells alone."""
    alone = {d: judge.evidence(d, []) for d in range(judge.n_columns)}
    waiting = sorted(alone, key=lambda d: -alone[d])
    kept: list[int] = []
    steps: list[Step] = []
    has_changed = True
    while has_changed and waiting:
        has_changed = False
        for d in list(waiting):
            value = judge.evidence(d, kept)
            if value > 0 or value < _HOPELESS:
                waiting.remove(d)
            if value > 0:
                _add(d, value, kept, steps)
                has_changed = True
                break
            steps.append(Step("add", str(d), value, False))
        _remove(judge, kept, steps)
    return sorted(kept), steps


def _add(column: int, value: float, kept: list[int], steps: list[Step]) -> None:
    steps.append(Step("add", str(column), value, value > 0))
    if value > 0:
        kept.append(column)


def _remove(judge: _Judge, kept: list[int], steps: list[Step]) -> None:
    """The column with least evidence for it leaves, if there is none for it."""
    if len(kept) < 2:
        return
    values = {d: judge.evidence(d, [other for other in kept if other != d]) for d in kept}
    worst = min(values, key=values.__getitem__)
    steps.append(Step("remove", str(worst), values[worst], values[worst] <= 0))
    if values[worst] <= 0:
        kept.remove(worst)


_SEARCHES: dict[str, Callable[[_Judge], tuple[list[int], list[Step]]]] = {"greedy": _greedy, "headlong": _headlong}
