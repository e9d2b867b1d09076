"""From the parameters of an estimator to starts, a stopping rule and a search."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from mixtura import em, race, starts
from mixtura.acceleration import SmallGain, SmallRemainder, default_tolerance
from mixtura.estimators._given import Given
from mixtura.mixture import Mixture
from mixtura.race import SAMPLE_ROWS, Plan, Round, Search
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.starts import Candidate

INITS = ("kmeans", "k-means++", "random", "random_from_data")  # scikit-learn's names


@dataclass(frozen=True)
class Resumed:
    """A stopping rule that goes on from the objectives of an earlier fit."""

    rule: em.Stop
    earlier: tuple[float, ...]

    def __call__(self, step: em.Step) -> bool:
        return self.rule(step._replace(trace=[*self.earlier, *step.trace]))


class Starts(NamedTuple):
    """What a fit begins from: `given` parameters, laid over starts of the `kinds` named."""

    kinds: Sequence[str]
    given: Given
    is_race: bool
    pseudo_rows: float | None  # None for the package's own kinds, 0 for those that mean what scikit-learn means
    earlier: tuple[float, ...] = ()  # the last mean log-likelihoods of the fit that this one goes on from


def plan_starts(n_components: int, init_params: str, n_init: int | str, given: Given) -> Starts:
    """What `init_params` and `n_init` ask for."""
    if given.is_whole:
        return Starts(("given",), given, False, 0)
    if init_params == "auto" and given.is_empty:
        if n_init == "auto" and n_components > 1:
            return Starts(starts.DIVERSE * 2, given, True, None)
        return Starts(starts.cycle(_count(n_init)), given, False, None)
    return Starts([INITS[0] if init_params == "auto" else init_params] * _count(n_init), given, False, 0)


def stopping_rule(tol: float | str, total_weight: float) -> em.Stop:
    """scikit-learn's rule for a number: the change of the mean log-likelihood; else what is left to gain."""
    if isinstance(tol, str):
        return SmallRemainder(default_tolerance(total_weight))
    return SmallGain(tol * total_weight)


def run(
    model: Mixture, source: ArraySource, begin: Starts, plan: Plan, rng: np.random.Generator, runner: Local
) -> Search:
    """Draw the starts and run them: a race, or all of them to their end."""
    if begin.is_race:
        return race.run(model, source, plan, runner=runner, rng=rng)
    if begin.given.is_whole:
        candidates = [Candidate(kind, begin.given.over(begin.given)) for kind in begin.kinds]
    else:
        candidates = _draw(model, source, begin, plan.n_components, rng)
    rounds = [Round(partial(runner, source), plan.max_iterations, len(candidates))]
    return race.search(model, candidates, rounds, stop=plan.stop, callbacks=plan.callbacks)


def _draw(
    model: Mixture, source: ArraySource, begin: Starts, n_components: int, rng: np.random.Generator
) -> list[Candidate]:
    sample = starts.subsample(source.blocks(), SAMPLE_ROWS, rng)
    candidates = []
    for kind in begin.kinds:
        assignment = starts.STARTS[kind](*sample, n_components, rng)
        drawn = starts.parameters_from(model, sample, assignment, n_components, begin.pseudo_rows)
        candidates.append(Candidate(kind, begin.given.over((drawn.weights, *drawn.emission))))
    return candidates


def _count(n_init: int | str) -> int:
    return 1 if isinstance(n_init, str) else n_init
