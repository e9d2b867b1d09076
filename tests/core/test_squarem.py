"""Leaps end where steps of EM end, sooner, and the objective never falls on the way."""

from dataclasses import replace

import numpy as np
import pytest

from laws.settings import NAMES
from mixtura import em, squarem, starts
from mixtura.acceleration import SmallGain, SmallRemainder
from mixtura.covariance import MODELS
from mixtura.emissions.categorical import Categorical
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.noise import UniformNoise
from mixtura.mixture import Mixture
from mixtura.spaces import Spaces
from mixtura.statistics import Block

CLOSED = [name for name in NAMES if MODELS[name].is_linear]
TOLERANCE = 1e-3


def overlapping(n_rows=1500, seed=0):
    """Three groups of which two lie within each other: EM crawls."""
    rng = np.random.default_rng(seed)
    centres, widths = np.array([[0.0, 0.0], [1.5, 0.5], [-1.0, 1.5]]), np.array([1.0, 0.6, 0.8])
    labels = rng.integers(3, size=n_rows)
    return Block(centres[labels] + widths[labels, None] * rng.normal(size=(n_rows, 2)), rng.uniform(0.5, 1.5, n_rows))


def begun(covariance, block, n_components=3):
    model = Mixture(Gaussian(covariance, 0.0))
    assignment = starts.STARTS["kmeans"](Spaces(*block), n_components, np.random.default_rng(0))
    return model, starts.parameters_from(model, block, assignment, n_components)


def run_over(block):
    return lambda function: function(block)


def both(covariance, block, stop, max_iterations=20_000):
    model, start = begun(covariance, block)
    way = {"stop": stop, "max_iterations": max_iterations}
    return model, *(fit(model, start, run_over(block), **way) for fit in (em.fit, squarem.fit))


def height(model, parameters, block):
    return model.objective(run_over(block)(model.statistics(parameters)), parameters)


@pytest.mark.parametrize("covariance", CLOSED)
def test_the_optimum_is_that_of_em_in_fewer_passes(covariance):
    block = overlapping()
    model, steps, leaps = both(covariance, block, SmallRemainder(TOLERANCE))
    assert leaps.outcome is em.Outcome.CONVERGED
    assert len(leaps.trace) < (len(steps.trace) if len(steps.trace) > 40 else 40)  # the last ten steps are EM's
    assert (np.diff(leaps.trace) >= 0).all()
    assert height(model, leaps.parameters, block) == pytest.approx(height(model, steps.parameters, block), abs=0.01)


def test_a_plateau_is_no_arrival():
    rng = np.random.default_rng(5)
    centres = 1.5 * rng.normal(size=(5, 2))
    block = Block(centres[rng.integers(5, size=1500)] + rng.normal(size=(1500, 2)), np.ones(1500))
    model, start = begun("full", block, 5)
    way = {"stop": SmallRemainder(0.01), "max_iterations": 20_000}
    steps, leaps = (fit(model, start, run_over(block), **way) for fit in (em.fit, squarem.fit))
    assert len(leaps.trace) < len(steps.trace) / 2
    assert height(model, leaps.parameters, block) > height(model, steps.parameters, block) - 0.05


def test_latent_classes_leap_too():
    rng = np.random.default_rng(0)
    chances = rng.uniform(0.3, 0.7, size=(2, 6))
    block = Block((rng.uniform(size=(400, 6)) < chances[rng.integers(2, size=400)]).astype(float), np.ones(400))
    model = Mixture(Categorical((2,) * 6))
    start = starts.parameters_from(model, block, rng.uniform(0.4, 0.6, (400, 2)), 2)
    way = {"stop": SmallRemainder(1e-6), "max_iterations": 20_000}
    steps, leaps = (fit(model, start, run_over(block), **way) for fit in (em.fit, squarem.fit))
    assert len(leaps.trace) < len(steps.trace) / 2
    assert (np.diff(leaps.trace) >= 0).all()
    assert height(model, leaps.parameters, block) == pytest.approx(height(model, steps.parameters, block), abs=1e-5)


def test_what_em_ends_soon_takes_no_longer():
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=600)
    block = Block(rng.normal(size=(600, 2)) + 9 * np.eye(3)[labels, :2], np.ones(600))
    _, steps, leaps = both("full", block, SmallRemainder(TOLERANCE))
    assert leaps.trace == steps.trace


@pytest.mark.parametrize("max_iterations", range(11, 33))
def test_whoever_runs_out_of_steps_is_given_what_em_made_of_the_best(max_iterations):
    block = overlapping()
    model, _, leaps = both("full", block, SmallRemainder(TOLERANCE), max_iterations)
    assert leaps.outcome is em.Outcome.EXHAUSTED
    assert len(leaps.trace) == max_iterations
    assert height(model, leaps.parameters, block) >= leaps.trace[-1]


def test_a_leap_that_leads_nowhere_is_taken_back(monkeypatch):
    block = overlapping()
    model, start = begun("full", block)
    at = Mixture.at
    monkeypatch.setattr(Mixture, "at", lambda *those: at(*those)._replace(weights=np.full(3, np.nan)))
    found = squarem.fit(model, start, run_over(block), stop=SmallRemainder(TOLERANCE), max_iterations=60)
    monkeypatch.undo()
    steps = em.fit(model, start, run_over(block), stop=SmallRemainder(0.0), max_iterations=60)
    assert found.outcome is em.Outcome.EXHAUSTED
    assert set(found.trace) < set(steps.trace)


@pytest.mark.parametrize(("covariance", "stop"), [("VVE", SmallRemainder(TOLERANCE)), ("full", SmallGain(TOLERANCE))])
def test_elsewhere_steps_are_those_of_em(covariance, stop):
    _, steps, leaps = both(covariance, overlapping(200), stop, 50)
    assert leaps.trace == steps.trace


@pytest.mark.parametrize("covariance", CLOSED)
def test_coordinates_say_all_there_is_in_no_units(covariance):
    block = overlapping(200)
    model, start = begun(covariance, block)
    other = model.maximise(run_over(block)(model.statistics(start)), start)
    found = model.at(model.coordinates(other, start), start)
    for array, copy in zip((other.weights, *other.emission), (found.weights, *found.emission), strict=True):
        np.testing.assert_allclose(copy, array, rtol=1e-9)
    if not MODELS[covariance].is_of_its_units:
        scale = np.array([1e-6, 1e6])
        here, there = (
            model.coordinates(b, a) - model.coordinates(a, a)
            for a, b in ((start, other), (stretched(start, scale), stretched(other, scale)))
        )
        np.testing.assert_allclose(there, here, atol=1e-6)


def test_coordinates_keep_the_share_of_noise():
    block = overlapping(200)
    model, start = begun("full", block)
    model = replace(model, noise=UniformNoise((-9.0, -9.0), ((18.0, 0.0), (0.0, 18.0))))
    start = start._replace(weights=0.9 * start.weights)
    np.testing.assert_allclose(model.at(model.coordinates(start, start), start).weights, start.weights)
    assert model.coordinates(start._replace(weights=np.array([0.5, 0.25, 0.25])), start) is None


def stretched(parameters, scale):
    means, covariances = parameters.emission
    factor = scale[:, None] * scale if covariances.ndim == 3 else scale**2
    return parameters._replace(emission=type(parameters.emission)(means * scale, covariances * factor))


@pytest.mark.parametrize("size", [0.0, np.inf])
@pytest.mark.parametrize("covariance", ["full", "diag", "spherical"])
def test_what_is_no_ellipse_has_no_coordinates(covariance, size):
    model, start = begun(covariance, overlapping(50))
    covariances = np.where(start.emission.covariances == 0, 0, size)
    assert model.coordinates(start._replace(emission=start.emission._replace(covariances=covariances)), start) is None


def test_components_without_weight_have_no_coordinates():
    model, start = begun("full", overlapping(50))
    none = start._replace(weights=np.array([1.0, 0.0, 0.0]))
    assert model.coordinates(none, start) is None


def test_what_has_little_hope_is_given_up_and_what_has_some_is_not():
    block = overlapping()
    _, stepwise, leaping = both("full", block, SmallRemainder(TOLERANCE, aim=1e6))
    assert len(stepwise.trace) == len(leaping.trace) == 3
    _, _, whole = both("full", block, SmallRemainder(TOLERANCE))
    _, _, aiming = both("full", block, SmallRemainder(TOLERANCE, aim=whole.objective - 1.0))
    assert aiming.objective == pytest.approx(whole.objective, abs=2 * TOLERANCE)
