"""Mahalanobis distances of rows, and what they should be if the components are Gaussian."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.drawing.chi_square import chi_square_quantile
from mixtura.explain.profiles import component_moments
from mixtura.fitted import FittedMixture

_SAME = 1e-12  # of the largest value, by which others differ


def mahalanobis_distances(fitted: FittedMixture, points: Float[ndarray, "N D"]) -> Float[ndarray, "N K"]:
    """The distance of every row from every component, in standard deviations of the component.

    Examples
    --------
    >>> from mixtura import assemble, select
    >>> points = np.array([[-1.0], [1.0], [-1.0], [1.0]])
    >>> fitted = assemble(select(points, n_components=[1], covariances=["full"]))
    >>> mahalanobis_distances(fitted, np.array([[2.0]])).round(3)
    array([[2.]])
    """
    means, covariances = component_moments(fitted)
    columns = [
        np.linalg.norm(np.linalg.solve(root, (points - mean).T), axis=0)
        for mean, root in zip(means, np.linalg.cholesky(covariances), strict=True)
    ]
    return np.stack(columns, axis=1)


def weighted_quantiles(
    values: Float[ndarray, " N"], weights: Float[ndarray, " N"], probabilities: Float[ndarray, " P"]
) -> Float[ndarray, " P"]:
    """Quantiles of rows that count as much as their weights say; a row stands in the middle of its own share.

    Rows that are equal but for rounding are one, so that a row of weight two is worth two rows.

    Examples
    --------
    >>> weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.ones(3), np.array([0.5])).tolist()
    [2.0]
    """
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-np.inf) > _SAME * np.abs(ordered).max())
    shares = np.add.reduceat(weights[order], first)
    middles = (np.cumsum(shares) - shares / 2) / shares.sum()
    return np.interp(probabilities, middles, ordered[first])


def expected_distances(probabilities: Float[ndarray, " P"], n_columns: int) -> Float[ndarray, " P"]:
    """Quantiles of the distance of a Gaussian row from its mean: the root of a chi-squared number."""
    return np.sqrt([chi_square_quantile(share, n_columns) for share in probabilities.tolist()])


def probability_within(distances: Float[ndarray, " P"], n_columns: int) -> Float[ndarray, " P"]:
    """The share of Gaussian rows within a distance: the inverse of `expected_distances`."""
    from scipy.special import gammainc

    return np.asarray(gammainc(n_columns / 2, distances**2 / 2))


def chance_band(
    probabilities: Float[ndarray, " P"], n_rows: float, n_columns: int, share: float = 0.95
) -> tuple[Float[ndarray, " P"], Float[ndarray, " P"]]:
    """Between which distances each quantile of `n_rows` Gaussian rows falls with the probability `share`.

    The r-th smallest of n probabilities is Beta(r, n - r + 1).
    """
    from scipy.special import betaincinv

    ranks = probabilities * n_rows + 0.5
    edges = (1 - share) / 2, (1 + share) / 2
    low, high = (betaincinv(ranks, n_rows - ranks + 1, edge) for edge in edges)
    return expected_distances(low, n_columns), expected_distances(high, n_columns)
