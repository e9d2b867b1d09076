"""How many components: births, merges and deletions, judged by the bound (Hughes & Sudderth 2013).

A move changes who explains which rows, the M-step makes parameters of that, some steps show where they lead, and the
bound says whether that is better. No search ends before every move has been in vain: so it
matters little where it began.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura import climbing, em, starts
from mixtura.acceleration import SmallRemainder
from mixtura.bayesian import BayesianMixture
from mixtura.mixture import MixtureParameters
from mixtura.spaces import Spaces, Spread
from mixtura.statistics import Block

GAIN = 0.1  # nats; a birth that gains less is not worth a component, and a merge may lose as much
_SHORT_STEPS, _LONG_STEPS = 8, 120
_PROMISE = 40  # times its last gain: what a move may still lack after its short run to be taken further
_CHILDREN = (2, 4)  # parts that a component is cut into
_EMPTY = 1e-3  # rows: components that explain less go all at once
_ONE = 0.5  # row, about: components that explain less are not counted
_MERGES = 2  # tried for each component


class Trial(NamedTuple):
    """A fit of some number of components, and its bound, so said that numbers of components compare."""

    rank: float
    fit: em.Fit
    is_sound: bool = True  # whether no component rests on values that repeat

    @property
    def n_components(self) -> int:
        return len(self.fit.parameters.weights)

    @property
    def is_interrupted(self) -> bool:
        return self.fit.outcome is em.Outcome.INTERRUPTED


class Found(NamedTuple):
    """Where a search ended, the best fit of every number of components on its way, and what it took."""

    best: Trial
    by_number: dict[int, Trial]
    n_tried: int
    n_made: int
    refused: Trial | None = None  # the best that is not sound, where that is higher than `best`


class Ground(NamedTuple):
    """What moves are made and judged on; `watch` is called now and then, and may raise KeyboardInterrupt."""

    model: BayesianMixture
    run: climbing.AtHand
    view: Float[ndarray, "N D"]  # its rows without holes
    spread: Spread  # as the family sees it
    rng: np.random.Generator
    watch: em.Callback

    @property
    def sample(self) -> Block:
        return self.run.block

    def climb(self, start: MixtureParameters, n_steps: int) -> Trial:
        """So many steps at most."""
        stop = SmallRemainder(GAIN / 10)
        fit = em.fit(self.model, start, self.run, stop=stop, max_iterations=n_steps, callbacks=[self.watch])
        rank = self.model.rank(fit.objective, len(fit.parameters.weights))
        return Trial(rank, fit, not len(self.model.ties(fit.parameters, self.run, self.spread)))

    def shares(self, parameters: MixtureParameters) -> Float[ndarray, "N K"]:
        """Who explains which rows."""
        return self.model.posterior(parameters)(self.sample)[0]

    def parameters(self, shares: Float[ndarray, "N K"]) -> MixtureParameters:
        """What the M-step makes of shares."""
        return starts.parameters_from(self.model, self.sample, shares, shares.shape[1], pseudo_rows=0.0)


Moves = Callable[[Ground, MixtureParameters], Iterator[MixtureParameters]]


def search(
    model: BayesianMixture,
    sample: Block,
    start: MixtureParameters,
    rng: np.random.Generator,
    watch: em.Callback = em.ignore,
) -> Found:
    """Climb from the start, and make moves until none leads higher; an interrupt ends it with the best so far."""
    emission = model.emission
    ground = Ground(model, climbing.AtHand(sample), emission.view(*sample), emission.spread(*sample), rng, watch)
    best = ground.climb(start, _LONG_STEPS)
    if not (best.is_sound or best.is_interrupted):  # no single move may lead away from ties
        best = ground.climb(ground.parameters(np.ones((len(sample.points), 1))), _LONG_STEPS)
    found = _noted(Found(best, _kept({}, best), 0, 0), best)
    n_made = -1
    while n_made < found.n_made and not found.best.is_interrupted:
        n_made = found.n_made
        found = _sweep(ground, _sweep(ground, found, fewer), more)
    return _round_off(ground, found)


def _sweep(ground: Ground, found: Found, moves: Moves) -> Found:
    """Try moves of one kind until all have been in vain; each that leads higher is made at once."""
    while not found.best.is_interrupted:
        before = found.n_made
        for start in moves(ground, found.best.fit.parameters):
            found = _judge(found, _try(ground, start, found.best))
            if found.n_made > before or found.best.is_interrupted:
                break
        if found.n_made == before:
            break
    return found


def _try(ground: Ground, start: MixtureParameters, best: Trial) -> Trial:
    """A short run, and a long one if it comes near enough to the best."""
    short = ground.climb(start, _SHORT_STEPS)
    lack, trace = best.rank - short.rank, short.fit.trace
    if short.is_interrupted or len(trace) < 2 or lack > _PROMISE * (trace[-1] - trace[-2]):
        return short
    return ground.climb(short.fit.parameters, _LONG_STEPS)


def _judge(found: Found, trial: Trial) -> Found:
    best = found.best
    if trial.is_interrupted:
        return found._replace(best=best._replace(fit=best.fit._replace(outcome=em.Outcome.INTERRUPTED)))
    found = _noted(found._replace(by_number=_kept(found.by_number, trial), n_tried=found.n_tried + 1), trial)
    least = GAIN if trial.n_components > best.n_components else -GAIN
    is_better = trial.rank > best.rank + least if trial.is_sound is best.is_sound else trial.is_sound
    return found._replace(best=trial, n_made=found.n_made + 1) if is_better else found


def _noted(found: Found, trial: Trial) -> Found:
    """With the best of the fits that are not sound."""
    before = found.refused
    return found._replace(refused=trial) if not trial.is_sound and (not before or trial.rank > before.rank) else found


def _kept(by_number: dict[int, Trial], trial: Trial) -> dict[int, Trial]:
    """The best sound one of every number; fits with a component to spare say nothing of their number."""
    number = trial.n_components
    has_spare = bool((trial.fit.parameters.emission.counts < _ONE).any())
    if has_spare or not trial.is_sound or (number in by_number and trial.rank <= by_number[number].rank):
        return by_number
    return by_number | {number: trial}


def _round_off(ground: Ground, found: Found) -> Found:
    """Finish the fits of one component more and one less, which tell how sure the number is."""
    for number in (found.best.n_components - 1, found.best.n_components + 1):
        if number in found.by_number and not found.best.is_interrupted:
            finished = ground.climb(found.by_number[number].fit.parameters, _LONG_STEPS)
            found = found._replace(by_number=_kept(found.by_number, finished))
    refused = found.refused if found.refused and found.refused.rank > found.best.rank else None
    return found._replace(by_number=dict(sorted(found.by_number.items())), refused=refused)


# --- moves -----------------------------------------------------------------------------------------------------------


def fewer(ground: Ground, parameters: MixtureParameters) -> Iterator[MixtureParameters]:
    """Without the components that explain nothing; merges of those that share most rows; without a small one."""
    counts = parameters.emission.counts
    K = len(counts)
    kept = np.flatnonzero(counts >= _EMPTY)
    if 0 < len(kept) < K:
        yield ground.model.reorder(parameters, kept)
    shares = ground.shares(parameters)
    for a, b in _overlapping(shares * ground.sample.weights[:, None], shares):
        together = shares.copy()
        together[:, a] += shares[:, b]
        yield ground.parameters(np.delete(together, b, axis=1))
    for k in np.argsort(counts)[: (K + 1) // 2 if K > 1 else 0]:
        yield ground.model.reorder(parameters, np.delete(np.arange(K), k))


def more(ground: Ground, parameters: MixtureParameters) -> Iterator[MixtureParameters]:
    """A component cut by k-means of its own rows, or in two halves at random, the largest first."""
    shares = ground.shares(parameters)
    for k in np.argsort(-parameters.emission.counts):
        rows = np.flatnonzero(shares[:, k] > 0.5)
        for number in _CHILDREN:
            if len(rows) > number:
                yield ground.parameters(_cut(ground, shares, int(k), rows, number))
        yield _halve(ground, parameters, int(k))


def _cut(
    ground: Ground, shares: Float[ndarray, "N K"], k: int, rows: Int[ndarray, " M"], number: int
) -> Float[ndarray, "N L"]:
    seen = Spaces(ground.view[rows], ground.sample.weights[rows])
    labels = starts.STARTS["standardised k-means"](seen, number, ground.rng)
    cut = np.concatenate([shares, np.zeros((len(shares), number - 1))], axis=1)
    heirs = np.append(k, np.arange(shares.shape[1], cut.shape[1]))
    cut[rows, k] = 0
    cut[rows, heirs[labels]] = shares[rows, k]
    return cut


def _halve(ground: Ground, parameters: MixtureParameters, k: int) -> MixtureParameters:
    K = len(parameters.weights)
    doubled = ground.model.reorder(parameters, np.append(np.arange(K), k))
    return doubled._replace(emission=ground.model.emission.split(doubled.emission, k, K, ground.rng))


def _overlapping(weighted: Float[ndarray, "N K"], shares: Float[ndarray, "N K"]) -> Iterator[tuple[int, int]]:
    """Pairs of components, those first that share most of their rows."""
    own = weighted.sum(0) + np.finfo(float).tiny
    first, second = np.triu_indices(len(own), 1)
    common = (weighted.T @ shares)[first, second] / np.sqrt(own[first] * own[second])
    order = np.argsort(-common)[: _MERGES * len(own)]
    return zip(first[order].tolist(), second[order].tolist(), strict=True)
