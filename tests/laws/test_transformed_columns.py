"""Numbers that are positive or bounded: densities are those of the columns as they are."""

import numpy as np
import pytest
from scipy import stats

from mixtura.emissions.contract import Emission
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.emissions.transformed import TRANSFORMS, Transformed
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import Block

NAMES = [name for name in TRANSFORMS if name != "none"]
ONE = GaussianParameters(np.array([[0.4]]), np.array([[0.25]]))


def test_a_logarithm_gives_scipys_lognormal():
    family = Transformed(("log",), Gaussian("VVI"))
    x = np.array([0.1, 1.0, 2.5, 30.0])
    found = family.log_density(x[:, None], family.density(ONE))[:, 0]
    np.testing.assert_allclose(found, stats.lognorm(s=0.5, scale=np.exp(0.4)).logpdf(x))


@pytest.mark.parametrize("name", NAMES)
def test_densities_integrate_to_one(name):
    family, parameters = Transformed((name,), Gaussian("VVI")), GaussianParameters(np.array([[3.0]]), ONE.covariances)
    edges = TRANSFORMS[name].undo(np.linspace(0.2, 5.8, 20_001))
    middles = (edges[1:] + edges[:-1]) / 2
    density = np.exp(family.log_density(middles[:, None], family.density(parameters))[:, 0])
    assert (density * np.diff(edges)).sum() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_transform_can_be_undone_and_knows_its_slope(name):
    transform, x, step = TRANSFORMS[name], np.array([0.05, 0.3, 0.9]), 1e-6
    np.testing.assert_allclose(transform.undo(transform.apply(x)), x)
    slopes = (transform.apply(x + step) - transform.apply(x - step)) / (2 * step)
    np.testing.assert_allclose(np.log(slopes), transform.log_slope(x), atol=1e-6)


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
    with pytest.raises(ValueError, match="its transforms"):
        family.check(GaussianParameters(np.zeros((1, 2)), np.ones((1, 2))))


def test_samples_are_in_the_units_of_the_data():
    family = Transformed(("log",), Gaussian("VVI"))
    drawn = family.sample(ONE, np.array([20_000]), np.random.default_rng(0))
    assert np.log(drawn).mean() == pytest.approx(0.4, abs=0.02)
