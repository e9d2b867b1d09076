"""What one covariance model found, as another begins with it."""

import numpy as np
import pytest

from laws.settings import FAMILIES, NAMES, SETTINGS, N, assert_close, block_of
from mixtura.covariance import MODELS
from mixtura.emissions.gaussian import Gaussian
from mixtura.mixture import Mixture

RANK = {"spherical": 0, "diagonal": 1, "full": 2}
PAIRS = [(a, b) for a in NAMES for b in ("VVV", "VVI", "VII", "EEE")]
every_pair = pytest.mark.parametrize(("name", "other"), PAIRS)


def says_as_much(name, other):
    model, others = MODELS[name], MODELS[other]
    return RANK[model.kind] <= RANK[others.kind] and others.is_shared <= model.is_shared


def found_under(name):
    """Where a step leads: components whose covariances differ as much as the model allows."""
    model, parameters, points = SETTINGS[f"gaussian {name}"]
    return model.maximise(model.statistics(parameters)(block_of(points, np.ones(N))), parameters)


@every_pair
def test_it_is_of_the_other_kind_and_as_wide(name, other):
    weights, found = found_under(name)
    recast = Gaussian(other, ridge=0.0).recast(found, weights)
    Gaussian(other, ridge=0.0).check(recast)
    np.testing.assert_array_equal(recast.means, found.means)
    widths = [weights @ _mean_variances(covariances, 4) for covariances in (recast.covariances, found.covariances)]
    np.testing.assert_allclose(*widths)


@pytest.mark.parametrize(("name", "other"), [pair for pair in PAIRS if says_as_much(*pair)])
def test_where_nothing_is_lost_it_is_the_same_mixture(name, other):
    parameters, block = found_under(name), block_of(SETTINGS[f"gaussian {name}"].points, np.ones(N))
    emission = Gaussian(other, ridge=0.0)
    recast = parameters._replace(emission=emission.recast(parameters.emission, parameters.weights))
    for left, right in zip(
        Mixture(emission).posterior(recast)(block), SETTINGS[f"gaussian {name}"].model.posterior(parameters)(block),
        strict=True,
    ):  # fmt: skip
        np.testing.assert_allclose(left, right, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", FAMILIES)
def test_its_own_parameters_stay_as_they_are(name):
    model, (weights, emission), _ = FAMILIES[name]
    assert_close(model.emission.recast(emission, weights), emission)


def _mean_variances(covariances, n_columns):
    if covariances.ndim == 3:
        return np.trace(covariances, axis1=1, axis2=2) / n_columns
    return covariances if covariances.ndim == 1 else covariances.mean(1)
