"""What a default fit is worth when one part of its mechanism is taken away, or made larger."""

from collections.abc import Callable
from functools import partial
from math import inf
from typing import Any
from unittest.mock import patch

from mixtura import GaussianMixture, kicks, race, starts
from mixtura.emissions.gaussian import Gaussian
from optima.cases import Case
from optima.contenders import Contender, fit
from optima.judge import Solution

Change = Callable[[race.Plan], race.Plan]


def changed(change: Change) -> Contender:
    """Default fits of mixtura, but for the plan of their searches."""
    return partial(_fit_by, change)


def _fit_by(change: Change, case: Case, seed: int) -> Solution | None:
    with patch.object(race, "run", partial(_run, race.run, change)):
        return fit(GaussianMixture, case, seed)


def _run(run: Callable[..., race.Search], change: Change, model: Any, source: Any, plan: race.Plan, **rest: Any) -> Any:
    return run(model, source, change(plan), **rest)


def patience(constant: int, for_each: int) -> Contender:
    """A search ends after so many kicks in vain, and so many more for each component."""
    return changed(lambda plan: plan._replace(patience=constant + for_each * plan.n_components))


def _kinds(*kinds: str) -> Contender:
    return changed(lambda plan: plan._replace(kinds=kinds))


def _never_given_up(case: Case, seed: int) -> Solution | None:
    with patch.object(kicks, "HOPE", inf), patch.object(kicks, "_BRIEF", inf):
        return fit(GaussianMixture, case, seed)


def _with_spikes(case: Case, seed: int) -> Solution | None:
    with patch.object(Gaussian, "spurious", lambda *_: ()):
        return fit(GaussianMixture, case, seed)


ABLATIONS: dict[str, Contender] = {
    "all of it": partial(fit, GaussianMixture),
    "no kicks": patience(0, 0),
    "no kicks, 64 starts": changed(lambda plan: plan._replace(patience=0, kinds=starts.cycle(64))),
    "no kicks, no race: all starts run to the end": changed(lambda plan: plan._replace(is_race=False)),
    "kicks end after 8 + 6 K in vain": patience(8, 6),
    "kicks end after 16 + 12 K in vain": patience(16, 12),
    "kicks end after 16 + 24 K in vain": patience(16, 24),
    "kicks end after 16 + 48 K in vain": patience(16, 48),
    "kicks of little hope are not given up": _never_given_up,
    "one start": _kinds(starts.DIVERSE[0]),
    "two starts": _kinds(*starts.DIVERSE[:2]),
    "sixteen starts": _kinds(*starts.cycle(16)),
    **{f"only {kind}": _kinds(*[kind] * 8) for kind in starts.DIVERSE},
    "a step below 1e-3 per row ends it": partial(fit, GaussianMixture, tol=1e-3),
    "ridge of 1e-6 in squared units of the data": partial(fit, GaussianMixture, reg_covar=1e-6),
    "spikes are not refused": _with_spikes,
}
