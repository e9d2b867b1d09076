"""What `n_components` and `covariance_type` may be where they are to be chosen, and the choice."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from mixtura.covariance import MODELS
from mixtura.criteria import OF_SELECTIONS
from mixtura.diagnostics import components_to_try, models_to_try
from mixtura.estimators import _parameters as rules
from mixtura.estimators._base import generator
from mixtura.estimators._progress import tell_fit
from mixtura.estimators._search import little_of, stopping_rule
from mixtura.options import Options
from mixtura.runners.local import n_threads
from mixtura.selection import FOUR, Selection, select
from mixtura.sources.array import ArraySource
from mixtura.trials import Setting

_AUTO = "auto"
# What says where a single fit begins or how it is watched, and what it is where nothing is said.
_OF_ONE_FIT = {
    "n_init": 1, "init_params": _AUTO, "weights_init": None, "means_init": None, "precisions_init": None,
    "warm_start": False, "callbacks": None,
}  # fmt: skip


def _are_all(value: Any, rule: rules.Rule) -> bool:
    return rules.ARRAY.accepts(value) and len(value) > 0 and all(map(rule.accepts, value))


_NUMBER, _NAME = rules.whole(1), rules.one_of(MODELS)
RULES = {
    "n_components": rules.either(
        _NUMBER, rules.one_of([_AUTO]), rules.Rule(lambda value: _are_all(value, _NUMBER), "several of them")
    ),
    "covariance_type": rules.either(
        rules.one_of([_AUTO, *MODELS]), rules.Rule(lambda value: _are_all(value, _NAME), "several of them")
    ),
    "criterion": rules.one_of(OF_SELECTIONS),
}


def is_choice(estimator: Any) -> bool:
    """Whether more than one mixture is asked for."""
    numbers, names = estimator.n_components, estimator.covariance_type
    return not (_NUMBER.accepts(numbers) and _NAME.accepts(names))


def one_setting(estimator: Any) -> Setting:
    """What a fit without a choice is asked for."""
    vars(estimator).pop("selection_", None)  # of an earlier fit
    return Setting(int(estimator.n_components), estimator.covariance_type)


def choose(estimator: Any, source: ArraySource, **own: Any) -> Selection:
    """Every mixture that is asked for, and which is the best; `own` are options that other estimators have not.

    Raises
    ------
    ValueError
        If the parameters say where a single fit begins, or more components than different rows are asked for.
    """
    _refuse_what_is_of_one_fit(estimator)
    numbers, names = estimator.n_components, estimator.covariance_type
    asked = None if isinstance(numbers, str) else list(map(int, _each(numbers)))
    is_auto = isinstance(names, str) and names == _AUTO
    N, D = source.points.shape
    tried = models_to_try(N, D, FOUR) if is_auto else tuple(_each(names))
    is_told = estimator.get_params(deep=False).get("verbose", 0)
    return select(
        source.points,
        source.weights,
        n_components=components_to_try(source.points, source.weights, asked),
        covariances=tried,
        criterion=estimator.criterion,
        seed=int(generator(estimator.random_state).integers(2**32)),
        options=_options(estimator, source)._replace(**own),
        on_fit=partial(tell_fit, criterion=estimator.criterion) if is_told else lambda candidate: None,
    )


def _options(estimator: Any, source: ArraySource) -> Options:
    """Fits in the units of the data, as those of a single mixture are."""
    is_auto = isinstance(estimator.reg_covar, str)
    return Options(
        scale="none",
        ridge=little_of(source) if is_auto else float(estimator.reg_covar),
        max_iterations=estimator.max_iter,
        stop=stopping_rule(estimator.tol, source.total_weight),
        n_threads=n_threads(estimator.n_jobs),
    )


def _each(value: Any) -> Iterable[Any]:
    return [value] if isinstance(value, str) or _NUMBER.accepts(value) else value


def _refuse_what_is_of_one_fit(estimator: Any) -> None:
    given = estimator.get_params(deep=False)
    for name, default in _OF_ONE_FIT.items():
        value = given.get(name, default)
        if value is not default and not (isinstance(value, (int, str)) and value == default):
            raise ValueError(
                f"{name} is of a single fit, but n_components={estimator.n_components!r} and covariance_type="
                f"{estimator.covariance_type!r} ask for a choice among several: leave {name} alone, or name one number "
                "and one covariance type."
            )
