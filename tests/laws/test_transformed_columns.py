"""Numbers that are positive or bounded: densities are those of the columns as they are."""

import numpy as np
import pytest
from scipy import integrate, stats

from mixtura.emissions.contract import Emission
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.emissions.transformed import Transformed
from mixtura.emissions.transforms import FIXED, is_found, limits, transform
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import Block

POWERS = ["box-cox(0.3, 1.5)", "box-cox(-0.05, 0.7)", "box-cox(0.0, 2.0)"]
POWERS += ["yeo-johnson(0.4, 2.0)", "yeo-johnson(1.7, 0.5)", "yeo-johnson(0.0, 1.0)", "yeo-johnson(2.0, 3.0)"]
NAMES = [*(name for name in FIXED if name != "none"), *POWERS]
ONE = GaussianParameters(np.array([[0.4]]), np.array([[0.25]]))


def test_a_logarithm_gives_scipys_lognormal():
    family = Transformed(("log",), Gaussian("VVI"))
    x = np.array([0.1, 1.0, 2.5, 30.0])
    found = family.log_density(x[:, None], family.density(ONE))[:, 0]
    np.testing.assert_allclose(found, stats.lognorm(s=0.5, scale=np.exp(0.4)).logpdf(x))


@pytest.mark.parametrize("name", NAMES)
def test_densities_integrate_to_one(name):
    family, parameters = Transformed((name,), Gaussian("VVI")), GaussianParameters(np.array([[3.0]]), ONE.covariances)
    edges = transform(name).undo(np.linspace(0.2, 5.8, 20_001))
    middles = (edges[1:] + edges[:-1]) / 2
    density = np.exp(family.log_density(middles[:, None], family.density(parameters))[:, 0])
    assert (density * np.diff(edges)).sum() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_transform_can_be_undone_and_knows_its_slope(name):
    seen, step = transform(name), 1e-6
    x = np.array([0.05, 0.3, 0.9] if limits(name)[0] == 0 else [-3.0, -0.4, 0.0, 0.3, 5.0])
    np.testing.assert_allclose(seen.undo(seen.apply(x)), x)
    slopes = (seen.apply(x + step) - seen.apply(x - step)) / (2 * step)
    np.testing.assert_allclose(np.log(slopes), seen.log_slope(x), atol=1e-6)


@pytest.mark.parametrize("power", [-1.3, 0.0, 0.4, 2.0])
def test_powers_are_those_of_scipy(power):
    x = np.array([0.02, 0.5, 1.0, 7.0])
    np.testing.assert_allclose(transform(f"box-cox({power}, 1.0)").apply(x), stats.boxcox(x, power))
    np.testing.assert_allclose(transform(f"box-cox({power}, 2.5)").apply(2.5 * x), stats.boxcox(x, power))
    if 0 <= power <= 2:
        both = np.concatenate([-x, [0.0], x])
        np.testing.assert_allclose(transform(f"yeo-johnson({power}, 1.0)").apply(both), stats.yeojohnson(both, power))


@pytest.mark.parametrize("name", ["yeo-johnson(0.4, 2.0)", "yeo-johnson(1.7, 0.5)", "yeo-johnson(2.0, 3.0)"])
def test_a_density_over_the_whole_line_is_one_by_quadrature(name):
    family = Transformed((name,), Gaussian("VVI"))
    density = family.density(ONE)
    found, _ = integrate.quad(lambda x: np.exp(family.log_density(np.array([[x]]), density)[0, 0]), -np.inf, np.inf)
    assert found == pytest.approx(1, abs=1e-6)


def test_what_lies_beyond_the_end_of_a_power_is_undone_to_numbers():
    beyond = np.array([-1e9, -50.0, 50.0, 1e9])
    for name in POWERS:
        back = transform(name).undo(beyond)
        assert np.isfinite(back).all(), name
        assert (back >= limits(name)[0]).all(), name


@pytest.mark.parametrize(
    "name", ["box-cox", "cube", "box-cox(3.0, 1.0)", "box-cox(nan, 1.0)", "box-cox(0.5, 0.0)", "yeo-johnson(-0.1, 1.0)"]
)
def test_what_is_no_transform_is_said(name):
    assert is_found(name) is (name != "box-cox")
    with pytest.raises(ValueError, match="is no transform"):
        transform(name)


def test_a_fit_is_that_of_the_transformed_column():
    rng = np.random.default_rng(0)
    x = np.exp(np.concatenate([rng.normal(0, 0.5, 60), rng.normal(3, 0.5, 40)]))[:, None]
    inner, block = Gaussian("VVI", ridge=0.0), Block(x, np.ones(100))
    start = MixtureParameters(np.array([0.5, 0.5]), GaussianParameters(np.array([[0.0], [2.0]]), np.ones((2, 1))))
    model, plain = Mixture(Transformed(("log",), inner)), Mixture(inner)
    ours, theirs = model.statistics(start)(block), plain.statistics(start)(Block(np.log(x), np.ones(100)))
    assert ours.log_likelihood == pytest.approx(theirs.log_likelihood - np.log(x).sum())
    np.testing.assert_allclose(model.maximise(ours, start).emission.means, plain.maximise(theirs, start).emission.means)


def test_a_missing_cell_has_no_slope():
    family = Transformed(("log", "none"), Gaussian("VVI"))
    parameters = GaussianParameters(np.zeros((1, 2)), np.ones((1, 2)))
    found = family.log_density(np.array([[np.nan, 0.5]]), family.density(parameters))
    assert found[0, 0] == pytest.approx(stats.norm.logpdf(0.5))


def test_it_is_a_family_that_says_what_it_cannot_be():
    family = Transformed(("log", "logarithm"), Gaussian("VVI"))
    assert isinstance(family, Emission)
    with pytest.raises(ValueError, match="'logarithm' is no transform"):
        family.check(GaussianParameters(np.zeros((1, 2)), np.ones((1, 2))))
    with pytest.raises(ValueError, match="its transforms"):
        family.check(GaussianParameters(np.zeros((1, 3)), np.ones((1, 3))))


def test_a_power_that_was_found_is_a_free_number():
    plain, found = (Transformed((name,), Gaussian("VVI")) for name in ("log", "box-cox(0.3, 1.5)"))
    assert found.n_free(ONE) == plain.n_free(ONE) + 1


def test_samples_are_in_the_units_of_the_data():
    family = Transformed(("log",), Gaussian("VVI"))
    drawn = family.sample(ONE, np.array([20_000]), np.random.default_rng(0))
    assert np.log(drawn).mean() == pytest.approx(0.4, abs=0.02)
