import numpy as np
import pytest
from scipy.stats import chi2, t

from mixtura import classify
from mixtura.drawing.chi_square import chi_square_quantile
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.explain import Rows
from mixtura.fitted import FittedMixture, default_names
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.report.quantiles import distance_quantiles


@pytest.mark.parametrize("n_columns", [1, 2, 3, 7, 30, 101, 500])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.95, 0.999])
def test_quantiles_of_chi_square_are_scipys(n_columns, share):
    assert chi_square_quantile(share, n_columns) == pytest.approx(chi2.ppf(share, n_columns), rel=1e-10)


def quantiles_of(fitted, points):
    return distance_quantiles(fitted, Rows(points, np.ones(len(points)), classify(fitted, points)))


def mixture(weights, means, covariances):
    emission = GaussianParameters(np.array(means), np.array(covariances, dtype=float))
    names = tuple(f"x{d}" for d in range(emission.means.shape[1]))
    parameters = MixtureParameters(np.array(weights), emission)
    return FittedMixture(Mixture(Gaussian("full")), parameters, names, default_names(len(weights)))


def draw(fitted, n_rows):
    rng = np.random.default_rng(0)
    counts = rng.multinomial(n_rows, fitted.parameters.weights)
    return fitted.model.emission.sample(fitted.parameters.emission, counts, rng)


def test_of_the_right_mixture_they_lie_on_the_line_however_clusters_overlap():
    fitted = mixture([0.6, 0.4], [[0.0, 0.0], [2.0, 0.0]], [np.eye(2), [[2.0, 1.0], [1.0, 1.0]]])
    found = quantiles_of(fitted, draw(fitted, 10_000))
    for observed in found.observed:
        np.testing.assert_allclose(observed, found.expected, atol=0.06)


def test_heavy_tails_rise_above_it():
    points = t(3).rvs((5000, 2), random_state=0)
    fitted = mixture([1.0], [[0.0, 0.0]], [np.cov(points.T)])
    (observed,) = quantiles_of(fitted, points).observed
    expected = quantiles_of(fitted, points).expected
    assert observed[-1] > 1.15 * expected[-1] and observed[10] < expected[10]


def test_a_cluster_of_a_few_rows_has_no_quantiles():
    fitted = mixture([0.99, 0.01], [[0.0], [50.0]], [[[1.0]], [[1.0]]])
    points = np.append(draw(fitted, 300)[:, 0].clip(-5, 5), [50.0])[:, None]
    assert quantiles_of(fitted, points).observed[1] is None
