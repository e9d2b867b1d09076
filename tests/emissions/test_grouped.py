"""Groups of Gaussians are the Gaussians they are made of, seen from farther away."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from laws.settings import FAMILIES, POINTS, N
from mixtura import load, save
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.grouped import Grouped
from mixtura.fitted import FittedMixture, default_names
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.spaces import spread
from mixtura.statistics import Block

every_grouping = pytest.mark.parametrize("name", [name for name in FAMILIES if name.startswith("grouped")])
BLOCK = Block(POINTS, np.ones(N))


def taken_apart(parameters):
    """The plain mixture of all components."""
    weights, emission = parameters
    return MixtureParameters(weights[emission.groups.astype(int)] * emission.shares, emission.parts)


@every_grouping
def test_the_density_is_that_of_all_components(name):
    model, parameters, _ = FAMILIES[name]
    plain, parts = Mixture(model.emission.inner), taken_apart(parameters)
    shares, log_density = model.posterior(parameters)(BLOCK)
    own, known = plain.posterior(parts)(BLOCK)
    np.testing.assert_allclose(log_density, known)
    np.testing.assert_allclose(shares, own @ parameters.emission.membership, atol=1e-12)


@every_grouping
def test_a_step_is_that_of_all_components(name):
    model, parameters, _ = FAMILIES[name]
    plain, parts = Mixture(model.emission.inner), taken_apart(parameters)
    found = taken_apart(model.maximise(model.statistics(parameters)(BLOCK), parameters))
    known = plain.maximise(plain.statistics(parts)(BLOCK), parts)
    np.testing.assert_allclose(found.weights, known.weights)
    for one, other in zip(found.emission, known.emission, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-10)
    assert model.n_free(parameters) == plain.n_free(parts)


def test_densities_and_samples_agree_with_scipy():
    model, parameters, _ = FAMILIES["grouped VVV"]
    _, _, centres, spreads = parameters.emission
    density = model.emission.log_density(POINTS[:50], model.emission.density(parameters.emission))
    known = 0.6 * multivariate_normal(centres[1], spreads[1]).pdf(POINTS[:50])
    known += 0.4 * multivariate_normal(centres[2], spreads[2]).pdf(POINTS[:50])
    np.testing.assert_allclose(np.exp(density[:, 1]), known)
    points = model.emission.sample(parameters.emission, np.array([10, 40_000, 20]), np.random.default_rng(0))[10:-20]
    np.testing.assert_allclose(points.mean(0), parameters.emission.means[1], atol=0.03)
    np.testing.assert_allclose(np.cov(points.T), parameters.emission.covariances[1], atol=0.06)


@every_grouping
def test_halves_of_a_split_cluster_have_its_moments(name):
    model, parameters, _ = FAMILIES[name]
    if model.emission.inner.model.is_shared:
        return
    halves = model.emission.split(parameters.emission, 1, 2, np.random.default_rng(0))
    means, known = halves.means, parameters.emission.means[1]
    np.testing.assert_allclose((means[1] + means[2]) / 2, known)


def test_a_placed_cluster_lies_where_it_was_put():
    model, parameters, _ = FAMILIES["grouped VVV"]
    placed = model.emission.place(parameters.emission, parameters.weights, 1, POINTS, (7, 40))
    np.testing.assert_allclose(placed.means[1], POINTS[7])
    np.testing.assert_array_equal(placed.means[[0, 2]], parameters.emission.means[[0, 2]])


def test_a_cluster_with_a_flat_component_is_an_accident():
    model, parameters, _ = FAMILIES["grouped VVV"]
    spreads = parameters.emission.spreads.copy()
    spreads[3] *= 1e-9
    flat = parameters.emission._replace(spreads=spreads, shares=np.array([1.0, 0.6, 0.4, 0.01, 0.99]))
    counts = parameters.weights * N
    assert model.emission.spurious(flat, counts, spread(*BLOCK)).tolist() == [2]
    assert model.emission.spurious(parameters.emission, counts, spread(*BLOCK)).tolist() == []


def test_single_components_are_a_plain_mixture():
    emission = Grouped("full")
    pooled, plain = emission.pooled(POINTS, np.ones(N), 3), Gaussian("full").pooled(POINTS, np.ones(N), 3)
    np.testing.assert_allclose(pooled.means, plain.means)
    np.testing.assert_allclose(pooled.covariances, plain.covariances)


@every_grouping
def test_a_model_file_keeps_the_groups(name, tmp_path):
    model, parameters, _ = FAMILIES[name]
    fitted = FittedMixture(model, parameters, ("a", "b", "c", "d"), default_names(3))
    save(fitted, tmp_path / "model.safetensors")
    kept = load(tmp_path / "model.safetensors")
    assert kept.model == fitted.model
    for one, other in zip(kept.parameters.emission, parameters.emission, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"groups": np.array([0.0, 1.0, 1.0, 3.0, 3.0])}, "not numbered"),
        ({"groups": np.array([0.0, 0.5, 1.0, 2.0, 2.0])}, "not numbered"),
        ({"groups": np.zeros(4)}, "not 5 numbers"),
        ({"shares": np.array([1.0, 0.6, 0.5, 0.5, 0.5])}, "do not add up"),
        ({"shares": np.array([1.0, 1.6, -0.6, 0.5, 0.5])}, "do not add up"),
        ({"spreads": np.zeros((5, 4, 4))}, "positive definite"),
    ],
)
def test_what_is_no_grouping_is_refused(change, said):
    model, parameters, _ = FAMILIES["grouped VVV"]
    with pytest.raises(ValueError, match=said):
        model.emission.check(parameters.emission._replace(**change))
