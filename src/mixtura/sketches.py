"""First fits of many numbers of components, from a walk over them: what tells which of them are worth a search."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mixtura import climbing, kicks, path, race, starts
from mixtura.acceleration import SmallRemainder, default_tolerance
from mixtura.kicks import GAIN, Ground, Solution
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

    def sketch(self, settings: Sequence[Setting]) -> list[Candidate]:
        """One fit for each setting, all of one covariance model, in the order of their numbers of components."""
        rng = np.random.default_rng(stream(self.seed, Setting(0, settings[0].covariance)))
        run = climbing.AtHand(self.sample)
        grounds = {setting.n_components: self._ground(setting, run, rng) for setting in settings}
        found = path.walk(grounds)
        ordered = sorted(settings)
        return [self._finished(s, found[s.n_components]) for s in ordered if s.n_components in found]

    def _ground(self, setting: Setting, run: climbing.AtHand, rng: np.random.Generator) -> Ground:
        model = self.workshop.model(setting, self.workshop.source)
        return kicks.survey(model, self.sample, rng, self.workshop.watch)._replace(run=run)

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


def easel(workshop: Workshop, seed: int) -> Easel:
    """With as many rows as a walk takes."""
    rng = np.random.default_rng(seed)
    return Easel(workshop, climbing.in_double(starts.some_rows(workshop.source, _ROWS, rng)), seed)


def _as_it_is(solution: Solution) -> race.Search:
    fit = solution.fit
    return race.Search(fit, (race.StartRecord(PATH, fit.objective, len(fit.trace), 1, fit.outcome, fit.trace),))
