"""Where a variational fit begins, and the search for the number of components where that is left open."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import climbing, em, moves, race, starts
from mixtura.bayesian import BayesianMixture
from mixtura.estimators import _record, _search
from mixtura.estimators._base import check_points, check_weights, is_far, which_count
from mixtura.estimators._given import Given
from mixtura.mixture import MixtureParameters
from mixtura.race import SAMPLE_ROWS, Plan, Search, StartRecord
from mixtura.runners.contract import Measured, Runner
from mixtura.sources.array import ArraySource
from mixtura.starts import Candidate
from mixtura.statistics import Block

_NOTHING_GIVEN = Given(None, None, None)


class Begin(NamedTuple):
    """What a fit begins from: parameters, or kinds of starts; and whether the number of components is to be found."""

    n_components: int
    is_open: bool
    init_params: str
    n_init: int
    parameters: MixtureParameters | None = None  # those of an earlier fit, or of responsibilities that are given
    is_resumed: bool = False  # whether they are those of an earlier fit


class Searched(NamedTuple):
    """A search, and what it saw of other numbers of components: their bounds, in nats."""

    search: Search
    bounds: dict[int, float]


def run(
    model: BayesianMixture, source: Measured, begin: Begin, plan: Plan, rng: np.random.Generator, runner: Runner
) -> Searched:
    """Find the best posterior, and where that is asked for the number of components, which is found on a sample."""
    if not begin.is_open and begin.parameters is None:
        kinds = _search.plan_starts(begin.init_params, begin.n_init, _NOTHING_GIVEN)
        plan = plan._replace(kinds=kinds.kinds, is_race=kinds.is_race, patience=0)
        return Searched(_search.run(model, source, kinds, plan, rng, runner), {})
    start, bounds = Candidate("given", begin.parameters), {}
    if begin.is_open:
        found = _found(model, source, begin, plan, rng)
        best, bounds = found.best.fit, {number: trial.rank for number, trial in found.by_number.items()}
        start = Candidate(f"{found.n_made} of {found.n_tried} moves", best.parameters)
        if found.best.is_interrupted:
            record = StartRecord(start.kind, best.objective, len(best.trace), 1, best.outcome)
            return Searched(Search(best, (record,)), bounds)
    finish = race.to_the_end(source, runner, plan.max_iterations, 1)
    return Searched(race.search(model, [start], finish, stop=plan.stop, callbacks=plan.callbacks), bounds)


def _found(model: BayesianMixture, source: Measured, begin: Begin, plan: Plan, rng: np.random.Generator) -> moves.Found:
    """The best of `n_init` searches, or where it stood when somebody cut it short."""
    sample = climbing.in_double(starts.some_rows(source, SAMPLE_ROWS, rng))
    kind = starts.DIVERSE[0] if begin.init_params == "auto" else begin.init_params
    found: list[moves.Found] = []
    while len(found) < begin.n_init and not (found and found[-1].best.is_interrupted):
        start = begin.parameters or starts.draw(model, sample, begin.n_components, [kind], rng)[0].parameters
        found.append(moves.search(model, sample, start, rng, plan.watch))
    best = max(found, key=lambda search: search.best.rank)
    return best if not found[-1].best.is_interrupted else found[-1]


def parameters_given(estimator: Any, model: BayesianMixture, X: Any, sample_weight: Any) -> MixtureParameters:
    """What the M-step makes of the labels (N,) or responsibilities (N, K) that an estimator is given."""
    if is_far(X):
        raise ValueError("responsibilities_init goes with an array: rows that are read block by block have none.")
    points = check_points(estimator, X, reset=False, may_have_holes=True)
    shares = check_responsibilities(estimator.responsibilities_init, len(points), estimator.n_components)
    weights = check_weights(sample_weight, len(points))
    counts = which_count(points, weights)
    rows = Block(points[counts], np.ones(int(counts.sum())) if weights is None else weights[counts])
    least = estimator.start_components if isinstance(estimator.n_components, str) else estimator.n_components
    number = max(int(shares[counts].max()) + 1, least) if shares.ndim == 1 else shares.shape[1]
    return starts.parameters_from(model, rows, shares[counts], number, pseudo_rows=0.0)


def numbers(
    model: BayesianMixture, parameters: MixtureParameters, searched: Searched, source: Measured, runner: Runner
) -> dict[str, Any]:
    """How many components there are, and how sure that is."""
    is_cut = searched.search.best.outcome is em.Outcome.INTERRUPTED
    rows = ArraySource(*_search.sample_of(source)) if is_cut else source  # nobody waits for one more pass over files
    empty = np.exp(runner(rows, partial(_log_empty, posterior=model.posterior(parameters))))
    bounds = searched.bounds
    relative = np.exp(np.array(list(bounds.values())) - max(bounds.values(), default=0.0))
    return {
        "n_effective_": float((1 - empty).sum()),
        "n_effective_std_": float(np.sqrt((empty * (1 - empty)).sum())),
        "number_bounds_": bounds,
        "number_probabilities_": dict(zip(bounds, (relative / max(relative.sum(), 1.0)).tolist(), strict=True)),
    }


def _log_empty(block: Block, posterior: Callable[[Block], tuple[ndarray, ndarray]]) -> Float[ndarray, " K"]:
    """The log-probability that no row of the block belongs to a component."""
    shares = posterior(block)[0].astype(np.float64)
    with np.errstate(divide="ignore"):
        return np.einsum("n,nk->k", block.weights, np.log1p(-np.minimum(shares, 1.0)))


def describe_ties(model: BayesianMixture, searched: Searched, source: Measured) -> str:
    """A sentence about components that rest on values that repeat, with the remedy; empty if there are none."""
    sample, parameters = _search.sample_of(source), searched.search.best.parameters
    tied = model.ties(parameters, climbing.AtHand(sample), model.emission.spread(*sample))
    if not len(tied):
        return ""
    counts = parameters.emission.counts
    held = ", ".join(f"{count:.3g}" for count in np.sort(counts[tied])[::-1][:5])
    more = f" and {len(tied) - 5} more" if len(tied) > 5 else ""
    return (
        f"In components of {held}{more} rows, all rows have one value in some column, and only the prior gives it a "
        f"width there: leave that column out, or try fewer than n_components={len(counts)}."
    )


def posterior(model: BayesianMixture, parameters: MixtureParameters) -> dict[str, Any]:
    """The attributes that say the posterior, besides those of a mixture."""
    counts = parameters.emission.counts
    concentration, dofs = model.weights_prior.posterior(counts), model.emission.dofs(counts)
    return {
        "n_components_": len(counts),
        "weight_concentration_": tuple(concentration) if concentration.ndim == 2 else concentration,
        "mean_precision_": model.emission.shrinkage + counts,
        "degrees_of_freedom_": float(dofs[0]) if model.emission.model.is_shared else dofs,
    }


def course(search: Search, source: Measured, is_begun: bool) -> dict[str, Any]:
    """How the fit went; bounds are sums over the rows, as in scikit-learn."""
    told = _record.record(search, source, is_begun=is_begun)
    bounds = [bound * source.total_weight for bound in told["lower_bounds_"]]
    del told["log_likelihoods_"]
    return told | {"lower_bounds_": bounds, "lower_bound_": bounds[-1] if bounds else float("-inf")}


def check_responsibilities(given: Any, n_rows: int, n_components: int | str) -> ndarray:
    """Labels (N,) as integers, or responsibilities (N, K) that sum to one in each row."""
    array = np.asarray(given)
    number = "K" if isinstance(n_components, str) else n_components
    if array.ndim not in (1, 2) or len(array) != n_rows or (array.ndim == 2 and number not in ("K", array.shape[1])):
        raise ValueError(
            f"responsibilities_init has shape {array.shape}: labels of shape ({n_rows},) or shares of shape "
            f"({n_rows}, {number}) are needed."
        )
    return _check_labels(array, n_components) if array.ndim == 1 else _check_shares(array.astype(np.float64))


def _check_labels(labels: ndarray, n_components: int | str) -> ndarray:
    if labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ValueError("responsibilities_init has one dimension, so it holds labels: whole numbers from 0 on.")
    if not isinstance(n_components, str) and labels.max() >= n_components:
        raise ValueError(
            f"responsibilities_init holds the label {labels.max()}, but with n_components = {n_components} the last "
            f"one is {n_components - 1}."
        )
    return labels


def _check_shares(shares: Float[ndarray, "N K"]) -> Float[ndarray, "N K"]:
    wrong = ~((shares >= 0).all(1) & (np.abs(shares.sum(1) - 1) < 1e-6))
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"responsibilities_init sums to {shares[row].sum():.6g} in row {row + 1} (counted from 1), or holds a "
            "negative number there: the shares of a row must be positive and sum to one."
        )
    return shares
