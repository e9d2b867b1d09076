"""Exchanges find which component is in the wrong place, and where it belongs."""

from dataclasses import replace

import numpy as np
import pytest

from laws.settings import FAMILIES, block_of
from mixtura import GaussianMixture, climbing, em, exchanges, race
from mixtura.acceleration import SmallRemainder
from mixtura.emissions.categorical import Categorical
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.noise import UniformNoise
from mixtura.emissions.student import Student
from mixtura.grounds import survey
from mixtura.mixture import Mixture
from mixtura.starts import parameters_from
from mixtura.statistics import Block, Incomplete

CENTRES = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 9.0], [9.0, 9.0]])
TRUE = np.repeat(np.arange(4), 300)
WRONG = np.where(TRUE == 1, 0, TRUE)  # two groups are one, another is two
WRONG[TRUE == 3] = np.where(np.arange(300) % 2, 1, 3)
POINTS = CENTRES[TRUE] + np.random.default_rng(0).normal(size=(1200, 2))


def gaussian(name="VVV", **settings):
    return Mixture(Gaussian(name, 1e-9), **settings)


def settled(model, block, labels, watch=em.ignore):
    """The ground that the rows are, and where EM ends from a partition."""
    ground = survey(model, block, np.random.default_rng(0), watch)
    begun = parameters_from(model, ground.sample, labels, int(labels.max()) + 1)
    fit = climbing.fit_all(model, [begun], ground.run, stop=SmallRemainder(1e-3), max_iterations=500)[0]
    return ground, ground.judge(fit)


def with_holes(points):
    points = points.copy()
    points[::7, 0] = np.nan
    return Incomplete(points, np.ones(len(points)))


def rows(points=POINTS):
    return Block(points, np.ones(len(points)))


@pytest.mark.parametrize("name", [name for name in FAMILIES if not name.startswith("student") or "shared" in name])
def test_exchanges_are_mixtures_of_every_family(name):
    model, parameters, points = FAMILIES[name]
    ground = survey(model, block_of(points, np.ones(len(points))), np.random.default_rng(0))
    found = exchanges.promising(ground, ground.judge(em.Fit(parameters, (-1.0,), em.Outcome.EXHAUSTED)), 3)
    assert sorted((one.gain for one in found), reverse=True) == [one.gain for one in found]
    for one in found:
        assert one.parameters.weights.sum() == pytest.approx(1)
        assert np.isfinite(model.posterior(one.parameters)(ground.sample)[1]).all()


@pytest.mark.parametrize("name", ["VVV", "EEE", "VVI", "EII", "VEV"])
def test_what_an_exchange_promises_it_keeps(name):
    ground, wrong = settled(gaussian(name), rows(), WRONG)
    _, right = settled(gaussian(name), rows(), TRUE)
    assert wrong.objective < right.objective - 100
    found = exchanges.improve(ground, wrong)
    assert found.best.objective == pytest.approx(right.objective, abs=2)
    promised = exchanges.promising(ground, wrong, 1)[0].gain
    assert promised > 0.5 * (right.objective - wrong.objective)


@pytest.mark.parametrize(
    ("model", "block"),
    [
        (Mixture(Student("full", "shared", 1e-9)), rows()),
        (gaussian(), with_holes(POINTS)),
        (gaussian(equal_weights=True), rows()),
        (gaussian(noise=UniformNoise((-5.0, -5.0), ((20.0, 0.0), (0.0, 20.0)))), rows()),
        (gaussian(), Block(POINTS.astype(np.float32), np.linspace(0.5, 1.5, 1200))),
    ],
    ids=["student", "holes", "equal weights", "noise", "weights, single precision"],
)
def test_any_mixture_may_have_its_components_exchanged(model, block):
    ground, wrong = settled(model, block, WRONG)
    found = exchanges.improve(ground, wrong)
    assert found.n_moved >= 1
    assert found.best.objective > wrong.objective + 100


def test_classes_of_answers_are_exchanged_too():
    rng = np.random.default_rng(1)
    truth = np.repeat(np.arange(4), 400)
    likely = rng.uniform(0.05, 0.95, (4, 12)).round()
    answers = (rng.uniform(size=(1600, 12)) < np.where(likely[truth], 0.9, 0.1)).astype(float)
    wrong = np.where(truth == 1, 0, truth)
    wrong[truth == 3] = np.where(np.arange(400) % 2, 1, 3)
    model = Mixture(Categorical((2,) * 12))
    ground, solution = settled(model, rows(answers), wrong)
    _, right = settled(model, rows(answers), truth)
    assert exchanges.improve(ground, solution).best.objective >= right.objective - 2


def test_what_is_right_stays():
    ground, right = settled(gaussian(), rows(), TRUE)
    found = exchanges.improve(ground, right)
    assert found.best is right
    assert found.n_moved == 0


def test_an_accident_of_few_rows_goes_first():
    ground, wrong = settled(gaussian(), rows(), WRONG)
    narrow = wrong.parameters.emission.covariances.copy()
    narrow[3] = np.eye(2) * 1e-9
    weights = np.array([0.5, 0.25, 0.2475, 0.0025])
    spike = wrong.parameters._replace(weights=weights, emission=wrong.parameters.emission._replace(covariances=narrow))
    assert ground.accidents(spike).tolist() == [3]
    fit = wrong.fit._replace(parameters=spike)
    for exchange in exchanges.promising(ground, ground.judge(fit), 3):
        assert not len(ground.accidents(exchange.parameters))


def test_an_interrupt_keeps_the_best():
    def interrupt(step):
        raise KeyboardInterrupt

    ground, wrong = settled(gaussian(), rows(), WRONG)
    found = exchanges.improve(replace(ground, watch=interrupt), wrong)
    assert found.best.fit.outcome is em.Outcome.INTERRUPTED
    assert found.best.objective == wrong.objective


def test_two_components_have_nothing_to_exchange():
    ground, two = settled(gaussian(), rows(), TRUE // 2)
    assert exchanges.improve(ground, two).n_tried == 0


@pytest.mark.parametrize("seed", range(3))
def test_a_default_fit_to_many_rows_finds_all_groups_that_lie_apart(monkeypatch, seed):
    monkeypatch.setattr(race, "SAMPLE_ROWS", 2000)
    monkeypatch.setattr(race, "_FEW_KICKS", 1)
    rng = np.random.default_rng(seed)
    centres = rng.normal(0, 6, (20, 4))
    points = centres[rng.integers(20, size=8000)] + rng.normal(size=(8000, 4))
    found = GaussianMixture(20, random_state=seed).fit(points).lower_bound_
    assert found > GaussianMixture(20, means_init=centres).fit(points).lower_bound_ - 1e-4
