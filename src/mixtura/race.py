"""Several starts, short runs first: the best go on. One start run to its end is a race too."""

import math
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from mixtura import em, kicks, starts
from mixtura.mixture import Mixture
from mixtura.runners.contract import Runner, Source
from mixtura.starts import Candidate

SAMPLE_ROWS = 20_000  # starts are made, and the first rounds run, on so many rows at most
FIRST_STEPS, FIRST_KEPT, SECOND_STEPS = 6, 3, 20


class Round(NamedTuple):
    """One round of a race: every runner takes up to `n_steps` steps over `run`, the best `keep` go on."""

    run: em.Run
    n_steps: int
    keep: int


class StartRecord(NamedTuple):
    """What became of one start.

    `objective` is the last one seen; NaN where it never saw all the rows. `n_rounds` tells how far it got in a race.
    """

    kind: str
    objective: float
    n_iterations: int
    n_rounds: int
    outcome: em.Outcome


class Search(NamedTuple):
    """The best fit, the record of all starts, and the fits that reached the end, best first."""

    best: em.Fit
    records: tuple[StartRecord, ...]
    finalists: tuple[em.Fit, ...] = ()


class _Runner(NamedTuple):
    kind: str
    fit: em.Fit
    n_iterations: int = 0
    n_rounds: int = 0

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
    watch: em.Callback = em.ignore  # called at every step, kicks included; raising KeyboardInterrupt ends the search
    patience: int = kicks.PATIENCE  # kicks in vain that end the search for a better optimum, in a race


def run(model: Mixture, source: Source, plan: Plan, *, runner: Runner, rng: np.random.Generator) -> Search:
    """Draw the starts from a sample of the rows, race them there, kick the best, and finish on all rows."""
    callbacks = [*plan.callbacks, plan.watch]
    sample = starts.subsample(source.blocks(), SAMPLE_ROWS, rng)
    candidates = starts.draw(model, sample, plan.n_components, plan.kinds, rng)
    finish = Round(partial(runner, source), plan.max_iterations, len(candidates))
    if not plan.is_race:
        return search(model, candidates, [finish], stop=plan.stop, callbacks=callbacks)
    some: em.Run = lambda function: function(sample)  # noqa: E731
    short = [Round(some, FIRST_STEPS, FIRST_KEPT), Round(some, SECOND_STEPS, FIRST_KEPT)]
    raced = search(model, candidates, short, stop=plan.stop, callbacks=callbacks)
    if len(sample.points) >= SAMPLE_ROWS:  # their objectives are of some rows, which compares with nothing
        raced = raced._replace(records=tuple(record._replace(objective=math.nan) for record in raced.records))
    if raced.best.outcome is em.Outcome.INTERRUPTED:
        return raced
    kicked = kicks.improve(model, raced.finalists, sample, rng, plan.patience, plan.watch)
    if kicked.best.outcome is em.Outcome.INTERRUPTED:
        return Search(kicked.best, raced.records)
    best = Candidate(f"best of these after {kicked.n_kicks} kicks", kicked.best.parameters)
    finished = search(model, [best], [finish], stop=plan.stop, callbacks=callbacks)
    return Search(finished.best, (*raced.records, *(_later(record, kicked) for record in finished.records)))


def _later(record: StartRecord, kicked: kicks.Kicks) -> StartRecord:
    """The record of the last round of a race, which goes on from the best of those before."""
    return record._replace(n_iterations=record.n_iterations + kicked.n_iterations, n_rounds=record.n_rounds + 2)


def search(
    model: em.Model,
    candidates: Sequence[Candidate],
    rounds: Sequence[Round],
    *,
    stop: em.Stop,
    callbacks: Sequence[em.Callback] = (),
) -> Search:
    """Run the candidates through the rounds and keep the best; an interrupt ends it with the best so far."""
    runners = [_Runner(kind, em.Fit(parameters, (), em.Outcome.EXHAUSTED)) for kind, parameters in candidates]
    racing = list(range(len(runners)))
    for run, n_steps, keep in rounds:
        for i in racing:
            fit = em.fit(model, runners[i].fit.parameters, run, stop=stop, max_iterations=n_steps, callbacks=callbacks)
            runners[i] = _advance(runners[i], fit)
            if fit.outcome is em.Outcome.INTERRUPTED:
                return _result(runners, ())
        racing = sorted(racing, key=lambda i: runners[i].rank(), reverse=True)[:keep]
    return _result(runners, racing)


def _advance(runner: _Runner, fit: em.Fit) -> _Runner:
    """A fit without a single step says nothing new but how it ended."""
    if not fit.trace:
        return runner._replace(fit=runner.fit._replace(outcome=fit.outcome))
    return _Runner(runner.kind, fit, runner.n_iterations + len(fit.trace), runner.n_rounds + 1)


def _result(runners: Sequence[_Runner], racing: Sequence[int]) -> Search:
    best = max(runners, key=_Runner.rank)
    interrupted = any(runner.fit.outcome is em.Outcome.INTERRUPTED for runner in runners)
    fit = best.fit._replace(outcome=em.Outcome.INTERRUPTED) if interrupted else best.fit
    records = tuple(StartRecord(r.kind, r.fit.objective, r.n_iterations, r.n_rounds, r.fit.outcome) for r in runners)
    return Search(fit, records, tuple(runners[i].fit for i in racing))
