"""Expectation-maximisation (Dempster, Laird & Rubin 1977). Knows nothing of Gaussians, files, threads or devices."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from itertools import pairwise
from math import isfinite
from typing import Any, NamedTuple, Protocol, runtime_checkable

_CEASED, _COMES_BACK = 1e-9, 10  # of the objective; times the least gain before


class Outcome(Enum):
    """How a fit ended: what happened, why it usually does, what to do."""

    CONVERGED = "The fit converged: another step would change the log-likelihood by less than the tolerance."
    EXHAUSTED = "The iterations ran out before the fit converged: allow more iterations or a larger tolerance."
    COLLAPSED = (
        "A component shrank onto too few or identical rows: fewer components, "
        "a simpler covariance or a larger regularisation help."
    )
    INTERRUPTED = "The fit was interrupted: the parameters are the best so far, and more steps would improve them."


@runtime_checkable
class Model(Protocol):
    """What the loop needs to know: how to look at a block, how good that is, and what to make of it."""

    def statistics(self, parameters: Any) -> Callable[..., Any]: ...
    def objective(self, statistics: Any, parameters: Any) -> float: ...  # of the parameters that gave the statistics
    def maximise(self, statistics: Any, parameters: Any) -> Any: ...


class Fit(NamedTuple):
    """Where a fit ended and how it got there."""

    parameters: Any
    trace: tuple[float, ...]  # the objective before each maximisation, in nats for a mixture
    outcome: Outcome

    @property
    def objective(self) -> float:
        """The last objective seen; minus infinity for a fit that collapsed at once."""
        return self.trace[-1] if self.trace else float("-inf")

    @property
    def n_plateaus(self) -> int:
        """How often gains had all but ceased, and came back ten times as large."""
        plateaus, least = 0, float("inf")
        for earlier, later in pairwise(self.trace):
            gain = later - earlier
            if gain > _COMES_BACK * max(least, _CEASED * abs(later)):
                plateaus, least = plateaus + 1, float("inf")
            least = min(least, max(gain, 0.0))
        return plateaus


class Step(NamedTuple):
    """One iteration, as callbacks see it and the stopping rule judges it."""

    trace: Sequence[float]
    before: Any  # the parameters that gave trace[-1]
    after: Any  # what the M-step made of them


Run = Callable[[Callable[..., Any]], Any]  # a function of a block -> the sum of its values over all blocks
Stop = Callable[[Step], bool]
Callback = Callable[[Step], None]
Course = Generator[Any, Any, Fit]  # it yields parameters, and is sent the statistics under them


def ignore(step: Step) -> None:
    """The callback that does nothing."""


def fit(
    model: Model, parameters: Any, run: Run, *, stop: Stop, max_iterations: int, callbacks: Sequence[Callback] = ()
) -> Fit:
    """Alternate one pass over the data and one maximisation until `stop` says so.

    An interrupt (Ctrl-C) ends the fit with the parameters so far.
    """
    only = course(model, parameters, stop=stop, max_iterations=max_iterations, callbacks=callbacks)
    (found,) = together([only], lambda wanted: [run(model.statistics(wanted[0]))])
    return found


def course(
    model: Model, parameters: Any, *, stop: Stop, max_iterations: int, callbacks: Sequence[Callback] = ()
) -> Course:
    """The loop itself, whoever makes the statistics that it wants."""
    trace: list[float] = []
    try:
        for _ in range(max_iterations):
            statistics = yield parameters
            objective = model.objective(statistics, parameters)
            if not isfinite(objective):
                return Fit(parameters, tuple(trace), Outcome.COLLAPSED)
            trace.append(objective)
            step = Step(trace, parameters, model.maximise(statistics, parameters))
            parameters = step.after
            for callback in callbacks:
                callback(step)
            if stop(step):
                return Fit(parameters, tuple(trace), Outcome.CONVERGED)
    except KeyboardInterrupt:
        return Fit(parameters, tuple(trace), Outcome.INTERRUPTED)
    return Fit(parameters, tuple(trace), Outcome.EXHAUSTED)


def together(courses: Sequence[Course], look: Callable[[list[Any]], Sequence[Any]]) -> list[Fit]:
    """Fits that go on in step; `look` gives the statistics under the parameters of all that have not ended.

    An interrupt, or the end of one of them by an interrupt, ends them all.
    """
    going = _Going()
    for number, one in enumerate(courses):
        going.on(number, partial(next, one))
    try:
        while going.wanted and not going.is_interrupted:
            numbers = list(going.wanted)
            for number, statistics in zip(numbers, look(list(going.wanted.values())), strict=True):
                going.on(number, partial(courses[number].send, statistics))
    except KeyboardInterrupt:
        pass
    for number in list(going.wanted):
        going.on(number, partial(courses[number].throw, KeyboardInterrupt()))
    return [going.fits[number] for number in range(len(courses))]


@dataclass
class _Going:
    """What courses want, or where they ended."""

    wanted: dict[int, Any] = field(default_factory=dict)
    fits: dict[int, Fit] = field(default_factory=dict)

    def on(self, number: int, step: Callable[[], Any]) -> None:
        try:
            self.wanted[number] = step()
        except StopIteration as end:
            self.wanted.pop(number, None)
            self.fits[number] = end.value

    @property
    def is_interrupted(self) -> bool:
        return any(fit.outcome is Outcome.INTERRUPTED for fit in self.fits.values())
