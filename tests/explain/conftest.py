"""Mixtures typed in by hand, so that nothing needs to be fitted."""

import numpy as np
import pytest

from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.fitted import FittedMixture, default_names
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import Block


@pytest.fixture
def mixture():
    def make(weights, means, covariances, features=None, covariance="full", **record):
        means = np.array(means, dtype=float)
        emission = GaussianParameters(means, np.array(covariances, dtype=float))
        return FittedMixture(
            Mixture(Gaussian(covariance)),
            MixtureParameters(np.array(weights, dtype=float), emission),
            tuple(features or (f"x{d}" for d in range(means.shape[1]))),
            default_names(len(means)),
            **record,
        )

    return make


@pytest.fixture
def draw():
    """Rows of a mixture, and what it says of them."""

    def rows(fitted, n_rows, seed=0):
        rng = np.random.default_rng(seed)
        counts = rng.multinomial(n_rows, fitted.parameters.weights)
        return rng.permutation(fitted.model.emission.sample(fitted.parameters.emission, counts, rng))

    return rows


@pytest.fixture
def classify():
    def labels(fitted, points):
        return fitted.model.classify(fitted.parameters)(Block(points, np.ones(len(points))))

    return labels
