"""One run of EM step by step, and k-means from the same start beside it, for people to look at.

The run is made for the page: on a sample of the rows, from an ordinary start. The fit itself tried many starts.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura import em, starts
from mixtura.acceleration import SmallGain, SmallShift
from mixtura.drawing.sample import draw_sample
from mixtura.emissions._moments import matrices
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.kmeans import CentreModel, block_nearest, seed
from mixtura.statistics import Block

_ROWS, _SEEN_ROWS = 1500, 400
_MOST_STEPS, _FIRST_STEPS, _MOST_FRAMES = 300, 12, 30
_SHIFT = 1e-12  # squared, in units of the fit; k-means ends when its centres move less
_GAIN = 1e-2  # nats; EM ends when a step gains less


class EMFrame(NamedTuple):
    """EM after some iterations, in the units of the data: `log_likelihood` is of the sample, in nats."""

    iteration: int
    log_likelihood: float
    weights: Float[ndarray, " K"]
    means: Float[ndarray, "K D"]
    covariances: Float[ndarray, "K D D"]
    labels: Int[ndarray, " M"]


class KMeansFrame(NamedTuple):
    """K-means after some iterations; `inertia` is in the units in which the fit was made."""

    iteration: int
    inertia: float
    centres: Float[ndarray, "K D"]
    labels: Int[ndarray, " M"]


_BY_CLUSTER = {"weights", "means", "covariances", "centres"}
Frame = TypeVar("Frame", EMFrame, KMeansFrame)


class Steps(NamedTuple):
    """Frames of both, and the rows that they are shown on."""

    points: Float[ndarray, "M D"]
    em: list[EMFrame]
    kmeans: list[KMeansFrame]
    n_rows: int


class _View(NamedTuple):
    """The rows that frames are shown on, and the units of the run: values are (x - centre) / scale."""

    block: Block
    centre: Float[ndarray, " D"]
    scale: Float[ndarray, " D"]


def run_steps(fitted: FittedMixture, rows: Rows) -> Steps:
    """EM and k-means on a sample of the rows, from the same k-means++ seeds."""
    sample = draw_sample(rows, _ROWS)
    counted = sample.weights > 0
    points, weights = sample.points[counted], sample.weights[counted]
    centre, scale = _units(fitted, points)
    block = Block(np.ascontiguousarray((points - centre) / scale), weights)
    seen = np.linspace(0, len(points) - 1, min(len(points), _SEEN_ROWS)).astype(int)
    view = _View(Block(np.ascontiguousarray(block.points[seen]), np.ones(len(seen))), centre, scale)
    seeds = block.points[seed(*block, fitted.n_components, np.random.default_rng(0))]
    em_frames, kmeans_frames = _em_frames(fitted, block, seeds, view), _kmeans_frames(block, seeds, view)
    targets = fitted.parameters.emission.means
    return Steps(
        points[seen],
        _renumber(em_frames, _counterparts(targets, em_frames[-1].means, scale)),
        _renumber(kmeans_frames, _counterparts(targets, kmeans_frames[-1].centres, scale)),
        len(points),
    )


def _counterparts(targets: Float[ndarray, "K D"], found: Float[ndarray, "K D"], scale: Float[ndarray, " D"]) -> ndarray:
    """Which of the components found stands for each cluster of the fit: the closest pairs first."""
    distances = (((targets[:, None] - found) / scale) ** 2).sum(2)
    order = np.zeros(len(targets), dtype=int)
    for _ in order:
        k, j = np.unravel_index(distances.argmin(), distances.shape)
        order[k] = j
        distances[k], distances[:, j] = np.inf, np.inf
    return order


def _renumber(frames: list[Frame], order: ndarray) -> list[Frame]:
    """The same frames with clusters in another order, so that a colour means the same all over the page."""
    ranks = np.argsort(order)
    return [
        frame._replace(
            labels=ranks[frame.labels],
            **{name: getattr(frame, name)[order] for name in frame._fields if name in _BY_CLUSTER},
        )
        for frame in frames
    ]


def _units(fitted: FittedMixture, points: Float[ndarray, "M D"]) -> tuple[ndarray, ndarray]:
    """Those of the fit, or else those in which every column has variance one."""
    if fitted.scaling:
        return np.array(fitted.scaling["centre"]), np.array(fitted.scaling["scale"])
    sds = points.std(0)
    return points.mean(0), np.where(sds > 0, sds, 1.0)


def _em_frames(fitted: FittedMixture, block: Block, seeds: Float[ndarray, "K D"], view: _View) -> list[EMFrame]:
    model = fitted.model
    labels, _ = block_nearest(block, seeds)
    start = starts.parameters_from(model, block, labels, len(seeds))
    shift = block.weights.sum() * np.log(view.scale).sum()  # from the units of the run to those of the data
    return [
        EMFrame(
            iteration,
            objective - shift,
            parameters.weights,
            view.centre + parameters.emission.means * view.scale,
            matrices(parameters.emission.covariances, len(view.scale)) * np.outer(view.scale, view.scale),
            model.classify(parameters)(view.block).labels,
        )
        for iteration, objective, parameters in _record(model, start, block, SmallGain(_GAIN))
    ]


def _kmeans_frames(block: Block, seeds: Float[ndarray, "K D"], view: _View) -> list[KMeansFrame]:
    return [
        KMeansFrame(iteration, -objective, view.centre + centres * view.scale, block_nearest(view.block, centres)[0])
        for iteration, objective, centres in _record(CentreModel(block), seeds, block, SmallShift(_SHIFT))
    ]


def _record(model: em.Model, start: Any, block: Block, stop: em.Stop) -> Iterator[tuple[int, float, Any]]:
    """Iteration, objective and parameters: all of the first iterations, then fewer and fewer, and the last."""
    seen: list[tuple[int, float, Any]] = []

    def note(step: em.Step) -> None:
        seen.append((len(seen), step.trace[-1], step.before))

    em.fit(model, start, lambda function: function(block), stop=stop, max_iterations=_MOST_STEPS, callbacks=[note])
    later = np.geomspace(_FIRST_STEPS, max(len(seen) - 1, _FIRST_STEPS), _MOST_FRAMES - _FIRST_STEPS)
    kept = {*range(_FIRST_STEPS), *later.round().astype(int).tolist()}
    return (frame for frame in seen if frame[0] in kept)
