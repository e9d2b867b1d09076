import numpy as np
import pytest

from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.fitted import FittedMixture, default_names
from mixtura.mixture import Mixture, MixtureParameters


@pytest.fixture
def mixture():
    def make(weights, means, features=("a", "b"), sds=1.0):
        means = np.array(means, dtype=float)
        covariances = np.broadcast_to(np.eye(means.shape[1]) * sds**2, (len(means), *[means.shape[1]] * 2)).copy()
        parameters = MixtureParameters(np.array(weights, dtype=float), GaussianParameters(means, covariances))
        return FittedMixture(Mixture(Gaussian("full")), parameters, tuple(features), default_names(len(means)))

    return make


@pytest.fixture
def draw():
    def rows(fitted, n_rows):
        rng = np.random.default_rng(0)
        counts = rng.multinomial(n_rows, fitted.parameters.weights)
        return fitted.model.emission.sample(fitted.parameters.emission, counts, rng)

    return rows
