"""Rows drawn from Gaussians: as the parameters say, in memory for the rows."""

import tracemalloc

import numpy as np
import pytest

from mixtura.emissions._moments import matrices
from mixtura.emissions.gaussian import Gaussian, GaussianParameters

KINDS = {
    "VII": np.array([0.5, 2.0]),
    "VVI": np.array([[0.5, 1.0, 4.0], [2.0, 0.1, 1.0]]),
    "VVV": np.array([np.eye(3) + 0.5, [[2.0, -1.0, 0.0], [-1.0, 1.0, 0.3], [0.0, 0.3, 0.5]]]),
}


@pytest.mark.parametrize("covariance", KINDS)
def test_moments_are_those_of_the_components(covariance):
    parameters = GaussianParameters(np.array([[0.0, 1.0, 2.0], [-5.0, 0.0, 5.0]]), KINDS[covariance])
    rows = Gaussian(covariance).sample(parameters, np.array([20_000, 30_000]), np.random.default_rng(0))
    for own, mean, matrix in zip(
        np.split(rows, [20_000]), parameters.means, matrices(KINDS[covariance], 3), strict=True
    ):
        assert own.mean(0) == pytest.approx(mean, abs=0.05)
        assert np.cov(own.T) == pytest.approx(matrix, abs=0.1)


@pytest.mark.parametrize("covariance", ["VVI", "VVV"])
def test_many_columns_take_no_matrix_for_every_row(covariance):
    own = np.ones((2, 200)) if covariance == "VVI" else np.tile(np.eye(200), (2, 1, 1))
    tracemalloc.start()
    rows = Gaussian(covariance).sample(
        GaussianParameters(np.zeros((2, 200)), own), np.array([500, 0]), np.random.default_rng(0)
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows.shape == (500, 200)
    assert peak < 10 * rows.nbytes
