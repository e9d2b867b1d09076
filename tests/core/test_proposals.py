"""Kicks: a component that has gone elsewhere, by the contract of every family, one by one or many at once."""

import numpy as np
import pytest

from laws.settings import FAMILIES, SETTINGS, assert_close, block_of
from mixtura import em, grounds
from mixtura.covariance import MODELS
from mixtura.emissions._moments import matrices
from mixtura.emissions.gaussian import Gaussian
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.proposals import propose
from mixtura.starts import parameters_from


def solution_of(name, seed=0):
    """Where nobody has climbed: the parameters of the setting."""
    model, parameters, points = FAMILIES[name]
    ground = grounds.survey(model, block_of(points, np.ones(len(points))), np.random.default_rng(seed))
    return ground.judge(em.Fit(parameters, (-1.0,), em.Outcome.EXHAUSTED))


@pytest.mark.parametrize("name", FAMILIES)
def test_many_at_once_are_what_they_are_one_by_one(name):
    model, (weights, emission), points = FAMILIES[name]
    components, around = np.array([1, 0, 2, 1]), np.array([[3, 40], [7, 20], [3, 25], [9, 40]])
    together = model.emission.place_each(emission, weights, components, points, around)
    for one, component, place in zip(together, components.tolist(), around.tolist(), strict=True):
        assert_close(model.emission.place(emission, weights, component, points, tuple(place)), one)
    pairs, one_rng = np.array([[0, 2], [2, 1], [1, 0]]), np.random.default_rng(0)
    together = model.emission.split_each(emission, pairs, np.random.default_rng(0))
    for one, (component, other) in zip(together, pairs.tolist(), strict=True):
        assert_close(model.emission.split(emission, component, other, one_rng), one)


@pytest.mark.parametrize("name", FAMILIES)
def test_kicks_are_mixtures_in_which_something_has_moved(name):
    solution = solution_of(name)
    kicked = propose(solution.ground, solution, 9)
    assert len(kicked) == 9
    for parameters in kicked:
        assert parameters.weights.sum() == pytest.approx(1) and (parameters.weights > 0).all()
        assert np.isfinite(solution.ground.model.posterior(parameters)(solution.ground.sample)[1]).all()


@pytest.mark.parametrize("name", FAMILIES)
def test_a_loss_is_what_the_likelihood_has_less_without_a_component(name):
    solution = solution_of(name)
    model, (weights, emission), sample = solution.ground.model, solution.parameters, solution.ground.sample
    whole = model.posterior(solution.parameters)(sample)[1]
    for k, loss in enumerate(solution.losses):
        others = np.where(np.arange(len(weights)) == k, 1e-300, weights)
        less = whole - model.posterior(MixtureParameters(others, emission))(sample)[1]
        assert loss == pytest.approx(sample.weights @ np.minimum(less, 53 * np.log(2)), rel=1e-3)  # 1 - r is rounded


def test_kicks_rather_take_away_what_is_missed_least():
    """Two components share one of two groups. The third goes once in nine kicks, not in three, or is cut by some."""
    model, rng = Mixture(Gaussian("full")), np.random.default_rng(0)
    points = np.concatenate([rng.normal(0, 1, (200, 2)), rng.normal(20, 1, (100, 2))])
    sample = block_of(points, np.ones(300))
    begun = parameters_from(model, sample, np.repeat([0, 1, 2], 100), 3)
    solution = grounds.survey(model, sample, rng).judge(em.Fit(begun, (-1.0,), em.Outcome.EXHAUSTED))
    assert solution.losses[2] > 2 * solution.losses[:2].max()
    kicked = propose(solution.ground, solution, 200)
    is_left = [(parameters.emission.means == begun.emission.means).all(1)[2] for parameters in kicked]
    assert np.mean(is_left) > 0.7


def test_the_same_seed_makes_the_same_kicks():
    first, second, other = (solution_of("gaussian VVV", seed) for seed in (0, 0, 1))
    kicks = [propose(solution.ground, solution, 5) for solution in (first, second, other)]
    assert_close(tuple(kicks[0]), tuple(kicks[1]), rtol=0)
    assert not np.array_equal(kicks[0][0].emission.means, kicks[2][0].emission.means)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_placed_component_lies_at_its_row(name):
    model, (weights, emission), points = SETTINGS[name]
    points = points[:100]  # few enough to look at all of them
    D = points.shape[1]
    placed = model.emission.place(emission, weights, 1, points, (7, 20))
    np.testing.assert_array_equal(placed.means[1], points[7])
    np.testing.assert_array_equal(placed.means[[0, 2]], emission.means[[0, 2]])
    assert np.isfinite(model.emission.density(placed).log_det).all()
    if not MODELS[name.split()[1]].is_shared:
        average = np.tensordot(weights, emission.covariances, 1)
        width = placed.covariances[1].flat[0] / average.flat[0]
        np.testing.assert_allclose(placed.covariances[1], width * average)
        whitener = Gaussian("VVV").density(emission._replace(covariances=matrices(average[None], D))).whiteners[0]
        squares = np.sort((((points - points[7]) @ whitener.T) ** 2).sum(1))
        assert width * (D + 2) == pytest.approx(squares[20])  # it holds twenty neighbours


@pytest.mark.parametrize("name", SETTINGS)
def test_halves_together_have_the_mean_of_the_whole(name):
    model, (_, emission), _ = SETTINGS[name]
    halves = model.emission.split(emission, 0, 2, np.random.default_rng(0))
    np.testing.assert_allclose((halves.means[0] + halves.means[2]) / 2, emission.means[0])
    np.testing.assert_array_equal(halves.means[1], emission.means[1])
    assert np.isfinite(model.emission.density(halves).log_det).all()
    if halves.covariances.ndim == 3 and not MODELS[name.split()[1]].is_shared:
        step = halves.means[0] - emission.means[0]
        np.testing.assert_allclose(halves.covariances[0] + np.outer(step, step), emission.covariances[0], atol=1e-12)
