"""Exchanges: one component goes from where it is missed least, and another is cut in two where that gains most.

A poor optimum of a large table has two components where one would do, and one where two should be. Which, is found
without trying all pairs (Ueda, Nakano, Ghahramani & Hinton 2000): fits of one and of two components to the rows of a
component alone tell what cutting it would gain, and to those of two neighbours what merging them would cost. For all
components together this takes as long as some steps of EM, and few exchanges are worth a climb.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import climbing, em, starts
from mixtura.acceleration import SmallRemainder
from mixtura.grounds import Ground, Solution
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import Block
from mixtura.walking import Walks

_FEWEST, _MANY = 3, 128  # components: of two, kicks try all there is; each costs some milliseconds
_FAINT = 1e-3  # responsibilities below do not make a row one of a component
_ROWS, _OWN_ROWS = 20_000, 2_000  # that make parameters of an exchange, or of a cut
_CUTS = "standardised k-means", "pursued k-means"  # how a component is cut, beside at random
_RACING_ROWS = 4096  # of a component, over which cuts of it race: so many take compiled steps
_OWN_STEPS = (10,), (60,)  # of all climbs over some rows of a component, then of the best over all of them
_LEFT = 1.0  # nats that a climb may leave to gain
# Nats a row by which an exchange may promise to lose, and yet win once the other components have made room; how many
# are tried at a time, some steps each, of which the best goes on; in how many rounds at most.
_HOPE, _TRIED, _STEPS, _ROUNDS = 3e-3, 4, (8, 25), 8


class Exchange(NamedTuple):
    """A mixture near another, and by how many nats it promises to be higher."""

    gain: float
    parameters: MixtureParameters


class Improved(NamedTuple):
    """The best solution that exchanges led to, how many were tried, how many led higher, and the steps that all took.

    The last one may be higher and yet no better: the accident of few rows in it may be what goes next.
    """

    best: Solution
    last: Solution
    n_tried: int = 0
    n_moved: int = 0
    n_iterations: int = 0


class _Cut(NamedTuple):
    gain: float
    component: int
    halves: MixtureParameters


class _Departure(NamedTuple):
    """A component may go: to an heir, or, where that is None, to all who have a share in its rows."""

    cost: float
    component: int
    heir: int | None = None


def improve(ground: Ground, solution: Solution) -> Improved:
    """Exchange components of a solution until none promises to lead higher; an interrupt shows in its outcome."""
    found, n_rounds = Improved(solution, solution), 0
    try:
        while found.n_moved == n_rounds < _ROUNDS and _FEWEST <= len(solution.parameters.weights) <= _MANY:
            found, n_rounds = _improve_once(ground, found), n_rounds + 1
    except KeyboardInterrupt:
        fit = found.best.fit._replace(outcome=em.Outcome.INTERRUPTED)
        found = found._replace(best=replace(found.best, fit=fit))
    return found


def _improve_once(ground: Ground, found: Improved) -> Improved:
    """Try the most promising exchanges: climb a little from all, farther from the best."""
    enough = -_HOPE * float(ground.cumulative[-1]) if found.last.is_sound else float("-inf")
    hopeful = [exchange for exchange in promising(ground, found.last, _TRIED) if exchange.gain > enough]
    if not hopeful:
        return found
    ways = climbing.begin(ground.model, [exchange.parameters for exchange in hopeful], ground.run)
    new = ground.judge(ways.fit(_compete(ways, _STEPS, ground.watch)))
    found = found._replace(n_tried=found.n_tried + len(hopeful), n_iterations=found.n_iterations + ways.n_iterations)
    best = max(found.best, new, key=lambda solution: solution.rank)
    if best is found.best and new.objective <= found.last.objective + _LEFT:
        return found
    return found._replace(best=best, last=new, n_moved=found.n_moved + 1)


def promising(ground: Ground, solution: Solution, number: int) -> list[Exchange]:
    """The exchanges, at most so many, that promise to gain most or lose least, the best first.

    Where some components are accidents of few rows, one of these goes.
    """
    parameters = solution.parameters
    shares = _shares(ground.model, parameters, ground.sample)
    cuts = list(_cuts(ground, parameters, shares))
    departures = _departures(ground, parameters, shares)
    accidents = set(ground.accidents(parameters).tolist())
    pairs = [
        (cut.gain - gone.cost, cut, gone)
        for cut in cuts
        for gone in departures
        if cut.component not in (gone.component, gone.heir) and (gone.component in accidents or not accidents)
    ]
    pairs.sort(key=lambda pair: pair[0], reverse=True)
    rows = starts.part(ground.sample, _ROWS)
    return [Exchange(gain, _exchanged(ground.model, parameters, rows, cut, gone)) for gain, cut, gone in pairs[:number]]


def _shares(model: Mixture, parameters: MixtureParameters, rows: Block) -> Float[ndarray, "N K"]:
    """Of the components in each row, without the noise."""
    shares: ndarray = model.posterior(parameters)(rows)[0][:, : len(parameters.weights)]
    return shares.astype(np.float64, copy=False)


def _departures(ground: Ground, parameters: MixtureParameters, shares: Float[ndarray, "N K"]) -> list[_Departure]:
    """How each component may go at the least cost."""
    least: dict[int, _Departure] = {}
    for departure in (*_removals(shares, ground.sample.weights), *_mergers(ground, parameters, shares)):
        known = least.get(departure.component, departure)
        least[departure.component] = min(known, departure, key=lambda each: each.cost)
    return list(least.values())


def _removals(shares: Float[ndarray, "N K"], weights: Float[ndarray, " N"]) -> Iterator[_Departure]:
    """What it costs that a component goes and nothing else changes."""
    rest = np.log1p(-np.minimum(shares, 1 - 1e-12))
    yield from (_Departure(float(cost), k) for k, cost in enumerate(-weights @ rest))


def _mergers(ground: Ground, parameters: MixtureParameters, shares: Float[ndarray, "N K"]) -> Iterator[_Departure]:
    """What it costs that one takes the place of two, for each component and the one that shares most rows with it."""
    common = shares.T @ shares
    np.fill_diagonal(common, -1.0)
    for pair in {(min(k, j), max(k, j)) for k, j in enumerate(common.argmax(1).tolist())}:
        run = _run_over(ground, shares[:, pair].sum(1))
        two = _part(ground.model, parameters, pair)
        if run is not None:
            heir, gone = sorted(pair, key=lambda k: parameters.weights[k], reverse=True)
            both = _climb(ground, [two], run, (1,))
            one = _climb(ground, [_part(ground.model, parameters, (heir,))], run, _OWN_STEPS[1])
            yield _Departure(both.objective - one.objective, gone, heir)


def _cuts(ground: Ground, parameters: MixtureParameters, shares: Float[ndarray, "N K"]) -> Iterator[_Cut]:
    """What cutting each component gains, as far as that goes well."""
    for k, weight in enumerate(parameters.weights.tolist()):
        run = _run_over(ground, shares[:, k])
        if run is None:
            continue
        whole, twice = (_part(ground.model, parameters, which) for which in ((k,), (k, k)))
        drawn = starts.draw(_alone(ground.model), starts.part(run.block, _OWN_ROWS), 2, _CUTS, ground.rng)
        halved = twice._replace(emission=ground.model.emission.split(twice.emission, 0, 1, ground.rng))
        some = climbing.AtHand(climbing.in_double(starts.part(run.block, _RACING_ROWS)), ground.run.runner)
        raced = _climb(ground, [*(start.parameters for start in drawn), halved], some, _OWN_STEPS[0])
        one, two = (_climb(ground, [each], run, _OWN_STEPS[1]) for each in (whole, raced.parameters))
        if replace(ground, total_weight=ground.total_weight * weight).judge(two).is_sound:
            yield _Cut(two.objective - one.objective, k, two.parameters)


def _part(model: Mixture, parameters: MixtureParameters, which: tuple[int, ...]) -> MixtureParameters:
    """Some components as a mixture of their own."""
    part = model.reorder(parameters, np.array(which))
    return part._replace(weights=part.weights / part.weights.sum())


def _alone(model: Mixture) -> Mixture:
    """Without noise beside the components."""
    return replace(model, noise=None)


def _run_over(ground: Ground, shares: Float[ndarray, " N"]) -> climbing.AtHand | None:
    """A run over the rows of which some components have a share, if they have enough."""
    rows = np.flatnonzero(shares > _FAINT)
    points, weights = ground.sample
    if len(rows) < 2 * (points.shape[1] + 2):
        return None
    own = type(ground.sample)(points[rows], weights[rows] * shares[rows])
    return climbing.AtHand(climbing.in_double(own), ground.run.runner)


def _climb(ground: Ground, begun: Sequence[MixtureParameters], run: climbing.AtHand, n_steps: Sequence[int]) -> em.Fit:
    """Where a part of the mixture ends by itself, the best of some ways after a few steps of all."""
    ways = climbing.begin(_alone(ground.model), begun, run)
    best = _compete(ways, n_steps, ground.watch)
    return ways.fit(best)


def _compete(ways: climbing.Climbs | Walks, n_steps: Sequence[int], watch: em.Callback) -> int:
    """The number of the way that is highest after some steps of all, and some more of its own."""
    which = list(range(len(ways.heights)))
    for number in n_steps:
        ways.go(which, SmallRemainder(_LEFT), number, watch)
        if ways.is_interrupted:
            raise KeyboardInterrupt
        which = [int(ways.heights.argmax())]
    return which[0]


def _exchanged(
    model: Mixture, parameters: MixtureParameters, rows: Block, cut: _Cut, gone: _Departure
) -> MixtureParameters:
    """The mixture of rows that are shared out anew."""
    shares = _shares(model, parameters, rows)
    left = shares[:, gone.component].copy()
    shares[:, gone.component] = 0.0
    if gone.heir is None:
        shares /= np.maximum(1.0 - left, 1e-12)[:, None]
    else:
        shares[:, gone.heir] += left
    halves = _shares(_alone(model), cut.halves, rows) * shares[:, [cut.component]]
    shares[:, [cut.component, gone.component]] = halves
    return starts.parameters_from(model, rows, shares, len(parameters.weights), pseudo_rows=0.0)
