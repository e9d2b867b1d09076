"""Mixtures of many numbers of components, each from its neighbours: a component is cut in two, or taken away.

The best mixture of one component fewer, with any of its components cut, or of one more, with any of them gone, is a
better start than most that are drawn from the rows alone (up: Verbeek, Vlassis & Kröse 2003; down: Figueiredo & Jain
2002; both in turn: Ueda et al. 2000). So a walk over all numbers takes little more than one search for one of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

import numpy as np

from mixtura import em, kicks, starts
from mixtura.kicks import Ground, Solution
from mixtura.mixture import MixtureParameters

KEPT = 2  # ways to a number of components that are followed to their end
_CUTS = 8  # in all at least, in directions at random; each component is cut as often as the others
_DRAWN = 2  # starts
NEAR = 60.0  # the way back passes by what is worse than the best by more: it leads nowhere that anybody would choose
_MOST_WORK = 5e8  # in the measure of `kicks.MOST_WORK`, for the ways to one number
_AT_LEAST = 4  # ways, however long steps are

Value = Callable[[Solution], float]


def walk(grounds: Mapping[int, Ground], value: Value) -> dict[int, Solution]:
    """The best mixture found for each number of components on the way up and back down, each on its own ground.

    By `value`, smaller is better, solutions of different numbers compare; the way back passes by what is hopeless.
    Where no number beside one is asked for, or no way leads to a sound mixture, starts are drawn. An interrupt ends
    the walk: some numbers may be missing then, and the largest tells of it.
    """
    found: dict[int, Solution] = {}
    try:
        for number in sorted(grounds):
            _arrive(grounds[number], found, number)
        for number in _way_back(found, value):
            _visit(grounds[number], found, number, _removals(grounds[number], found[number + 1].parameters))
    except KeyboardInterrupt:
        if not found:
            raise
        last = found[max(found)]
        found[max(found)] = replace(last, fit=last.fit._replace(outcome=em.Outcome.INTERRUPTED))
    return found


def _way_back(found: Mapping[int, Solution], value: Value) -> list[int]:
    """Numbers that a mixture of one component more may improve, the largest first."""
    values = {number: value(solution) for number, solution in found.items()}
    near = min(values.values()) + NEAR
    return sorted((n for n, known in values.items() if n + 1 in found and known <= near), reverse=True)


def _arrive(ground: Ground, found: dict[int, Solution], number: int) -> None:
    """From below, or from nowhere."""
    if number - 1 in found:
        _visit(ground, found, number, _cuts(ground, found[number - 1].parameters))
    if number not in found or not found[number].is_sound:
        _visit(ground, found, number, _drawn(ground, number))


def _visit(ground: Ground, found: dict[int, Solution], number: int, ways: Iterable[MixtureParameters]) -> None:
    """Follow the ways to a number of components, as many as time allows, and keep the best of all so far."""
    few = iter(ways)
    first = list(islice(few, _AT_LEAST))
    work = kicks.work_of_a_step(ground.model, ground.sample, first[0]) * kicks.SHORT_STEPS
    fits, _ = kicks.compete(ground, [*first, *islice(few, int(_MOST_WORK // work))], KEPT)
    known = [found[number]] if number in found else []
    found[number] = max([*known, *map(ground.judge, fits)], key=lambda solution: solution.rank)
    if any(fit.outcome is em.Outcome.INTERRUPTED for fit in fits):
        raise KeyboardInterrupt


def _cuts(ground: Ground, parameters: MixtureParameters) -> Iterator[MixtureParameters]:
    """One component more: each is cut in halves, the heaviest first."""
    weights = parameters.weights
    K = len(weights)
    for _ in range(-(-_CUTS // K)):
        for k in np.argsort(-weights):
            doubled = ground.model.reorder(parameters, np.append(np.arange(K), k))
            doubled.weights[[k, K]] /= 2
            yield doubled._replace(emission=ground.model.emission.split(doubled.emission, int(k), K, ground.rng))


def _removals(ground: Ground, parameters: MixtureParameters) -> Iterator[MixtureParameters]:
    """One component fewer: each goes in turn, the lightest first, and leaves its weight to the others."""
    weights = parameters.weights
    for k in np.argsort(weights):
        rest = ground.model.reorder(parameters, np.delete(np.arange(len(weights)), k))
        yield rest._replace(weights=rest.weights * (weights.sum() / rest.weights.sum()))


def _drawn(ground: Ground, number: int) -> Iterator[MixtureParameters]:
    kinds = starts.DIVERSE[: _DRAWN if number > 1 else 1]
    for candidate in starts.draw(ground.model, ground.sample, number, kinds, ground.rng):
        yield candidate.parameters
