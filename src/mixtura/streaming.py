"""A choice among fits to rows that are read block by block: made on a sample, ended by few passes over all rows.

The sample is a priority sample (see `sources.sampling`): sums over it are unbiased for sums over all rows. So is the
log-likelihood of fixed parameters, with a standard error of that of one row over the root of the rows drawn. The best
fit of n rows with p parameters loses about p / 2n nats a row to that of all rows, which the passes get back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from mixtura import em
from mixtura.acceleration import Resumed, SmallRemainder, default_tolerance
from mixtura.correction import Corrected, Course
from mixtura.criteria import evaluate
from mixtura.errors import DataError, EngineError
from mixtura.evidence import of_responsibilities
from mixtura.levels import part
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.options import Options
from mixtura.runners.anywhere import Anywhere
from mixtura.runners.contract import Sampled
from mixtura.runners.held import Held
from mixtura.runners.stepwise import Begun, Stepwise
from mixtura.scaling import Scaling, seen_mass
from mixtura.selection import Selection
from mixtura.sources.array import ArraySource
from mixtura.sources.streamed import StreamedSource
from mixtura.sources.table import Table
from mixtura.statistics import Block
from mixtura.trials import Candidate

FINALISTS = 3  # fits that are taken over all rows, in the same passes
MOST_PASSES = 9
_TIMES_DEFAULT = 10  # what a fit that costs passes over files may leave to gain: 1e-5 nats a row


class Finals(NamedTuple):
    """How far the finalists are: which candidates they are, where they stand, and what they have seen on the way."""

    numbers: tuple[int, ...]
    parameters: tuple[MixtureParameters, ...]  # in the units of the fit
    traces: tuple[tuple[float, ...], ...]  # log-likelihoods of all rows, in these units
    courses: tuple[Course, ...]
    outcome: em.Outcome = em.Outcome.INTERRUPTED
    begun: Begun | None = None  # the pass under way


Keep = Callable[[Selection, Finals], None]  # after every pass, and before every block of one that is under way


def keep_nothing(found: Selection, finals: Finals) -> None:
    """What to do with every state where nobody wants to go on from it."""


def rows_to_choose_on(source: Sampled) -> Block:
    """The sample: with the weights of its rows if it is all of them, else such that the lightest counts once."""
    sample = source.sample
    is_whole = len(sample.points) == source.n_rows
    return sample if is_whole else sample._replace(weights=sample.weights / sample.weights.min())


def finish(
    source: Sampled,
    found: Selection,
    options: Options,
    *,
    finals: Finals | None = None,
    on_pass: em.Callback = em.ignore,
    keep: Keep = keep_nothing,
) -> tuple[Selection, DataError | EngineError | None]:
    """Take the best fits of a sample over all rows; an interrupt, or rows that cannot be read, end it as it is.

    With the selection comes what was wrong with the rows, if anything was.
    """
    if len(source.sample.points) == source.n_rows or not found.is_complete:
        return found, None
    found = found if finals else for_all_rows(found, source)
    finals = finals or first_finals(found)
    contest = _Contest(source, found, options, finals, partial(keep, found))
    contest.go_to(finals)
    contest.run(on_pass)
    return contest.judged(), contest.runner.error


def table_at_hand(data: Any) -> Table | None:
    """The sample of rows that are read block by block, as a table; None for data of another kind."""
    if not isinstance(data, StreamedSource):
        return None
    return Table(data.names, *rows_to_choose_on(data), origin=data.origin, columns=data.columns)


def finished(data: Any, found: Selection, options: Options) -> Selection:
    """What a choice on `table_at_hand` comes to over all rows, which raise what is wrong with them; else as it is."""
    if not isinstance(data, StreamedSource):
        return found
    found, error = finish(data, found, options)
    if error is not None:
        raise error
    return found


def first_finals(found: Selection) -> Finals:
    """The best fits of the sample, where they ended."""
    numbers = found.ranking[:FINALISTS]
    parameters = tuple(found.candidates[i].search.best.parameters for i in numbers)
    return Finals(numbers, parameters, ((),) * len(numbers), (Course(),) * len(numbers))


def for_all_rows(found: Selection, source: Sampled) -> Selection:
    """The selection with its criteria as all rows would have them, by what the sample tells.

    A log-likelihood of a sample is above that of other rows by half a nat for each parameter, and so is that of all.
    """
    times = source.total_weight / found.candidates[0].evidence.n_rows
    candidates = tuple(_for_all(candidate, times, source.total_weight) for candidate in found.candidates)
    values = [candidate.criteria.get(found.criterion, np.inf) for candidate in candidates]
    ranking = tuple(sorted(found.ranking, key=values.__getitem__))
    return found._replace(candidates=candidates, ranking=ranking, n_rows=source.n_rows, shift=found.shift * times)


def _for_all(candidate: Candidate, times: float, total_weight: float) -> Candidate:
    evidence, half = candidate.evidence, candidate.evidence.n_free / 2
    fields = {name: field * times for name, field in evidence._asdict().items() if name not in ("n_free", "n_rows")}
    told = evidence._replace(**fields)._replace(
        log_likelihood=(evidence.log_likelihood - half) * times + half, n_rows=total_weight
    )
    return candidate._replace(evidence=told, criteria=evaluate(told))


@dataclass
class _Contest:
    """The finalists over all rows, and who is told how far they are."""

    source: Sampled
    found: Selection
    options: Options
    finals: Finals
    keep: Callable[[Finals], None]

    def __post_init__(self) -> None:
        self._stepwise = Stepwise(Anywhere(self.options.n_threads), self.finals.begun, self._note)
        self.runner = Held(self._stepwise)

    def go_to(self, finals: Finals) -> None:
        """They are there now."""
        self.finals = finals
        self.keep(finals)

    def _note(self, begun: Begun) -> None:
        self.keep(self.finals._replace(begun=begun))

    def run(self, on_pass: em.Callback) -> None:
        """A few passes, each of which all finalists share."""
        begin = self.finals
        if begin.outcome is not em.Outcome.INTERRUPTED:
            return
        together, earlier = self._together(), begin.traces[0]
        stop = SmallRemainder(self._tolerance)

        def note(step: em.Step) -> None:
            self.go_to(begin._replace(parameters=step.after, begun=None, **together.told()))
            on_pass(step)

        def end(parameters: Sequence[MixtureParameters], outcome: em.Outcome) -> None:
            told = together.told()
            self.go_to(Finals(begin.numbers, tuple(parameters), **told, outcome=outcome, begun=self._stepwise.begun))

        if earlier and stop(em.Step(earlier, None, None)):
            end(begin.parameters, em.Outcome.CONVERGED)
            return
        fit = em.fit(
            together, begin.parameters, self._run, stop=Resumed(stop, earlier),
            max_iterations=MOST_PASSES - len(earlier), callbacks=[note],
        )  # fmt: skip
        end(fit.parameters, fit.outcome)

    @property
    def _tolerance(self) -> float:
        return self.options.tolerance or _TIMES_DEFAULT * default_tolerance(self.source.total_weight)

    def judged(self) -> Selection:
        """The selection with the finalists as all rows see them, ranked anew, before all others."""
        finals = self.finals
        *seen, mass = self._seen(finals) if finals.outcome is not em.Outcome.INTERRUPTED else self._unseen(finals)
        is_complete, shift = None not in seen, self.found.scaling.shift(mass)
        candidates = list(self.found.candidates)
        for place, number in enumerate(finals.numbers):
            candidates[number] = self._candidate(candidates[number], place, seen[place], shift)
        values = [candidate.criteria.get(self.found.criterion, np.inf) for candidate in candidates]
        first = sorted(finals.numbers, key=values.__getitem__)
        rest = [i for i in self.found.ranking if i not in finals.numbers]
        return self.found._replace(
            candidates=tuple(candidates), ranking=(*first, *rest), is_complete=is_complete, shift=shift
        )

    def _models(self) -> list[Mixture]:
        """Those of the finalists, in the units of the fit."""
        inverse = self.found.scaling.inverse
        models = [self.found.candidates[number].model for number in self.finals.numbers]
        return [model.in_units(inverse.centre, inverse.scale) for model in models]

    def _seen(self, finals: Finals) -> Sequence[Any]:
        """Of each finalist log-likelihood and entropies, of labels and of responsibilities; last how much cells weigh.

        `_unseen` if the pass failed.
        """
        models = self._models()
        posteriors = [model.posterior(p) for model, p in zip(models, finals.parameters, strict=True)]
        functions = [partial(of_responsibilities, posterior=posterior) for posterior in posteriors]
        try:
            told: Sequence[Any] = self._run(partial(_each, functions=[*functions, seen_mass]))
        except KeyboardInterrupt:
            return self._unseen(finals)
        return told

    def _unseen(self, finals: Finals) -> Sequence[Any]:
        """None of each finalist, and how much cells weigh by the sample."""
        sample = self.source.sample
        return [*[None] * len(finals.numbers), seen_mass(sample) * (self.source.total_weight / sample.weights.sum())]

    def _candidate(self, candidate: Candidate, place: int, seen: Any, shift: float) -> Candidate:
        """In the units of the data; as the last pass saw it where there was no further one."""
        finals = self.finals
        parameters, trace, scaling = finals.parameters[place], finals.traces[place], self.found.scaling
        evidence, emission = candidate.evidence, candidate.model.emission
        if seen is not None:
            evidence = evidence._replace(log_likelihood=seen[0] - shift, map_entropy=seen[1], entropy=seen[2])
        elif trace:
            evidence = evidence._replace(log_likelihood=trace[-1] - shift)
        outcome = em.Outcome.INTERRUPTED if seen is None else finals.outcome
        best = em.Fit(parameters, trace or candidate.search.best.trace, outcome)
        rescaled: Any = emission.rescale(parameters.emission, scaling.centre, scaling.scale)
        return candidate._replace(
            parameters=parameters._replace(emission=rescaled),
            evidence=evidence,
            criteria=evaluate(evidence),
            search=candidate.search._replace(best=best),
        )

    def _run(self, function: Callable[[Block], Any]) -> Any:
        """The sum over all rows, in the units of the fit."""
        return self.runner(self.source, partial(in_units, function=function, scaling=self.found.scaling))

    def _together(self) -> "_Together":
        finals, block = self.finals, part(self.source.sample)
        rows = ArraySource(self.found.scaling.apply(block.points), block.weights)
        some = partial(self.runner.runner, rows)
        models = self._models()
        total = self.source.total_weight
        corrected = tuple(
            Corrected(model, some, total, course) for model, course in zip(models, finals.courses, strict=True)
        )
        return _Together(corrected, [list(trace) for trace in finals.traces])


def in_units(block: Block, function: Callable[[Block], Any], scaling: Scaling) -> Any:
    """What a function says of a block in the units of a fit."""
    return function(block._replace(points=scaling.apply(block.points)))


@dataclass
class _Together:
    """Several models as one, so that a pass serves all; its objective is that of the first, which should win."""

    models: tuple[Corrected, ...]
    traces: list[list[float]]

    def statistics(self, parameters: Sequence[MixtureParameters]) -> Callable[[Block], tuple[Any, ...]]:
        """Those of all."""
        return partial(_each, functions=[m.statistics(p) for m, p in zip(self.models, parameters, strict=True)])

    def objective(self, statistics: Sequence[Any], parameters: Sequence[MixtureParameters]) -> float:
        """That of the first."""
        return self.models[0].objective(statistics[0], parameters[0])

    def maximise(
        self, statistics: Sequence[Any], parameters: Sequence[MixtureParameters]
    ) -> tuple[MixtureParameters, ...]:
        """Each by itself."""
        together = list(zip(self.models, statistics, parameters, strict=True))
        for trace, (model, sums, before) in zip(self.traces, together, strict=True):
            trace.append(model.objective(sums, before))
        return tuple(model.maximise(sums, before) for model, sums, before in together)

    def told(self) -> dict[str, Any]:
        """The objectives of each so far, and what these passes have shown."""
        return {"traces": tuple(map(tuple, self.traces)), "courses": tuple(model.course for model in self.models)}


def _each(block: Block, functions: Sequence[Callable[[Block], Any]]) -> tuple[Any, ...]:
    return tuple(function(block) for function in functions)
