"""The fits of a selection: how each is made, and what is known of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import nan
from threading import Event
from typing import Any, NamedTuple

import numpy as np

from mixtura import em, race, starts
from mixtura._kernels.densities import LITTLE
from mixtura.acceleration import SmallRemainder, default_rule
from mixtura.covariance import FREEST, MODELS, OF_OWN_VOLUMES
from mixtura.criteria import Evidence, evaluate
from mixtura.emissions.contract import Emission
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.noise import UniformNoise
from mixtura.emissions.student import Student
from mixtura.evidence import collect_all_evidence, collect_several, one_log_likelihood
from mixtura.families import family_of
from mixtura.flaws import flaws
from mixtura.folds import Fold
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.options import Options
from mixtura.priors import row_moments
from mixtura.runners.local import Local
from mixtura.scaling import Scaling, seen_mass
from mixtura.sources.array import ArraySource

# Kicks in vain that end a search: where one fit is poor, others are there to be chosen. Fewer where steps are long, as
# they are where an M-step iterates; more where rows are few and nobody else has looked for the fit, or it is to win.
PATIENCE, LESS_PATIENCE, MORE_PATIENCE = 48, 32, 96
_LITTLE = 1 << 15  # numbers in a table
_SURE = 0.1  # of the runs of a search
_BESIDE_A_SKETCH = 1  # starts: hardly any leads as high as the sketch, and drawing them takes half of a search


class Setting(NamedTuple):
    """What one fit of a selection is asked for."""

    n_components: int
    covariance: str


class Candidate(NamedTuple):
    """One fit of a selection, in the units of the data."""

    setting: Setting
    model: Mixture
    parameters: MixtureParameters
    evidence: Evidence
    criteria: dict[str, float]  # by name; smaller is better
    search: race.Search
    remark: str  # why it is not eligible; empty if it is
    is_searched: bool = True  # else it is a sketch: where a walk over all numbers of components came by
    # The criteria of the sketch that the search went on from; none of them means anything if that was a spike.
    sketched: Mapping[str, float] | None = None

    def __repr__(self) -> str:
        return f"<Candidate: {self.setting}, log-likelihood: {self.evidence.log_likelihood:.2f}>"


Job = tuple[Setting, np.random.SeedSequence]
Refit = Callable[[int, ArraySource], race.Search]  # (number of a fold, the rows outside of it) -> a fit to these
PATH, SEARCH = "path", "search"  # what starts are called that a sketch, or a search that went on from it, found


def stream(seed: int, setting: Setting, *others: int) -> np.random.SeedSequence:
    """Random numbers of its own for every fit, whatever else is tried; `others` for another search for it."""
    return np.random.SeedSequence(seed, spawn_key=(setting.n_components, *setting.covariance.encode(), *others))


class Workshop(NamedTuple):
    """What the fits of a selection share."""

    source: ArraySource
    scaling: Scaling
    options: Options
    runner: Local
    closing: Event  # set when fits are to end as they are
    folds: Sequence[Fold]
    of_one: dict[str, float]  # by kind of covariance, the log-likelihood of one component
    noise: UniformNoise | None
    shift: float  # what log-likelihoods in the units of the fit are above those in the units of the data

    def look_at_one_component(self, kinds: Mapping[str, Setting]) -> None:
        """What there is to compare mixtures with."""
        for kind, setting in kinds.items():
            freest = setting._replace(covariance=FREEST[kind])
            self.of_one[kind] = one_log_likelihood(self._emission(freest), self.source, self.runner)

    def watch(self, step: em.Step) -> None:
        """An interrupt for the thread that is fitting, since only the main one hears of Ctrl-C."""
        if self.closing.is_set():
            raise KeyboardInterrupt

    def fit(self, job: Job, sketch: Candidate | None = None) -> Candidate:
        """The whole search for one fit, in which what a sketch of it found takes part."""
        setting, stream = job
        streams = stream.spawn(len(self.folds))
        search = self._search(setting, self.source, stream, sketch)
        found = self.judge(setting, search, lambda fold, rows: self._search(setting, rows, streams[fold]))
        return found if sketch is None else _beside(sketch, found)

    def look_at(self, settings: Sequence[Setting], mixtures: Sequence[MixtureParameters]) -> list[Evidence]:
        """What there is to be seen of mixtures of one covariance model; nothing if one by one that costs no more."""
        n_components = sum(len(mixture.weights) for mixture in mixtures)
        if self.noise is not None or self.source.points.size * n_components >= LITTLE:
            return []
        n_free = [self.model(setting, self.source).n_free(own) for setting, own in zip(settings, mixtures, strict=True)]
        kind = MODELS[settings[0].covariance].kind
        freest = self._emission(Setting(0, FREEST[kind]))  # under which each component may have its own covariance
        return collect_several(freest, mixtures, n_free, next(iter(self.source.blocks())))

    def judge(
        self, setting: Setting, search: race.Search, refit: Refit, seen: Evidence | None = None,
        remark: str | None = None,
    ) -> Candidate:  # fmt: skip
        """What came of a search, in the units of the data; `refit` makes the same of the rows outside of a fold.

        What is `seen` of the fit, and the `remark` on it, need not be found out where they are known.
        """
        if search.best.outcome is em.Outcome.INTERRUPTED:
            self.closing.set()  # the others too
            return self._candidate(setting, search, [], seen, remark)
        try:
            return self._candidate(setting, search, self._deviances(setting, refit), seen, remark)
        except KeyboardInterrupt:  # the pass that tells how good the fit is comes last, and loses nothing by another go
            self.closing.set()
            cut = search._replace(best=search.best._replace(outcome=em.Outcome.INTERRUPTED))
            return self._candidate(setting, cut, [])

    def _search(
        self, setting: Setting, source: ArraySource, stream: np.random.SeedSequence, sketch: Candidate | None = None
    ) -> race.Search:
        model, plan = self.model(setting, source), self._plan(setting, sketch is None or sketch.is_searched)
        if sketch is not None:
            plan = plan._replace(known=[starts.Candidate(_kind(sketch), sketch.search.best.parameters)])
            plan = plan if sketch.remark else plan._replace(kinds=plan.kinds[:_BESIDE_A_SKETCH])
        return race.run(model, source, plan, runner=self.runner, rng=np.random.default_rng(stream))

    def _deviances(self, setting: Setting, refit: Refit) -> list[float]:
        """Minus twice the log-likelihood of the unseen rows of every fold, in the units of the data."""
        return [self._deviance(setting, fold, partial(refit, number)) for number, fold in enumerate(self.folds)]

    def _deviance(self, setting: Setting, fold: Fold, refit: Callable[[ArraySource], race.Search]) -> float:
        if fold.seen.n_rows < setting.n_components:
            return float("inf")
        best = refit(fold.seen).best
        if best.outcome is em.Outcome.INTERRUPTED:
            raise KeyboardInterrupt
        if best.outcome is em.Outcome.COLLAPSED:
            return float("inf")
        model = self.model(setting, fold.seen)
        found = self.runner(fold.unseen, model.statistics(best.parameters)).log_likelihood
        return -2 * (found - self.scaling.shift(self.runner(fold.unseen, seen_mass)))

    def _emission(self, setting: Setting) -> Emission:
        dof = self.options.dof
        if dof is not None:
            return Student(setting.covariance, str(dof), self.options.ridge)
        numbers = Gaussian(setting.covariance, self.options.ridge)
        return family_of(self.options.columns, numbers, self.options.count_family) if self.options.columns else numbers

    def model(self, setting: Setting, source: ArraySource) -> Mixture:
        """What the fit is of: a prior may look at the rows."""
        model = Mixture(self._emission(setting), self.options.equal_weights, noise=self.noise)
        prior = self.options.prior
        if prior is None:
            return model
        seen = prior.in_units(self.scaling.centre, self.scaling.scale)
        rows = self.options.among.moments_in(self.scaling) or row_moments(source.blocks)
        own = seen.resolve(rows, setting.n_components, MODELS[setting.covariance].kind)
        gaussian = Gaussian(setting.covariance, self.options.ridge, own)
        return replace(model, emission=gaussian, concentration=prior.concentration)

    def _plan(self, setting: Setting, is_long: bool) -> race.Plan:
        n_init = self.options.n_init
        usual = PATIENCE if MODELS[setting.covariance].is_linear else LESS_PATIENCE
        return race.Plan(
            setting.n_components,
            kinds=starts.DIVERSE if n_init is None else starts.cycle(n_init),
            is_race=n_init is None,
            max_iterations=self.options.max_iterations,
            stop=self._stop(),
            watch=self.watch,
            patience=MORE_PATIENCE if is_long and self.source.points.size <= _LITTLE else usual,
        )

    def _stop(self) -> em.Stop:
        if self.options.stop is not None:
            return self.options.stop
        tolerance = self.options.tolerance
        return SmallRemainder(tolerance) if tolerance else default_rule(self.source.total_weight)

    def _candidate(
        self, setting: Setting, search: race.Search, deviances: Sequence[float], seen: Evidence | None = None,
        remark: str | None = None,
    ) -> Candidate:  # fmt: skip
        model, parameters = self.model(setting, self.source), search.best.parameters
        emission: Any = model.emission
        scaling = self.scaling
        seen = seen or collect_all_evidence(
            model.posterior(parameters), model.n_free(parameters), self.source, self.runner
        )
        evidence = self._evidence(setting, seen, deviances)
        return Candidate(
            setting,
            model.in_units(scaling.centre, scaling.scale),
            parameters._replace(emission=emission.rescale(parameters.emission, scaling.centre, scaling.scale)),
            evidence,
            evaluate(evidence),
            search,
            self.remarks([setting], [search.best])[0] if remark is None else remark,
        )

    def _evidence(self, setting: Setting, scaled: Evidence, deviances: Sequence[float]) -> Evidence:
        """In the units of the data."""
        n_rows, is_one = self.source.total_weight, setting.n_components == 1
        shift = self.shift
        of_one = scaled.log_likelihood if is_one else self.of_one[MODELS[setting.covariance].kind]
        scaled = scaled._replace(log_likelihood=scaled.log_likelihood - shift, one_log_likelihood=of_one - shift)
        if not deviances:
            return scaled
        of_a_fold = deviances[0] * n_rows / self.folds[0].unseen.total_weight
        of_all = sum(deviances) if len(deviances) > 1 else nan
        return scaled._replace(deviance_of_a_fold=of_a_fold, deviance_of_folds=of_all)

    def remarks(self, settings: Sequence[Setting], fits: Sequence[em.Fit]) -> list[str]:
        """Why fits of one covariance model are not eligible: they collapsed, or numbers are flat in some component.

        A prior lets nothing become flat.
        """
        why = [fit.outcome.value if fit.outcome is em.Outcome.COLLAPSED else "" for fit in fits]
        sound = [i for i, told in enumerate(why) if not told]
        if self.options.prior is not None or not sound:
            return why
        seen = [self._laid_bare(settings[i], fits[i].parameters) for i in sound]
        for i, told in zip(sound, flaws(self._emission(settings[0]), seen, self.source.total_weight), strict=True):
            why[i] = told
        return why

    def _laid_bare(self, setting: Setting, parameters: MixtureParameters) -> MixtureParameters:
        """The parameters, or those of another step with own volumes where one for all would hide flat components."""
        if setting.covariance not in OF_OWN_VOLUMES or setting.n_components == 1:
            return parameters
        model = self.model(setting, self.source)
        own = replace(model, emission=self._emission(setting._replace(covariance=OF_OWN_VOLUMES[setting.covariance])))
        return own.maximise(self.runner(self.source, model.statistics(parameters)), parameters)


def may_gain(winner: Candidate, n_numbers: int) -> bool:
    """Whether a longer search is worth its time for what is to be chosen.

    Once, where a table is small, unless the first one went nowhere else, and many of its runs ended where it is.
    """
    tally = winner.search.tally
    is_sure = tally is not None and tally.n_moved == 0 and tally.n_agreeing >= _SURE * tally.n_runs
    is_long = SEARCH in [record.kind for record in winner.search.records]
    return n_numbers <= _LITTLE and bool(winner.sketched) and not is_sure and not is_long


def _kind(sketch: Candidate) -> str:
    """What a start is called that is already known."""
    return SEARCH if sketch.is_searched else PATH


def _beside(sketch: Candidate, found: Candidate) -> Candidate:
    """What a search found that went on from a sketch; this all the same where the search took it for an accident."""
    if sketch.remark:
        return found._replace(sketched={})
    is_lower = bool(found.remark) or found.evidence.log_likelihood < sketch.evidence.log_likelihood
    if is_lower and not is_interrupted(found):
        search = found.search._replace(best=sketch.search.best)
        found = sketch._replace(search=search, is_searched=True)
    return found._replace(sketched=sketch.sketched or sketch.criteria)


def is_interrupted(candidate: Candidate) -> bool:
    """Whether somebody cut the fit short."""
    return candidate.search.best.outcome is em.Outcome.INTERRUPTED
