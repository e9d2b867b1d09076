"""What an estimator keeps of a search: attributes, and the history that a saved model carries."""

from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.assembly import assemble
from mixtura.criteria import evaluate
from mixtura.em import Outcome
from mixtura.emissions.gaussian import Gaussian
from mixtura.estimators._search import sample_of
from mixtura.evidence import collect_evidence
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.race import Search
from mixtura.runners.contract import Measured, Runner
from mixtura.scaling import Scaling, choose_scaling
from mixtura.selection import Selection
from mixtura.sources.array import ArraySource
from mixtura.trials import Candidate, Setting

COLLAPSED = (
    "Fitting the mixture model failed because some components have ill-defined empirical covariance (for instance "
    "caused by singleton or collapsed samples). Try to decrease the number of components, increase reg_covar, or scale "
    "the input data."
)
_SINGLE = " The numerical accuracy can also be improved by passing float64 data instead of float32."


def why_collapsed(dtype: Any) -> str:
    """What to say where no start led to a mixture."""
    return COLLAPSED + (_SINGLE if dtype == np.float32 else "")


def why_not_converged(n_iterations: int, lower_bound: float) -> str:
    """What to say where the iterations ran out."""
    return (
        "Best performing initialization did not converge. Try different init parameters, or increase max_iter, "
        f"tol, or check for degenerate data. After {n_iterations} iterations the mean log-likelihood was "
        f"{lower_bound:.6g} and still changing."
    )


def record(search: Search, source: Measured, *, is_begun: bool) -> dict[str, Any]:
    """The attributes that tell how the fit went; `is_begun` is False if no iteration was asked for."""
    trace = search.best.trace if is_begun else ()
    bounds = [value / source.total_weight for value in trace]
    return {
        "converged_": search.best.outcome is Outcome.CONVERGED and is_begun,
        "n_iter_": len(trace),
        "lower_bound_": bounds[-1] if bounds else float("-inf"),
        "lower_bounds_": bounds,
        "outcome_": search.best.outcome,
        "log_likelihoods_": np.array([record.objective for record in search.records]),
        "fit_report_": report(search),
    }


def report(search: Search) -> dict[str, Any]:
    """What became of every start, and how the search went."""
    tally = search.tally._asdict() if search.tally else {}
    return {
        "starts": [record._asdict() | {"outcome": record.outcome.name.lower()} for record in search.records],
        **tally,
        "n_plateaus": search.best.n_plateaus,
        "doubt": search.doubt,
    }


def describe_spikes(emission: Gaussian, parameters: MixtureParameters, source: Measured) -> str:
    """A sentence about components that are spikes of the likelihood, with the remedy; empty if there are none."""
    counts = parameters.weights * source.total_weight
    sample = sample_of(source)
    if _are_wide(parameters.emission.covariances, counts, choose_scaling(*sample).scale):
        return ""
    spurious = emission.spurious(parameters.emission, counts, emission.spread(*sample))
    if not len(spurious):
        return ""
    sizes = [f"{counts[k]:.3g}" for k in spurious[:5]]
    told = [f"component {k} ({n} {'row' if n == '1' else 'rows'})" for k, n in zip(spurious, sizes, strict=False)]
    held = ", ".join(told)
    more = f" and {len(spurious) - 5} more" if len(spurious) > 5 else ""
    return (
        f"Flat in some direction, by an accident of few rows or because values repeat: {held}{more}. Try fewer than "
        f"n_components={len(counts)}, a simpler covariance_type or a larger reg_covar."
    )


def _are_wide(covariances: ndarray, counts: Float[ndarray, " K"], unit: Float[ndarray, " D"]) -> bool:
    """Whether no closer look is needed: in any direction and any units, components are wide for the rows they hold."""
    if covariances.ndim == 3:
        least = np.linalg.eigvalsh(covariances / (unit * unit[:, None]))[:, 0]
    else:
        least = (covariances.reshape(len(counts), -1) / unit**2).min(1)
    return bool((counts * least > len(unit)).all())


def history(
    setting: Setting, model: Mixture, parameters: MixtureParameters, search: Search, source: Measured, runner: Runner
) -> dict[str, Any]:
    """What `FittedMixture.history` holds, for a fit that was not chosen among others."""
    if search.best.outcome is Outcome.INTERRUPTED and not isinstance(source, ArraySource):
        return {}  # nobody waits for one more pass over files
    facts = collect_evidence(model.classify(parameters), model.n_free(parameters), source, runner)
    candidate = Candidate(setting, model, parameters, facts, evaluate(facts), search, "")
    scaling = Scaling.idle(source.n_columns)
    is_complete = search.best.outcome is not Outcome.INTERRUPTED
    return history_of(Selection((candidate,), "bic", (0,), scaling, source.n_rows, is_complete))


def history_of(selection: Selection) -> dict[str, Any]:
    """The same, for the best of a selection."""
    return assemble(selection, order="none").history


def scaling_record(n_columns: int) -> dict[str, Any]:
    """What `FittedMixture.scaling` says of a fit in the units of the data."""
    return {"name": "none", "centre": [0.0] * n_columns, "scale": [1.0] * n_columns}
