"""Walks over numbers of components."""

import numpy as np
import pytest

from mixtura import climbing, datasets, grounds, kicks, path
from mixtura.em import Outcome
from mixtura.emissions import Categorical
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.mixture import Mixture
from mixtura.statistics import Block

FAITHFUL = datasets.load("faithful").data
ONE_TO_FIVE = range(1, 6)


def ground(model, points=FAITHFUL, seed=0, watch=lambda step: None):
    return grounds.survey(model, Block(points, np.ones(len(points))), np.random.default_rng(seed), watch)


def walk(model, numbers, value=lambda solution: -solution.objective, **how):
    return path.walk(dict.fromkeys(numbers, ground(model, **how)), value)


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical", "EVI"])
def test_more_components_never_explain_less(covariance):
    found = walk(Mixture(Gaussian(covariance, ridge=1e-9)), ONE_TO_FIVE)
    heights = [found[number].objective for number in ONE_TO_FIVE]
    assert list(map(len, (found[number].parameters.weights for number in ONE_TO_FIVE))) == list(ONE_TO_FIVE)
    assert np.all(np.diff(heights) > 0)
    assert all(solution.is_sound for solution in found.values())


def test_where_it_ends_a_step_leads_nowhere():
    model = Mixture(Gaussian("tied", ridge=1e-9))
    for solution in walk(model, ONE_TO_FIVE).values():
        (further,) = climbing.fit_all(
            model, [solution.parameters], solution.ground.run, stop=lambda step: False, max_iterations=5
        )
        assert further.objective == pytest.approx(solution.objective, abs=4 * kicks.GAIN)


def test_it_finds_what_is_hard_to_find_from_starts():
    """Old Faithful, three tied components: log-likelihood -1126.316 at best, where most starts end at -1140.55."""
    for seed in range(3):
        found = walk(Mixture(Gaussian("tied", ridge=1e-9)), ONE_TO_FIVE, seed=seed)
        assert found[3].objective > -1126.5


def test_the_way_back_passes_by_what_is_hopeless(monkeypatch):
    visited, visit = [], path._visit
    monkeypatch.setattr(
        path, "_visit", lambda ground, found, number, ways: (visited.append(number), visit(ground, found, number, ways))
    )
    model = Mixture(Gaussian("diag", ridge=1e-9))
    walk(model, ONE_TO_FIVE, value=lambda solution: 1e3 * abs(len(solution.parameters.weights) - 3))
    assert visited == [1, 2, 3, 4, 5, 3]


def test_numbers_may_lie_apart():
    found = walk(Mixture(Gaussian("diag", ridge=1e-9)), [2, 3, 7])
    assert sorted(found) == [2, 3, 7]
    assert found[2].objective < found[3].objective < found[7].objective


def test_categories_are_walked_over_too():
    points = np.random.default_rng(0).integers(3, size=(80, 4)).astype(float)
    found = walk(Mixture(Categorical((3, 3, 3, 3))), [1, 2, 3], points=points)
    assert found[1].objective < found[2].objective < found[3].objective


@pytest.mark.parametrize("number", [1, 4, 12])
def test_an_interrupt_leaves_what_was_found(number):
    calls = []

    def interrupt(step):
        calls.append(step)
        if len(calls) >= number:
            raise KeyboardInterrupt

    found = walk(Mixture(Gaussian("full", ridge=1e-9)), ONE_TO_FIVE, watch=interrupt)
    assert found[max(found)].fit.outcome is Outcome.INTERRUPTED
    assert all(np.isfinite(solution.objective) for solution in found.values())


def test_one_seed_one_walk():
    one, two = (walk(Mixture(Gaussian("full", ridge=1e-9)), ONE_TO_FIVE, seed=7) for _ in range(2))
    assert [one[k].objective for k in ONE_TO_FIVE] == [two[k].objective for k in ONE_TO_FIVE]


def follow_all(covariance, leads, watch=lambda step: None, enough=np.inf):
    one = ground(Mixture(Gaussian(covariance, ridge=1e-9)), watch=watch)
    found = dict(path.follow(dict.fromkeys(leads, one), leads, lambda solution: -solution.objective, enough))
    assert all(len(solution.parameters.weights) == number for number, solution in found.items())
    return found


def follow(covariance, leads, **how):
    (found,) = follow_all(covariance, {len(leads[0].weights): leads}, **how).values()
    return found


@pytest.fixture(scope="module")
def lead():
    return walk(Mixture(Gaussian("full", ridge=1e-9)), ONE_TO_FIVE)[3].parameters


@pytest.mark.parametrize("covariance", ["EEE", "VVI", "EII", "VEV", "EVE"])
def test_who_follows_ends_where_a_climb_from_there_does(covariance, lead):
    solution = follow(covariance, [lead])
    model, run = solution.ground.model, solution.ground.run
    start = lead._replace(emission=model.emission.recast(lead.emission, lead.weights))
    (whole,) = climbing.fit_all(model, [start], run, stop=lambda step: False, max_iterations=60)
    assert solution.objective == pytest.approx(whole.objective, abs=4 * kicks.GAIN)


def test_of_two_leads_the_better_is_followed(lead):
    means = FAITHFUL.mean(0) + np.array([[0.0, 0.0], [0.0, 0.1], [0.1, 0.0]])
    poor = lead._replace(emission=lead.emission._replace(means=means))
    apart = [follow("VVV", [one]).objective for one in (poor, lead)]
    assert follow("VVV", [poor, lead]).objective == pytest.approx(max(apart), abs=2 * kicks.GAIN)


@pytest.mark.parametrize("covariance", ["VVV", "EEE", "VVI", "EII", "VEV"])
def test_all_numbers_at_once_end_where_each_does_alone(covariance):
    walked = walk(Mixture(Gaussian("full", ridge=1e-9)), ONE_TO_FIVE)
    leads = {number: [walked[number].parameters, walked[number].parameters] for number in (1, 3, 4)}
    for number, found in follow_all(covariance, leads).items():
        alone = follow(covariance, leads[number])
        assert (found.fit.trace, found.is_sound) == (alone.fit.trace, alone.is_sound)
        np.testing.assert_array_equal(found.parameters.emission.means, alone.parameters.emission.means)


def test_what_is_hopeless_takes_few_steps(lead):
    assert len(follow("EEE", [lead], enough=-np.inf).fit.trace) == path._FIRST_STEPS
    assert len(follow("EEE", [lead]).fit.trace) > path._FIRST_STEPS


@pytest.fixture(scope="module")
def spike(lead):
    """The lead, but one component holds a single row."""
    means, covariances = lead.emission.means.copy(), lead.emission.covariances.copy()
    means[0], covariances[0] = FAITHFUL[0], 1e-9 * np.eye(2)
    weights = lead.weights + (lead.weights[0] - 0.01) / 2
    return lead._replace(weights=np.append(0.01, weights[1:]), emission=GaussianParameters(means, covariances))


def test_where_all_leads_end_in_a_spike_others_lead_on(spike):
    two = walk(Mixture(Gaussian("full", ridge=1e-9)), [1, 2])[2].parameters
    assert not follow("full", [spike]).is_sound
    assert follow_all("full", {2: [two], 3: [spike]})[3].is_sound


def test_where_the_better_lead_ends_in_a_spike_the_other_is_followed(spike, lead):
    """The spike would be higher, and each number of components is by itself here."""
    assert follow("full", [spike]).objective > follow("full", [lead]).objective
    found = follow("full", [lead, spike])
    assert found.is_sound and found.objective == pytest.approx(follow("full", [lead]).objective, abs=kicks.GAIN)


def test_an_interrupt_is_the_outcome_of_who_follows(lead):
    def interrupt(step):
        raise KeyboardInterrupt

    assert follow("full", [lead], watch=interrupt).fit.outcome is Outcome.INTERRUPTED


@pytest.mark.parametrize("covariance", ["full", "EEE", "spherical"])
def test_what_lies_beyond_a_mixture_is_as_high_as_a_walk_comes(covariance):
    model = Mixture(Gaussian(covariance, ridge=1e-9))
    walked = walk(model, ONE_TO_FIVE)
    nearby = walked[2].parameters._replace(weights=np.array([0.5, 0.5]))
    found = path.beyond(ground(model, seed=1), nearby, patience=48)
    for number, solution in zip((2, 3), found, strict=True):
        assert len(solution.parameters.weights) == number and solution.is_sound
        assert solution.objective > walked[number].objective - 4 * kicks.GAIN


def test_an_interrupt_is_the_outcome_of_what_lies_beyond(lead):
    def interrupt(step):
        raise KeyboardInterrupt

    found = path.beyond(ground(Mixture(Gaussian("full", ridge=1e-9)), watch=interrupt), lead, patience=8)
    assert Outcome.INTERRUPTED in [solution.fit.outcome for solution in found]
