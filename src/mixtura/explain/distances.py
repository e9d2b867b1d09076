"""Distances of rows from their clusters, against what they would be if the clusters were Gaussian.

If the mixture is right, squared Mahalanobis distances from component k, each row counted by its responsibility for k,
follow the chi-square distribution with D degrees of freedom. So nothing is cut off where clusters overlap, as it would
be if every row counted for one cluster alone.
"""

from math import erfc, exp, lgamma, log, sqrt
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.explain.profiles import component_moments
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.statistics import Block

_ROWS = 10_000  # at even steps through the table
_SHARES = (*np.arange(0.04, 0.97, 0.04).round(2).tolist(), 0.98, 0.99)
_FEWEST = 10  # rows of a cluster, fewer have no quantiles to speak of
_STEPS = 60  # halvings of an interval


class Quantiles(NamedTuple):
    """Distances (not squared) below which given shares of the rows lie: `expected` of a Gaussian, `observed` of each
    cluster; None for a cluster of too few rows."""

    shares: tuple[float, ...]
    expected: tuple[float, ...]
    observed: tuple[tuple[float, ...] | None, ...]


def distance_quantiles(fitted: FittedMixture, rows: Rows) -> Quantiles:
    """What a QQ plot of the Mahalanobis distances shows."""
    some = np.linspace(0, len(rows.points) - 1, min(len(rows.points), _ROWS)).astype(int)
    points = np.ascontiguousarray(rows.points[some])
    shares, _ = fitted.model.posterior(fitted.parameters)(Block(points, np.ones(len(points))))
    means, covariances = component_moments(fitted)
    observed = [
        _quantiles(_distances(points, mean, covariance), rows.weights[some] * share)
        for mean, covariance, share in zip(means, covariances, shares.T, strict=True)
    ]
    expected = tuple(sqrt(chi_square_quantile(share, means.shape[1])) for share in _SHARES)
    return Quantiles(_SHARES, expected, tuple(observed))


def _distances(points: ndarray, mean: Float[ndarray, " D"], covariance: Float[ndarray, "D D"]) -> Float[ndarray, " N"]:
    units = np.sqrt(np.diag(covariance))
    root = np.linalg.cholesky(covariance / np.outer(units, units))
    return np.sqrt((np.linalg.solve(root, ((points - mean) / units).T) ** 2).sum(0))


def _quantiles(distances: Float[ndarray, " N"], weights: Float[ndarray, " N"]) -> tuple[float, ...] | None:
    total = weights.sum()
    if total == 0 or total**2 < _FEWEST * (weights**2).sum():
        return None
    order = np.argsort(distances, kind="stable")
    reached = (weights[order].cumsum() - weights[order] / 2) / total
    return tuple(np.interp(_SHARES, reached, distances[order]).tolist())


def chi_square_quantile(share: float, n_columns: int) -> float:
    """The value below which a share of a chi-square distribution lies (SciPy would take 0.3 s to import).

    Examples
    --------
    >>> round(chi_square_quantile(0.95, 2), 6), round(chi_square_quantile(0.5, 1), 6)
    (5.991465, 0.454936)
    """
    low, high = 0.0, 10.0 * n_columns + 100.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 - _above(middle, n_columns) < share else (low, middle)
    return (low + high) / 2


def _above(value: float, n_columns: int) -> float:
    """The share of a chi-square distribution above a value > 0: a finite sum (Abramowitz & Stegun 26.4.4, 26.4.5)."""
    half, is_odd = value / 2, n_columns % 2
    powers = (is_odd / 2 + i for i in range(n_columns // 2))
    terms = (exp(power * log(half) - half - lgamma(power + 1)) for power in powers)
    return sum(terms, start=erfc(sqrt(half)) if is_odd else 0.0)
