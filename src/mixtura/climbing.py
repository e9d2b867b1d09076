"""Fits to few rows: in one compiled call as many steps as Ctrl-C can wait for, which `em.fit` would take singly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from mixtura import _kernels as kernels
from mixtura import em
from mixtura.acceleration import SmallGain, SmallRemainder
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.runners.contract import Runner, Source
from mixtura.sources.holes import by_pattern
from mixtura.statistics import Block, Incomplete

_FEW_ROWS, _FEW_COLUMNS, _FEW_NUMBERS = 4096, 64, 1 << 16  # numbers in the rows, or in their responsibilities
_WORK_OF_A_CALL = 3e7  # rows x components x columns squared x steps: some hundredths of a second
_OUTCOMES = {
    kernels.GOES_ON: em.Outcome.EXHAUSTED,
    kernels.STOPPED: em.Outcome.CONVERGED,
    kernels.COLLAPSED: em.Outcome.COLLAPSED,
}


@dataclass(frozen=True, eq=False)
class AtHand:
    """All the rows in one block: to run a function over them is to call it."""

    block: Block

    @cached_property
    def turned(self) -> kernels.Turned:
        """The rows as climbs look at them."""
        return kernels.turned(*self.block)

    def __call__(self, function: Callable[[Block], Any]) -> Any:
        return function(self.block)


def everything(source: Source, runner: Runner) -> em.Run:
    """A run over all rows of a source: few of them are taken at once, in double precision."""
    first = list(islice(source.blocks(), 2))
    if len(first) > 1 or len(first[0].points) > _FEW_ROWS:
        return partial(runner, source)
    return AtHand(in_double(first[0]))


def in_double(block: Block) -> Block:
    """The rows as float64, if they are few; those with holes pattern by pattern."""
    block = by_pattern(block)
    if len(block.points) > _FEW_ROWS:
        return block
    return block._replace(points=block.points.astype(np.float64, copy=False))


def fit(
    model: em.Model,
    parameters: Any,
    run: em.Run,
    *,
    stop: em.Stop,
    max_iterations: int,
    callbacks: Sequence[em.Callback] = (),
    watch: em.Callback = em.ignore,
) -> em.Fit:
    """What `em.fit` does; `watch` is a callback that need not see every step."""
    way = begin(model, parameters, run)
    if isinstance(way, Climb) and not callbacks and isinstance(stop, (SmallGain, SmallRemainder)):
        return way.go(stop, max_iterations, watch)
    steps = _SingleSteps(way) if isinstance(way, Climb) else model
    return em.fit(steps, parameters, run, stop=stop, max_iterations=max_iterations, callbacks=[*callbacks, watch])


def begin(model: em.Model, parameters: Any, run: em.Run) -> "Climb | Walk":
    """A fit that goes on from where it stands at every call of its `go`, as a climb where there is one."""
    climb = _begin_climb(model, parameters, run)
    return climb or Walk(model, parameters, run)


def _begin_climb(model: em.Model, parameters: Any, run: em.Run) -> "Climb | None":
    """If the rows are few and the kernels know the M-step."""
    if not isinstance(run, AtHand) or not isinstance(model, Mixture) or not _is_small(run.block, parameters):
        return None
    if model.concentration != 1:
        return None
    with np.errstate(divide="ignore"):
        log_weights = np.log(parameters.weights)
    ascent = model.emission.ascent(log_weights, parameters.emission)
    if ascent is None:
        return None
    return Climb(model, run.turned, ascent._replace(has_equal_weights=model.equal_weights))


def _is_small(block: Block, parameters: MixtureParameters) -> bool:
    """Whether a step over these rows, without holes, takes so little time that Python's share would be most of it."""
    if isinstance(block, Incomplete):
        return False
    N, D = block.points.shape
    numbers = N * max(D, len(parameters.weights))
    return N <= _FEW_ROWS and D <= _FEW_COLUMNS and numbers <= _FEW_NUMBERS and block.points.dtype == np.float64


@dataclass
class Walk:
    """A fit by the loop, step by step."""

    model: em.Model
    parameters: Any
    run: em.Run

    def go(self, stop: em.Stop, max_iterations: int, watch: em.Callback) -> em.Fit:
        """So many steps at most."""
        fit = em.fit(self.model, self.parameters, self.run, stop=stop, max_iterations=max_iterations, callbacks=[watch])
        self.parameters = fit.parameters
        return fit


class Climb(NamedTuple):
    """A fit in compiled code."""

    model: Mixture
    rows: kernels.Turned
    ascent: kernels.Ascent

    def go(self, stop: SmallGain | SmallRemainder, max_iterations: int, watch: em.Callback) -> em.Fit:
        """Many steps in a call; an interrupt ends them with the parameters after the last call that came back."""
        rule = float(stop.tolerance), isinstance(stop, SmallRemainder)
        trace, n_steps, end = np.empty(max_iterations), 0, kernels.GOES_ON
        at_once, parameters = self._steps_at_once(), self._parameters()
        try:
            while n_steps < max_iterations and end == kernels.GOES_ON:
                span = n_steps, min(n_steps + at_once, max_iterations)
                n_steps, end = kernels.climb(self.rows, self.ascent, rule, trace, span)
                before, parameters = parameters, self._parameters()
                watch(em.Step(trace[:n_steps].tolist(), before, parameters))
        except KeyboardInterrupt:
            return em.Fit(parameters, tuple(trace[:n_steps].tolist()), em.Outcome.INTERRUPTED)
        return em.Fit(parameters, tuple(trace[:n_steps].tolist()), _OUTCOMES[end])

    def _steps_at_once(self) -> int:
        K, D = self.ascent.density.means.shape
        return max(1, int(_WORK_OF_A_CALL // (self.rows.n * K * (D + 4) ** 2)))

    def _parameters(self) -> MixtureParameters:
        """A copy of where the climb stands."""
        return MixtureParameters(np.exp(self.ascent.log_weights), self.model.emission.arrived(self.ascent))


class _SingleSteps(NamedTuple):
    """A climb as a model of `em.fit`, for those who want to see or to judge every step: they see the same numbers."""

    climb: Climb

    def statistics(self, parameters: MixtureParameters) -> Callable[[Block], tuple[float, MixtureParameters]]:
        return self._step

    def objective(self, statistics: tuple[float, MixtureParameters], parameters: MixtureParameters) -> float:
        return statistics[0]

    def maximise(self, statistics: tuple[float, MixtureParameters], parameters: MixtureParameters) -> MixtureParameters:
        return statistics[1]

    def _step(self, block: Block) -> tuple[float, MixtureParameters]:
        reached = self.climb.go(SmallGain(0.0), 1, em.ignore)
        return reached.objective, reached.parameters
