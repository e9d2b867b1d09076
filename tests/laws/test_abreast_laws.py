"""Several fits that go through a step abreast go where each of them would go alone."""

import numpy as np
import pytest

from laws.settings import FAMILIES, HOLED, SETTINGS, N, assert_close, block_of
from mixtura import em
from mixtura.acceleration import SmallRemainder
from mixtura.climbing import AtHand, fit_all
from mixtura.emissions.abreast import Abreast, see
from mixtura.emissions.product import Product
from mixtura.mixture import Mixture
from mixtura.walking import WalksAbreast, abreast, step

TAKEN = [name for name, setting in FAMILIES.items() if isinstance(setting.model.emission, Abreast)]
BESIDE = ["categorical", "poisson", "negative binomial", "product", "transformed"]
WEIGHTS = np.random.default_rng(0).uniform(0, 2, N)


def steps_of(model, parameters, block, number):
    """Where a fit comes by, and how high that is."""
    found = []
    for _ in range(number):
        statistics = model.statistics(parameters)(block)
        after = model.maximise(statistics, parameters)
        found.append((model.objective(statistics, parameters), parameters, after))
        parameters = after
    return found


@pytest.mark.parametrize("holed", [False, True], ids=["", "with holes"])
@pytest.mark.parametrize("name", TAKEN)
def test_a_step_abreast_is_that_of_each_fit(name, holed):
    model, parameters, points = FAMILIES[name]
    if holed and name in SETTINGS:
        points = HOLED
    block = block_of(points[:300], WEIGHTS[:300])
    alone = steps_of(model, parameters, block, 3)
    together = step(model, AtHand(block).seen_by(model.emission), [before for _, before, _ in alone])
    for (objective, _, after), reached in zip(alone, together, strict=True):
        assert reached.objective == pytest.approx(objective, rel=1e-10)
        assert_close(reached.after, after)


@pytest.mark.parametrize("name", TAKEN)
def test_rows_seen_beforehand_are_what_they_are(name):
    model, parameters, points = FAMILIES[name]
    emission, density = model.emission, model.emission.density(parameters.emission)
    sight, shares = see(emission, points)(density), np.random.default_rng(1).dirichlet(np.ones(3), N)
    assert_close([sight.log_density()], [emission.log_density(points, density)])
    assert_close(sight.accumulate(shares), emission.accumulate(points, shares, density))


@pytest.mark.parametrize("name", BESIDE)
def test_fits_abreast_go_the_way_that_each_goes_alone(name):
    """In leaps, and each by its own rule."""
    model, parameters, points = FAMILIES[name]
    block = block_of(points[:400], WEIGHTS[:400])
    starts = [before for _, before, _ in steps_of(model, parameters, block, 3)]
    look = {"stop": SmallRemainder(1e-3), "max_iterations": 30}
    together = fit_all(model, starts, AtHand(block), **look)
    alone = [fit_all(model, [start], lambda function: function(block), **look)[0] for start in starts]
    for one, other in zip(together, alone, strict=True):
        assert one.outcome is other.outcome
        np.testing.assert_allclose(one.trace, other.trace, rtol=1e-6)


@pytest.mark.parametrize("name", BESIDE)
def test_what_takes_few_rows_abreast_is_known(name):
    model, parameters, points = FAMILIES[name]
    assert abreast(model, block_of(points, np.ones(N)), parameters) is model.emission
    gaussian = SETTINGS["gaussian VVV"]
    assert abreast(gaussian.model, block_of(gaussian.points, np.ones(N)), gaussian.parameters) is None


def test_a_product_with_a_block_that_goes_alone_goes_alone():
    student = FAMILIES["student VVV free"].model.emission
    assert Product(("numbers",), ((0, 1, 2, 3),), (student,)).abreast(2) is None


@pytest.mark.parametrize("name", BESIDE)
def test_coordinates_lead_back_to_their_parameters(name):
    model, parameters, _ = FAMILIES[name]
    numbers = model.coordinates(parameters, parameters)
    assert_close(model.at(numbers, parameters), parameters)
    rng = np.random.default_rng(0)
    moved = model.at(numbers + 0.1 * rng.standard_normal(len(numbers)), parameters)
    model.emission.check(moved.emission)


def test_a_fit_that_degenerates_leaves_the_others_alone():
    model, parameters, points = FAMILIES["product"]
    broken = parameters._replace(weights=np.array([np.nan, 0.5, 0.5]))
    block = block_of(points[:200], WEIGHTS[:200])
    found = fit_all(model, [parameters, broken], AtHand(block), stop=SmallRemainder(1e-3), max_iterations=5)
    assert [fit.outcome for fit in found] == [em.Outcome.EXHAUSTED, em.Outcome.COLLAPSED]


def test_groups_are_as_large_as_the_work_allows(monkeypatch):
    monkeypatch.setattr("mixtura.walking._TOGETHER", 200 * 3 * 2)
    model, parameters, points = FAMILIES["categorical"]
    assert isinstance(model, Mixture)
    block = block_of(points[:200], WEIGHTS[:200])
    sizes = []
    ready = AtHand(block).seen_by(model.emission)
    walks = WalksAbreast(None, None, [em.Fit(parameters, (), em.Outcome.EXHAUSTED)] * 5, ready)
    sizes = [len(group) for group in walks._in_groups(range(5))]
    assert sizes == [2, 2, 1]
