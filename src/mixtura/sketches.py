"""First fits of many numbers of components and covariance models: what tells which of them are worth a search."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import zip_longest
from typing import NamedTuple, TypeVar

import numpy as np

from mixtura import climbing, kicks, path, race, starts
from mixtura.acceleration import SmallRemainder, default_tolerance
from mixtura.covariance import MODELS
from mixtura.criteria import CRITERIA, Evidence, bic
from mixtura.ends import GAIN
from mixtura.grounds import Ground, Solution, survey
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.sources.array import ArraySource
from mixtura.trials import PATH, Candidate, Setting, Workshop, stream

_ROWS = 4096  # to walk on at most: so many are climbed in compiled code
_STEPS, _STEPS_ON_ALL = 100, 20
_TIMES_DEFAULT = 10  # what steps over more rows than these may leave to gain
_FEW = 4  # covariance models that all walk
_PROBE = 16  # kicks in vain
_KICKED = "kicks"
_ADOPTED = "neighbours"  # what a start is called that came from others

_Thing = TypeVar("_Thing")


class Walk(NamedTuple):
    """What a walk over the numbers of components of one covariance model came by."""

    leads: Mapping[int, MixtureParameters]  # by number of components, in the units of the fit
    least: float  # value
    candidates: list[Candidate]


class Easel(NamedTuple):
    """What the sketches of a selection share."""

    workshop: Workshop
    ground: Ground  # the rows that are walked on
    seed: int
    criterion: str

    def walk(self, settings: Sequence[Setting]) -> Walk:
        """One fit for each setting, all of one covariance model, each from its neighbours."""
        found = path.walk(self._grounds(settings), self._value)
        made = self._made((s, found[s.n_components]) for s in sorted(settings) if s.n_components in found)
        leads = {number: solution.parameters for number, solution in found.items()}
        return Walk(leads, min(map(self._value, found.values())), made)

    def follow(self, walks: Sequence[Walk], settings: Sequence[Setting]) -> list[Candidate]:
        """One fit for each setting, all of one covariance model, from where walks with other models led."""
        enough = min(walk.least for walk in walks) + path.NEAR
        return self._made(self._followed(walks, sorted(settings), enough))

    def _followed(
        self, walks: Sequence[Walk], settings: Sequence[Setting], enough: float
    ) -> Iterator[tuple[Setting, Solution]]:
        leads = {
            setting.n_components: [
                walk.leads[setting.n_components] for walk in walks if setting.n_components in walk.leads
            ]
            for setting in settings
        }
        followed = path.follow(self._grounds(settings), leads, self._value, enough)
        return ((Setting(number, settings[0].covariance), solution) for number, solution in followed)

    def adopt(self, own: Candidate, others: Sequence[Candidate]) -> Candidate:
        """A sketch that begins anew, from others as well; the own if that leads no higher.

        These are of another covariance model, or of one component fewer or more.
        """
        K = own.setting.n_components
        alike, below, above = (
            [other.search.best.parameters for other in [own, *others] if other.setting.n_components == number]
            for number in (K, K - 1, K + 1)
        )
        solution = path.revisit(self._grounds([own.setting])[K], path.Neighbours(alike, below, above))
        return self._rather(own, solution, _ADOPTED)

    def probe(self, own: Candidate) -> Candidate:
        """A sketch after a few kicks; the own if none of these leads higher."""
        ground, fits = self._grounds([own.setting])[own.setting.n_components], [own.search.best]
        if self._is_part:
            fits, _ = kicks.compete(ground, [own.search.best.parameters], 1)
        return self._rather(own, kicks.improve(ground, fits, _PROBE).pool[0], _KICKED)

    def _rather(self, own: Candidate, solution: Solution, kind: str) -> Candidate:
        """A sketch of the solution, unless the own is as high."""
        is_lower = not self._is_part and solution.objective < own.search.best.objective + GAIN
        return own if is_lower else self._finished(own.setting, solution, kind)

    @property
    def is_closed(self) -> bool:
        """Whether no more is to be begun."""
        return self.workshop.closing.is_set()

    def _grounds(self, settings: Sequence[Setting]) -> dict[int, Ground]:
        """By number of components, all of one covariance model."""
        rng = np.random.default_rng(stream(self.seed, Setting(0, settings[0].covariance)))
        return {s.n_components: replace(self.ground, model=self._model(s), rng=rng) for s in settings}

    def _model(self, setting: Setting) -> Mixture:
        return self.workshop.model(setting, self.workshop.source)

    def _value(self, solution: Solution) -> float:
        """By the criterion, where that can be told by then, else by BIC."""
        if not solution.is_sound:
            return math.inf
        n_free = solution.ground.model.n_free(solution.parameters)
        evidence = Evidence(solution.objective, n_free, float(self.ground.cumulative[-1]))
        value = CRITERIA[self.criterion].of(evidence)
        return bic(evidence) if math.isnan(value) else value

    def _made(self, found: Iterable[tuple[Setting, Solution]]) -> list[Candidate]:
        """As candidates, as many as there are before somebody interrupts."""
        return list(self._until_interrupted(self._looked_at(list(self._until_interrupted(found)))))

    def _until_interrupted(self, things: Iterable[_Thing]) -> Iterator[_Thing]:
        with suppress(KeyboardInterrupt):
            yield from things
            return
        self.workshop.closing.set()

    def _looked_at(self, found: Sequence[tuple[Setting, Solution]]) -> Iterator[Candidate]:
        """All of one covariance model, together."""
        seen: list[Evidence] = []
        remarks: list[str] = []
        if not self._is_part and found:
            settings, solutions = zip(*found, strict=True)
            seen = self.workshop.look_at(settings, [solution.parameters for solution in solutions])
            remarks = self.workshop.remarks(settings, [solution.fit for solution in solutions])
        for (setting, solution), own, remark in zip_longest(found, seen, remarks):
            yield self._finished(setting, solution, seen=own, remark=remark)

    def _finished(
        self, setting: Setting, solution: Solution, kind: str = PATH, seen: Evidence | None = None,
        remark: str | None = None,
    ) -> Candidate:  # fmt: skip
        """As all rows see it, after a few steps over these where the walk was on a part of them."""
        known = starts.Candidate(kind, solution.parameters)
        search = self._climbed(setting, known, self.workshop.source) if self._is_part else _as_it_is(solution, kind)
        made = self.workshop.judge(
            setting, search, lambda fold, rows: self._climbed(setting, known, rows), seen, remark
        )
        return made._replace(is_searched=setting.n_components == 1)  # where there is nothing to search for

    @property
    def _is_part(self) -> bool:
        return len(self.ground.sample.points) < self.workshop.source.n_rows

    def _climbed(self, setting: Setting, known: starts.Candidate, source: ArraySource) -> race.Search:
        tolerance = max(GAIN, _TIMES_DEFAULT * default_tolerance(source.total_weight))
        steps = race.Round(
            climbing.everything(source, self.workshop.runner), _STEPS_ON_ALL if self._is_part else _STEPS, 1
        )
        model = self.workshop.model(setting, source)
        return race.search(model, [known], [steps], stop=SmallRemainder(tolerance), watch=self.workshop.watch)


def easel(workshop: Workshop, setting: Setting, seed: int, criterion: str) -> Easel:
    """With as many rows as a walk takes, as they are seen by the family of `setting`."""
    rng = np.random.default_rng(seed)
    sample = climbing.in_double(starts.some_rows(workshop.source, _ROWS, rng))
    ground = survey(workshop.model(setting, workshop.source), sample, rng, workshop.watch)
    return Easel(workshop, ground, seed, criterion)


def leaders(covariances: Sequence[str]) -> list[str]:
    """The models that walk, whom others follow: the one that leaves most free, and the one whose components share most.

    Examples
    --------
    >>> leaders(["EII", "VII", "EEI", "VVI", "EEE", "VVV"])
    ['VVV', 'EEE']
    """
    if len(covariances) <= _FEW:
        return list(covariances)
    freest = max(covariances, key=_freedom)
    shared = [name for name in covariances if MODELS[name].is_shared]
    return list(dict.fromkeys([freest, max(shared, key=_freedom, default=freest)]))


def _freedom(covariance: str) -> int:
    """The free numbers of two components in three columns."""
    return MODELS[covariance].n_free(2, 3)


def is_sketch(candidate: Candidate) -> bool:
    """Whether it is as a walk, or who followed it, left it."""
    return candidate.search.records[0].kind == PATH


def _as_it_is(solution: Solution, kind: str) -> race.Search:
    fit = solution.fit
    return race.Search(fit, (race.StartRecord(kind, fit.objective, len(fit.trace), 1, fit.outcome, fit.trace),))
