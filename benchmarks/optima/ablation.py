"""What a default fit is worth when one part of its mechanism is taken away, or made larger."""

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

from mixtura import GaussianMixture, race, starts
from mixtura.acceleration import SmallGain
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


def patience(factor: float) -> Contender:
    """Kicks go on for longer, or end earlier."""
    return changed(lambda plan: plan._replace(patience=round(factor * plan.patience)))


def _kinds(*kinds: str) -> Contender:
    return changed(lambda plan: plan._replace(kinds=kinds))


def _scikit_learns_rule(case: Case, seed: int) -> Solution | None:
    return _fit_by(lambda plan: plan._replace(stop=SmallGain(1e-3 * len(case.points))), case, seed)


def _with_spikes(case: Case, seed: int) -> Solution | None:
    with patch.object(Gaussian, "is_spurious", lambda *_: False):
        return fit(GaussianMixture, case, seed)


ABLATIONS: dict[str, Contender] = {
    "all of it": partial(fit, GaussianMixture),
    "no kicks": patience(0),
    "no kicks, 64 starts": changed(lambda plan: plan._replace(patience=0, kinds=starts.cycle(64))),
    "half the patience": patience(0.5),
    "twice the patience": patience(2),
    "four times the patience": patience(4),
    "one start": _kinds(starts.DIVERSE[0]),
    "two starts": _kinds(*starts.DIVERSE[:2]),
    "sixteen starts": _kinds(*starts.cycle(16)),
    **{f"only {kind}": _kinds(*[kind] * 8) for kind in starts.DIVERSE},
    "no race, no kicks: eight starts run to the end": changed(lambda plan: plan._replace(is_race=False)),
    "a small step ends it": _scikit_learns_rule,
    "spikes are not refused": _with_spikes,
}
