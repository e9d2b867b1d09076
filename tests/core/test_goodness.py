"""How well latent classes account for patterns of answers, where counts or probabilities are extreme."""

import numpy as np
import pytest

from mixtura.emissions.categorical import Categorical, CategoricalParameters
from mixtura.goodness import goodness
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import Block

ANSWERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def judged(points, counts, *probabilities):
    """One class whose answers of 1 have these probabilities."""
    levels = np.ravel([[1 - p, p] for p in probabilities])
    parameters = MixtureParameters(np.ones(1), CategoricalParameters(levels[None]))
    return goodness(Mixture(Categorical((2,) * len(probabilities))), parameters, Block(points, counts))


@pytest.mark.parametrize("times", [1e-200, 1e200])
def test_statistics_of_patterns_grow_as_weights_do(times):
    counts = np.array([30.0, 20, 20, 30])
    usual, other = (judged(ANSWERS, weights, 0.5, 0.5) for weights in (counts, times * counts))
    assert other.x_squared == pytest.approx(times * usual.x_squared)
    assert other.bivariate_residuals == pytest.approx(times * usual.bivariate_residuals)
    assert other.g_squared == pytest.approx(times * usual.g_squared)


def test_a_pattern_less_likely_than_any_number_has_a_likelihood():
    found = judged(np.ones((1, 25)), np.ones(1), *[1e-14] * 25)
    assert found.g_squared == pytest.approx(2 * 350 * np.log(10))
    assert found.x_squared == np.inf
