"""How good a solution is: its log-likelihood, by a function that shares no code with any contender.

What counts as a spike is a definition, and mixtura's; nothing else here is.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg import LinAlgError, cholesky, solve_triangular
from scipy.special import logsumexp

from mixtura.covariance.degenerate import spurious_components
from mixtura.spaces import spread
from optima.cases import Case

NEAR = 0.05  # nats in total: a solution that is lower by less has reached the optimum


class Solution(NamedTuple):
    """Weights (K,), means (K, D) and covariances (K, D, D), and what they took."""

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray
    milliseconds: float = float("nan")


def height(case: Case, solution: Solution) -> float:
    """The log-likelihood of all rows in nats; minus infinity for a solution with a spike, or that is no mixture at all.

    A component is a spike if it is so thin for the rows it has that chance explains it: see
    `mixtura.covariance.degenerate`. Components that share their shape are none.
    """
    points = case.points
    centre, scale = points.mean(0), points.std(0)
    scaled = solution._replace(
        means=(solution.means - centre) / scale, covariances=solution.covariances / np.outer(scale, scale)
    )
    if not all(np.isfinite(values).all() for values in scaled[:3]) or _has_spike(case, scaled):
        return float("-inf")
    try:
        log_densities = _log_densities((points - centre) / scale, scaled)
    except LinAlgError:
        return float("-inf")
    return float(log_densities.sum() - len(points) * np.log(scale).sum())


def _has_spike(case: Case, scaled: Solution) -> bool:
    if case.covariance_type == "tied":
        return False
    points, counts, seen = case.points, scaled.weights * len(case.points), scaled.covariances
    if case.covariance_type == "full":
        whitener = spread((points - points.mean(0)) / points.std(0), np.ones(len(points))).whitener
        seen = whitener @ seen @ whitener.T
    return len(spurious_components(counts, seen, case.covariance_type == "full")) > 0


def _log_densities(points: np.ndarray, solution: Solution) -> np.ndarray:
    roots = [cholesky(covariance, lower=True) for covariance in solution.covariances]
    terms = [
        solve_triangular(root, (points - mean).T, lower=True) for mean, root in zip(solution.means, roots, strict=True)
    ]
    squares = np.array([(whitened**2).sum(0) for whitened in terms])
    log_dets = np.array([np.log(root.diagonal()).sum() for root in roots])[:, None]
    with np.errstate(divide="ignore"):
        joint = np.log(solution.weights)[:, None] - log_dets - 0.5 * squares
    return logsumexp(joint, axis=0) - points.shape[1] / 2 * np.log(2 * np.pi)
