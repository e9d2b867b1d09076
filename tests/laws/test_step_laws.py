"""Laws of one M-step and of the loop, for every family under every covariance model."""

from functools import partial

import numpy as np
import pytest

from laws.settings import FAMILIES, LETTERED, NAMES, POINTS, SETTINGS, D, N, assert_close, block_of, flat
from mixtura import em
from mixtura.acceleration import SmallGain
from mixtura.covariance import MODELS
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource

every_setting = pytest.mark.parametrize("name", SETTINGS)
every_family = pytest.mark.parametrize("name", FAMILIES)
MEANS = {"means", "centres"}


@every_family
def test_the_objective_never_falls(name):
    model, parameters, points = FAMILIES[name]
    run = partial(Local(1), ArraySource(points))
    fit = em.fit(model, parameters, run, stop=SmallGain(1e-6), max_iterations=60)
    assert len(fit.trace) > 3
    assert np.all(np.diff(fit.trace) > -1e-10 * abs(fit.trace[0]))


@every_setting
def test_one_step_beats_its_neighbours(name):
    """A wrong M-step can share the fixed point with a right one, so a single step is tested."""
    model, parameters, points = SETTINGS[name]
    block = block_of(points, np.ones(N))
    new = model.maximise(model.statistics(parameters)(block), parameters)
    responsibilities, _ = model.posterior(parameters)(block)

    def expected(emission):
        own = model.emission.log_density(points, model.emission.density(emission))
        return (responsibilities * own).sum() + model.emission.log_prior(emission)

    best = expected(new.emission)
    for nudge in (-1e-3, 1e-3):
        assert expected(new.emission._replace(means=new.emission.means + nudge)) < best
        assert expected(new.emission._replace(covariances=new.emission.covariances * (1 + nudge))) < best
    np.testing.assert_allclose(new.weights, responsibilities.mean(0))


@pytest.mark.parametrize("name", LETTERED)
@pytest.mark.parametrize("ridge", [0.0, 0.5])
def test_one_component_gives_the_sample_moments_in_one_step(name, ridge):
    kind = MODELS[name].kind
    far = {"spherical": np.full(1, 9.0), "diagonal": np.full((1, D), 9.0), "full": 9 * np.eye(D)[None]}[kind]
    model = Mixture(Gaussian(name, ridge))
    start = MixtureParameters(np.ones(1), GaussianParameters(np.full((1, D), 3.0), far))
    new = model.maximise(model.statistics(start)(block_of(POINTS, np.ones(N))), start).emission
    covariance = np.cov(POINTS.T, bias=True) + ridge * np.eye(D)
    wanted = {"spherical": np.trace(covariance) / D, "diagonal": np.diag(covariance), "full": covariance}[kind]
    np.testing.assert_allclose(new.means[0], POINTS.mean(0))
    np.testing.assert_allclose(new.covariances[0], wanted)


@pytest.mark.parametrize("name", ["EII", "VII", "EEI", "VVI", "EEE", "VVV"])
@pytest.mark.parametrize("ridge", [0.0, 0.5])
def test_ridge_adds_to_variances_that_are_all_shared_or_all_own(name, ridge):
    _, parameters, points = SETTINGS[f"gaussian {name}"]
    block = block_of(points, np.ones(N))
    plain, ridged = (Mixture(Gaussian(name, ridge=r)) for r in (0.0, ridge))
    a = plain.maximise(plain.statistics(parameters)(block), parameters).emission.covariances
    b = ridged.maximise(ridged.statistics(parameters)(block), parameters).emission.covariances
    np.testing.assert_allclose(
        b - a, ridge * (np.eye(D)[None] + 0 * a if a.ndim == 3 else np.ones(a.shape)), atol=1e-12
    )


@pytest.mark.parametrize("offset", [0.0, 1e4, 1e8])
@pytest.mark.parametrize("name", NAMES)
def test_a_shift_moves_the_means_and_nothing_else(name, offset):
    model, parameters, points = SETTINGS[f"gaussian {name}"]
    shifted = parameters._replace(emission=parameters.emission._replace(means=parameters.emission.means + offset))
    here = model.maximise(model.statistics(parameters)(block_of(points, np.ones(N))), parameters)
    there = model.maximise(model.statistics(shifted)(block_of(points + offset, np.ones(N))), shifted)
    precision = max(1e-12, 1e-15 * offset)
    np.testing.assert_allclose(
        there.emission.covariances, here.emission.covariances, rtol=10 * precision, atol=10 * precision
    )
    np.testing.assert_allclose(there.emission.means - offset, here.emission.means, atol=10 * precision)


@pytest.mark.parametrize("name", NAMES)
def test_rescaling_parameters_is_rescaling_rows(name):
    model, parameters, points = SETTINGS[f"gaussian {name}"]
    centre, scale = np.arange(4.0), np.array([1.0, 10.0, 0.1, 3.0])
    stretched = parameters._replace(emission=model.emission.rescale(parameters.emission, centre, scale))
    here = model.classify(parameters)(block_of(points, np.ones(N)))
    there = model.classify(stretched)(block_of(centre + points * scale, np.ones(N)))
    np.testing.assert_allclose(there.log_density, here.log_density - np.log(scale).sum(), rtol=1e-9)
    np.testing.assert_allclose(there.probabilities, here.probabilities, rtol=1e-9)


@every_family
def test_reordering_components_changes_nothing_but_labels(name):
    model, parameters, points = FAMILIES[name]
    order, block = np.array([2, 0, 1]), block_of(points, np.ones(N))
    before, after = (model.posterior(p)(block) for p in (parameters, model.reorder(parameters, order)))
    np.testing.assert_allclose(after[0], before[0][:, order], atol=1e-12)
    np.testing.assert_allclose(after[1], before[1], atol=1e-12)


@every_family
def test_statistics_about_other_places_lead_to_the_same_parameters(name):
    model, parameters, points = FAMILIES[name]
    emission, statistics = model.emission, model.statistics(parameters)(block_of(points, np.ones(N)))
    elsewhere = moved(parameters.emission)
    about = emission.recentre(statistics.emission, statistics.counts, parameters.emission, elsewhere)
    assert_close(
        emission.maximise(about, statistics.counts, elsewhere),
        emission.maximise(statistics.emission, statistics.counts, parameters.emission),
    )


def moved(emission):
    """The same parameters, but for means that lie elsewhere."""
    if hasattr(emission, "_fields"):
        return emission._replace(**{name: getattr(emission, name) + 7.0 for name in MEANS & {*emission._fields}})
    return tuple(moved(part) for part in emission)


@pytest.mark.parametrize("name", [name for name in FAMILIES if "prior" not in name])  # which is believed again
def test_parameters_imply_statistics_that_lead_back_to_them(name):
    model, parameters, points = FAMILIES[name]
    parameters = model.maximise(model.statistics(parameters)(block_of(points, np.ones(N))), parameters)
    counts = 1000 * parameters.weights
    implied = model.emission.implied(counts, parameters.emission)
    like = model.statistics(parameters)(block_of(points, np.ones(N))).emission
    assert [np.shape(array) for array in flat(implied)] == [np.shape(array) for array in flat(like)]
    assert_close(model.emission.maximise(implied, counts, parameters.emission), parameters.emission, rtol=1e-6)
