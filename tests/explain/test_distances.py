import numpy as np
import pytest
from scipy.stats import chi2, t

from mixtura.explain import Rows
from mixtura.explain.discriminant import discriminant_axes, loadings, project, projected
from mixtura.explain.distances import chi_square_quantile, distance_quantiles


@pytest.mark.parametrize("n_columns", [1, 2, 3, 7, 30, 101, 500])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.95, 0.999])
def test_quantiles_of_chi_square_are_scipys(n_columns, share):
    assert chi_square_quantile(share, n_columns) == pytest.approx(chi2.ppf(share, n_columns), rel=1e-10)


def quantiles_of(fitted, points, classify):
    return distance_quantiles(fitted, Rows(points, np.ones(len(points)), classify(fitted, points)))


def test_of_the_right_mixture_they_lie_on_the_line_however_clusters_overlap(mixture, draw, classify):
    fitted = mixture([0.6, 0.4], [[0.0, 0.0], [2.0, 0.0]], [np.eye(2), [[2.0, 1.0], [1.0, 1.0]]])
    found = quantiles_of(fitted, draw(fitted, 10_000), classify)
    for observed in found.observed:
        np.testing.assert_allclose(observed, found.expected, atol=0.06)


def test_heavy_tails_rise_above_it(mixture, classify):
    points = t(3).rvs((5000, 2), random_state=0)
    fitted = mixture([1.0], [[0.0, 0.0]], [np.cov(points.T)])
    (observed,) = quantiles_of(fitted, points, classify).observed
    expected = quantiles_of(fitted, points, classify).expected
    assert observed[-1] > 1.15 * expected[-1] and observed[10] < expected[10]


def test_a_cluster_of_a_few_rows_has_no_quantiles(mixture, draw, classify):
    fitted = mixture([0.99, 0.01], [[0.0], [50.0]], [[[1.0]], [[1.0]]])
    points = np.append(draw(fitted, 300)[:, 0].clip(-5, 5), [50.0])[:, None]
    assert quantiles_of(fitted, points, classify).observed[1] is None


def test_axes_maximise_what_lies_between_over_what_lies_within(mixture):
    rng = np.random.default_rng(0)
    weights, means = np.array([0.5, 0.3, 0.2]), rng.normal(size=(3, 4))
    roots = rng.normal(size=(3, 4, 4))
    covariances = roots @ roots.transpose(0, 2, 1)
    fitted = mixture(weights, means, covariances)
    axes = discriminant_axes(fitted)
    within = np.tensordot(weights, covariances, 1)
    steps = means - weights @ means
    between = (steps * weights[:, None]).T @ steps
    np.testing.assert_allclose(axes.T @ within @ axes, np.eye(2), atol=1e-8)
    values = np.sort(np.linalg.eigvals(np.linalg.solve(within, between)).real)[::-1]
    np.testing.assert_allclose(np.diag(axes.T @ between @ axes), values[:2], rtol=1e-6)


def test_the_view_from_the_axes_is_a_mixture_of_the_same_rows(mixture, draw):
    rng = np.random.default_rng(1)
    fitted = mixture([0.5, 0.3, 0.2], rng.normal(0, 3, (3, 4)), [np.eye(4)] * 3)
    axes = discriminant_axes(fitted)
    means, covariances = projected(fitted, axes).parameters.emission
    points = project(fitted, axes, draw(fitted, 60_000))
    assert points.mean(0) == pytest.approx([0, 0], abs=0.05)
    np.testing.assert_allclose(0.5 * covariances[0] + 0.3 * covariances[1] + 0.2 * covariances[2], np.eye(2), atol=1e-9)
    overall = np.cov(points.T)
    expected = np.eye(2) + (means * np.array([[0.5], [0.3], [0.2]])).T @ means
    np.testing.assert_allclose(overall, expected, rtol=0.05, atol=0.05)


def test_units_of_the_columns_do_not_turn_the_view(mixture):
    means, units = np.array([[0.0, 1.0, 2.0], [3.0, 1.0, 0.0], [1.0, 5.0, 1.0]]), np.array([1e-4, 1.0, 1e6])
    plain = mixture([0.4, 0.3, 0.3], means, [np.eye(3)] * 3)
    scaled = mixture([0.4, 0.3, 0.3], means * units, [np.diag(units**2)] * 3)
    np.testing.assert_allclose(
        loadings(scaled, discriminant_axes(scaled)), loadings(plain, discriminant_axes(plain)), rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize(
    ("means", "n_axes"), [([[0.0, 0], [1, 0]], 1), ([[0.0, 0], [1, 0], [2, 0]], 1), ([[1.0, 1]] * 2, 0)]
)
def test_there_are_no_more_axes_than_differences(mixture, means, n_axes):
    K = len(means)
    assert discriminant_axes(mixture(np.full(K, 1 / K), means, [np.eye(2)] * K)).shape == (2, n_axes)
