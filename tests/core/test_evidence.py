"""What is seen of several mixtures in one go is what is seen of each."""

import numpy as np
import pytest

from laws.settings import FAMILIES, SETTINGS, N, block_of
from mixtura.covariance import FREEST, MODELS
from mixtura.emissions.gaussian import Gaussian
from mixtura.evidence import collect_all_evidence, collect_several
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource


def several(model, parameters):
    """A mixture, one of two of its components, and one of these alone."""
    return [
        parameters,
        *(model.reorder(parameters, np.array(order))._replace(weights=np.array(weights))
          for order, weights in (([2, 0], [0.7, 0.3]), ([1], [1.0]))),
    ]  # fmt: skip


@pytest.mark.parametrize("name", FAMILIES)
def test_joined_components_are_those_of_each(name):
    model, parameters, points = FAMILIES[name]
    mixtures, emission = several(model, parameters), model.emission
    joined = emission.density(emission.join([mixture.emission for mixture in mixtures]))
    alone = [emission.log_density(points, emission.density(mixture.emission)) for mixture in mixtures]
    np.testing.assert_allclose(emission.log_density(points, joined), np.concatenate(alone, axis=1), rtol=1e-9)


@pytest.mark.parametrize("name", SETTINGS)
def test_evidence_of_several_mixtures_is_that_of_each(name):
    model, parameters, points = SETTINGS[name]
    weights = np.random.default_rng(1).uniform(0.5, 2, N)
    mixtures, source = several(model, parameters), ArraySource(points, weights)
    n_free = [model.n_free(mixture) for mixture in mixtures]
    freest = Gaussian(FREEST[MODELS[model.emission.covariance].kind])
    found = collect_several(freest, mixtures, n_free, block_of(points, weights))
    for mixture, free, seen in zip(mixtures, n_free, found, strict=True):
        alone = collect_all_evidence(model.posterior(mixture), free, source, Local())
        np.testing.assert_allclose(seen, alone, rtol=1e-9, atol=1e-9)


def test_a_mixture_that_collapsed_leaves_the_others_alone():
    model, parameters, points = SETTINGS["gaussian VVV"]
    broken = parameters._replace(emission=parameters.emission._replace(covariances=np.zeros((3, 4, 4))))
    found = collect_several(model.emission, [broken, parameters], [1, 1], block_of(points, np.ones(N)))
    assert np.isnan(found[0].log_likelihood) and np.isfinite(found[1][:5]).all()


def test_a_component_without_weight_adds_nothing():
    model, parameters, points = SETTINGS["gaussian VVV"]
    lone = parameters._replace(weights=np.array([1.0, 0.0, 0.0]))
    alone = model.reorder(parameters, np.array([0]))._replace(weights=np.ones(1))
    found = collect_several(model.emission, [lone, alone], [1, 1], block_of(points, np.ones(N)))
    np.testing.assert_allclose(found[0][:5], found[1][:5], atol=1e-9)
