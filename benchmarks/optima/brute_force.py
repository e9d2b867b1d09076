"""Look for the best solution of a case: starts of all kinds and long searches, as many as fit into some seconds."""

import time
from collections.abc import Iterator
from itertools import count, product
from typing import Any, NamedTuple

import numpy as np
from sklearn.mixture import GaussianMixture

from optima.ablation import patience
from optima.best_known import Best
from optima.cases import Case
from optima.contenders import matrices
from optima.judge import NEAR, Solution, height
from optima.spaces import SPACES, Space

_search = patience(200, 100)  # our own engine, with far more patience than it has by itself
_RUNS, _AGREE = 300, 30  # runs, and those that end at the best, that leave no doubt
_PROMISING = 5.0  # nats below the best from which a solution is worth being taken to its very end
_INITS = ("kmeans", "k-means++", "random", "random_from_data")


class Found(NamedTuple):
    """A log-likelihood, the kind of run that led there, and the rows of the smallest component."""

    log_likelihood: float
    found_by: str
    fewest_rows: float


def improve(case: Case, best: Best, seconds: float) -> Best:
    """Search for so long, or until enough has been done, and keep the higher of what is found and what was known."""
    end = time.process_time() + seconds
    for words, solution in _solutions(case, best.n_runs):
        best = _with(best, _judge(case, words, solution, best.log_likelihood - _PROMISING))
        if time.process_time() > end or (best.n_runs >= _RUNS and best.n_agree >= _AGREE):
            break
    return best


def _with(best: Best, found: Found) -> Best:
    if found.log_likelihood > best.log_likelihood + NEAR:
        return best._replace(**found._asdict(), n_runs=best.n_runs + 1, n_agree=1)
    if found.log_likelihood < best.log_likelihood - NEAR:
        return best._replace(n_runs=best.n_runs + 1)
    highest = max(best.log_likelihood, found.log_likelihood)
    seen = {"n_runs": best.n_runs + 1, "n_agree": best.n_agree + 1, "fewest_rows": found.fewest_rows}
    return best._replace(log_likelihood=highest, **seen)


def _judge(case: Case, words: str, solution: Solution | None, least: float) -> Found:
    """A solution that is near the best, or even higher, goes on to its very end."""
    if solution is None:
        return Found(float("-inf"), words, 0.0)
    ends = [(height(case, solution), solution)]
    if ends[0][0] >= least and (climbed := climb(case, solution)):
        ends.append((height(case, climbed), climbed))
    highest, best = max(ends, key=lambda end: end[0])
    return Found(highest, words, float(best.weights.min() * len(case.points)))


def _solutions(case: Case, n_before: int) -> Iterator[tuple[str, Solution | None]]:
    """Runs without end. A long search takes as long as many fits, so there is one for every dozen of these."""
    yield from _from_true_groups(case)
    ways = list(product(SPACES[case.covariance_type], _INITS))
    for seed in count(n_before):
        if seed % 13 == 12:
            yield "mixtura, long search", _search(case, seed)
        else:
            space, init = ways[seed % len(ways)]
            yield f"scikit-learn, {space.__name__}, {init}", _fit(case, space(case.points), seed, init_params=init)


def _from_true_groups(case: Case) -> Iterator[tuple[str, Solution | None]]:
    labels = case.labels
    if labels is not None and labels.max() + 1 == case.n_components:
        parts = [case.points[labels == k] for k in range(case.n_components)]
        shares = np.array([len(part) for part in parts]) / len(labels)
        covariances = np.array([np.atleast_2d(np.cov(part.T, bias=True)) for part in parts])
        yield (
            "scikit-learn, true groups",
            climb(case, Solution(shares, np.array([p.mean(0) for p in parts]), covariances)),
        )


def climb(case: Case, solution: Solution) -> Solution | None:
    """scikit-learn's EM from a solution to its end, in units in which nothing needs regularisation."""
    space = SPACES[case.covariance_type][-1](case.points)
    begin = space.enter(solution)
    return _fit(case, space, 0, **_start(case, begin), tol=1e-10, max_iter=5000)


def _start(case: Case, solution: Solution) -> dict[str, np.ndarray]:
    precisions = np.linalg.inv(solution.covariances)
    pick = {
        "full": precisions,
        "tied": precisions.mean(0),
        "diag": precisions.diagonal(axis1=1, axis2=2),
        "spherical": precisions.diagonal(axis1=1, axis2=2).mean(1),
    }
    return {
        "weights_init": solution.weights,
        "means_init": solution.means,
        "precisions_init": pick[case.covariance_type],
    }


def _fit(case: Case, space: Space, seed: int, **options: Any) -> Solution | None:
    arguments = {"tol": 1e-6, "max_iter": 300, "reg_covar": 1e-9} | options
    model = GaussianMixture(case.n_components, covariance_type=case.covariance_type, random_state=seed, **arguments)
    try:
        model.fit(space.apply(case.points))
    except ValueError:  # a collapse
        return None
    return space.leave(Solution(model.weights_, model.means_, matrices(model)))
