"""Leaving an optimum for a better one: take a component away, put it elsewhere, climb again.

EM ends uphill of where it started, and most of its poor ends have one component too many in one place and one too few
in another. Moving one component at a time repairs just that (at random, in the spirit of Ueda et al. 2000).
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle
from typing import NamedTuple

import numpy as np

from mixtura import climbing, em
from mixtura.acceleration import HOPE, SmallGain, SmallRemainder
from mixtura.ends import GAIN, Logbook, distinct, ends, open_logbook
from mixtura.grounds import Ground, Solution
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.proposals import propose
from mixtura.statistics import Block
from mixtura.walking import Walks

BATCH, LARGEST_BATCH = 16, 64
SHORT_STEPS, MOST_STEPS, LONG_STEPS = 8, 68, 200
# Steps like its last one that a kick may lie below the best before it is given up: most that lead higher never need
# more, most of the others do. A batch in so many waits as long as anything has ever led higher.
_BRIEF, _LONG_EVERY = 20.0, 4
# Kicks in vain that end a search where all lead back to the best: so many, and as many more where compiled steps take
# no time. Where none does, as many more again for one component, for K of them the square root of K times as many.
PATIENCE, QUICK_PATIENCE = 16, 60
MOST_PATIENCE, LESS_PATIENCE = 500, 50  # less where Python takes the steps
_AT_MOST = 3  # times these, kicks in all
_POOL, _OF_THE_BEST = 3, 0.8  # solutions, and the share of kicks that begin at the best
MOST_WORK = 1e10  # rows x free parameters x steps: about a second
_EXPONENTIAL = 32  # free parameters whose work is that of one component's responsibility
_STEPS_OF_A_KICK = 10  # on average, about
_WORK_OF_PYTHON = 1e5  # in the same measure: as much as a kick costs beside its steps, for each of them


class Tally(NamedTuple):
    """How a search went: what tells whether another would end elsewhere."""

    n_kicks: int = 0
    n_iterations: int = 0
    n_runs: int = 0  # that were compared: the best starts, and all kicks
    n_agreeing: int = 0  # of these, as many as ended in the best solution
    n_refused: int = 0  # of these, as many as rested on an accident of few rows
    n_moved: int = 0  # kicks that led to a better solution


class Kicks(NamedTuple):
    """The best few solutions after some kicks, best first, and what it took."""

    pool: tuple[Solution, ...]
    tally: Tally
    flat: tuple[Solution, ...] = ()  # what was refused because no component has a width in some direction


def improve(ground: Ground, starts: Sequence[em.Fit], patience: int | None = None, batch: int = BATCH) -> Kicks:
    """Kick the best of some solutions until that has been in vain `patience` times, on the rows of the ground.

    So many kicks at a time, and more once these have been in vain, take less of Python's time and see fewer successes.

    The number of kicks is bounded by the work that they make, so that large samples get few of them or none. An
    interrupt ends the search; it is the outcome of the best fit then.
    """
    first = [ground.judge(fit) for fit in starts]
    pool, log, tally, vain = distinct(first)[:_POOL], open_logbook(first), Tally(), 0
    patient = _usual_patience(ground, pool[0]) if patience is None else _Patience(patience)
    hopes = cycle([_BRIEF] * (_LONG_EVERY - 1) + [HOPE])
    most = min(_most_kicks(ground, pool[0]), int(_AT_MOST * patient.where(0.0)))
    while vain < patient.where(log.share_like(pool[0])) and tally.n_kicks < most:
        number = min(max(batch, vain // 2), LARGEST_BATCH, most - tally.n_kicks)
        ways = climbing.begin(ground.model, propose(ground, _pick(pool, ground.rng), number), ground.run)
        _climb(ways, SmallRemainder(GAIN, _aim(pool), next(hopes)), ground.watch)
        found = _judge_new(ground, log, ways, pool)
        before, pool = pool[0], distinct([*pool, *found])[:_POOL] if found else pool
        has_moved = pool[0].rank > (before.rank[0], before.rank[1] + GAIN)
        tally = tally._replace(
            n_kicks=tally.n_kicks + number,
            n_iterations=tally.n_iterations + ways.n_iterations,
            n_moved=tally.n_moved + has_moved,
        )
        vain = 0 if has_moved else vain + number
        if ways.is_interrupted:
            pool = [replace(pool[0], fit=pool[0].fit._replace(outcome=em.Outcome.INTERRUPTED))]
            break
    agreeing, refused = log.n_like(pool[:1]), log.n_like(log.refused)
    tally = tally._replace(n_runs=len(log.runs.heights), n_agreeing=agreeing, n_refused=refused)
    return Kicks(tuple(pool), tally, tuple(solution for solution in log.refused if solution.is_flat))


class _Patience(NamedTuple):
    """Kicks in vain that end a search: at least, and as many more where none leads back to the best."""

    least: float
    more: float = 0.0

    def where(self, agreement: float) -> float:
        """Far less where many kicks lead back to the best: then there are few places to be found."""
        return self.least + self.more * (1.0 - agreement) ** 8


def _usual_patience(ground: Ground, best: Solution) -> _Patience:
    """The more components, the more, the longer a step, the less."""
    parameters = best.parameters
    is_quick = climbing.is_quick(ground.model, parameters, ground.run)
    length = 1 + work_of_a_step(ground.model, ground.sample, parameters) / _WORK_OF_PYTHON
    least = PATIENCE + is_quick * QUICK_PATIENCE / length
    more = (MOST_PATIENCE if is_quick else LESS_PATIENCE) * (len(parameters.weights) / length) ** 0.5
    return _Patience(least, more)


def _climb(ways: climbing.Climbs | Walks, rule: SmallRemainder, watch: em.Callback) -> None:
    """Who is above the best goes on until it rests: a component may be about to shrink onto a few rows."""
    ways.go(range(len(ways.heights)), rule, MOST_STEPS, watch)
    above = np.flatnonzero(ways.heights > rule.aim).tolist() if rule.aim > float("-inf") else []
    if above and not ways.is_interrupted:
        ways.go(above, SmallRemainder(GAIN / 50), LONG_STEPS, watch)


def _aim(pool: Sequence[Solution]) -> float:
    """A kick that has little hope to get there is given up."""
    return pool[0].objective + GAIN if pool[0].is_sound else float("-inf")


def _judge_new(ground: Ground, log: Logbook, ways: climbing.Climbs | Walks, pool: Sequence[Solution]) -> list[Solution]:
    """Solutions where nobody has been before, and that may belong to the best few."""
    heights = ways.heights
    floor = pool[-1].objective - GAIN if pool[-1].is_sound else float("-inf")
    are_high = np.flatnonzero(heights > floor)
    new = log.note(ends(heights, ways.weights(np.arange(len(heights)))), are_high, pool)
    solutions = ground.judge_each([ways.fit(number) for number in new.tolist()])
    log.refused += [solution for solution in solutions if not solution.is_sound]
    return solutions


def _most_kicks(ground: Ground, best: Solution) -> int:
    if len(best.parameters.weights) == 1 or not np.isfinite(best.objective):
        return 0
    return int(MOST_WORK // (work_of_a_step(ground.model, ground.sample, best.parameters) * _STEPS_OF_A_KICK))


def work_of_a_step(model: Mixture, sample: Block, parameters: MixtureParameters) -> int:
    """In the measure of `MOST_WORK`."""
    return len(sample.points) * (model.n_free(parameters) + _EXPONENTIAL * len(parameters.weights))


def compete(ground: Ground, starts: Sequence[MixtureParameters], n_kept: int) -> tuple[list[em.Fit], int]:
    """Short runs, of which the best go on, the highest after its short run first; and the steps that all took."""
    ways = climbing.begin(ground.model, starts, ground.run)
    ways.go(range(len(starts)), SmallGain(0.0), SHORT_STEPS, ground.watch)
    best = np.argsort(-ways.heights, kind="stable")[:n_kept].tolist()
    if not ways.is_interrupted:
        ways.go(best, SmallRemainder(GAIN), MOST_STEPS, ground.watch)
    return [ways.fit(number) for number in best], ways.n_iterations


def _pick(pool: Sequence[Solution], rng: np.random.Generator) -> Solution:
    """Mostly the best, else one of the others that led somewhere."""
    others = [solution for solution in pool[1:] if np.isfinite(solution.objective)]
    return pool[0] if not others or rng.uniform() < _OF_THE_BEST else others[int(rng.integers(len(others)))]
