import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import dblquad, quad
from scipy.stats import multivariate_normal, norm

from mixtura.explain import explain
from mixtura.explain.frames import column_log_densities
from mixtura.explain.separation import importance, separate

seeds = st.integers(0, 2**32 - 1)


def pair(seed, n_columns):
    """Two Gaussians of any shape, in columns of very different units."""
    rng = np.random.default_rng(seed)
    units = 10.0 ** rng.integers(-3, 4, n_columns)
    roots = rng.normal(size=(2, n_columns, n_columns + 1))
    covariances = roots @ roots.transpose(0, 2, 1) * np.outer(units, units)
    return rng.normal(size=(2, n_columns)) * units, covariances


@pytest.mark.parametrize(("distance", "sd"), [(0.0, 3.0), (2.0, 1.0), (1.0, 0.5)])
def test_in_one_column_it_is_the_integral_of_the_root_of_both_densities(distance, sd):
    found = separate(np.array([[0.0], [distance]]), np.array([[[1.0]], [[sd**2]]]))
    both = quad(lambda x: np.sqrt(norm.pdf(x) * norm.pdf(x, distance, sd)), -30, 30)[0]
    assert found.total == pytest.approx(-np.log(both), abs=1e-9)


def test_in_two_columns_too():
    means, covariances = np.array([[0.0, 0.0], [1.0, -0.5]]), np.array([[[1.0, 0.6], [0.6, 1.0]], [[2.0, 0], [0, 0.5]]])
    one, other = (multivariate_normal(*moments) for moments in zip(means, covariances, strict=True))
    both = dblquad(lambda y, x: np.sqrt(one.pdf((x, y)) * other.pdf((x, y))), -9, 9, -9, 9, epsabs=1e-6)[0]
    assert separate(means, covariances).total == pytest.approx(-np.log(both), abs=1e-4)


@given(seeds, st.integers(1, 6))
def test_parts_are_never_negative_and_add_up_to_the_distance(seed, n_columns):
    means, covariances = pair(seed, n_columns)
    found = separate(means, covariances)
    assert min(*found.location, *found.shape) >= 0
    step, middle = means[0] - means[1], covariances.mean(0)
    log_dets = np.linalg.slogdet(np.stack([middle, *covariances]))[1]
    distance = step @ np.linalg.solve(middle, step) / 8 + (log_dets[0] - log_dets[1:].mean()) / 2
    assert found.total == pytest.approx(distance, rel=1e-6)
    assert sum(found.parts) == pytest.approx(found.total)


@given(seeds)
def test_units_and_order_of_columns_change_nothing(seed):
    means, covariances = pair(seed, 3)
    units, order = np.array([1e-3, 1.0, 40.0]), [2, 0, 1]
    found = separate(means, covariances)
    scaled = separate(means * units, covariances * np.outer(units, units))
    np.testing.assert_allclose(scaled.location, found.location, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(scaled.shape, found.shape, rtol=1e-6, atol=1e-9)
    moved = separate(means[:, order], covariances[:, order][:, :, order])
    np.testing.assert_allclose(moved.parts, np.array(found.parts)[order], rtol=1e-6, atol=1e-9)


def test_columns_that_vary_by_themselves_have_their_own_separation():
    means, variances = np.array([[0.0, 5.0, 1.0], [3.0, 5.0, 1.0]]), np.array([[1.0, 1.0, 1.0], [2.0, 9.0, 1.0]])
    found = separate(means, np.stack([np.diag(v) for v in variances]))
    alone = [separate(means[:, [d]], variances[:, [d], None]).total for d in range(3)]
    assert found.parts == pytest.approx(alone)
    assert alone[2] == 0


def test_a_column_that_only_its_correlation_makes_useful_has_a_part():
    covariance = np.array([[1.0, 0.9], [0.9, 1.0]])
    found = separate(np.array([[0.0, 0.0], [1.0, 0.0]]), np.stack([covariance, covariance]))
    assert found.location[1] > 0.1 * found.total


def test_the_overlap_is_no_larger_than_the_separation_allows(mixture, draw, classify):
    fitted = mixture([0.7, 0.3], [[0.0, 0.0], [2.0, 1.0]], [np.eye(2), np.diag([0.5, 3.0])])
    points = draw(fitted, 4000)
    cluster = explain(fitted, points, None, classify(fitted, points)).clusters[0]
    assert 0 < cluster.overlap <= np.sqrt(0.7 * 0.3) * np.exp(-cluster.separation.total)


def test_importance_is_a_share_of_each_column(mixture, draw, classify):
    fitted = mixture([0.5, 0.3, 0.2], [[0.0, 0.0], [9.0, 0.0], [9.0, 4.0]], [np.eye(2)] * 3)
    points = draw(fitted, 500)
    found = explain(fitted, points, None, classify(fitted, points))
    assert sum(found.importance) == pytest.approx(1)
    assert found.importance == pytest.approx((0.5, 0.5))  # the first cluster is kept apart by x0, the others by x1
    assert importance([None], [1.0]) == ()


@given(seeds)
def test_parts_of_a_log_density_add_up_to_it(seed):
    means, covariances = pair(seed, 4)
    parts = column_log_densities(means[1], means, covariances)
    units = np.sqrt(np.diag(covariances[0]))  # SciPy takes columns of very different units for singular
    expected = [
        multivariate_normal(mean / units, covariance / np.outer(units, units)).logpdf(means[1] / units)
        for mean, covariance in zip(means, covariances, strict=True)
    ]
    np.testing.assert_allclose(parts.sum(1), np.array(expected) - np.log(units).sum(), rtol=1e-6)
