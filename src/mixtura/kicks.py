"""Leaving an optimum for a better one: take a component away, put it elsewhere, climb again.

EM ends uphill of where it started, and most of its poor ends have one component too many in one place and one too few
in another. Moving one component at a time repairs just that (at random, in the spirit of Ueda et al. 2000).
"""

from collections.abc import Callable, Sequence
from itertools import cycle, islice
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import em
from mixtura.acceleration import SmallGain
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import Block

BATCH, SHORT_STEPS, KEPT, LONG_STEPS = 8, 8, 4, 60
GAIN = 0.1  # nats; an optimum that is higher by less is no better
PATIENCE = 16  # kicks in vain that end a search
_POOL = 3
_MOST_WORK = 2e9  # rows x components x (columns + 4) x steps: about a second
_STEPS_OF_A_BATCH = BATCH * SHORT_STEPS + KEPT * LONG_STEPS // 2
_SPREADS = (0.1, 0.5, 1.0)  # of the mean covariance: how wide a component begins in its new place
_CHOSEN_FROM = 8  # random rows, of which the mixture explains one worst
_SAME_WEIGHTS = 0.01


class Kicks(NamedTuple):
    """The best solution after `n_kicks` kicks, and the iterations that these took."""

    best: em.Fit
    n_kicks: int
    n_iterations: int


class _Ground(NamedTuple):
    """What kicks are made and judged on."""

    model: Mixture
    sample: Block
    variances: Float[ndarray, " D"]
    rng: np.random.Generator
    watch: em.Callback


def improve(
    model: Mixture,
    starts: Sequence[em.Fit],
    sample: Block,
    rng: np.random.Generator,
    patience: int = PATIENCE,
    watch: em.Callback = em.ignore,
) -> Kicks:
    """Kick the best of some solutions until that has been in vain `patience` times, on the rows of `sample`.

    While the best is spurious, no kick is in vain.

    The number of kicks is bounded by the work that they make, so that large samples get few of them or none.
    """
    total = sample.weights.sum()
    mean = sample.weights @ sample.points / total
    ground = _Ground(model, sample, sample.weights @ (sample.points - mean) ** 2 / total, rng, watch)
    most = min(_most_kicks(sample, len(starts[0].parameters.weights)), 4 * patience)
    pool, kinds = _best_of(ground, starts), cycle((_swap, _split, _far))
    vain = n_kicks = n_iterations = 0
    while vain < patience and n_kicks < most and pool[0].outcome is not em.Outcome.INTERRUPTED:
        fits, n_steps = _kick(ground, pool, list(islice(kinds, BATCH)))
        before, pool = pool[0], _best_of(ground, [*pool, *fits])
        is_better = _rank(ground, pool[0]) > (_rank(ground, before)[0], before.objective + GAIN)
        vain = 0 if is_better or not _rank(ground, pool[0])[0] else vain + BATCH
        n_kicks, n_iterations = n_kicks + BATCH, n_iterations + n_steps
    return Kicks(pool[0], n_kicks, n_iterations)


def _most_kicks(sample: Block, n_components: int) -> int:
    N, D = sample.points.shape
    if n_components == 1:
        return 0
    return BATCH * int(_MOST_WORK // (N * n_components * (D + 4) * _STEPS_OF_A_BATCH))


_Kick = Callable[[_Ground, MixtureParameters], MixtureParameters]


def _kick(ground: _Ground, pool: Sequence[em.Fit], kinds: Sequence[_Kick]) -> tuple[list[em.Fit], int]:
    """Short runs from kicked solutions, longer ones from the best of these."""
    kicked = [kind(ground, _pick(pool, ground.rng).parameters) for kind in kinds]
    short = _runs(ground, kicked, 0.0, SHORT_STEPS)
    if short[-1].outcome is em.Outcome.INTERRUPTED:
        return short[-1:], sum(len(fit.trace) for fit in short)
    kept = sorted(short, key=_height, reverse=True)[:KEPT]
    long = _runs(ground, [fit.parameters for fit in kept], GAIN, LONG_STEPS)
    return long, sum(len(fit.trace) for fit in [*short, *long])


def _runs(ground: _Ground, starts: Sequence[MixtureParameters], tolerance: float, max_iterations: int) -> list[em.Fit]:
    """A run from every start; an interrupted one is the last."""
    fits: list[em.Fit] = []
    for start in starts:
        everything: em.Run = lambda function: function(ground.sample)  # noqa: E731
        stop, callbacks = SmallGain(tolerance), [ground.watch]
        fits.append(
            em.fit(ground.model, start, everything, stop=stop, max_iterations=max_iterations, callbacks=callbacks)
        )
        if fits[-1].outcome is em.Outcome.INTERRUPTED:
            break
    return fits


def _pick(pool: Sequence[em.Fit], rng: np.random.Generator) -> em.Fit:
    """Two times in three the best, else one of the others."""
    return pool[0] if len(pool) == 1 or rng.uniform() < 2 / 3 else pool[int(rng.integers(1, len(pool)))]


def _best_of(ground: _Ground, fits: Sequence[em.Fit]) -> list[em.Fit]:
    """The best few, each optimum once; an interrupt comes first, since it ends the search with the best so far."""
    ranked = sorted(fits, key=lambda fit: _rank(ground, fit), reverse=True)
    kept: list[em.Fit] = []
    for fit in ranked:
        if not any(_are_same(fit, other) for other in kept):
            kept.append(fit)
    if any(fit.outcome is em.Outcome.INTERRUPTED for fit in fits):
        return [kept[0]._replace(outcome=em.Outcome.INTERRUPTED)]
    return kept[:_POOL]


def _rank(ground: _Ground, fit: em.Fit) -> tuple[bool, float]:
    """Sound solutions first, the highest of them first."""
    counts = fit.parameters.weights * ground.sample.weights.sum()
    is_spurious = ground.model.emission.is_spurious(fit.parameters.emission, counts, ground.variances)
    return fit.outcome is not em.Outcome.COLLAPSED and not is_spurious, fit.objective


def _height(fit: em.Fit) -> float:
    return float("-inf") if fit.outcome is em.Outcome.COLLAPSED else fit.objective


def _are_same(left: em.Fit, right: em.Fit) -> bool:
    is_near = abs(left.objective - right.objective) < GAIN
    weights = np.sort(left.parameters.weights) - np.sort(right.parameters.weights)
    return is_near and bool(np.abs(weights).max() < _SAME_WEIGHTS)


# --- three kinds of kicks --------------------------------------------------------------------------------------------


def _swap(ground: _Ground, parameters: MixtureParameters) -> MixtureParameters:
    """A component moves to a row, any that counts."""
    return _move(ground, parameters, int(_draw_rows(ground, 1)[0]))


def _far(ground: _Ground, parameters: MixtureParameters) -> MixtureParameters:
    """A component moves to a row that the mixture explains badly."""
    points, weights = ground.sample
    rows = _draw_rows(ground, _CHOSEN_FROM)
    found = ground.model.classify(parameters)(Block(np.ascontiguousarray(points[rows]), weights[rows]))
    return _move(ground, parameters, int(rows[found.log_density.argmin()]))


def _draw_rows(ground: _Ground, number: int) -> ndarray:
    """Rows with chances in proportion to their weights."""
    weights = ground.sample.weights
    return np.asarray(ground.rng.choice(len(weights), number, p=weights / weights.sum()))


def _move(ground: _Ground, parameters: MixtureParameters, row: int) -> MixtureParameters:
    (weights, emission), rng = parameters, ground.rng
    K = len(weights)
    moved, spread = int(rng.integers(K)), float(rng.choice(_SPREADS))
    others = np.delete(weights, moved)
    placed = ground.model.emission.place(emission, weights, moved, ground.sample.points[row], spread)
    return MixtureParameters(np.insert((1 - 1 / K) * others / others.sum(), moved, 1 / K), placed)


def _split(ground: _Ground, parameters: MixtureParameters) -> MixtureParameters:
    """A component goes, and another is cut in two."""
    gone, cut = ground.rng.choice(len(parameters.weights), 2, replace=False)
    weights = parameters.weights.copy()
    weights[gone] = 0
    weights /= weights.sum()
    weights[[gone, cut]] = weights[cut] / 2
    return MixtureParameters(weights, ground.model.emission.split(parameters.emission, int(cut), int(gone), ground.rng))
