"""Laws of the families whose columns are categories and counts, and of the product that joins kinds of columns."""

from itertools import product as combinations

import numpy as np
import pytest

from laws.settings import ANSWERS, COUNTS, FAMILIES, LEVELS, WIDER_COUNTS, K, N, assert_close
from mixtura.emissions.categorical import Categorical, CategoricalParameters
from mixtura.emissions.contract import Emission
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import Block

DISCRETE = ["categorical", "poisson", "negative binomial", "product"]
every_kind = pytest.mark.parametrize("name", DISCRETE)


def _expected(model, parameters, points, emission):
    """The expected log-likelihood that an M-step raises."""
    responsibilities, _ = model.posterior(parameters)(Block(points, np.ones(N)))
    return (responsibilities * model.emission.log_density(points, model.emission.density(emission))).sum()


@every_kind
def test_a_family_keeps_its_contract(name):
    assert isinstance(FAMILIES[name].model.emission, Emission)


def test_shares_of_answers_beat_their_neighbours():
    model, parameters, points = FAMILIES["categorical"]
    new = model.maximise(model.statistics(parameters)(Block(points, np.ones(N))), parameters).emission
    best = _expected(model, parameters, points, new)
    for first, second in ((0, 1), (2, 4), (5, 9)):  # levels of one column
        for nudge in (-1e-3, 1e-3):
            nudged = new.probabilities.copy()
            nudged[:, first] += nudge
            nudged[:, second] -= nudge
            assert _expected(model, parameters, points, CategoricalParameters(nudged)) < best


def test_mean_counts_beat_their_neighbours():
    model, parameters, points = FAMILIES["poisson"]
    new = model.maximise(model.statistics(parameters)(Block(points, np.ones(N))), parameters).emission
    for factor in (0.99, 1.01):
        nudged = new._replace(rates=new.rates * factor)
        assert _expected(model, parameters, points, nudged) < _expected(model, parameters, points, new)


def test_a_product_steps_as_its_parts_would():
    model, parameters, points = FAMILIES["product"]
    responsibilities, _ = model.posterior(parameters)(Block(points, np.ones(N)))
    new = model.maximise(model.statistics(parameters)(Block(points, np.ones(N))), parameters)
    emission = model.emission
    for family, columns, before, after in zip(
        emission.families, emission.columns, parameters.emission, new.emission, strict=True
    ):
        statistics = family.accumulate(points[:, columns], responsibilities, family.density(before))
        assert_close(after, family.maximise(statistics, responsibilities.sum(0), before))


def test_probabilities_of_all_answers_add_up_to_one():
    model, parameters, _ = FAMILIES["categorical"]
    cells = np.array(list(combinations(*map(range, LEVELS))), dtype=float)
    log_density = model.classify(parameters)(Block(cells, np.ones(len(cells)))).log_density
    assert np.exp(log_density).sum() == pytest.approx(1)


def test_probabilities_of_all_counts_add_up_to_one():
    model, parameters, _ = FAMILIES["poisson"]
    cells = np.array(list(combinations(range(60), repeat=2)), dtype=float)
    log_density = model.classify(parameters)(Block(cells, np.ones(len(cells)))).log_density
    assert np.exp(log_density).sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("name", "n_values"), [("categorical", LEVELS[1]), ("poisson", 60), ("negative binomial", 900)]
)
def test_a_missing_cell_is_the_sum_over_all_values(name, n_values):
    model, parameters, points = FAMILIES[name]
    row = np.zeros((n_values, points.shape[1]))
    row[:, 1] = np.arange(n_values)
    hole = row[:1].copy()
    hole[0, 1] = np.nan
    density = model.classify(parameters)
    seen, unseen = (density(Block(rows, np.ones(len(rows)))).log_density for rows in (row, hole))
    assert unseen[0] == pytest.approx(np.logaddexp.reduce(seen))


@pytest.mark.parametrize("name", ["categorical", "poisson", "negative binomial"])
def test_a_row_without_any_cell_gets_the_prior(name):
    model, parameters, points = FAMILIES[name]
    shares, log_density = model.posterior(parameters)(Block(np.full((1, points.shape[1]), np.nan), np.ones(1)))
    np.testing.assert_allclose(shares[0], parameters.weights)
    assert log_density[0] == pytest.approx(0)


@every_kind
def test_samples_have_the_moments_of_their_component(name):
    """What was drawn from one component leads back to it in one step."""
    model, parameters, _ = FAMILIES[name]
    one = model.emission.reorder(parameters.emission, np.array([1]))
    points = model.emission.sample(one, np.array([40_000]), np.random.default_rng(0))
    alone = MixtureParameters(np.ones(1), one)
    found = model.maximise(model.statistics(alone)(Block(points, np.ones(len(points)))), alone).emission
    np.testing.assert_allclose(model.emission.locations(found), model.emission.locations(one), rtol=0.05, atol=0.02)


@every_kind
def test_free_parameters_are_counted(name):
    model, parameters, _ = FAMILIES[name]
    counts = {
        "categorical": K * (1 + 2 + 4), "poisson": K * 2, "negative binomial": K * 4, "product": K * (7 + 2 + 4 + 4),
    }  # fmt: skip
    assert model.emission.n_free(parameters.emission) == counts[name]


@every_kind
def test_parameters_survive_their_names(name):
    emission, parameters = FAMILIES[name].model.emission, FAMILIES[name].parameters.emission
    assert_close(emission.from_arrays(emission.arrays(parameters)), parameters, rtol=0)
    emission.check(parameters)
    with pytest.raises(ValueError, match="holds the arrays"):
        emission.from_arrays(emission.arrays(parameters) | {"colour": np.zeros(3)})


def test_rows_are_seen_without_holes():
    for name, points in (("categorical", ANSWERS), ("poisson", COUNTS), ("negative binomial", WIDER_COUNTS)):
        seen = FAMILIES[name].model.emission.view(points, np.ones(N))
        assert np.isfinite(seen).all()
        assert len(seen) == N


def test_answers_that_no_component_allows_are_next_to_impossible():
    apart = CategoricalParameters(np.array([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0]]))
    model, parameters = Mixture(Categorical((2, 2))), MixtureParameters(np.array([0.5, 0.5]), apart)
    shares, log_density = model.posterior(parameters)(Block(np.array([[0.0, 1.0]]), np.ones(1)))
    np.testing.assert_allclose(shares, 0.5)
    assert -50 < log_density[0] < -30


def test_a_question_that_a_component_has_no_answers_to_keeps_what_it_had():
    before = CategoricalParameters(np.array([[0.25, 0.75, 0.5, 0.5]]))
    model = Mixture(Categorical((2, 2)))
    points = np.array([[np.nan, 0.0], [np.nan, 1.0], [np.nan, 1.0]])
    parameters = MixtureParameters(np.ones(1), before)
    new = model.maximise(model.statistics(parameters)(Block(points, np.ones(3))), parameters)
    np.testing.assert_allclose(new.emission.probabilities, [[0.25, 0.75, 1 / 3, 2 / 3]])


@every_kind
def test_kicked_components_are_still_components(name):
    model, parameters, points = FAMILIES[name]
    rng = np.random.default_rng(0)
    emission = model.emission
    for changed in (
        emission.place(parameters.emission, parameters.weights, 1, points, (3, 40)),
        emission.split(parameters.emission, 0, 2, rng),
    ):
        emission.check(changed)
        assert np.isfinite(emission.log_density(points, emission.density(changed))).all()
