"""Where a trimmed fit begins: at a few rows each, so that some starts know nothing of outliers; the best go on."""

import math
from typing import NamedTuple

import numpy as np
from numpy import ndarray

from mixtura import climbing, em, grounds, race, spaces, starts
from mixtura._kernels import nearest
from mixtura.ends import distinct
from mixtura.grounds import Ground
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.race import SAMPLE_ROWS, Round, Search
from mixtura.runners.contract import Measured, Runner
from mixtura.starts import Candidate
from mixtura.statistics import Block
from mixtura.trimming import Trimmed

_STEPS, _RACING, _KEPT = (3, 20), 10, 3  # on a sample; how many starts go on there, and on all rows
_PARTS = 3  # of a component, about, that a start holds


class Plan(NamedTuple):
    """What a fit is asked for."""

    n_components: int
    share: float  # of the rows, to be trimmed
    n_starts: int
    max_iterations: int
    stop: em.Stop


def search(model: Mixture, source: Measured, plan: Plan, rng: np.random.Generator, runner: Runner) -> Search:
    """Short runs on a sample, of which the best go on over all rows; accidents of few rows come last."""
    sample = climbing.in_double(starts.some_rows(source, SAMPLE_ROWS, rng))
    near = Block(spaces.within_reach(*sample), (1 - plan.share) * sample.weights)
    ground = grounds.survey(model, near, rng)
    raced = _race(ground, climbing.AtHand(sample), plan)
    records = raced.records
    if len(sample.points) < source.n_rows:  # their objectives are of some rows, which compares with nothing
        records = tuple(record._replace(objective=math.nan, trace=()) for record in records)
    if raced.best.outcome is em.Outcome.INTERRUPTED:
        return Search(raced.best, records)
    leading = distinct([ground.judge(fit) for fit in raced.finalists])[:_KEPT]
    whole = climbing.everything(source, runner)
    finished = race.search(
        Trimmed(model, plan.share, whole), [Candidate("best of these", each.parameters) for each in leading],
        [Round(whole, plan.max_iterations, len(leading))], stop=plan.stop,
    )  # fmt: skip
    records = (*records, *finished.records)
    if finished.best.outcome is em.Outcome.INTERRUPTED:
        return Search(finished.best, records)
    return Search(max(map(ground.judge, finished.finalists), key=lambda each: each.rank).fit, records)


def _race(ground: Ground, some: climbing.AtHand, plan: Plan) -> Search:
    """All starts, a few steps each and then some more of the best."""
    begun = [_begin(ground, plan.n_components) for _ in range(plan.n_starts)]
    candidates = [Candidate("near random rows", parameters) for parameters in begun]
    rounds = [Round(some, n_steps, _RACING) for n_steps in _STEPS]
    return race.search(Trimmed(ground.model, plan.share, some), candidates, rounds, stop=plan.stop)


def _begin(ground: Ground, n_components: int) -> MixtureParameters:
    """Each component holds the rows that lie nearest to a random one, as many as chance says."""
    (points, weights), rng = ground.sample, ground.rng
    N, D = points.shape
    seen = spaces.standardise(points, weights)
    seeds = rng.choice(N, n_components, replace=n_components > N, p=weights / weights.sum())
    labels, distances = nearest(seen, seen[seeds])
    size = int(D + 2 + rng.exponential(N / (_PARTS * n_components)))
    rows = np.concatenate([_closest(labels == k, distances, size) for k in range(n_components)])
    return starts.parameters_from(ground.model, Block(points[rows], weights[rows]), labels[rows], n_components)


def _closest(are_mine: ndarray, distances: ndarray, size: int) -> ndarray:
    mine = np.flatnonzero(are_mine)
    return mine[np.argsort(distances[mine], kind="stable")[:size]]
