"""Kicks: mixtures that differ from a good one by a component that has gone elsewhere.

Many are made at once, because on few rows EM's steps cost so little that what Python does for each kick counts.
"""

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.grounds import Ground, Solution
from mixtura.mixture import MixtureParameters

_SPLIT, _FAR = 4, 4  # one kick of so many is of this kind; the others put a component on any row
_PARTS = 6  # of a component, about, that a new one holds
_CHOSEN_FROM = 8  # random rows, of which the mixture explains one worst


def propose(ground: Ground, solution: Solution, number: int) -> list[MixtureParameters]:
    """So many kicks of a solution of two components at least."""
    n_split, n_far = number // _SPLIT, number // _FAR
    rows = _draw_rows(ground, (number - n_split - n_far,))
    return [
        *_move(ground, solution, np.append(rows, _far_rows(ground, solution, n_far))),
        *_split(ground, solution, n_split),
    ]


def _far_rows(ground: Ground, solution: Solution, number: int) -> Int[ndarray, " M"]:
    """Rows that the mixture explains badly."""
    rows = _draw_rows(ground, (number, _CHOSEN_FROM))
    return rows[np.arange(number), solution.log_density[rows].argmin(1)]


def _draw_rows(ground: Ground, shape: tuple[int, ...]) -> Int[ndarray, "..."]:
    """Rows with chances in proportion to their weights."""
    drawn = np.searchsorted(ground.cumulative, ground.rng.uniform(size=shape) * ground.cumulative[-1], side="right")
    return np.minimum(drawn, len(ground.cumulative) - 1)


def _move(ground: Ground, solution: Solution, rows: Int[ndarray, " M"]) -> list[MixtureParameters]:
    """For each row: some component becomes as wide and as heavy as it takes to hold some neighbours of the row.

    Groups may be far smaller than components are on average: a new one as wide as these would not find them.
    """
    weights, emission = solution.parameters
    (N, D), (M, K) = ground.sample.points.shape, (len(rows), len(weights))
    moved, typical = _gone(ground, solution, M), N / (_PARTS * K)
    numbers = np.minimum(N - 1, D + 2 + ground.rng.exponential(typical, M)).astype(int)
    changed = _without(ground, weights, moved) * (1 - numbers / N)[:, None]
    changed[np.arange(M), moved] = _total(ground, weights) * numbers / N
    around = np.stack([rows, numbers], axis=1)
    placed = ground.model.emission.place_each(emission, weights, moved, ground.sample.points, around)
    return list(map(MixtureParameters, changed, placed))


def _split(ground: Ground, solution: Solution, number: int) -> list[MixtureParameters]:
    """A component goes, and another is cut in two."""
    weights, emission = solution.parameters
    K, each = len(weights), np.arange(number)
    gone = _gone(ground, solution, number)
    cut = (gone + 1 + ground.rng.integers(K - 1, size=number)) % K
    changed = _without(ground, weights, gone)
    changed[each, gone] = changed[each, cut] = changed[each, cut] / 2
    halved = ground.model.emission.split_each(emission, np.stack([cut, gone], axis=1), ground.rng)
    return list(map(MixtureParameters, changed, halved))


def _gone(ground: Ground, solution: Solution, number: int) -> Int[ndarray, " M"]:
    """Components, each of two at random the one that would be missed less: the other is rather where it belongs."""
    drawn = ground.rng.integers(len(solution.parameters.weights), size=(2, number))
    return drawn[solution.losses[drawn].argmin(0), np.arange(number)]


def _without(ground: Ground, weights: Float[ndarray, " K"], gone: Int[ndarray, " M"]) -> Float[ndarray, "M K"]:
    """The weights, once for each component that is gone; the others have what it had."""
    changed = np.repeat(weights[None], len(gone), axis=0)
    changed[np.arange(len(gone)), gone] = 0.0
    return changed * (_total(ground, weights) / changed.sum(1, keepdims=True))


def _total(ground: Ground, weights: Float[ndarray, " K"]) -> float:
    """What the weights add up to."""
    return 1.0 if ground.model.noise is None else float(weights.sum())
