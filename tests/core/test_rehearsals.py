"""A sample rehearses each pass over all rows: few passes reach the end of EM, and nothing leads lower."""

import numpy as np
import pytest

from laws.settings import NAMES
from mixtura import em, leaping, rehearsals, squarem, starts
from mixtura.acceleration import SmallRemainder, default_rule
from mixtura.covariance import MODELS
from mixtura.emissions.categorical import Categorical
from mixtura.emissions.gaussian import Gaussian
from mixtura.mixture import Mixture
from mixtura.spaces import Spaces
from mixtura.statistics import Block

CLOSED = [name for name in NAMES if MODELS[name].is_linear]
REMAINDER = SmallRemainder(0.01)


def rows(n_rows=4000, seed=0):
    """Three groups that overlap."""
    rng = np.random.default_rng(seed)
    centres, widths = np.array([[0.0, 0.0], [3.0, 0.5], [-1.0, 3.0]]), np.array([1.0, 0.6, 0.8])
    labels = rng.integers(3, size=n_rows)
    return Block(centres[labels] + widths[labels, None] * rng.normal(size=(n_rows, 2)), rng.uniform(0.5, 1.5, n_rows))


def over(block):
    return lambda function: function(block)


def counted(block, calls):
    def run(function):
        calls.append(function)
        return function(block)

    return run


def sample_of(block):
    """An eighth of the rows, which count for all, and where a fit to them ends."""
    some = starts.part(block, len(block.points) // 8)
    return some._replace(weights=some.weights * (block.weights.sum() / some.weights.sum()))


def settled(model, some, n_components=3):
    assignment = starts.STARTS["kmeans"](Spaces(*some), n_components, np.random.default_rng(0))
    start = starts.parameters_from(model, some, assignment, n_components)
    return squarem.fit(model, start, over(some), stop=REMAINDER, max_iterations=20_000).parameters


def height(model, parameters, block):
    return model.objective(over(block)(model.statistics(parameters)), parameters)


def rehearsed(model, start, block, some, run=None, stop=REMAINDER):
    sample = rehearsals.Sample(over(some), len(some.points), float(block.weights.sum()))
    return rehearsals.fit(model, start, run or over(block), sample, stop=stop, max_iterations=500)


@pytest.mark.parametrize("covariance", CLOSED)
def test_one_component_that_has_nothing_left_to_gain_is_at_its_end(covariance):
    block, model = rows(), Mixture(Gaussian(covariance, 0.0))
    some = sample_of(block)
    found = rehearsed(model, settled(model, some, 1), block, some)
    assert found.outcome is em.Outcome.CONVERGED
    assert len(found.trace) <= 12


@pytest.mark.parametrize("covariance", CLOSED)
def test_the_end_is_that_of_em_in_a_few_passes(covariance):
    block, model = rows(), Mixture(Gaussian(covariance, 0.0))
    some = sample_of(block)
    start = settled(model, some)
    steps = em.fit(model, start, over(block), stop=REMAINDER, max_iterations=5000)
    found = rehearsed(model, start, block, some)
    assert found.outcome is em.Outcome.CONVERGED
    assert len(found.trace) <= min(8, len(steps.trace) - 1)
    assert (np.diff(found.trace) >= 0).all()
    assert height(model, found.parameters, block) == pytest.approx(height(model, steps.parameters, block), abs=0.05)


def test_a_family_that_is_not_gaussian_rehearses_too():
    rng = np.random.default_rng(0)
    chances = rng.uniform(0.1, 0.9, size=(2, 8))
    block = Block((rng.uniform(size=(4000, 8)) < chances[rng.integers(2, size=4000)]).astype(float), np.ones(4000))
    model, some = Mixture(Categorical((2,) * 8)), sample_of(block)
    start = settled(model, some, 2)
    steps = em.fit(model, start, over(block), stop=REMAINDER, max_iterations=5000)
    found = rehearsed(model, start, block, some)
    assert len(found.trace) < len(steps.trace) / 2
    assert height(model, found.parameters, block) == pytest.approx(height(model, steps.parameters, block), abs=0.05)


def test_parameters_that_no_numbers_say_have_their_sums_corrected():
    block, model = rows(), Mixture(Gaussian("VEV", 0.0))
    some = sample_of(block)
    start = settled(model, some)
    assert model.coordinates(start, start) is None
    steps = em.fit(model, start, over(block), stop=REMAINDER, max_iterations=5000)
    found = rehearsed(model, start, block, some)
    assert len(found.trace) <= len(steps.trace)
    assert height(model, found.parameters, block) == pytest.approx(height(model, steps.parameters, block), abs=0.05)


def test_a_sample_that_is_wrong_costs_a_pass_and_secants_go_on_without_it():
    block, model = rows(), Mixture(Gaussian("full", 0.0))
    start, calls = settled(model, sample_of(block)), []
    other = Block(rows(500, seed=1).points[:, ::-1] * 3.0, np.full(500, 8.0))
    leaps = []

    def kind(*about):
        leaps.append(rehearsals.Rehearsed(*about, some=counted(other, calls)))
        return leaps[-1]

    found = leaping.fit(kind, model, start, over(block), stop=REMAINDER, max_iterations=500)
    steps = em.fit(model, start, over(block), stop=REMAINDER, max_iterations=5000)
    assert not leaps[0].is_trusted
    assert len(calls) < 50
    assert (np.diff(found.trace) >= 0).all()
    assert height(model, found.parameters, block) == pytest.approx(height(model, steps.parameters, block), abs=0.05)


def test_nobody_waits_for_what_no_table_can_tell_unless_a_tolerance_was_given():
    assert default_rule(1e6).among(100) == SmallRemainder(1.0, per_parameter=0.005)
    assert default_rule(1e6).among(1000).tolerance == pytest.approx(5.0)
    assert SmallRemainder(0.25).among(1000).tolerance == 0.25


def test_an_interrupt_leaves_where_the_fit_was():
    block, model = rows(), Mixture(Gaussian("full", 0.0))
    some, passes = sample_of(block), []
    start = settled(model, some)

    def run(function):
        passes.append(function)
        if len(passes) == 3:
            raise KeyboardInterrupt
        return function(block)

    found = rehearsed(model, start, block, some, run)
    assert found.outcome is em.Outcome.INTERRUPTED
    assert len(found.trace) == 2
