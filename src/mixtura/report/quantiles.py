"""Distances of rows from their clusters, against what they would be if the clusters were Gaussian.

If the mixture is right, squared Mahalanobis distances from component k, each row counted by its responsibility for k,
follow the chi-square distribution with D degrees of freedom. So nothing is cut off where clusters overlap, as it would
be if every row counted for one cluster alone.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.drawing.chi_square import chi_square_quantile
from mixtura.drawing.distances import mahalanobis_distances, weighted_quantiles
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.statistics import Block

_ROWS = 10_000  # at even steps through the table
_SHARES = (*np.arange(0.04, 0.97, 0.04).round(2).tolist(), 0.98, 0.99)
_FEWEST = 10  # rows of a cluster, fewer have no quantiles to speak of


class Quantiles(NamedTuple):
    """Distances (not squared) below which given shares of the rows lie: `expected` of a Gaussian, `observed` of each
    cluster; None for a cluster of too few rows."""

    shares: tuple[float, ...]
    expected: tuple[float, ...]
    observed: tuple[tuple[float, ...] | None, ...]


def distance_quantiles(fitted: FittedMixture, rows: Rows) -> Quantiles:
    """What a QQ plot of the Mahalanobis distances of complete rows shows."""
    whole = np.arange(len(rows.points)) if rows.holes is None else np.flatnonzero(~rows.holes.any(1))
    some = whole[np.linspace(0, len(whole) - 1, min(len(whole), _ROWS)).astype(int)]
    points = np.ascontiguousarray(rows.points[some])
    shares, _ = fitted.model.posterior(fitted.parameters)(Block(points, np.ones(len(points))))
    distances, weights = mahalanobis_distances(fitted, points), rows.weights[some, None] * shares
    observed = [_quantiles(*pair) for pair in zip(distances.T, weights.T, strict=True)]
    expected = tuple(sqrt(chi_square_quantile(share, points.shape[1])) for share in _SHARES)
    return Quantiles(_SHARES, expected, tuple(observed))


def _quantiles(distances: Float[ndarray, " N"], weights: Float[ndarray, " N"]) -> tuple[float, ...] | None:
    if weights.sum() ** 2 < _FEWEST * (weights**2).sum() or not weights.any():
        return None
    return tuple(weighted_quantiles(distances, weights, np.array(_SHARES)).tolist())
