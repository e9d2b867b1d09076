"""Mahalanobis distances and their quantiles, against SciPy."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import chi

from drawing.cases import mixture, sample
from mixtura.drawing.distances import (
    chance_band,
    expected_distances,
    mahalanobis_distances,
    probability_within,
    weighted_quantiles,
)


def test_distances_are_those_of_scipy():
    fitted = mixture(3, 4)
    points, _ = sample(fitted, 30)
    found = mahalanobis_distances(fitted, points)
    for k, (mean, covariance) in enumerate(zip(*fitted.parameters.emission, strict=True)):
        known = cdist(points, mean[None], "mahalanobis", VI=np.linalg.inv(covariance))[:, 0]
        np.testing.assert_allclose(found[:, k], known)


@pytest.mark.parametrize("n_columns", [1, 2, 30])
def test_expected_distances_are_chi(n_columns):
    probabilities = np.array([0.01, 0.3, 0.5, 0.99])
    np.testing.assert_allclose(expected_distances(probabilities, n_columns), chi(n_columns).ppf(probabilities))
    np.testing.assert_allclose(
        probability_within(expected_distances(probabilities, n_columns), n_columns), probabilities
    )


def test_quantiles_of_rows_that_count_alike_are_hazens():
    values = np.random.default_rng(0).normal(size=57)
    probabilities = np.linspace(0.05, 0.95, 11)
    found = weighted_quantiles(values, np.full(57, 2.5), probabilities)
    np.testing.assert_allclose(found, np.quantile(values, probabilities, method="hazen"))


def test_rows_of_no_weight_move_no_quantile():
    values, weights = np.array([1.0, 2.0, 3.0, 100.0]), np.array([1.0, 1, 1, 0])
    assert weighted_quantiles(values, weights, np.array([0.5])) == pytest.approx(2)


def test_the_band_holds_as_many_quantiles_as_it_says():
    rng, probabilities = np.random.default_rng(0), np.array([0.05, 0.5, 0.9])
    low, high = chance_band(probabilities, 40, 3)
    distances = np.linalg.norm(rng.standard_normal((4000, 40, 3)), axis=2)
    found = np.quantile(distances, probabilities, axis=1, method="hazen")
    shares = ((found > low[:, None]) & (found < high[:, None])).mean(1)
    np.testing.assert_allclose(shares, 0.95, atol=0.015)


def test_a_row_of_weight_two_is_worth_two_rows():
    rng = np.random.default_rng(0)
    values, weights = rng.gamma(2.0, size=40), rng.integers(1, 5, 40).astype(float)
    probabilities = np.linspace(0.02, 0.98, 25)
    repeated = np.repeat(values, weights.astype(int)) * (1 + 1e-15 * rng.standard_normal(int(weights.sum())))
    found = weighted_quantiles(repeated, np.ones(len(repeated)), probabilities)
    np.testing.assert_allclose(weighted_quantiles(values, weights, probabilities), found, rtol=1e-9)
