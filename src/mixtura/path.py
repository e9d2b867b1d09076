"""Mixtures of many numbers of components, each from its neighbours: a component is cut in two, or taken away.

The best mixture of one component fewer, with any of its components cut, or of one more, with any of them gone, is a
better start than most that are drawn from the rows alone (up: Verbeek, Vlassis & Kröse 2003; down: Figueiredo & Jain
2002; both in turn: Ueda et al. 2000). So a walk over all numbers takes little more than one search for one of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, chain, islice, pairwise
from typing import NamedTuple

import numpy as np

from mixtura import climbing, em, kicks, starts
from mixtura.acceleration import SmallGain, SmallRemainder
from mixtura.ends import GAIN
from mixtura.grounds import Ground, Solution
from mixtura.mixture import MixtureParameters
from mixtura.walking import Walks

KEPT = 2  # ways to a number of components that are followed to their end
_CUTS = 8  # in all at least, in directions at random; each component is cut as often as the others
_DRAWN = 2  # starts
_FIRST_STEPS = 5  # of who follows
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
            _arrive(grounds[number], found, number, value)
        for number in _way_back(found, value):
            _visit(grounds[number], found, number, _removals(grounds[number], found[number + 1].parameters))
    except KeyboardInterrupt:
        if not found:
            raise
        last = found[max(found)]
        found[max(found)] = replace(last, fit=last.fit._replace(outcome=em.Outcome.INTERRUPTED))
    return found


class Neighbours(NamedTuple):
    """Mixtures from which others may begin: of other covariance models, of one component fewer, and of one more."""

    alike: Sequence[MixtureParameters]
    below: Sequence[MixtureParameters] = ()
    above: Sequence[MixtureParameters] = ()


def follow(
    grounds: Mapping[int, Ground], leads: Mapping[int, Sequence[MixtureParameters]], value: Value, enough: float
) -> Iterator[tuple[int, Solution]]:
    """For each number in turn the best mixture that those alike lead to: a few steps from each, then on from the best.

    What is worse than `enough`, by `value`, is hopeless and left there. Where only an accident of few rows is found,
    the mixture of one component fewer leads on, too. An interrupt is the outcome of the last fit.
    """
    below: list[MixtureParameters] = []
    for number, found in zip(grounds, _led(grounds, leads, value, enough), strict=False):
        solution, is_interrupted = found, found.fit.outcome is em.Outcome.INTERRUPTED
        if below and not found.is_sound and not is_interrupted:
            others = revisit(grounds[number], Neighbours(leads[number], below))
            solution = max(found, others, key=lambda solution: solution.rank)
        yield number, solution
        if is_interrupted:
            return
        below = [solution.parameters] if number + 1 in grounds and value(solution) <= enough else []


def _led(
    grounds: Mapping[int, Ground], leads: Mapping[int, Sequence[MixtureParameters]], value: Value, enough: float
) -> Iterator[Solution]:
    """Where the leads lead, to all numbers at once if that is compiled."""
    first = {number: [_recast(ground, lead) for lead in leads[number]] for number, ground in grounds.items()}
    one = next(iter(grounds.values()))
    together = climbing.begin_climbs(one.model, list(chain.from_iterable(first.values())), one.run)
    if together is not None:
        ends = accumulate(map(len, first.values()), initial=0)
        yield from _take_on(one, together, [range(*between) for between in pairwise(ends)], value, enough)
        return
    for number, ground in grounds.items():
        ways = climbing.begin(ground.model, first[number], ground.run)
        yield from _take_on(ground, ways, [range(len(first[number]))], value, enough)


def _take_on(
    ground: Ground, ways: climbing.Climbs | Walks, groups: Sequence[range], value: Value, enough: float
) -> list[Solution]:
    """The best of each group of ways after a few steps, and at its end unless it is hopeless.

    Where that is an accident of few rows, another may lead to what is none.
    """
    ways.go(range(sum(map(len, groups))), SmallGain(0.0), _FIRST_STEPS, ground.watch)
    heights = ways.heights.tolist()
    ranked = [sorted(group, key=heights.__getitem__, reverse=True) for group in groups]
    found = _to_the_end(ground, ways, [first for first, *_ in ranked], value, enough)
    doubtful = [i for i, solution in enumerate(found) if not solution.is_sound and len(ranked[i]) > 1]
    if doubtful and not ways.is_interrupted:
        others = _to_the_end(ground, ways, [ranked[i][1] for i in doubtful], value, enough)
        for i, other in zip(doubtful, others, strict=True):
            found[i] = other if other.is_sound else found[i]
    return found


def _to_the_end(
    ground: Ground, ways: climbing.Climbs | Walks, which: Sequence[int], value: Value, enough: float
) -> list[Solution]:
    heights = ways.heights
    near = [way for way in which if value(Solution((), float(heights[way]), ways.fit(way), ground)) <= enough]
    if near and not ways.is_interrupted:
        ways.go(near, SmallRemainder(GAIN), kicks.MOST_STEPS, ground.watch)
    return ground.judge_each([ways.fit(way) for way in which])


def revisit(ground: Ground, neighbours: Neighbours) -> Solution:
    """The best that neighbours of all kinds lead to."""
    ways = [_recast(ground, lead) for lead in neighbours.alike]
    ways += [cut for parameters in neighbours.below for cut in _cuts(ground, parameters)]
    ways += [rest for parameters in neighbours.above for rest in _removals(ground, parameters)]
    return _best(ground, kicks.compete(ground, ways, 1 + KEPT)[0])


def beyond(ground: Ground, begin: MixtureParameters, patience: int) -> tuple[Solution, Solution]:
    """The best mixtures found of as many components as there are to begin with, and of one more.

    The first is thought to lie near; the second is looked for until so many kicks are in vain. An interrupt is an
    outcome of theirs.
    """
    smaller = _winner(ground, [begin])
    cuts, drawn = _cuts(ground, smaller.parameters), _drawn(ground, len(begin.weights) + 1, 1)
    larger = _winner(ground, [*cuts, *drawn])
    smaller = max(smaller, _winner(ground, [*_removals(ground, larger.parameters)]), key=lambda solution: solution.rank)
    return smaller, kicks.improve(ground, [larger.fit], patience, -(-patience // 2)).pool[0]


def _winner(ground: Ground, ways: Sequence[MixtureParameters]) -> Solution:
    return _best(ground, kicks.compete(ground, ways, KEPT)[0])


def _best(ground: Ground, fits: Sequence[em.Fit]) -> Solution:
    """The highest that is sound, if there is one."""
    judged: list[Solution] = []
    for fit in sorted(fits, key=lambda fit: fit.objective, reverse=True):
        judged.append(ground.judge(fit))
        if judged[-1].is_sound:
            break
    return max(judged, key=lambda solution: solution.rank)


def _recast(ground: Ground, lead: MixtureParameters) -> MixtureParameters:
    return lead._replace(emission=ground.model.emission.recast(lead.emission, lead.weights))


def _way_back(found: Mapping[int, Solution], value: Value) -> list[int]:
    """Numbers that a mixture of one component more may improve, the largest first."""
    return sorted((number for number in _near(found, value) if number + 1 in found), reverse=True)


def _near(found: Mapping[int, Solution], value: Value) -> list[int]:
    """Numbers whose mixtures are not hopeless."""
    values = {number: value(solution) for number, solution in found.items()}
    return [number for number, known in values.items() if known <= min(values.values()) + NEAR]


def _arrive(ground: Ground, found: dict[int, Solution], number: int, value: Value) -> None:
    """From below, or from nowhere; from what is hopeless below, by few ways."""
    is_hopeless = number - 1 in found and number - 1 not in _near(found, value)
    if number - 1 in found:
        few = _AT_LEAST if is_hopeless else None
        _visit(ground, found, number, islice(_cuts(ground, found[number - 1].parameters), few))
    if number not in found or not (found[number].is_sound or is_hopeless):
        _visit(ground, found, number, _drawn(ground, number))


def _visit(ground: Ground, found: dict[int, Solution], number: int, ways: Iterable[MixtureParameters]) -> None:
    """Follow the ways to a number of components, as many as time allows, and keep the best of all so far."""
    few = iter(ways)
    first = list(islice(few, _AT_LEAST))
    work = kicks.work_of_a_step(ground.model, ground.sample, first[0]) * kicks.SHORT_STEPS
    fits, _ = kicks.compete(ground, [*first, *islice(few, int(_MOST_WORK // work))], KEPT)
    known = [found[number]] if number in found else []
    found[number] = max([*known, _best(ground, fits)], key=lambda solution: solution.rank)
    if any(fit.outcome is em.Outcome.INTERRUPTED for fit in fits):
        raise KeyboardInterrupt


def _cuts(ground: Ground, parameters: MixtureParameters) -> Iterator[MixtureParameters]:
    """One component more: each is cut in halves, the heaviest first."""
    emission, K = ground.model.emission, len(parameters.weights)
    longer = ground.model.reorder(parameters, np.append(np.arange(K), 0))
    cut = np.tile(np.argsort(-parameters.weights), -(-_CUTS // K))
    for start in range(0, len(cut), _CUTS):
        pairs = np.array([(k, K) for k in cut[start : start + _CUTS]])
        for (k, _), halved in zip(pairs, emission.split_each(longer.emission, pairs, ground.rng), strict=True):
            weights = longer.weights.copy()
            weights[[k, K]] = weights[k] / 2
            yield MixtureParameters(weights, halved)


def _removals(ground: Ground, parameters: MixtureParameters) -> Iterator[MixtureParameters]:
    """One component fewer: each goes in turn, the lightest first, and leaves its weight to the others."""
    weights = parameters.weights
    for k in np.argsort(weights):
        rest = ground.model.reorder(parameters, np.delete(np.arange(len(weights)), k))
        yield rest._replace(weights=rest.weights * (weights.sum() / rest.weights.sum()))


def _drawn(ground: Ground, number: int, n_drawn: int = _DRAWN) -> Iterator[MixtureParameters]:
    kinds = starts.DIVERSE[: n_drawn if number > 1 else 1]
    for candidate in starts.draw(ground.model, ground.sample, number, kinds, ground.rng):
        yield candidate.parameters
