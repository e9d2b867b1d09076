"""Variational Bayes on a table: the number of groups is found, or those asked for are compared by their bounds."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import inf
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import climbing, em, moves, race, starts
from mixtura.acceleration import SmallRemainder, default_tolerance
from mixtura.bayesian import BayesianMixture
from mixtura.criteria import Evidence, evaluate
from mixtura.errors import DataError, EngineError, FitError
from mixtura.evidence import collect_all_evidence
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.options import Options
from mixtura.race import SAMPLE_ROWS, Plan, Search, StartRecord
from mixtura.rescaled import Rescaled, rescaled
from mixtura.runners.anywhere import Anywhere
from mixtura.runners.contract import Runner, Sampled
from mixtura.runners.held import Held
from mixtura.scaling import Scaling, choose_scaling, seen_mass
from mixtura.selection import Selection, that_count
from mixtura.sources.array import ArraySource
from mixtura.sources.demands import require_numbers
from mixtura.spaces import Spread
from mixtura.stages import Log
from mixtura.trials import Candidate, Setting, is_interrupted
from mixtura.vague import moments_of, vague

_LOST = "The bound is not a finite number: rescale the columns."
_KEPT = "an earlier run"  # what the start of a fit is called that ended there
_TIED = "A component holds rows of one value in some column, and only the prior gives it a width there."


class _Bench(NamedTuple):
    """What the fits of a search share."""

    model: BayesianMixture
    source: ArraySource | Rescaled  # in the units of the scaling
    scaling: Scaling
    options: Options
    runner: Runner
    shift: float  # what log-likelihoods in these units are above those in the units of the data
    spread: Spread
    rng: np.random.Generator
    log: Log

    @property
    def here(self) -> Anywhere:
        """A runner whose passes nothing on other machines can spoil."""
        return Anywhere(self.options.n_threads)

    @property
    def at_hand(self) -> ArraySource:
        """Rows that count for all."""
        return _at_hand(self.source)

    @property
    def stop(self) -> SmallRemainder:
        return SmallRemainder(self.options.tolerance or default_tolerance(self.source.total_weight))


def find(
    points: Float[ndarray, "N D"],
    weights: Float[ndarray, " N"] | None = None,
    *,
    n_components: Sequence[int] | None = None,
    covariance: str = "full",
    seed: int = 0,
    options: Options = Options(),  # noqa: B008 (immutable)
    on_fit: Callable[[Candidate], None] = lambda candidate: None,
) -> Selection:
    """Fit Bayesian mixtures, and rank them by the bound of the log-evidence.

    Parameters
    ----------
    points : array of shape (N, D)
        Finite numbers; NaN where a cell is missing. Rows without weight or without any cell take no part.
    weights : array of shape (N,), optional
        How much each row counts.
    n_components : sequence of int, optional
        Numbers to compare. By default births, merges and deletions of components find the best, and what is ranked are
        the best fits of the numbers met on the way.
    covariance : str
        One covariance model; bounds of several would not tell which is right.
    seed : int
        Same seed, same result, whatever the number of threads.
    options : Options
        Scaling, starts, stopping, threads; `ridge` is added to the prior's variances.
    on_fit : callable
        Called with each candidate as it is done.

    Returns
    -------
    Selection
        Its criterion is "bound"; Ctrl-C ends it early with what there is.

    Raises
    ------
    FitError
        If no fit came to an end.
    DataError
        If columns hold anything but numbers.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> points = np.concatenate([rng.normal(0, 1, (100, 2)), rng.normal(8, 1, (100, 2))])
    >>> find(points).best.setting
    Setting(n_components=2, covariance='full')
    """
    require_numbers(options.columns, "Variational Bayes")
    points, weights = that_count(points, np.ones(len(points)) if weights is None else weights)
    scaling = choose_scaling(points, weights, options.scale)
    source = ArraySource(scaling.apply(points), weights)
    bench = _bench(source, scaling, covariance, options, np.random.default_rng(seed))
    return _ranked(bench, n_components, on_fit)._replace(seed=seed)


def find_far(
    source: Sampled,
    *,
    n_components: Sequence[int] | None = None,
    covariance: str = "full",
    seed: int = 0,
    options: Options = Options(),  # noqa: B008 (immutable)
    log: Log | None = None,
) -> tuple[Selection, DataError | EngineError | None]:
    """The same for rows that are read block by block: numbers are found on a sample, and the fits end over all rows.

    The log is told of every pass over all rows and of every fit; it says how far these were in an earlier run. With the
    selection comes what was wrong with the rows on the way, if anything was; it holds the best before that.
    """
    scaling = choose_scaling(*source.sample, options.scale)
    bench = _bench(rescaled(source, scaling), scaling, covariance, options, np.random.default_rng(seed))
    runner = Held(bench.runner)
    log = log or Log()
    found = _ranked(bench._replace(runner=runner, log=log), n_components, log.on_fit)
    return found._replace(seed=seed), runner.error


def _bench(
    source: ArraySource | Rescaled, scaling: Scaling, covariance: str, options: Options, rng: np.random.Generator
) -> _Bench:
    runner = Anywhere(options.n_threads)
    model = vague(moments_of(source, runner), covariance, options.ridge)
    shift = scaling.shift(runner(source, seen_mass))
    rows = _at_hand(source)
    weights = np.ones(rows.n_rows) if rows.weights is None else rows.weights
    spread = model.emission.spread(rows.points, weights)
    return _Bench(model, source, scaling, options, runner, shift, spread, rng, Log())


def _at_hand(source: ArraySource | Rescaled) -> ArraySource:
    return source if isinstance(source, ArraySource) else ArraySource(*source.sample)


def _ranked(bench: _Bench, n_components: Sequence[int] | None, on_fit: Callable[[Candidate], None]) -> Selection:
    candidates: list[Candidate] = []
    for candidate in _found(bench) if n_components is None else _compared(bench, n_components):
        candidates.append(candidate)
        on_fit(candidate)
    candidates.sort(key=lambda candidate: candidate.setting.n_components)
    values = [candidate.criteria.get("bound", inf) for candidate in candidates]
    sound = [i for i, candidate in enumerate(candidates) if not candidate.remark]
    ranking = sorted(sound or [i for i, c in enumerate(candidates) if c.remark == _TIED], key=values.__getitem__)
    if not ranking:
        raise FitError("No fit came to an end: rescale the columns, or ask for fewer components.")
    features = tuple(f"x{d}" for d in range(bench.source.n_columns))
    is_complete = not any(map(is_interrupted, candidates))
    found = Selection(tuple(candidates), "bound", tuple(ranking), bench.scaling, bench.source.n_rows, is_complete)
    return found._replace(options=bench.options, features=features, shift=bench.shift)


def _found(bench: _Bench) -> Iterator[Candidate]:
    """The best fits of every number met by a search on a sample, finished on all rows."""
    sample = climbing.in_double(starts.some_rows(bench.source, SAMPLE_ROWS, bench.rng))
    start = starts.draw(bench.model, sample, 1, starts.DIVERSE[:1], bench.rng)[0].parameters
    found = moves.search(bench.model, sample, start, bench.rng)
    best, kind = found.best, f"{found.n_made} of {found.n_tried} moves"
    if best.is_interrupted:
        record = StartRecord(kind, best.fit.objective, len(best.fit.trace), 1, best.fit.outcome)
        yield _candidate(bench, Search(best.fit, (record,)))
        return
    fits = sorted(({best.n_components: best} | found.by_number).items())
    fits += [(found.refused.n_components, found.refused)] if found.refused else []
    fits.sort(key=lambda fit: fit[0] != best.n_components)  # an interrupt may leave no time for others
    for place, (number, trial) in enumerate(fits):
        if bench.source.n_rows <= SAMPLE_ROWS or abs(number - best.n_components) <= 1:
            candidate = _candidate(bench, _finished(bench, kind, trial.fit.parameters, place))
            yield candidate
            if is_interrupted(candidate):
                return


def _finished(bench: _Bench, kind: str, parameters: MixtureParameters, place: int) -> Search:
    """To the end over all rows, from where an earlier run of the search was, if there was one."""
    log, stop = bench.log, bench.stop
    ended = log.ended(place, kind, bench.rng)
    if ended is not None:
        return ended
    *before, last = race.to_the_end(bench.source, bench.runner, bench.options.max_iterations, 1)
    trace: tuple[float, ...] = ()
    if place in log.stages:
        (parameters, trace, _), before = log.stages[place].fit, []
    begun = race.search(bench.model, [starts.Candidate(kind, parameters)], before, stop=stop)
    if begun.best.outcome is em.Outcome.INTERRUPTED:
        return begun

    def note(step: em.Step) -> None:
        log.note(place, em.Fit(step.after, (*trace, *step.trace), em.Outcome.INTERRUPTED), bench.rng)

    start = starts.Candidate(kind, begun.best.parameters)
    found = race.search(bench.model, [start], [last], stop=stop, callbacks=[note])
    best = found.best._replace(trace=(*trace, *found.best.trace))
    log.note(place, best, bench.rng)
    return found._replace(best=best)


def _compared(bench: _Bench, numbers: Sequence[int]) -> Iterator[Candidate]:
    """The best of a race for each number; an interrupt ends them with what there is."""
    n_init = bench.options.n_init
    kinds = starts.DIVERSE * 2 if n_init is None else starts.cycle(n_init)
    for place, number in enumerate(numbers):
        plan = Plan(number, kinds, n_init is None, bench.options.max_iterations, bench.stop, patience=0)
        search = bench.log.ended(place, _KEPT, bench.rng)
        if search is None:
            search = race.run(bench.model, bench.source, plan, runner=bench.runner, rng=bench.rng)
            bench.log.note(place, search.best, bench.rng)
        candidate = _candidate(bench, search)
        yield candidate
        if is_interrupted(candidate):
            return


def _candidate(bench: _Bench, search: Search) -> Candidate:
    """In the units of the data."""
    parameters, n_components = search.best.parameters, len(search.best.parameters.weights)
    plain, middle = bench.model.middle(parameters)
    evidence, search = _judged(bench, search, plain, middle)
    shift = bench.shift
    bound = bench.model.rank(_objective(bench, search.best), n_components) - shift
    evidence = evidence._replace(log_likelihood=evidence.log_likelihood - shift, bound=bound)
    model, moved = bench.model.rescale(parameters, bench.scaling.centre, bench.scaling.scale)
    remark = _LOST if search.best.outcome is em.Outcome.COLLAPSED else ""
    if not remark and len(bench.model.ties(parameters, partial(bench.here, bench.at_hand), bench.spread)):
        remark = _TIED
    setting = Setting(n_components, bench.model.emission.covariance)
    return Candidate(setting, model, moved, evidence, evaluate(evidence), search, remark)


def _judged(bench: _Bench, search: Search, plain: Mixture, middle: MixtureParameters) -> tuple[Evidence, Search]:
    """What all rows say of the mixture in the middle; those at hand where somebody cut the search short."""
    posterior, n_free = plain.posterior(middle), plain.n_free(middle)
    if search.best.outcome is not em.Outcome.INTERRUPTED:
        try:
            return collect_all_evidence(posterior, n_free, bench.source, bench.runner), search
        except KeyboardInterrupt:
            search = search._replace(best=search.best._replace(outcome=em.Outcome.INTERRUPTED))
    return collect_all_evidence(posterior, n_free, bench.at_hand, bench.here), search


def _objective(bench: _Bench, best: em.Fit) -> float:
    """The bound over all rows; over those at hand where not one pass came to its end."""
    if best.trace:
        return best.objective
    sums = bench.here(bench.at_hand, bench.model.statistics(best.parameters))
    return bench.model.objective(sums, best.parameters)
