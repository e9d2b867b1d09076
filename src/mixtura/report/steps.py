"""One run of EM step by step, and k-means from the same start beside it, for people to look at.

The run is made for the page: on a sample of the rows, from an ordinary start. The fit itself tried many starts.
"""

from typing import NamedTuple, TypeVar

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura import em
from mixtura.acceleration import SmallShift
from mixtura.drawing.climbs import Climb, climbs
from mixtura.drawing.sample import draw_sample
from mixtura.errors import FitError
from mixtura.explain.profiles import component_moments
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.kmeans import CentreModel, block_nearest, seed
from mixtura.mixture import Classification
from mixtura.statistics import Block

_SEED = 0
_ROWS, _SEEN_ROWS = 1500, 400
_MOST_STEPS, _FIRST_STEPS, _MOST_FRAMES = 300, 12, 30
_SHIFT = 1e-12  # squared, in units of the fit; k-means ends when its centres move less


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


def run_steps(fitted: FittedMixture, rows: Rows) -> Steps | None:
    """EM and k-means on a sample of the rows, from the same k-means++ seeds; None where EM collapses at once."""
    fitted, sample = fitted.middle, draw_sample(rows, _ROWS)
    counted = sample.positions[sample.weights > 0]
    points, weights = rows.points[counted], sample.weights[sample.weights > 0]
    labels = Classification(*(values[counted] for values in rows.classification))
    try:
        (climb,) = climbs(fitted, Rows(points, weights, labels), ["k-means++"], _SEED, _MOST_STEPS)
    except FitError:
        return None
    seen = points[np.linspace(0, len(points) - 1, min(len(points), _SEEN_ROWS)).astype(int)]
    em_frames, kmeans_frames = _em_frames(fitted, climb, seen), _kmeans_frames(fitted, Block(points, weights), seen)
    targets, scale = fitted.parameters.emission.means, _units(fitted)[1]
    return Steps(
        seen,
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


def _units(fitted: FittedMixture) -> tuple[ndarray, ndarray]:
    """Centre and scale of the units in which the mixture was fitted, which k-means depends on."""
    n_columns = len(fitted.features)
    centre, scale = fitted.scaling.get("centre", np.zeros(n_columns)), fitted.scaling.get("scale", np.ones(n_columns))
    return np.asarray(centre), np.asarray(scale)


def _em_frames(fitted: FittedMixture, climb: Climb, seen: Float[ndarray, "M D"]) -> list[EMFrame]:
    block = Block(np.ascontiguousarray(seen), np.ones(len(seen)))
    frames = []
    for i in _kept(len(climb.steps)):
        now = climb.at(fitted, i)
        labels = fitted.model.classify(now.parameters)(block).labels
        frames.append(EMFrame(i, climb.log_likelihoods[i], now.parameters.weights, *component_moments(now), labels))
    return frames


def _kmeans_frames(fitted: FittedMixture, rows: Block, seen: Float[ndarray, "M D"]) -> list[KMeansFrame]:
    """K-means from the seeds that `climbs` begins at: the first that the same random numbers draw."""
    centre, scale = _units(fitted)
    block, view = (
        Block(np.ascontiguousarray((points - centre) / scale), weights)
        for points, weights in (rows, (seen, np.ones(len(seen))))
    )
    passed: list[em.Step] = []
    em.fit(
        CentreModel(block, is_brief=True),
        block.points[seed(*block, fitted.n_components, np.random.default_rng(_SEED))],
        lambda function: function(block),
        stop=SmallShift(_SHIFT),
        max_iterations=_MOST_STEPS,
        callbacks=[passed.append],
    )
    centres, inertias = [step.before for step in passed], [-value for value in passed[-1].trace]
    return [
        KMeansFrame(i, inertias[i], centres[i] * scale + centre, block_nearest(view, centres[i])[0])
        for i in _kept(len(passed))
    ]


def _kept(n_steps: int) -> list[int]:
    """All of the first iterations, then fewer and fewer, and the last."""
    later = np.geomspace(_FIRST_STEPS, max(n_steps - 1, _FIRST_STEPS), _MOST_FRAMES - _FIRST_STEPS)
    return sorted({i for i in (*range(_FIRST_STEPS), *later.round().astype(int).tolist()) if i < n_steps})
