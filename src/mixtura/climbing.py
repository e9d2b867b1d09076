"""Fits to few rows: in one compiled call as many steps as Ctrl-C can wait for, which `em.fit` would take singly."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura import _kernels as kernels
from mixtura import em, rehearsals, squarem, strides
from mixtura.acceleration import NEAR, SmallGain, SmallRemainder
from mixtura.correction import Corrected
from mixtura.emissions.abreast import Abreast
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.rehearsals import Sample
from mixtura.runners.contract import Runner, Source
from mixtura.sources.array import ArraySource
from mixtura.sources.holes import by_pattern
from mixtura.statistics import Block, Incomplete
from mixtura.strides import Strides
from mixtura.walking import Ready, Told, Walks, WalksAbreast, abreast

_FEW_ROWS, _FEW_COLUMNS, _FEW_NUMBERS = 4096, 64, 1 << 16  # numbers in the rows, or in their responsibilities
_WORK_OF_A_CALL = 1e8  # rows x components x columns squared x steps: a tenth of a second
_PATIENCE = 100  # steps before fits that crawl leap
_ROWS_OF_A_SEARCH = 20  # times the columns: what an M-step that searches costs beside a pass
_OUTCOMES = {
    kernels.GOES_ON: em.Outcome.EXHAUSTED,
    kernels.STOPPED: em.Outcome.CONVERGED,
    kernels.COLLAPSED: em.Outcome.COLLAPSED,
}


@dataclass(frozen=True, eq=False)
class AtHand:
    """All the rows in one block: to run a function over them is to call it, unless they are worth several hands."""

    block: Block
    runner: Runner | None = None

    @cached_property
    def source(self) -> ArraySource | None:
        """The rows, if a runner shares them out."""
        is_worth = self.runner is not None and len(self.block.points) > _FEW_ROWS
        return ArraySource(*self.block) if is_worth else None

    @cached_property
    def turned(self) -> kernels.Turned:
        """The rows as climbs look at them."""
        return kernels.turned(*self.block)

    @cached_property
    def holes(self) -> kernels.Holes | None:
        """The cells that these lack, if they may lack some."""
        return kernels.holes(self.block.points) if isinstance(self.block, Incomplete) else None

    def seen_by(self, family: Abreast) -> Ready:
        """The rows as a family sees them, which it finds out once."""
        if id(family) not in self._seen:
            self._seen[id(family)] = Ready(family, family.see(self.block.points), self.block.weights)
        return self._seen[id(family)]

    @cached_property
    def _seen(self) -> dict[int, Ready]:
        return {}

    def __call__(self, function: Callable[[Block], Any]) -> Any:
        if self.runner is None or self.source is None:
            return function(self.block)
        return self.runner(self.source, function)


def everything(source: Source, runner: Runner) -> em.Run:
    """A run over all rows of a source: few of them are taken at once, in double precision."""
    if getattr(source, "n_rows", 0) > _FEW_ROWS:  # no look at rows that may be far away
        return partial(runner, source)
    first = list(islice(source.blocks(), 2))
    if len(first) > 1 or len(first[0].points) > _FEW_ROWS:
        return partial(runner, source)
    return AtHand(in_double(first[0]))


@dataclass(frozen=True, eq=False)
class Far:
    """A run over rows so far away that a pass should count for many; `some` is one over a sample of them."""

    whole: em.Run
    some: em.Run
    total_weight: float

    def __call__(self, function: Callable[[Block], Any]) -> Any:
        return self.whole(function)


@dataclass(frozen=True, eq=False)
class Near:
    """A run over all rows for fits that begin where those over some of the rows have arrived."""

    whole: em.Run
    some: Sample

    def __call__(self, function: Callable[[Block], Any]) -> Any:
        return self.whole(function)


def in_double(block: Block) -> Block:
    """The rows as float64, if they are few; those with holes pattern by pattern."""
    block = by_pattern(block)
    if len(block.points) > _FEW_ROWS:
        return block
    return block._replace(points=block.points.astype(np.float64, copy=False))


def fit_all(
    model: em.Model,
    starts: Sequence[Any],
    run: em.Run,
    *,
    stop: em.Stop,
    max_iterations: int,
    callbacks: Sequence[em.Callback] = (),
    watch: em.Callback = em.ignore,
) -> list[em.Fit]:
    """What `em.fit` does, from each start; `watch` is a callback that need not see every step.

    After an interrupt, of which one of the fits tells, there may be fewer of them than starts.
    """
    look: dict[str, Any] = {"stop": stop, "max_iterations": max_iterations, "callbacks": [*callbacks, watch]}
    if isinstance(run, Far) and isinstance(model, Mixture):
        return [em.fit(Corrected(model, run.some, run.total_weight), start, run, **look) for start in starts]
    if isinstance(run, Near) and isinstance(model, Mixture):
        return [rehearsals.fit(model, start, run.whole, run.some, **look) for start in starts]
    ways = begin(model, starts, run)
    leaps = _leaps(ways, starts[0], stop)
    n_steps = min(max_iterations, _PATIENCE) if leaps else max_iterations
    if callbacks or not isinstance(stop, (SmallGain, SmallRemainder)):
        fits = _one_by_one(model, starts, run, stop, n_steps, [*callbacks, watch])
    else:
        ways.go(range(len(starts)), stop, n_steps, watch)
        fits = [ways.fit(number) for number in range(len(starts))]
    if not leaps:
        return fits
    look = {"stop": stop, "callbacks": callbacks, "watch": watch}
    return [_go_on(model, fit, run, (max_iterations - len(fit.trace)) // strides.LENGTH, **look) for fit in fits]


def _leaps(ways: "Climbs | Walks", start: Any, stop: em.Stop) -> bool:
    """Whether fits that have not arrived after a while go on in leaps; walks do so from the beginning."""
    if not isinstance(ways, Climbs) or not isinstance(stop, SmallRemainder):
        return False
    return ways.ascents.crawls and ways.model.coordinates(start, start) is not None


def _one_by_one(
    model: em.Model, starts: Sequence[Any], run: em.Run, stop: em.Stop, n_steps: int, callbacks: Sequence[em.Callback]
) -> list[em.Fit]:
    """For those who want to see or to judge every step: they see the same numbers."""
    fits: list[em.Fit] = []
    for start in starts:
        way = begin(model, [start], run)
        steps = Strides(way.model, _beginning(model, run)) if isinstance(way, Climbs) else model
        fit = em.fit if isinstance(way, Climbs) else squarem.fit
        fits.append(fit(steps, start, run, stop=stop, max_iterations=n_steps, callbacks=callbacks))
        if fits[-1].outcome is em.Outcome.INTERRUPTED:
            break
    return fits


def _go_on(
    model: Any, fit: em.Fit, run: em.Run, n_strides: int, stop: em.Stop, callbacks: Sequence[em.Callback],
    watch: em.Callback,
) -> em.Fit:  # fmt: skip
    if fit.outcome is not em.Outcome.EXHAUSTED or n_strides < 1:
        return fit
    steps = Strides(model, _beginning(model, run), strides.LENGTH, callbacks, fit.trace)
    found = squarem.fit(steps, fit.parameters, run, stop=stop, max_iterations=n_strides, callbacks=[watch])
    return found._replace(trace=fit.trace + steps.trace(found.trace))


def _beginning(model: em.Model, run: em.Run) -> Callable[[Any], "Climbs | Walks"]:
    return lambda parameters: begin(model, [parameters], run)


def begin(model: em.Model, starts: Sequence[Any], run: em.Run) -> "Climbs | Walks":
    """Fits that go on from where they stand at every call of their `go`, in compiled code where that is worth it."""
    climbs = begin_climbs(model, starts, run)
    if climbs is not None:
        return climbs
    fits = [em.Fit(start, (), em.Outcome.EXHAUSTED) for start in starts]
    if isinstance(run, AtHand) and isinstance(model, Mixture):
        family = abreast(model, run.block, starts[0])
        if family is not None:
            return WalksAbreast(Told(model), run, fits, run.seen_by(family))
    return Walks(model, run, fits)


def is_quick(model: em.Model, start: Any, run: em.Run) -> bool:
    """Whether steps from there are compiled and plain: they take microseconds."""
    climbs = begin_climbs(model, [start], run)
    return climbs is not None and not climbs.ascents.crawls


def begin_climbs(model: em.Model, starts: Sequence[Any], run: em.Run) -> "Climbs | None":
    """If the rows are few and the kernels know the M-step; starts may have different numbers of components then."""
    if not isinstance(run, AtHand) or not isinstance(model, Mixture):
        return None
    sizes = np.array([len(start.weights) for start in starts])
    if not _is_small(run.block, int(sizes.max())) or model.concentration != 1 or model.noise is not None:
        return None
    log_weights = np.full((len(starts), sizes.max()), -np.inf)
    with np.errstate(divide="ignore"):
        log_weights[np.arange(sizes.max()) < sizes[:, None]] = np.log(np.concatenate([s.weights for s in starts]))
    ascents = model.emission.ascent(log_weights, [start.emission for start in starts], run.holes)
    if ascents is None:
        return None
    ascents = ascents._replace(has_equal_weights=model.equal_weights)
    return Climbs(model, run.turned, ascents, sizes, np.empty((len(starts), 0)), np.zeros((len(starts), 2), np.int64))


def _is_small(block: Block, n_components: int) -> bool:
    """Whether a step over these rows takes so little time that Python's share would be most of it."""
    N, D = block.points.shape
    numbers = N * max(D, n_components)
    return N <= _FEW_ROWS and D <= _FEW_COLUMNS and numbers <= _FEW_NUMBERS and block.points.dtype == np.float64


@dataclass
class Climbs:
    """Fits in compiled code: the same as `Walks`, many steps of all of them in a call."""

    model: Mixture
    rows: kernels.Turned
    ascents: kernels.Ascent | kernels.HeavyAscent
    sizes: Int[ndarray, " M"]  # numbers of components
    traces: ndarray
    progress: ndarray  # steps of each fit, and how that ended
    is_interrupted: bool = False

    def go(self, which: Iterable[int], stop: SmallGain | SmallRemainder, n_steps: int, watch: em.Callback) -> None:
        """Take these fits on, to so many steps in all at most; an interrupt ends it when a call has come back."""
        looks_ahead = isinstance(stop, SmallRemainder)
        aim, hope = (stop.aim, stop.hope) if isinstance(stop, SmallRemainder) else (float("-inf"), 0.0)
        rule = float(stop.tolerance), looks_ahead, float(aim), float(hope), NEAR
        going = np.array([number for number in which if self.progress[number, 1] != kernels.COLLAPSED], dtype=np.int64)
        reached = int(self.progress[going, 0].max(initial=0))
        try:
            while len(going) and reached < n_steps:
                reached = min(reached + self._steps_at_once(len(going)), n_steps)
                self._make_room(reached)
                which = np.stack([going, self.sizes[going]], axis=1)
                kernels.climb(self.rows, self.ascents, which, rule, self.traces, self.progress)
                last = self.fit(int(going[-1]))
                watch(em.Step(last.trace, last.parameters, last.parameters))
                going = going[self.progress[going, 1] == kernels.GOES_ON]
        except KeyboardInterrupt:
            self.is_interrupted = True

    def fit(self, number: int) -> em.Fit:
        """Where the fit of that number stands."""
        n_steps, end = self.progress[number].tolist()
        K = int(self.sizes[number])
        weights = np.exp(self.ascents.log_weights[number, :K])
        parameters = MixtureParameters(weights, self.model.emission.arrived(self.ascents, number, K))
        outcome = em.Outcome.INTERRUPTED if self.is_interrupted else _OUTCOMES[end]
        return em.Fit(parameters, tuple(self.traces[number, :n_steps].tolist()), outcome)

    @property
    def heights(self) -> Float[ndarray, " M"]:
        """The last objective of each fit; minus infinity for one that collapsed."""
        n_steps, end = self.progress.T
        if not self.traces.size:
            return np.full(len(n_steps), -np.inf)
        last = self.traces[np.arange(len(n_steps)), n_steps - 1]
        return np.where((end == kernels.COLLAPSED) | (n_steps == 0), -np.inf, last)

    def weights(self, which: Int[ndarray, " L"]) -> Float[ndarray, "L K"]:
        """Those of the components where these fits stand, zero for those that they do not have."""
        return np.exp(self.ascents.log_weights[which])

    @property
    def n_iterations(self) -> int:
        """Steps taken, by all."""
        return int(self.progress[:, 0].sum())

    def _steps_at_once(self, n_fits: int) -> int:
        _, K, D = self.ascents.density.means.shape
        n_rows = self.rows.n + (_ROWS_OF_A_SEARCH * D if self.ascents.shaper else 0)
        return max(1, int(_WORK_OF_A_CALL // (n_fits * n_rows * K * (D + 4) ** 2)))

    def _make_room(self, n_steps: int) -> None:
        """Traces for so many steps at least."""
        n_fits, before = self.traces.shape
        if n_steps > before:
            self.traces = np.concatenate([self.traces, np.empty((n_fits, n_steps - before))], axis=1)
