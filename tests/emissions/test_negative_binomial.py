"""Counts that vary more than Poisson's: their law beside SciPy's, the size that they point to, where it ends."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import nbinom, poisson

from mixtura.emissions.negative_binomial import FEWEST, MOST, NegativeBinomial, NegativeBinomialParameters
from mixtura.emissions.poisson import Poisson, PoissonParameters

FAMILY = NegativeBinomial()
RATES, SIZES = np.array([[2.0, 8.0], [50.0, 0.3]]), np.array([[0.7, 40.0], [3.0, 1e-2]])
PARAMETERS = NegativeBinomialParameters(RATES, SIZES)
POINTS = np.array([[0.0, 3.0], [7.0, 0.0], [np.nan, 12.0], [4.0, np.nan], [1e6, 2.0]])


def fitted(points, weights=None, n_steps=800):
    """The component that so many steps lead to."""
    weights = np.ones(len(points)) if weights is None else weights
    parameters = FAMILY.pooled(points, weights, 1)
    for _ in range(n_steps):
        statistics = FAMILY.accumulate(points, weights[:, None], FAMILY.density(parameters))
        parameters = FAMILY.maximise(statistics, weights.sum(keepdims=True), parameters)
    return parameters


def drawn(rate, size, n_rows=400, seed=0):
    parameters = NegativeBinomialParameters(np.array([[rate]]), np.array([[size]]))
    return FAMILY.sample(parameters, np.array([n_rows]), np.random.default_rng(seed))


def test_log_densities_are_those_of_scipy():
    found = FAMILY.log_density(POINTS, FAMILY.density(PARAMETERS))
    cells = nbinom.logpmf(POINTS[:, None], SIZES, SIZES / (SIZES + RATES))
    np.testing.assert_allclose(found, np.where(np.isnan(POINTS)[:, None], 0.0, cells).sum(2), rtol=1e-9)


def test_variances_are_those_of_scipy():
    np.testing.assert_allclose(PARAMETERS.variances, nbinom.var(SIZES, SIZES / (SIZES + RATES)))
    np.testing.assert_allclose(PoissonParameters(RATES).variances, poisson.var(RATES))


def test_poissons_law_is_the_limit_of_large_sizes():
    counts = np.arange(30.0)[:, None]
    rates = np.array([[4.0]])
    wide = FAMILY.log_density(counts, NegativeBinomialParameters(rates, np.array([[MOST]])))
    np.testing.assert_allclose(wide, Poisson().log_density(counts, PoissonParameters(rates)), atol=5e-3)


@pytest.mark.parametrize(("rate", "size"), [(3.0, 0.5), (3.0, 5.0), (20.0, 2.0), (0.1, 0.4)])
def test_steps_lead_to_the_likeliest_size(rate, size):
    points = drawn(rate, size)
    found = fitted(points)
    mean = points.mean()

    def deviance(logarithm):
        own = np.exp(logarithm)
        return -nbinom.logpmf(points, own, own / (own + mean)).sum()

    best = minimize_scalar(deviance, bounds=(-5, 8), method="bounded", options={"xatol": 1e-9})
    assert found.rates[0, 0] == pytest.approx(mean)
    assert deviance(np.log(found.sizes[0, 0])) < best.fun + 1e-6


def test_counts_that_vary_less_than_poissons_have_the_largest_size():
    points = np.tile([[3.0], [4.0], [5.0]], (50, 1))
    assert FAMILY.pooled(points, np.ones(150), 1).sizes[0, 0] == MOST
    assert fitted(points, n_steps=50).sizes[0, 0] == pytest.approx(MOST)


def test_weights_are_repeated_rows():
    points, weights = drawn(5.0, 1.0, 200), np.random.default_rng(1).integers(0, 4, 200)
    one, other = fitted(points, weights.astype(float), 50), fitted(np.repeat(points, weights, axis=0), n_steps=50)
    np.testing.assert_allclose(one, other)


@pytest.mark.parametrize("points", [[[0.0], [0.0]], [[np.nan], [np.nan]]])
def test_where_nothing_was_counted_the_size_stays(points):
    before = NegativeBinomialParameters(np.array([[2.0]]), np.array([[3.0]]))
    statistics = FAMILY.accumulate(np.array(points), np.ones((2, 1)), before)
    assert FAMILY.maximise(statistics, np.array([2.0]), before).sizes[0, 0] == 3


def test_one_large_count_among_zeros_has_the_smallest_size():
    points = np.zeros((100_000, 1))
    points[0] = 1e6
    found = fitted(points, n_steps=5)
    assert found.sizes[0, 0] == pytest.approx(FEWEST)
    assert np.isfinite(FAMILY.log_density(points, found)).all()


@pytest.mark.parametrize("sizes", [np.ones((2, 1)), np.zeros((2, 2)), np.full((2, 2), np.nan)])
def test_sizes_are_checked(sizes):
    with pytest.raises(ValueError, match="sizes, of shape"):
        FAMILY.check(NegativeBinomialParameters(RATES, sizes))


def test_means_of_zero_take_no_leaps():
    none = NegativeBinomialParameters(np.zeros((1, 1)), np.ones((1, 1)))
    assert FAMILY.coordinates(none, none) is None
    far = FAMILY.at(FAMILY.coordinates(PARAMETERS, PARAMETERS) + 50, PARAMETERS)
    FAMILY.check(far)
    assert far.sizes.max() == MOST
