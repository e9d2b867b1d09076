"""The share of a mixture's own rows whose density is no higher: against SciPy, integrals and enumeration."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import stats

import mixtura
from mixtura import FittedMixture, GaussianMixture, LatentClassMixture, StudentMixture, outlier_p_values
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.emissions.noise import UniformNoise
from mixtura.emissions.student import Student, StudentParameters
from mixtura.fitted import default_names
from mixtura.mixture import Mixture, MixtureParameters

MEAN, COVARIANCE = np.array([1e4, -2.0, 0.0]), np.array([[2.0, 1.2, 0.0], [1.2, 1.5, 0.3], [0.0, 0.3, 1.0]])


def fitted(emission, weights, parameters):
    features = tuple(f"x{d}" for d in range(parameters.means.shape[1]))
    parameters = MixtureParameters(np.asarray(weights), parameters)
    return FittedMixture(Mixture(emission), parameters, features, default_names(len(weights)))


def gaussian():
    return fitted(Gaussian("VVV"), [1.0], GaussianParameters(MEAN[None], COVARIANCE[None]))


def student(dof=3.0):
    return fitted(Student("VVV"), [1.0], StudentParameters(MEAN[None], COVARIANCE[None], np.array([dof])))


def two():
    means = np.array([[0.0, 0.0], [5.0, 1.0]])
    covariances = np.array([np.eye(2), [[0.5, 0.2], [0.2, 2.0]]])
    return fitted(Gaussian("VVV"), [0.7, 0.3], GaussianParameters(means, covariances))


def sample(model, number, seed=0):
    return model.model.sample(model.parameters, number, np.random.default_rng(seed))[0]


@pytest.mark.parametrize("make", [gaussian, student])
@pytest.mark.parametrize("seen", [[0, 1, 2], [0, 2]])
def test_one_component_follows_its_law(make, seen):
    model = make()
    rows = sample(model, 50)
    apart = (rows - MEAN)[:, seen]
    squares = (apart * np.linalg.solve(COVARIANCE[np.ix_(seen, seen)], apart.T).T).sum(1)
    rows[:, [d for d in range(3) if d not in seen]] = np.nan
    D = len(seen)
    wanted = stats.chi2.sf(squares, D) if make is gaussian else stats.f.sf(squares / D, D, 3.0)
    np.testing.assert_allclose(outlier_p_values(model, rows), wanted, atol=1e-9)


def test_far_tails_are_exact():
    row = MEAN + np.array([20 * np.sqrt(2.0), 0, 0])
    far = outlier_p_values(gaussian(), row[None])
    squares = (row - MEAN) @ np.linalg.solve(COVARIANCE, row - MEAN)
    assert 0 < far[0] < 1e-80
    assert far[0] == pytest.approx(stats.chi2.sf(squares, 3), rel=1e-6)


@pytest.mark.parametrize("holes", [0.0, 0.3])
@pytest.mark.parametrize("make", [gaussian, student, two])
def test_values_of_the_mixtures_own_rows_are_uniform(make, holes):
    rows = sample(make(), 3000, seed=1)
    rows[np.random.default_rng(2).uniform(size=rows.shape) < holes] = np.nan
    rows = rows[~np.isnan(rows).all(1)]
    assert stats.kstest(outlier_p_values(make(), rows), "uniform").pvalue > 1e-3


def test_mixtures_are_compared_with_draws():
    means = np.array([[-3.0], [2.0]])
    model = fitted(Gaussian("VVI"), [0.6, 0.4], GaussianParameters(means, np.array([[1.0], [0.25]])))
    places = np.linspace(-12, 12, 200_001)
    height = 0.6 * stats.norm.pdf(places, -3, 1) + 0.4 * stats.norm.pdf(places, 2, 0.5)
    rows = np.array([-8.0, -5.0, -3.0, 0.3, 1.0, 2.0])
    own = np.interp(rows, places, height)
    wanted = np.array([height[height <= h].sum() for h in own]) * (places[1] - places[0])
    np.testing.assert_allclose(outlier_p_values(model, rows[:, None]), wanted, atol=0.015)
    assert outlier_p_values(model, rows[:1, None], n_draws=99)[0] == 0.01


def test_answers_are_counted():
    rng = np.random.default_rng(0)
    answers = (rng.uniform(size=(500, 3)) < np.where(np.arange(500) < 200, 0.9, 0.3)[:, None]).astype(float)
    classes = LatentClassMixture(2, random_state=0).fit(answers)
    cells = np.array(list(product([0.0, 1.0], repeat=3)))
    logs = classes.score_samples(cells)
    wanted = [np.exp(logs[logs <= log + 1e-12]).sum() for log in logs]
    np.testing.assert_allclose(classes.outlier_p_values(cells), wanted, atol=0.02)


def test_rows_of_noise_are_outliers():
    rng = np.random.default_rng(0)
    groups = two()
    noise = UniformNoise((-40.0, -40.0), ((80.0, 0.0), (0.0, 80.0)))
    parameters = groups.parameters._replace(weights=0.9 * groups.parameters.weights)
    noisy = replace(groups, model=replace(groups.model, noise=noise), parameters=parameters)
    rows = np.concatenate([sample(groups, 900), rng.uniform(-40, 40, (100, 2))])
    values = outlier_p_values(noisy, rows)
    np.testing.assert_allclose(values, outlier_p_values(groups, rows), atol=0.02)
    assert (values[900:] < 0.01).mean() > 0.9


@pytest.mark.parametrize("made", [GaussianMixture(2, random_state=0), StudentMixture(2, random_state=0)])
def test_estimators_say_the_same(made):
    rows = sample(two(), 300)
    made.fit(rows)
    values = made.outlier_p_values(rows)
    np.testing.assert_array_equal(values, made.outlier_p_values(rows))
    np.testing.assert_allclose(values, outlier_p_values(made.to_fitted(), rows), atol=0.03)
    np.testing.assert_array_equal(made.outlier_scores(rows), -made.score_samples(rows))
    assert np.abs(np.argsort(made.outlier_scores(rows))[-1] - values.argmin()) == 0


def test_threads_and_seeds_decide_nothing_else():
    rows = sample(two(), 100)
    alone = outlier_p_values(two(), rows, seed=5)
    np.testing.assert_array_equal(outlier_p_values(two(), rows, seed=5, n_threads=3), alone)
    assert not np.array_equal(outlier_p_values(two(), rows, seed=6), alone)


def test_a_row_without_any_cell_is_no_outlier():
    for model in (gaussian(), student(), two()):
        assert outlier_p_values(model, np.full((1, len(model.features)), np.nan))[0] == 1.0


def test_what_cannot_be_used_is_said():
    with pytest.raises(ValueError, match="asks for no rows"):
        mixtura.outlier_p_values(two(), np.zeros((1, 2)), n_draws=0)
    with pytest.raises(mixtura.errors.DataError):
        mixtura.outlier_p_values(two(), np.array([[np.inf, 0.0]]))
