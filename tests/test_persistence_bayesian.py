"""Model files of posteriors: what was put in comes out, and what makes no posterior is refused in words."""

from dataclasses import replace

import numpy as np
import pytest

from mixtura import BayesianGaussianMixture, load, save
from mixtura.concentrations import Dirichlet
from mixtura.errors import ModelFileError
from mixtura.mixture import Mixture
from mixtura.posterior import predictive

_rng = np.random.default_rng(0)
POINTS = np.concatenate([_rng.normal(0, 1, (40, 2)), _rng.normal(6, 1, (30, 2))])


@pytest.fixture(scope="module")
def fitted():
    return BayesianGaussianMixture(n_components="auto", random_state=0).fit(POINTS).to_fitted()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


@pytest.mark.parametrize("prior", ["dirichlet_process", "dirichlet_distribution"])
@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical", "VVE"])
def test_a_posterior_comes_back(path, covariance, prior):
    bayes = BayesianGaussianMixture(
        n_components=3, covariance_type=covariance, weight_concentration_prior_type=prior, random_state=0
    ).fit(POINTS)
    save(bayes, path)
    back = load(path)
    assert back.model == bayes.to_fitted().model
    for a, b in zip(back.parameters.emission, bayes.to_fitted().parameters.emission, strict=True):
        np.testing.assert_array_equal(a, b)
    ours, theirs = predictive(back.model, back.parameters), bayes.predictive()
    np.testing.assert_array_equal(ours.score_samples(POINTS), theirs.score_samples(POINTS))


def changed(fitted, **settings):
    return replace(fitted, model=replace(fitted.model, emission=replace(fitted.model.emission, **settings)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"shrinkage": 0.0}, "not proper"),
        ({"dof": 1.0}, "not proper"),
        ({"location": (1.0, 2.0, 3.0)}, "does not fit 2 columns"),
        ({"scale": (1.0, 2.0, 3.0)}, "does not fit 2 columns"),
        ({"scale": (1.0, 2.0, 2.0, 1.0)}, "positive definite"),
        ({"scale": (1.0, 0.5, 0.0, 1.0)}, "symmetric"),
        ({"scale": -1.0}, "positive definite"),
    ],
)
def test_priors_that_are_none(fitted, path, settings, message):
    save(changed(fitted, **settings), path)
    with pytest.raises(ModelFileError, match=message):
        load(path)


def test_counts_that_are_none(fitted, path):
    emission = fitted.parameters.emission._replace(counts=np.array([-1.0, 2.0]))
    save(replace(fitted, parameters=fitted.parameters._replace(emission=emission)), path)
    with pytest.raises(ModelFileError, match="counts are not 2 numbers of rows"):
        load(path)


def test_a_prior_of_weights_that_is_none(fitted, path):
    save(replace(fitted, model=replace(fitted.model, weights_prior=Dirichlet(-1.0))), path)
    with pytest.raises(ModelFileError, match="unknown or improper"):
        load(path)


def test_a_prior_of_one_half_only(fitted, path):
    save(replace(fitted, model=Mixture(fitted.model.emission)), path)
    with pytest.raises(ModelFileError, match="only one of weights and components has a prior"):
        load(path)
