"""First fits of many numbers of components, from a walk over them: what tells which of them are worth a search."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mixtura import climbing, kicks, path, race, starts
from mixtura.acceleration import SmallRemainder, default_tolerance
from mixtura.criteria import Evidence, evaluate
from mixtura.kicks import GAIN, Solution
from mixtura.mixture import Mixture
from mixtura.sources.array import ArraySource
from mixtura.statistics import Block
from mixtura.trials import PATH, Candidate, Setting, Workshop, stream

_ROWS = 4096  # to walk on at most: so many are climbed in compiled code
_STEPS, _STEPS_ON_ALL = 100, 20
_TIMES_DEFAULT = 10  # what steps over more rows than these may leave to gain


class Easel(NamedTuple):
    """What the sketches of a selection share."""

    workshop: Workshop
    sample: Block
    seed: int
    criterion: str

    def sketch(self, settings: Sequence[Setting]) -> list[Candidate]:
        """One fit for each setting, all of one covariance model, in the order of their numbers of components."""
        rng = np.random.default_rng(stream(self.seed, Setting(0, settings[0].covariance)))
        run = climbing.AtHand(self.sample)
        first = kicks.survey(self._model(settings[0]), self.sample, rng, self.workshop.watch)._replace(run=run)
        grounds = {setting.n_components: first._replace(model=self._model(setting)) for setting in settings}
        found = path.walk(grounds, self._value)
        ordered = sorted(settings)
        return [self._finished(s, found[s.n_components]) for s in ordered if s.n_components in found]

    def adopt(self, own: Candidate, other: Candidate) -> Candidate:
        """A sketch that begins with the groups of another covariance model, or the own if that leads no higher."""
        K, posterior = own.setting.n_components, self._model(other.setting).posterior(other.search.best.parameters)
        shares = posterior(self.sample)[0][:, :K]  # without the noise
        model, rng = self._model(own.setting), np.random.default_rng(stream(self.seed, own.setting))
        ground = kicks.survey(model, self.sample, rng, self.workshop.watch)
        fits, _ = kicks.compete(ground, [starts.parameters_from(model, self.sample, shares, K, pseudo_rows=0.0)], 1)
        is_lower = not self._is_part and fits[0].objective < own.search.best.objective + GAIN
        return own if is_lower else self._finished(own.setting, ground.judge(fits[0]))

    def _model(self, setting: Setting) -> Mixture:
        return self.workshop.model(setting, self.workshop.source)

    def _value(self, solution: Solution) -> float:
        """By the criterion, where that can be told by then, else by BIC."""
        ground = solution.ground
        n_free = ground.model.n_free(solution.parameters)
        evidence = Evidence(solution.objective, n_free, ground.total_weight)
        told = evaluate(evidence) if solution.is_sound else {}
        return told.get(self.criterion, told.get("bic", math.inf))

    def _finished(self, setting: Setting, solution: Solution) -> Candidate:
        """As all rows see it, after a few steps over these where the walk was on a part of them."""
        known = starts.Candidate(PATH, solution.parameters)
        search = self._climbed(setting, known, self.workshop.source) if self._is_part else _as_it_is(solution)
        made = self.workshop.judge(setting, search, lambda fold, rows: self._climbed(setting, known, rows))
        return made._replace(is_searched=setting.n_components == 1)  # where there is nothing to search for

    @property
    def _is_part(self) -> bool:
        return len(self.sample.points) < self.workshop.source.n_rows

    def _climbed(self, setting: Setting, known: starts.Candidate, source: ArraySource) -> race.Search:
        tolerance = max(GAIN, _TIMES_DEFAULT * default_tolerance(source.total_weight))
        steps = race.Round(
            climbing.everything(source, self.workshop.runner), _STEPS_ON_ALL if self._is_part else _STEPS, 1
        )
        model = self.workshop.model(setting, source)
        return race.search(model, [known], [steps], stop=SmallRemainder(tolerance), watch=self.workshop.watch)


def easel(workshop: Workshop, seed: int, criterion: str) -> Easel:
    """With as many rows as a walk takes."""
    rng = np.random.default_rng(seed)
    return Easel(workshop, climbing.in_double(starts.some_rows(workshop.source, _ROWS, rng)), seed, criterion)


def _as_it_is(solution: Solution) -> race.Search:
    fit = solution.fit
    return race.Search(fit, (race.StartRecord(PATH, fit.objective, len(fit.trace), 1, fit.outcome, fit.trace),))
