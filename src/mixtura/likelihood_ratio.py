"""How many components, tested: is one more than chance would find in rows of a mixture without it (McLachlan 1987)?"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from math import ceil, floor, isfinite
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import climbing, path
from mixtura.acceleration import SmallRemainder, default_tolerance
from mixtura.covariance import MODELS
from mixtura.diagnostics import components_to_try
from mixtura.em import Outcome
from mixtura.errors import FitError, OptionError
from mixtura.grounds import survey
from mixtura.options import Options
from mixtura.powers import settled
from mixtura.runners.local import Local
from mixtura.scaling import Scaling, seen_mass
from mixtura.schedule import fit_all
from mixtura.selection import units
from mixtura.sources.array import ArraySource
from mixtura.sources.demands import require_complete
from mixtura.sources.table import complete, require_variation
from mixtura.statistics import Block
from mixtura.tables import table_of, weights_of
from mixtura.trials import PATIENCE, Candidate, Setting, is_interrupted

_ROUNDING = 1e-9  # of a number of samples
_FEW_ROWS = 4096  # that are climbed in one compiled call
_PLENTY = 20  # samples as large as the statistic tell a p-value to a fifth of it


class Comparison(NamedTuple):
    """One test: `n_components` against one more."""

    n_components: int
    statistic: float  # twice the difference of the log-likelihoods, in nats
    p_value: float
    bootstrap: tuple[float, ...]  # the statistic for rows drawn from the mixture of `n_components`, ascending
    log_likelihoods: tuple[float, float]

    def __repr__(self) -> str:
        K = self.n_components
        return f"<Comparison: {K} against {K + 1}, statistic: {self.statistic:.3f}, p: {self.p_value:.4g}>"

    def critical(self, level: float) -> float | None:
        """What the statistic has to exceed for a p-value of `level` or less; None where samples are too few for it."""
        n_above = floor(level * (1 + len(self.bootstrap)) - 1 + _ROUNDING)  # samples that may be as large
        return self.bootstrap[-1 - n_above] if 0 <= n_above < len(self.bootstrap) else None


@dataclass(frozen=True)
class LikelihoodRatioTest:
    """Tests one after another, up to the first that finds no need for another component."""

    covariance: str
    level: float
    comparisons: tuple[Comparison, ...]
    is_complete: bool = True  # False when it was interrupted

    @property
    def n_components(self) -> int:
        """The smallest number that is not rejected; if all are, one more than the last that was tested."""
        last = self.comparisons[-1]
        return last.n_components + (not self.is_decided)

    @property
    def is_decided(self) -> bool:
        """Whether a test has found no need for another component."""
        return self.comparisons[-1].p_value > self.level

    def table(self) -> list[dict[str, Any]]:
        """One row a test: what was compared, the statistic, what it has to exceed, its p-value, how many samples."""
        return [
            {
                "n_components": test.n_components,
                "against": test.n_components + 1,
                "statistic": test.statistic,
                "critical": test.critical(self.level),
                "p_value": test.p_value,
                "n_bootstrap": len(test.bootstrap),
            }
            for test in self.comparisons
        ]


def likelihood_ratio_test(
    data: Any,
    weights: Any = None,
    *,
    n_components: Iterable[int] | None = None,
    covariance: str = "full",
    n_bootstrap: int = 999,
    level: float = 0.05,
    seed: int = 0,
    options: Options = Options(),  # noqa: B008 (immutable)
    on_test: Callable[[Comparison], None] = lambda comparison: None,
) -> LikelihoodRatioTest:
    """Test one component against two, two against three and so on, until another one is no more than chance finds.

    The distribution of the statistic under the smaller mixture is that of rows drawn from it, fitted just like the data
    (the parametric bootstrap of McLachlan 1987; `mclustBootstrapLRT` in R).

    Parameters
    ----------
    data : data frame, array of shape (N, D), file or Table
        As for `mixtura.select`; columns may be of any kind, but no cell may be missing.
    weights : array of shape (N,), optional
        How often each row counts; samples have as many rows as these add up to.
    n_components : iterable of int, optional
        The numbers to test, each against one more, in ascending order; by default 1 to 8, as far as rows allow.
    covariance : str
        The covariance model of both mixtures.
    n_bootstrap : int
        Samples for each test; fewer, once so many are as large as the statistic that its p-value is above the level
        for sure. The smallest p-value there can be is 1 / (n_bootstrap + 1).
    level : float
        Stop at the first p-value above.
    seed : int
        Same seed, same result, whatever the number of threads.
    options : Options
        How each fit is made, and on how many threads samples are fitted side by side.
    on_test : callable
        Called with each comparison as it is done.

    Returns
    -------
    LikelihoodRatioTest
        Ctrl-C ends it early with the tests that are done.

    Raises
    ------
    DataError
        If the table cannot be used, lacks cells, or more components than different rows are to be tested.
    FitError
        If a fit to the data leads to no mixture.
    ValueError
        If the covariance model is unknown, or `n_bootstrap` or `level` are out of range.

    Examples
    --------
    >>> from mixtura import datasets, likelihood_ratio_test
    >>> faithful = datasets.load("faithful").data
    >>> found = likelihood_ratio_test(faithful, covariance="EII", n_components=[1], n_bootstrap=19)
    >>> found.comparisons[0].p_value
    0.05
    """
    _check(covariance, n_bootstrap, level)
    table = require_variation(complete(table_of(data), "model"))
    require_complete(table, "the test")
    counts = table.weights if weights is None else weights_of(weights, table)
    numbers = _numbers(table.points, counts, n_components)
    options = options._replace(columns=settled(table.columns, table.points, counts, [*numbers, numbers[-1] + 1]))
    rows = _scaled(table.points, counts, options)
    enough = max(_PLENTY, ceil(level * (n_bootstrap + 1) - _ROUNDING))  # samples as large, whatever the others are
    comparisons = _comparisons(_Workshop(covariance, options, n_bootstrap, seed), *rows, numbers, enough)
    tests, is_complete = list[Comparison](), True
    try:
        for test in comparisons:
            tests.append(test)
            on_test(test)
            if test.p_value > level:
                break
    except KeyboardInterrupt:
        if not tests:
            raise
        is_complete = False
    return LikelihoodRatioTest(covariance, level, tuple(tests), is_complete)


class _Workshop(NamedTuple):
    """How fits and samples are made."""

    covariance: str
    options: Options
    n_bootstrap: int
    seed: int

    def fit(self, source: ArraySource, number: int, stream: np.random.SeedSequence) -> tuple[Candidate, Candidate]:
        """The mixtures of `number` components and of one more."""
        settings = [Setting(number, self.covariance), Setting(number + 1, self.covariance)]
        jobs = list(zip(settings, stream.spawn(2), strict=True))
        found = list(fit_all(jobs, source, Scaling.idle(source.n_columns), self.options._replace(n_threads=1)))
        if any(map(is_interrupted, found)):
            raise KeyboardInterrupt
        return found[0], found[1]

    def draw(self, null: Candidate, n_rows: int, sample: int) -> float:
        """The statistic of rows drawn from a mixture; NaN where a fit to them collapsed."""
        rows, fits = np.random.SeedSequence(self.seed, spawn_key=(null.setting.n_components, sample)).spawn(2)
        rng, (weights, emission) = np.random.default_rng(rows), null.parameters
        points = null.model.emission.sample(emission, rng.multinomial(n_rows, weights / weights.sum()), rng)
        source = ArraySource(np.ascontiguousarray(points))
        if self._is_plain and n_rows <= _FEW_ROWS:
            return self._from_there(source, null, np.random.default_rng(fits))
        return _statistic(*self.fit(source, null.setting.n_components, fits))

    @property
    def _is_plain(self) -> bool:
        """Whether fits are searched for as usual, and nothing but the rows has a say."""
        options = self.options
        return options.prior is None and options.outliers == "none" and options.n_init is None and options.stop is None

    def _from_there(self, source: ArraySource, null: Candidate, rng: np.random.Generator) -> float:
        """The statistic of rows by fits that begin where these come from: that spares half of the search."""
        options, ground = self.options, survey(null.model, next(source.blocks()), rng)
        begun = path.beyond(ground, null.search.best.parameters, PATIENCE)
        stop = SmallRemainder(options.tolerance or default_tolerance(source.total_weight))
        ends = [
            climbing.fit_all(null.model, [own.parameters], ground.run, stop=stop, max_iterations=options.max_iterations)
            for own in begun
        ]
        fits = *(own.fit for own in begun), *chain.from_iterable(ends)
        if any(fit.outcome is Outcome.INTERRUPTED for fit in fits):
            raise KeyboardInterrupt
        return 2 * (fits[-1].objective - fits[-2].objective)


def _comparisons(
    workshop: _Workshop, source: ArraySource, shift: float, numbers: Iterable[int], enough: int
) -> Iterator[Comparison]:
    """One after another, each with its samples side by side."""
    n_rows, threads = max(2, round(source.total_weight)), Local(workshop.options.n_threads)
    for number in numbers:
        smaller, larger = workshop.fit(source, number, np.random.SeedSequence(workshop.seed, spawn_key=(number,)))
        observed = _statistic(smaller, larger)
        if not isfinite(observed):
            raise FitError(f"No start led to a mixture of {number} or {number + 1} components. {larger.remark}")
        samples = threads.map(partial(workshop.draw, smaller, n_rows), range(workshop.n_bootstrap))
        drawn, p_value = judge(samples, observed, enough)
        heights = smaller.evidence.log_likelihood - shift, larger.evidence.log_likelihood - shift
        yield Comparison(number, observed, p_value, tuple(sorted(drawn)), heights)


def judge(samples: Iterable[float], observed: float, enough: int) -> tuple[list[float], float]:
    """The samples that it takes, and the p-value: no more are drawn once `enough` are as large as the statistic.

    Besag & Clifford (1991, Biometrika 78, 301-304) show that h / n, where the h-th of these is the n-th sample, is a
    p-value as that of all samples is.

    Examples
    --------
    >>> judge(iter([1.0, 5.0, 2.0, 6.0, 7.0]), 4.0, 2), judge(iter([1.0, 5.0, 2.0]), 4.0, 2)
    (([1.0, 5.0, 2.0, 6.0], 0.5), ([1.0, 5.0, 2.0], 0.5))
    """
    drawn, n_as_large = [], 0
    for value in filter(isfinite, samples):
        drawn.append(value)
        n_as_large += value >= observed
        if n_as_large == enough:
            return drawn, enough / len(drawn)
    return drawn, (1 + n_as_large) / (1 + len(drawn))


def _statistic(smaller: Candidate, larger: Candidate) -> float:
    return 2 * (larger.evidence.log_likelihood - smaller.evidence.log_likelihood)


def _numbers(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"] | None, asked: Iterable[int] | None
) -> tuple[int, ...]:
    """What to test, if there are rows for one component more."""
    if asked is None:
        return components_to_try(points, weights, None)[:-1] or _numbers(points, weights, [1])
    numbers = tuple(sorted(set(asked)))
    if not numbers or numbers[0] < 1:
        raise ValueError(f"n_components={list(numbers)} must be numbers of at least 1.")
    components_to_try(points, weights, [numbers[-1] + 1])
    return numbers


def _scaled(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"] | None, options: Options
) -> tuple[ArraySource, float]:
    """The rows in the units of the fits, and what log-likelihoods are there above those in the units of the data."""
    counts = np.ones(len(points)) if weights is None else weights
    scaling = units(points, counts, options)
    return ArraySource(scaling.apply(points), weights), scaling.shift(seen_mass(Block(points, counts)))


def _check(covariance: str, n_bootstrap: int, level: float) -> None:
    if covariance not in MODELS:
        raise ValueError(f"The covariance model {covariance!r} is unknown: use one of {', '.join(MODELS)}.")
    if n_bootstrap < 1:
        raise ValueError(f"n_bootstrap={n_bootstrap} draws no sample: 99 or more tell something.")
    if not 0 < level < 1:
        raise ValueError(f"level={level} is no probability between 0 and 1.")
    if n_bootstrap < 1 / level - 1:
        raise OptionError(
            f"With n_bootstrap={n_bootstrap} no p-value is below {1 / (n_bootstrap + 1):.3g}: level={level} takes "
            f"{ceil(1 / level - 1 - _ROUNDING)} samples or more."
        )
