"""Several starts, short runs first: the best go on. One start run to its end is a race too."""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from mixtura import climbing, em, grounds, kicks, levels, starts
from mixtura.acceleration import SmallRemainder
from mixtura.ends import distinct
from mixtura.grounds import Ground, Solution
from mixtura.mixture import Mixture
from mixtura.rehearsals import Sample
from mixtura.runners.contract import Measured, Runner, Source, is_sampled
from mixtura.sources.array import ArraySource
from mixtura.starts import Candidate
from mixtura.statistics import Block

SAMPLE_ROWS = 20_000  # starts are made, and the first rounds run, on so many rows at most
FIRST_STEPS, FIRST_KEPT, SECOND_STEPS = 6, 3, 20
NEAR = 2.0  # nats
# Where a sample stands for more rows: steps that take the best starts to their end there, nats by which solutions may
# differ there by chance, and steps over more rows for each of these, then for the best three, before one goes on.
END_STEPS, CHANCE, HEARINGS = 200, 20.0, (4, 8)
_FEW_KICKS = 16  # in vain, where exchanges come after them; they find the small groups that these do not
HEARING_ROWS, _HEARING_NUMBERS = 1 << 17, 1 << 21  # at most, in a table that is not too wide
_PLACES = "best", "second", "third"  # of those that may be finished on all rows


class Round(NamedTuple):
    """One round of a race: every runner takes up to `n_steps` steps over `run`, the best `keep` go on."""

    run: em.Run
    n_steps: int
    keep: int


class StartRecord(NamedTuple):
    """What became of one start.

    `objective` is the last one seen; NaN where it never saw all the rows. `n_rounds` tells how far it got in a race,
    `trace` the objective before each step over all the rows, without kicks.
    """

    kind: str
    objective: float
    n_iterations: int
    n_rounds: int
    outcome: em.Outcome
    trace: tuple[float, ...] = ()


class Search(NamedTuple):
    """The best fit, the record of all starts, and the fits that reached the end, best first."""

    best: em.Fit
    records: tuple[StartRecord, ...]
    finalists: tuple[em.Fit, ...] = ()
    tally: kicks.Tally | None = None  # of a race

    @property
    def doubt(self) -> str:
        """Why another search might end elsewhere; empty if nothing says so."""
        if self.tally is None or self.tally.n_runs < 2 or self.tally.n_agreeing > 1:
            return ""
        return (
            f"Only one of {self.tally.n_runs} runs ended in the best optimum found: another seed may find a better "
            "one, and fewer components or a simpler covariance would leave fewer optima to miss."
        )


class _Runner(NamedTuple):
    kind: str
    fit: em.Fit
    n_rounds: int = 0
    trace: tuple[float, ...] = ()

    def rank(self) -> tuple[int, float]:
        """Further is better, then higher; a collapsed fit is worst of its round."""
        collapsed = self.fit.outcome is em.Outcome.COLLAPSED
        return self.n_rounds, float("-inf") if collapsed else self.fit.objective


class Plan(NamedTuple):
    """What a fit is asked for: components, kinds of starts, and whether these race or all run to the end."""

    n_components: int
    kinds: Sequence[str]
    is_race: bool
    max_iterations: int
    stop: em.Stop
    callbacks: Sequence[em.Callback] = ()
    watch: em.Callback = em.ignore  # called now and then, kicks included; raising KeyboardInterrupt ends the search
    patience: int | None = None  # kicks in vain that end the search for a better optimum, in a race; see `kicks`
    known: Sequence[Candidate] = ()  # starts that take part besides


def run(model: Mixture, source: Measured, plan: Plan, *, runner: Runner, rng: np.random.Generator) -> Search:
    """Draw the starts from a sample of the rows, race them there, kick the best, and finish on all rows."""
    many, sample = _samples(source, plan.is_race, rng)
    candidates = [*_draw(model, sample, plan, rng), *plan.known]
    finish = to_the_end(source, runner, plan.max_iterations, len(candidates))
    look: dict[str, Any] = {"stop": plan.stop, "callbacks": plan.callbacks, "watch": plan.watch}
    if not plan.is_race:
        return search(model, candidates, finish, **look)
    some, is_part = climbing.AtHand(sample, runner), len(sample.points) >= SAMPLE_ROWS
    # Who allows fewer steps than a race takes wants to see a fit on its way, not at its end.
    is_glimpse = plan.max_iterations < SECOND_STEPS
    n_rounds = 1 if is_glimpse else 3 if is_part else 2
    short = [Round(some, n, FIRST_KEPT) for n in (FIRST_STEPS, SECOND_STEPS, END_STEPS)[:n_rounds]]
    raced = search(model, candidates, short, **look)
    if is_part:  # their objectives are of some rows, which compares with nothing
        unseen = tuple(record._replace(objective=math.nan, trace=()) for record in raced.records)
        raced = raced._replace(records=unseen)
    if raced.best.outcome is em.Outcome.INTERRUPTED:
        return raced
    ground = grounds.survey(model, sample, rng, plan.watch, some)
    usual = _FEW_KICKS if is_part else None
    patience = 0 if is_glimpse else usual if plan.patience is None else plan.patience
    kicked = kicks.improve(ground, raced.finalists, patience)
    few = [ground.judge(fit) for fit in raced.finalists]
    ground = replace(ground, total_weight=source.total_weight)
    if is_part and not is_glimpse and not _is_cut_short(kicked):
        kicked = _hear(ground, kicked, few, _hall(many, runner, finish[-1].run), look)
    if is_part and patience != 0 and not _is_cut_short(kicked):
        kicked = levels.exchange(ground, kicked, many)
    if not is_glimpse and not _is_cut_short(kicked):
        kicked, finish = _settle(ground, kicked, many, source, finish, plan.stop)
    if _is_cut_short(kicked):
        return Search(kicked.pool[0].fit, raced.records, tally=kicked.tally)
    if not is_part:  # elsewhere what was refused is as high as on the sample that it was found on
        others = (solution for solution in kicked.flat if solution not in kicked.pool)
        kicked = kicked._replace(pool=tuple(grounds.ranked([*kicked.pool, *others])[: len(_PLACES)]))
    finished = _finish(ground, kicked, finish, look)
    return Search(finished.best, (*raced.records, *finished.records), tally=kicked.tally)


def _samples(source: Measured, is_race: bool, rng: np.random.Generator) -> tuple[Block, Block]:
    """Rows to hear solutions on, and some of these to find them on; the same rows where there are few, or no race."""
    most = max(SAMPLE_ROWS, min(HEARING_ROWS, _HEARING_NUMBERS // source.n_columns)) if is_race else SAMPLE_ROWS
    many = starts.some_rows(source, most, rng)
    few = starts.subsample([many], SAMPLE_ROWS, rng) if len(many.points) > SAMPLE_ROWS else many
    return many, climbing.in_double(few)


def to_the_end(source: Source, runner: Runner, n_steps: int, n_kept: int) -> list[Round]:
    """Rounds over all rows, `n_kept` go on; first over those at hand where all are far: the best alone comes there."""
    whole = climbing.everything(source, runner)
    if not is_sampled(source) or len(source.sample.points) == source.n_rows:
        return [Round(whole, n_steps, n_kept)]
    at_hand = partial(runner, ArraySource(*source.sample))
    some = partial(runner, ArraySource(*levels.part(source.sample)))
    return [Round(at_hand, n_steps, 1), Round(climbing.Far(whole, some, source.total_weight), n_steps, n_kept)]


def _draw(model: Mixture, sample: Block, plan: Plan, rng: np.random.Generator) -> list[Candidate]:
    """A start of every kind; for a race as many as time allows where steps are long, one at least.

    One component begins with all rows, of whatever kind the start is.
    """
    first = starts.draw(model, sample, plan.n_components, plan.kinds[:1], rng)
    work = kicks.work_of_a_step(model, sample, first[0].parameters) * FIRST_STEPS
    number = max(1, int(kicks.MOST_WORK // work)) if plan.is_race else len(plan.kinds)
    number = number if plan.n_components > 1 else 1
    return first + starts.draw(model, sample, plan.n_components, plan.kinds[1:number], rng)


def _is_cut_short(kicked: kicks.Kicks) -> bool:
    return kicked.pool[0].fit.outcome is em.Outcome.INTERRUPTED


def _finish(ground: Ground, kicked: kicks.Kicks, finish: Sequence[Round], look: dict[str, Any]) -> Search:
    """The best solution on all rows; the next ones too while that turns out to be an accident of few of them.

    Where a step costs nothing, so is the second if it is nearly as high: it may have had farther to go.
    """
    solutions: list[Solution] = []
    records: list[StartRecord] = []
    costs_nothing = isinstance(finish[-1].run, climbing.AtHand)
    for rank, (place, solution) in enumerate(zip(_PLACES, kicked.pool, strict=False)):
        is_close_second = rank == 1 and costs_nothing and solution.objective > kicked.pool[0].objective - NEAR
        is_sounder = bool(solutions) and solution.is_sound and not solutions[-1].is_sound
        if rank > 0 and not is_close_second and not is_sounder:
            break
        kind = f"{place} of these after {kicked.tally.n_kicks} kicks"
        found = search(ground.model, [Candidate(kind, solution.fit.parameters)], finish, **look)
        solutions.append(ground.judge(found.best))
        records += [_later(record, kicked) for record in found.records]
        if found.best.outcome is em.Outcome.INTERRUPTED:
            break
    best = grounds.ranked(solutions)[0].fit
    if solutions[-1].fit.outcome is em.Outcome.INTERRUPTED:
        best = best._replace(outcome=em.Outcome.INTERRUPTED)
    return Search(best, tuple(records))


def _hall(many: Block, runner: Runner, whole: em.Run) -> em.Run | None:
    """A run over more rows than solutions were found on, if that is to be had in little time."""
    if len(many.points) > SAMPLE_ROWS:
        return climbing.AtHand(many, runner)
    return None if isinstance(whole, climbing.Far | climbing.AtHand) else whole


def _hear(
    ground: Ground, kicked: kicks.Kicks, others: Sequence[Solution], run: em.Run | None,
    look: dict[str, Any],
) -> kicks.Kicks:  # fmt: skip
    """Solutions on a sample, and those of starts, in the order that some steps over more rows bring them to.

    By how little they differ in the sample chance has its part in who comes first there; and what kicks gain is often
    gained on a few rows of the sample alone.
    """
    known = distinct([*kicked.pool, *others])
    few = [solution for solution in known if solution.rank >= (True, known[0].rank[1] - CHANCE)]
    if run is None or len(few) < 2:
        return kicked
    rounds = [Round(run, n, FIRST_KEPT) for n in HEARINGS]
    heard = search(ground.model, [Candidate("heard", s.parameters) for s in few], rounds, **look | {"callbacks": ()})
    tally = kicked.tally._replace(
        n_iterations=kicked.tally.n_iterations + sum(record.n_iterations for record in heard.records)
    )
    if heard.best.outcome is em.Outcome.INTERRUPTED:
        return kicks.Kicks((ground.judge(heard.best),), tally)
    solutions = sorted(map(ground.judge, heard.finalists), key=lambda solution: solution.rank, reverse=True)
    return kicks.Kicks((*solutions, *(s for s in known if s not in few)), tally)


def _settle(
    ground: Ground, kicked: kicks.Kicks, many: Block, source: Measured, finish: list[Round], stop: em.Stop
) -> tuple[kicks.Kicks, list[Round]]:
    """The best solution at its end over some of many rows that are at hand, and the way from there to that over all."""
    run, n_steps, keep = finish[-1]
    some = levels.settling(many, source.n_rows, source.total_weight)
    if some is None or isinstance(run, climbing.Far) or not isinstance(stop, SmallRemainder):
        return kicked, finish
    here = climbing.AtHand(climbing.in_double(some), ground.run.runner)
    sample = Sample(here, len(some.points), source.total_weight)
    return levels.settle(ground, kicked, sample), [Round(climbing.Near(run, sample), n_steps, keep)]


def _later(record: StartRecord, kicked: kicks.Kicks) -> StartRecord:
    """The record of the last round of a race, which goes on from the best of those before."""
    return record._replace(n_iterations=record.n_iterations + kicked.tally.n_iterations, n_rounds=record.n_rounds + 2)


def search(
    model: em.Model,
    candidates: Sequence[Candidate],
    rounds: Sequence[Round],
    *,
    stop: em.Stop,
    callbacks: Sequence[em.Callback] = (),
    watch: em.Callback = em.ignore,
) -> Search:
    """Run the candidates through the rounds and keep the best; an interrupt ends it with the best so far."""
    runners = [_Runner(kind, em.Fit(parameters, (), em.Outcome.EXHAUSTED)) for kind, parameters in candidates]
    racing = list(range(len(runners)))
    for run, n_steps, keep in rounds:
        fits = climbing.fit_all(
            model, [runners[i].fit.parameters for i in racing], run,
            stop=stop, max_iterations=n_steps, callbacks=callbacks, watch=watch,
        )  # fmt: skip
        for i, fit in zip(racing, fits, strict=False):  # an interrupt leaves some starts without a fit
            runners[i] = _advance(runners[i], fit)
        if any(fit.outcome is em.Outcome.INTERRUPTED for fit in fits):
            return _result(runners, ())
        racing = sorted(racing, key=lambda i: runners[i].rank(), reverse=True)[:keep]
    return _result(runners, racing)


def _advance(runner: _Runner, fit: em.Fit) -> _Runner:
    """A fit without a single step says nothing new but how it ended."""
    if not fit.trace:
        return runner._replace(fit=runner.fit._replace(outcome=fit.outcome))
    return _Runner(runner.kind, fit, runner.n_rounds + 1, runner.trace + tuple(fit.trace))


def _result(runners: Sequence[_Runner], racing: Sequence[int]) -> Search:
    best = max(runners, key=_Runner.rank)
    interrupted = any(runner.fit.outcome is em.Outcome.INTERRUPTED for runner in runners)
    fit = best.fit._replace(outcome=em.Outcome.INTERRUPTED) if interrupted else best.fit
    records = tuple(
        StartRecord(r.kind, r.fit.objective, len(r.trace), r.n_rounds, r.fit.outcome, r.trace) for r in runners
    )
    return Search(fit, records, tuple(runners[i].fit for i in racing))
