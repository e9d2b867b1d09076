"""Leaving an optimum for a better one: take a component away, put it elsewhere, climb again.

EM ends uphill of where it started, and most of its poor ends have one component too many in one place and one too few
in another. Moving one component at a time repairs just that (at random, in the spirit of Ueda et al. 2000).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import cycle, islice
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import climbing, em
from mixtura.acceleration import SmallGain, SmallRemainder
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import Block, leaves

BATCH, SHORT_STEPS, KEPT, LONG_STEPS = 8, 8, 4, 60
GAIN = 0.1  # nats; an optimum that is higher by less is no better
# Kicks in vain that end a search: so many, and for each component as many more as no two of them end in one place.
PATIENCE, PATIENCE_EACH = 16, 48
_AT_MOST = 2  # times these, kicks in all
_POOL = 3
MOST_WORK = 1e10  # rows x free parameters x steps: about a second
_EXPONENTIAL = 32  # free parameters whose work is that of one component's responsibility
_STEPS_OF_A_BATCH = BATCH * SHORT_STEPS + KEPT * LONG_STEPS // 2
_PARTS = 6  # of a component, about, that a new one holds
_CHOSEN_FROM = 8  # random rows, of which the mixture explains one worst
_SAME_WEIGHTS = 0.01


@dataclass(frozen=True, eq=False)
class Solution:
    """Where a fit ended, and whether that is neither a collapse nor an accident of few rows."""

    is_sound: bool
    objective: float
    fit: em.Fit
    ground: "Ground"

    @property
    def rank(self) -> tuple[bool, float]:
        """Sound ones first, the highest of them first."""
        return self.is_sound, self.objective

    @property
    def parameters(self) -> MixtureParameters:
        return self.fit.parameters

    @cached_property
    def log_density(self) -> Float[ndarray, " N"]:
        """How well it explains each row of the ground."""
        found: ndarray = self.ground.model.classify(self.parameters)(self.ground.sample).log_density
        return found


class Tally(NamedTuple):
    """How a search went: what tells whether another would end elsewhere."""

    n_kicks: int = 0
    n_iterations: int = 0
    n_runs: int = 0  # that were taken far enough to be compared
    n_agreeing: int = 0  # of these, as many as ended in the best solution
    n_refused: int = 0  # of these, as many as rested on an accident of few rows
    n_moved: int = 0  # kicks that led to a better solution


class Kicks(NamedTuple):
    """The best few solutions after some kicks, best first, and what it took."""

    pool: tuple[Solution, ...]
    tally: Tally


class Ground(NamedTuple):
    """What kicks are made and judged on."""

    model: Mixture
    run: climbing.AtHand  # over the rows of a sample
    cumulative: Float[ndarray, " N"]  # of the rows' weights
    spread: Any  # as the family sees it
    rng: np.random.Generator
    watch: em.Callback
    total_weight: float  # of the rows that fits are judged on

    @property
    def sample(self) -> Block:
        return self.run.block

    def judge(self, fit: em.Fit) -> Solution:
        """The fit, with what is known of its soundness."""
        weights, emission = fit.parameters
        is_whole = all(np.isfinite(array).all() for array in leaves(fit.parameters))
        if fit.outcome is em.Outcome.COLLAPSED or not is_whole:  # the last step led nowhere
            return Solution(False, float("-inf"), fit, self)
        spurious = self.model.emission.spurious(emission, weights * self.total_weight, self.spread)
        return Solution(not len(spurious), fit.objective, fit, self)


def survey(
    model: Mixture, sample: Block, rng: np.random.Generator, watch: em.Callback = em.ignore,
    run: climbing.AtHand | None = None,
) -> Ground:  # fmt: skip
    """The ground that the rows of `sample` are; `watch` is called now and then, and may raise KeyboardInterrupt."""
    spread, cumulative = model.emission.spread(*sample), np.cumsum(sample.weights)
    return Ground(model, run or climbing.AtHand(sample), cumulative, spread, rng, watch, float(cumulative[-1]))


def improve(ground: Ground, starts: Sequence[em.Fit], patience: int | None = None) -> Kicks:
    """Kick the best of some solutions until that has been in vain `patience` times, on the rows of the ground.

    The number of kicks is bounded by the work that they make, so that large samples get few of them or none. An
    interrupt ends the search; it is the outcome of the best fit then.
    """
    first = [ground.judge(fit) for fit in starts]
    pool, kinds, ends = _best_of(first), cycle((_near, _split, _near, _far)), _Ends()
    tally, vain = _count(Tally(n_runs=len(first)), pool[0], pool[0], first), 0
    n_components = len(pool[0].parameters.weights)
    most = min(_most_kicks(ground, pool[0]), _AT_MOST * _patience(patience, n_components, 1.0))
    while vain < _patience(patience, n_components, ends.variety) and tally.n_kicks < most:
        fits, n_steps = _kick(ground, pool, list(islice(kinds, BATCH)))
        ends.note(fits)
        found = [
            ground.judge(fit) for fit in fits if not pool[-1].is_sound or fit.objective > pool[-1].objective - GAIN
        ]
        before, pool = pool[0], _best_of([*pool, *found])
        tally = _count(tally, before, pool[0], found)
        tally = tally._replace(
            n_kicks=tally.n_kicks + BATCH, n_iterations=tally.n_iterations + n_steps, n_runs=tally.n_runs + len(fits)
        )
        vain = 0 if _is_better(pool[0], before) else vain + BATCH
        if any(fit.outcome is em.Outcome.INTERRUPTED for fit in fits):
            best = replace(pool[0], fit=pool[0].fit._replace(outcome=em.Outcome.INTERRUPTED))
            return Kicks((best,), tally)
    return Kicks(tuple(pool), tally)


def _patience(wanted: int | None, n_components: int, variety: float) -> float:
    return PATIENCE + PATIENCE_EACH * n_components * variety if wanted is None else float(wanted)


@dataclass
class _Ends:
    """Where kicks have ended: if that is in few places again and again, there is little left to be found."""

    places: list[em.Fit] = field(default_factory=list)
    n_noted: int = 0

    def note(self, fits: Sequence[em.Fit]) -> None:
        for fit in fits:
            if not any(_are_same(fit, place) for place in self.places):
                self.places.append(fit)
        self.n_noted += len(fits)

    @property
    def variety(self) -> float:
        """The share of the ends that were new."""
        return len(self.places) / self.n_noted if self.n_noted else 1.0


def _is_better(now: Solution, before: Solution) -> bool:
    return now.rank > (before.is_sound, before.objective + GAIN)


def _count(tally: Tally, before: Solution, best: Solution, found: Sequence[Solution]) -> Tally:
    has_moved = _is_better(best, before)
    agreeing = sum(_are_same(best.fit, solution.fit) for solution in found)
    return tally._replace(
        n_agreeing=agreeing + (0 if has_moved else tally.n_agreeing),
        n_refused=tally.n_refused + sum(not solution.is_sound for solution in found),
        n_moved=tally.n_moved + has_moved,
    )


def _most_kicks(ground: Ground, best: Solution) -> int:
    if len(best.parameters.weights) == 1 or not np.isfinite(best.objective):
        return 0
    return BATCH * int(MOST_WORK // (work_of_a_step(ground.model, ground.sample, best.parameters) * _STEPS_OF_A_BATCH))


def work_of_a_step(model: Mixture, sample: Block, parameters: MixtureParameters) -> int:
    """In the measure of `MOST_WORK`."""
    return len(sample.points) * (model.n_free(parameters) + _EXPONENTIAL * len(parameters.weights))


_Kick = Callable[[Ground, Solution], MixtureParameters]


def _kick(ground: Ground, pool: Sequence[Solution], kinds: Sequence[_Kick]) -> tuple[list[em.Fit], int]:
    """Short runs from kicked solutions, of which the best go on; and the steps that all took."""
    return compete(ground, [kind(ground, _pick(pool, ground.rng)) for kind in kinds], KEPT)


def compete(ground: Ground, starts: Sequence[MixtureParameters], n_kept: int) -> tuple[list[em.Fit], int]:
    """Short runs, of which the best go on, the highest after its short run first; and the steps that all took."""
    ways = climbing.begin(ground.model, starts, ground.run)
    ways.go(range(len(starts)), SmallGain(0.0), SHORT_STEPS, ground.watch)
    best = sorted(range(len(starts)), key=ways.height, reverse=True)[:n_kept]
    if not ways.is_interrupted:
        ways.go(best, SmallRemainder(GAIN), SHORT_STEPS + LONG_STEPS, ground.watch)
    return [ways.fit(number) for number in best], ways.n_iterations


def _pick(pool: Sequence[Solution], rng: np.random.Generator) -> Solution:
    """Two times in three the best, else one of the others that led somewhere."""
    others = [solution for solution in pool[1:] if np.isfinite(solution.objective)]
    return pool[0] if not others or rng.uniform() < 2 / 3 else others[int(rng.integers(len(others)))]


def _best_of(solutions: Sequence[Solution]) -> list[Solution]:
    return distinct(solutions)[:_POOL]


def distinct(solutions: Sequence[Solution]) -> list[Solution]:
    """Each optimum once, the best first."""
    kept: list[Solution] = []
    for solution in sorted(solutions, key=lambda solution: solution.rank, reverse=True):
        if not any(_are_same(solution.fit, other.fit) for other in kept):
            kept.append(solution)
    return kept


def _are_same(left: em.Fit, right: em.Fit) -> bool:
    if abs(left.objective - right.objective) >= GAIN:
        return False
    weights = np.sort(left.parameters.weights) - np.sort(right.parameters.weights)
    return bool(np.abs(weights).max() < _SAME_WEIGHTS)


# --- three kinds of kicks --------------------------------------------------------------------------------------------


def _near(ground: Ground, solution: Solution) -> MixtureParameters:
    """A component moves to a row, any that counts."""
    return _move(ground, solution.parameters, int(_draw_rows(ground, 1)[0]))


def _far(ground: Ground, solution: Solution) -> MixtureParameters:
    """A component moves to a row that the mixture explains badly."""
    rows = _draw_rows(ground, _CHOSEN_FROM)
    return _move(ground, solution.parameters, int(rows[solution.log_density[rows].argmin()]))


def _draw_rows(ground: Ground, number: int) -> ndarray:
    """Rows with chances in proportion to their weights."""
    drawn = np.searchsorted(ground.cumulative, ground.rng.uniform(size=number) * ground.cumulative[-1], side="right")
    return np.minimum(drawn, len(ground.cumulative) - 1)


def _move(ground: Ground, parameters: MixtureParameters, row: int) -> MixtureParameters:
    """Any component becomes as wide and as heavy as it takes to hold some neighbours of the row.

    Groups may be far smaller than components are on average: a new one as wide as these would not find them.
    """
    weights, emission = parameters
    N, D = ground.sample.points.shape
    moved, typical = int(ground.rng.integers(len(weights))), N / (_PARTS * len(weights))
    number = int(min(N - 1, D + 2 + ground.rng.exponential(typical)))
    changed = weights.copy()
    changed[moved] = 0
    total = _without_noise(ground, weights)
    changed *= total * (1 - number / N) / changed.sum()
    changed[moved] = total * number / N
    placed = ground.model.emission.place(emission, weights, moved, ground.sample.points, (row, number))
    return MixtureParameters(changed, placed)


def _without_noise(ground: Ground, weights: Float[ndarray, " K"]) -> float:
    """What the weights add up to."""
    return 1.0 if ground.model.noise is None else float(weights.sum())


def _split(ground: Ground, solution: Solution) -> MixtureParameters:
    """A component goes, and another is cut in two."""
    parameters = solution.parameters
    K = len(parameters.weights)
    gone = int(ground.rng.integers(K))
    cut = (gone + 1 + int(ground.rng.integers(K - 1))) % K
    weights = parameters.weights.copy()
    weights[gone] = 0
    weights = _without_noise(ground, parameters.weights) * weights / weights.sum()
    weights[[gone, cut]] = weights[cut] / 2
    return MixtureParameters(weights, ground.model.emission.split(parameters.emission, cut, gone, ground.rng))
