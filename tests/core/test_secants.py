"""Along secants a fit that begins near its end gets there in few passes, and the objective never falls on the way."""

from functools import partial

import numpy as np
import pytest

from laws.settings import NAMES
from mixtura import em, leaping, levels, secants, squarem, starts
from mixtura.acceleration import SmallGain, SmallRemainder
from mixtura.covariance import MODELS
from mixtura.emissions.categorical import Categorical
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.mixture import Mixture
from mixtura.spaces import Spaces
from mixtura.statistics import Block

CLOSED = [name for name in NAMES if MODELS[name].is_linear]
TOLERANCE, REMAINDER = 1e-3, SmallRemainder(0.01)
along_secants = partial(leaping.fit, secants.Secants)


def rows(n_rows=4000, seed=0):
    """Three groups of which two lie within each other: EM crawls."""
    rng = np.random.default_rng(seed)
    centres, widths = np.array([[0.0, 0.0], [1.5, 0.5], [-1.0, 1.5]]), np.array([1.0, 0.6, 0.8])
    labels = rng.integers(3, size=n_rows)
    return Block(centres[labels] + widths[labels, None] * rng.normal(size=(n_rows, 2)), rng.uniform(0.5, 1.5, n_rows))


def over(block):
    return lambda function: function(block)


def settled(model, block, n_components=3):
    """Where a fit to an eighth of the rows ends."""
    some = starts.part(block, len(block.points) // 8)
    assignment = starts.STARTS["kmeans"](Spaces(*some), n_components, np.random.default_rng(0))
    start = starts.parameters_from(model, some, assignment, n_components)
    return squarem.fit(model, start, over(some), stop=SmallRemainder(TOLERANCE), max_iterations=20_000).parameters


def height(model, parameters, block):
    return model.objective(over(block)(model.statistics(parameters)), parameters)


def finished(model, start, block, stop=REMAINDER, max_iterations=5000):
    way = {"stop": stop, "max_iterations": max_iterations}
    return [fit(model, start, over(block), **way) for fit in (em.fit, along_secants)]


@pytest.mark.parametrize("n_columns", [1, 3, 6])
def test_steps_that_are_linear_lead_home_at_once(n_columns):
    rng = np.random.default_rng(n_columns)
    pull, home = np.diag(rng.uniform(0.1, 0.99, n_columns)), rng.normal(size=n_columns)
    places = rng.normal(size=(n_columns + 1, n_columns))
    moves = (home - places) @ pull
    np.testing.assert_allclose(secants.extrapolated(places, moves), home, atol=1e-6)


def test_secants_that_say_the_same_and_places_visited_twice_do_no_harm():
    places = np.array([[0.0, 1.0], [0.0, 1.0], [0.5, 1.0], [1.0, 1.0]])
    moves = np.column_stack([2.0 - places[:, 0], np.zeros(4)])
    np.testing.assert_allclose(secants.extrapolated(places, moves), [2.0, 1.0], atol=1e-9)


@pytest.mark.parametrize("covariance", CLOSED)
def test_the_end_is_that_of_em_in_fewer_passes(covariance):
    block, model = rows(), Mixture(Gaussian(covariance, 0.0))
    steps, along = finished(model, settled(model, block), block)
    assert along.outcome is em.Outcome.CONVERGED
    assert len(along.trace) <= max(14, len(steps.trace) / 2)
    assert (np.diff(along.trace) >= 0).all()
    assert height(model, along.parameters, block) == pytest.approx(height(model, steps.parameters, block), abs=0.05)


def test_latent_classes_have_secants_too():
    rng = np.random.default_rng(0)
    chances = rng.uniform(0.2, 0.8, size=(2, 6))
    block = Block((rng.uniform(size=(2400, 6)) < chances[rng.integers(2, size=2400)]).astype(float), np.ones(2400))
    model = Mixture(Categorical((2,) * 6))
    steps, along = finished(model, settled(model, block, 2), block)
    assert len(along.trace) < len(steps.trace) / 2
    assert height(model, along.parameters, block) >= height(model, steps.parameters, block) - 0.05


@pytest.mark.parametrize("max_iterations", range(1, 12))
def test_whoever_runs_out_of_steps_is_given_what_em_made_of_the_best(max_iterations):
    block, model = rows(), Mixture(Gaussian("full", 0.0))
    _, along = finished(model, settled(model, block), block, SmallRemainder(1e-9), max_iterations)
    assert along.outcome is em.Outcome.EXHAUSTED
    assert len(along.trace) == max_iterations
    assert height(model, along.parameters, block) >= along.trace[-1]


def test_what_leads_nowhere_is_taken_back(monkeypatch):
    block, model = rows(), Mixture(Gaussian("full", 0.0))
    start, at = settled(model, block), Mixture.at
    monkeypatch.setattr(Mixture, "at", lambda *those: at(*those)._replace(weights=np.full(3, np.nan)))
    _, along = finished(model, start, block, SmallRemainder(0.0), 20)
    monkeypatch.undo()
    steps, _ = finished(model, start, block, SmallRemainder(0.0), 20)
    assert set(along.trace) < set(steps.trace)


def test_many_passes_that_gain_next_to_nothing_are_the_end():
    class Crawl:
        """A toy model that gains as much at every step, and has no coordinates worth a leap."""

        def statistics(self, parameters):
            return lambda block: parameters

        def objective(self, statistics, parameters):
            return 1e-3 * statistics

        def maximise(self, statistics, parameters):
            return parameters + 1

        def coordinates(self, parameters, like):
            return np.array([float(parameters)]) if parameters == like else None

        def at(self, coordinates, like):
            return like

    found = along_secants(Crawl(), 0, over(None), stop=SmallRemainder(0.1), max_iterations=100)
    assert found.outcome is em.Outcome.CONVERGED
    assert len(found.trace) == 11


@pytest.mark.parametrize(("covariance", "stop"), [("VVE", REMAINDER), ("full", SmallGain(0.01))])
def test_elsewhere_steps_are_those_of_em(covariance, stop):
    block, model = rows(800), Mixture(Gaussian(covariance, 0.0))
    steps, along = finished(model, settled(model, block), block, stop, 40)
    assert along.trace == steps.trace


def test_solutions_settle_on_an_eighth_of_many_rows_at_most():
    many = rows()
    assert levels.settling(many, 79_999, 1.0) is None
    some = levels.settling(many, 80_000, 12_345.0)
    assert len(some.points) == 4000
    assert some.weights.sum() == pytest.approx(12_345.0)


@pytest.mark.parametrize("covariance", ["VVI", "VVV"])
def test_components_that_are_all_flat_have_no_coordinates(covariance):
    flat = np.diag([1.0, 0.0]) if covariance == "VVV" else np.array([1.0, 0.0])
    parameters = GaussianParameters(np.ones((2, 2)), np.stack([flat, flat]))
    assert Gaussian(covariance).coordinates(parameters, parameters) is None
