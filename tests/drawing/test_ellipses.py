"""Ellipses hold what they say."""

from math import sqrt

import numpy as np
import pytest

from drawing.cases import share_inside
from mixtura.drawing.ellipses import LEVELS, ellipse


@pytest.mark.parametrize("share", [*LEVELS, 0.99])
@pytest.mark.parametrize(
    "covariance", [[[1, 0], [0, 1]], [[4, 1.5], [1.5, 1]], [[1, -2.9], [-2.9, 9]], [[1, 0], [0, 25]]]
)
def test_an_ellipse_holds_its_share_of_a_gaussian(share, covariance):
    mean, covariance = np.array([3.0, -2.0]), np.array(covariance, dtype=float)
    points = np.random.default_rng(0).multivariate_normal(mean, covariance, 40_000)
    found = share_inside(points, *ellipse(mean, covariance, share))
    assert found == pytest.approx(share, abs=4 * sqrt(share * (1 - share) / len(points)))


def test_a_flat_gaussian_has_a_flat_ellipse():
    covariance = np.array([[1.0, 1.0 + 1e-14], [1.0 + 1e-14, 1.0]])  # rounding makes one eigenvalue negative
    assert np.linalg.eigvalsh(covariance)[0] < 0
    assert ellipse(np.zeros(2), covariance, 0.5).minor == pytest.approx(0, abs=1e-6)
