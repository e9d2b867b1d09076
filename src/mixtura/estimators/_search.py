"""From the parameters of an estimator to starts, a stopping rule and a search."""

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np

from mixtura import climbing, em, race, rowspace, starts
from mixtura.acceleration import SmallGain, default_rule
from mixtura.estimators._given import Given
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.race import SAMPLE_ROWS, Plan, Round, Search
from mixtura.runners.contract import Measured, Runner
from mixtura.scaling import ridges
from mixtura.sources.array import ArraySource
from mixtura.starts import Candidate
from mixtura.statistics import Block

INITS = ("kmeans", "k-means++", "random", "random_from_data")  # scikit-learn's names

_ROUNDING = 1e-10  # of a log-likelihood
_FEWEST, _NUMBERS = 1000, 1 << 20  # rows, and numbers, in a sample


class Starts(NamedTuple):
    """What a fit begins from: `given` parameters, laid over starts of the `kinds` named; all of it `n_init` times."""

    kinds: Sequence[str]
    given: Given
    n_init: int
    is_race: bool = False
    earlier: tuple[float, ...] = ()  # the last mean log-likelihoods of the fit that this one goes on from


def plan_starts(init_params: str, n_init: int, given: Given) -> Starts:
    """What `init_params` and `n_init` ask for; what is given in part goes with what scikit-learn would draw."""
    if given.is_whole:
        return Starts(("given",), given, 1)
    if init_params == "auto" and given.is_empty:
        return Starts(starts.DIVERSE, given, n_init, is_race=True)
    return Starts((INITS[0] if init_params == "auto" else init_params,), given, n_init)


def continued(parameters: MixtureParameters, shape: tuple[int, int], earlier: tuple[float, ...]) -> Starts:
    """A warm start: the parameters of the last fit, for (K, D) means, and its last mean log-likelihoods.

    Raises
    ------
    ValueError
        If that had other numbers of components or columns.
    """
    weights, emission = parameters
    if emission.means.shape != shape:
        raise ValueError(
            f"warm_start goes on from {emission.means.shape[0]} components in {emission.means.shape[1]} columns, but "
            f"{shape[0]} in {shape[1]} are asked for: fit a new estimator, or set warm_start=False."
        )
    return Starts(("warm start",), Given(weights, *emission), 1, earlier=earlier)


def stopping_rule(tol: float | str, total_weight: float) -> em.Stop:
    """scikit-learn's rule for a number: the change of the mean log-likelihood; else what is left to gain."""
    if isinstance(tol, str):
        return default_rule(total_weight)
    return SmallGain(tol * total_weight)


def sample_of(source: Measured) -> Block:
    """The rows that tell how far all spread: the same at every call, some megabytes at most."""
    if isinstance(source, ArraySource) and source.weights is None and source.n_rows <= _FEWEST:
        return next(iter(source.blocks()))
    size = min(SAMPLE_ROWS, max(_FEWEST, _NUMBERS // source.n_columns))
    return starts.some_rows(source, size, np.random.default_rng(0))


def little_of(source: Measured) -> tuple[float, ...]:
    """What is added to the variance of each column unless the user says: see `scaling.ridges`."""
    return ridges(*sample_of(source), source.dtype.type)


def run(
    model: Mixture, source: Measured, begin: Starts, plan: Plan, rng: np.random.Generator, runner: Runner
) -> Search:
    """Draw the starts, run them, and keep the best; with an interrupt the best so far."""
    searches: list[Search] = []
    for _ in range(begin.n_init):
        searches.append(_run_once(model, source, begin, plan, rng, runner))
        if searches[-1].best.outcome is em.Outcome.INTERRUPTED:
            break
    best = reduce(_better, (search.best for search in searches))
    if searches[-1].best.outcome is em.Outcome.INTERRUPTED:
        best = best._replace(outcome=em.Outcome.INTERRUPTED)
    records = tuple(record for search in searches for record in search.records)
    return Search(best, records, tally=next((s.tally for s in searches if s.best.trace == best.trace), None))


def _run_once(
    model: Mixture, source: Measured, begin: Starts, plan: Plan, rng: np.random.Generator, runner: Runner
) -> Search:
    if begin.is_race:
        return rowspace.run(model, source, plan, runner=runner, rng=rng)
    if begin.given.is_whole:
        parameters = begin.given.over(begin.given)
    else:
        drawn = _draw(model, source, begin.kinds[0], plan.n_components, rng)
        parameters = drawn if begin.given.is_empty else begin.given.over((drawn.weights, *drawn.emission))
    rounds = [Round(climbing.everything(source, runner), plan.max_iterations, 1)]
    candidates = [Candidate(begin.kinds[0], parameters)]
    return race.search(model, candidates, rounds, stop=plan.stop, callbacks=plan.callbacks)


def _draw(
    model: Mixture, source: Measured, kind: str, n_components: int, rng: np.random.Generator
) -> MixtureParameters:
    """A start as scikit-learn means it: the moments of the parts as they are."""
    sample = starts.some_rows(source, SAMPLE_ROWS, rng)
    assignment = starts.STARTS[kind](starts.spaces_of(model, sample), n_components, rng)
    return starts.parameters_from(model, sample, assignment, n_components, pseudo_rows=0.0)


def _better(earlier: em.Fit, later: em.Fit) -> em.Fit:
    """The later fit where it is higher by more than rounding: two ways to one optimum are no reason to change."""
    return later if _height(later) > _height(earlier) + _ROUNDING * abs(later.objective) else earlier


def _height(fit: em.Fit) -> float:
    return float("-inf") if fit.outcome is em.Outcome.COLLAPSED else fit.objective
