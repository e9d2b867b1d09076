"""What a k-means fit is made of: where the centres begin, when they rest, and which rows they end up with."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.utils import check_array, check_random_state

from mixtura import em, race, starts
from mixtura.acceleration import SmallShift
from mixtura.estimators._base import generator, with_rows
from mixtura.estimators._sources import first_rows
from mixtura.kmeans import CentreModel, block_nearest, block_statistics, seed
from mixtura.runners.contract import Measured, Runner
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.statistics import Block

_ROUNDING = 16 * np.finfo(np.float64).eps  # of the largest coordinate: moves that are rounding, not motion
# For each seed. With the usual 2 + log K, a fit of 32 overlapping groups in 32 columns ends 5 % higher; more cost time.
_CANDIDATES = 16
_SOME_ROWS = 1000  # whose mean is near that of all
_MANY_NUMBERS, _TINY = 1 << 15, 1e-15  # from which on seeds are drawn in single precision; it holds the square
# Trials on the sample, and steps of each: where rows are so many times the sample's that trials cost little beside the
# fit, and the sample's so many times the clusters that what is best there is good everywhere.
_TRIALS, _TRIAL_STEPS, _MANY_ROWS, _MANY_MEMBERS = 3, 50, 10, 100

Centres = Float[ndarray, "K D"]
Draw = Callable[[], Centres]


@dataclass(frozen=True)
class Rest:
    """When the centres have come to rest: scikit-learn's tolerance, and the least move that is more than rounding."""

    tolerance: float
    rounding: float

    @property
    def rule(self) -> SmallShift:
        """The stopping rule of the loop."""
        return SmallShift(max(self.tolerance, self.rounding))


def rest(source: Measured, tol: float, n_clusters: int, runner: Runner) -> Rest:
    """`tol` is relative to the mean variance of the columns; how large coordinates are, rows at hand tell."""
    near = source if isinstance(source, ArraySource) else ArraySource(first_rows(source))
    some = near.points[:: -(-near.n_rows // _SOME_ROWS)]
    origin = some.mean(0, dtype=np.float64)  # near the mean, so that little cancels
    counts, shifts, inertia = runner(source, partial(block_statistics, centres=origin[None]))
    variance = (inertia / counts[0] - float(((shifts[0] / counts[0]) ** 2).sum())) / source.n_columns
    largest = max(runner.each(near, _largest))
    return Rest(float(tol * variance), n_clusters * source.n_columns * (_ROUNDING * largest) ** 2)


def _largest(block: Block) -> float:
    return max(-float(block.points.min()), float(block.points.max()))


# --- where the centres begin -----------------------------------------------------------------------------------------


def _plus_plus(sample: Block, n_clusters: int, rng: np.random.Generator, runner: Local) -> Centres:
    rows = seed(_rounded(sample.points), sample.weights, n_clusters, rng, _CANDIDATES, runner.map)
    return sample.points[rows].astype(np.float64)


def _rounded(points: Float[ndarray, "N D"]) -> Float[ndarray, "N D"]:
    """Many numbers in single precision about their middle, if it holds their squares: seeds need no more of them."""
    if points.size < _MANY_NUMBERS or not _TINY < np.abs(points).max() < 1 / _TINY:
        return points
    middle = points[:: -(-len(points) // _SOME_ROWS)].mean(0, dtype=np.float64)
    return np.subtract(points, middle, out=np.empty(points.shape, np.float32), casting="same_kind")


def _random_rows(sample: Block, n_clusters: int, rng: np.random.Generator, runner: Local) -> Centres:
    chances = sample.weights / sample.weights.sum()
    return sample.points[rng.choice(len(chances), n_clusters, replace=False, p=chances)].astype(np.float64)


INITS = {"k-means++": _plus_plus, "random": _random_rows}


def _tried(sample: Block, n_clusters: int, rng: np.random.Generator, runner: Local, stop: em.Stop) -> Centres:
    """Where the best of a few fits of the sample ends."""
    fits, run = [], partial(runner, ArraySource(*sample))
    for _ in range(_TRIALS):
        begin = _plus_plus(sample, n_clusters, rng, runner)
        fits.append(em.fit(CentreModel(sample), begin, run, stop=stop, max_iterations=_TRIAL_STEPS))
        if fits[-1].outcome is em.Outcome.INTERRUPTED:
            raise KeyboardInterrupt  # a start has no best so far
    return max(fits, key=lambda fit: fit.objective).parameters


def drawing(
    init: Any, source: Measured, n_clusters: int, random_state: Any, runner: Local, stop: em.Stop
) -> Draw:  # fmt: skip
    """A function that gives new initial centres at each call, by scikit-learn's `init`."""
    state = check_random_state(random_state)
    if isinstance(init, str):
        rng = generator(state)
        sample = starts.some_rows(source, race.SAMPLE_ROWS, rng)
        n = len(sample.points)
        if init == "k-means++" and source.n_rows >= _MANY_ROWS * n and n >= _MANY_MEMBERS * n_clusters:
            return lambda: _tried(sample, n_clusters, rng, runner, stop)
        return lambda: INITS[init](sample, n_clusters, rng, runner)
    shape = n_clusters, source.n_columns
    if callable(init):
        return lambda: _check_centres(init(first_rows(source), n_clusters, random_state=state), shape)
    centres = _check_centres(init, shape)
    return lambda: centres


def _check_centres(centres: Any, shape: tuple[int, int]) -> Centres:
    array: ndarray = check_array(centres, dtype=np.float64, copy=True, order="C")
    asked = f"number of clusters {shape[0]}", f"number of features of the data {shape[1]}"
    for size, wanted, words in zip(array.shape, shape, asked, strict=True):
        if size != wanted:
            raise ValueError(f"The shape of the initial centers {array.shape} does not match the {words}.")
    return array


# --- the fit ---------------------------------------------------------------------------------------------------------


def search(
    source: Measured, draw: Draw, n_init: int, rule: em.Stop, max_iter: int, runner: Runner, callbacks: Any
) -> race.Search:
    """Run Lloyd's iterations from `n_init` starts and keep the best."""
    model = CentreModel(_pool(source))
    candidates = [starts.Candidate("centres", draw()) for _ in range(n_init)]
    rounds = [race.Round(partial(runner, source), max_iter, n_init)]
    return race.search(model, candidates, rounds, stop=rule, callbacks=callbacks)


def _pool(source: Measured) -> Block:
    """Rows that empty clusters may begin anew from: all of an array, those at hand of others."""
    if not isinstance(source, ArraySource):
        return starts.some_rows(source, len(first_rows(source)), np.random.default_rng(0))
    return Block(source.points, np.ones(source.n_rows) if source.weights is None else source.weights)


def assign(points: ndarray, weights: ndarray | None, centres: Centres, runner: Local) -> tuple[ndarray, float]:
    """The nearest centre of each row, and the inertia."""
    labels = np.empty(len(points), dtype=np.int32)

    def label(item: tuple[Block, slice]) -> float:
        block, rows = item
        labels[rows], distances = block_nearest(block, centres)
        return float(distances.sum(dtype=np.float64) if weights is None else (weights[rows] * distances).sum())

    return labels, sum(runner.map(label, with_rows(points)), 0.0)


@dataclass
class Progress:
    """A callback that prints every iteration in scikit-learn's words."""

    ending: Rest

    def __call__(self, step: em.Step) -> None:
        n_iterations = len(step.trace)
        if n_iterations == 1:
            _say("Initialization complete")
        _say(f"Iteration {n_iterations - 1}, inertia {-step.trace[-1]}.")
        shift = float(((step.after - step.before) ** 2).sum())
        if shift <= self.ending.rounding:
            _say(f"Converged at iteration {n_iterations - 1}: strict convergence.")
        elif shift <= self.ending.tolerance:
            _say(
                f"Converged at iteration {n_iterations - 1}: center shift {shift} within tolerance "
                f"{self.ending.tolerance}."
            )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
