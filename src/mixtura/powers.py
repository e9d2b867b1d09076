"""Which power a column of numbers is to be seen through, so that clusters are Gaussian in it.

The powers of all columns that ask for one are those under which a mixture has the largest likelihood, Jacobian
included: the profile likelihood of Box & Cox (1964), of a mixture in place of one Gaussian. The mixture is of all
columns, its numbers independent within a component (the covariance model "diag"); of several numbers of components, BIC
chooses. EM finds it and the powers in turns: given how much each component explains of each row, the power of a column
is where the expected log-likelihood is largest, and that is a matter of the variances of the column (ECM, as in Lo,
Brinkman & Gottardo 2008, Cytometry A 73, 321-332).
"""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import race, starts
from mixtura.acceleration import SmallRemainder
from mixtura.climbing import AtHand, fit_all, in_double
from mixtura.em import Outcome
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.transforms import POWERS, has_power, is_found, parts, transform, written
from mixtura.families import family_of
from mixtura.mixture import Mixture
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.sources.column import Column
from mixtura.starts import parameters_from, subsample
from mixtura.statistics import Block, Incomplete

_ROWS = 2000  # of a larger table, looked at
_MOST_COMPONENTS = 6
_GRID, _HALVINGS = 9, 7  # powers at even steps, and how often the step about the best is halved
_ROUNDS, _STILL = 30, 0.004  # turns at most, and how little powers move in the last
_PATIENCE = 16  # kicks in vain
_RIDGE = 1e-9
_BEGIN = 1.0  # numbers as they are

Columns = tuple[Column, ...]


class _Found(NamedTuple):
    """Columns with their powers, and half of minus BIC of the mixture under these."""

    columns: Columns
    evidence: float


def settled(
    columns: Sequence[Column], points: Float[ndarray, "N D"], weights: Float[ndarray, " N"] | None,
    n_components: Sequence[int],
) -> Columns:  # fmt: skip
    """The columns, with the powers that are still to be found for mixtures of one of these numbers of components.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> incomes = np.exp(rng.normal(7, 0.5, (400, 1)))
    >>> settled([Column("income", "number", transform="box-cox")], incomes, None, [1])[0].transform
    'box-cox(0.023, 1080.0)'
    """
    if all(is_found(column.transform) for column in columns):
        return tuple(columns)
    block = Block(points, np.ones(len(points)) if weights is None else weights)
    rows = in_double(subsample([block], _ROWS, np.random.default_rng(0)))
    rows = (Incomplete if np.isnan(rows.points).any() else Block)(*rows)
    plain = tuple(_begun(column, d, rows) for d, column in enumerate(columns))
    of_one = tuple(_better(column, d, rows, np.ones((len(rows.points), 1))) for d, column in enumerate(plain))
    best = _Found(of_one, float("-inf"))
    for number in sorted({min(number, _MOST_COMPONENTS) for number in n_components}):
        found = max((_search(start, rows, number) for start in (of_one, plain)), key=lambda found: found.evidence)
        if found.evidence <= best.evidence:
            break
        best = found
    return best.columns


def _begun(column: Column, d: int, rows: Block) -> Column:
    """Where a power is to be found, that of numbers as they are."""
    if is_found(column.transform):
        return column
    known = ~np.isnan(rows.points[:, d])
    unit = POWERS[column.transform].unit(rows.points[known, d], rows.weights[known])
    return column._replace(transform=written(column.transform, _BEGIN, unit))


@np.errstate(over="ignore", invalid="ignore")  # what is no number has no evidence
def _search(columns: Columns, rows: Block, n_components: int) -> _Found:
    """Powers and a mixture, by turns, from where these powers lead."""
    model, source = _model(columns, rows), ArraySource(*rows)
    plan = race.Plan(n_components, starts.DIVERSE, True, 200, SmallRemainder(0.1), patience=_PATIENCE)
    fit = race.run(model, source, plan, runner=Local(1), rng=np.random.default_rng(0)).best
    for _ in range(_ROUNDS):
        if fit.outcome is Outcome.COLLAPSED:
            return _Found(columns, float("-inf"))
        shares, _ = model.posterior(fit.parameters)(rows)
        after = tuple(_better(column, d, rows, shares) for d, column in enumerate(columns))
        moved = max(abs(_power(new) - _power(old)) for new, old in zip(after, columns, strict=True))
        if moved <= _STILL:
            break
        columns, model = after, _model(after, rows)
        begun = parameters_from(model, rows, shares, n_components, pseudo_rows=0.0)
        (fit,) = fit_all(model, [begun], AtHand(rows), stop=SmallRemainder(0.1), max_iterations=20)
    cost = model.n_free(fit.parameters) / 2 * np.log(rows.weights.sum())
    return _Found(columns, fit.objective - cost)


def _model(columns: Columns, rows: Block) -> Mixture:
    numbers = [d for d, column in enumerate(columns) if column.kind == "number"]
    seen = [transform(columns[d].transform).apply(rows.points[:, d]) for d in numbers]
    ridge = tuple(_RIDGE * (float(np.nanvar(values)) or 1.0) for values in seen)
    return Mixture(family_of(columns, Gaussian("VVI", ridge)))


def _power(column: Column) -> float:
    return parts(column.transform)[1] if has_power(column.transform) else 0.0


def _better(column: Column, d: int, rows: Block, shares: Float[ndarray, "N K"]) -> Column:
    """The column with the power under which it is most likely, if components explain so much of each row."""
    known = ~np.isnan(rows.points[:, d])
    if not has_power(column.transform) or np.ptp(rows.points[known, d]) == 0:
        return column
    kind, _, unit = parts(column.transform)
    held = shares[known] * rows.weights[known, None]
    judge = cache(partial(_expected, kind, unit, rows.points[known, d], held))
    grid = np.linspace(POWERS[kind].lowest, POWERS[kind].highest, _GRID)
    return column._replace(transform=written(kind, _highest(judge, grid), unit))


@np.errstate(over="ignore", invalid="ignore")
def _expected(
    kind: str, unit: float, values: Float[ndarray, " N"], shares: Float[ndarray, "N K"], power: float
) -> float:
    """The expected log-likelihood, up to a constant, where means and variances are the best for this power."""
    how = transform(written(kind, power, unit))
    seen, counts = how.apply(values), shares.sum(0)
    means = seen @ shares / counts
    variances = ((seen[:, None] - means) ** 2 * shares).sum(0) / counts
    variances += _RIDGE * (float(np.var(seen)) or 1.0)
    found = float(shares.sum(1) @ how.log_slope(values) - counts @ np.log(variances) / 2)
    return found if np.isfinite(found) else float("-inf")


def _highest(judge: Callable[[float], float], grid: Float[ndarray, " M"]) -> float:
    """Where the function is highest: among these places, then between the best and its neighbours."""
    best, step = max(grid.tolist(), key=judge), float(grid[1] - grid[0])
    for _ in range(_HALVINGS):
        step /= 2
        near = [power for power in (best - step, best + step) if grid[0] <= power <= grid[-1]]
        best = max([best, *near], key=judge)
    return best
