"""What a posterior says: draws, intervals and the predictive density agree with each other and with textbooks."""

import numpy as np
import pytest
from scipy import stats

from mixtura import posterior, starts
from mixtura.bayesian import BayesianMixture
from mixtura.concentrations import Dirichlet, Process
from mixtura.emissions.normal_wishart import NormalWishart
from mixtura.statistics import Block

_rng = np.random.default_rng(0)
POINTS = np.concatenate([_rng.normal(0, 1, (30, 2)), _rng.normal(7, 2, (50, 2))])
LABELS = np.repeat([0, 1], [30, 50])


def fitted(name="full", concentration=Process(1.0)):  # noqa: B008 (immutable)
    emission = NormalWishart(name, 0.0, 3.0, 0.1, 2.5, (9.0, 1.0, 1.0, 9.0))
    model = BayesianMixture(emission=emission, weights_prior=concentration)
    return model, starts.parameters_from(model, Block(POINTS, np.ones(80)), LABELS, 2, pseudo_rows=0.0)


@pytest.mark.parametrize("name", ["full", "EEE", "VVI", "VII"])
def test_draws_have_the_moments_of_the_posterior(name):
    model, parameters = fitted(name)
    drawn = posterior.draw(model, parameters, 20_000, np.random.default_rng(0))
    means, covariances, counts = parameters.emission
    np.testing.assert_allclose(drawn.weights.mean(0), parameters.weights, atol=0.01)
    np.testing.assert_allclose(drawn.means.mean(0), means, atol=0.02)
    full = np.array([c * np.eye(2) if c.ndim < 2 else c for c in covariances])
    expected = np.linalg.inv(np.linalg.inv(drawn.covariances).mean(0))
    np.testing.assert_allclose(expected, full, rtol=0.03, atol=0.03)
    spread = np.cov((drawn.means[:, 0] - means[0]).T)
    dof = model.emission.dofs(counts)[0]
    np.testing.assert_allclose(spread, full[0] * dof / (dof - 3) / (0.1 + counts[0]), rtol=0.1, atol=0.005)


def test_components_of_one_shape_have_one_shape_in_every_draw():
    model, parameters = fitted("EEE")
    drawn = posterior.draw(model, parameters, 5, np.random.default_rng(0)).covariances
    np.testing.assert_allclose(drawn[:, 0], drawn[:, 1])


@pytest.mark.parametrize("concentration", [Process(1.0), Dirichlet(0.5)])
@pytest.mark.parametrize("level", [0.5, 0.95])
def test_intervals_hold_their_share_of_draws(level, concentration):
    model, parameters = fitted(concentration=concentration)
    drawn = posterior.draw(model, parameters, 20_000, np.random.default_rng(5))
    ends = posterior.intervals(model, parameters, level)
    for values, interval in zip(drawn, ends, strict=True):
        inside = (interval[..., 0] < values) & (values < interval[..., 1])
        np.testing.assert_allclose(inside.mean(0), level, atol=0.02)


def test_intervals_of_one_gaussian_are_the_textbook_s():
    """With next to no prior they are the classical confidence intervals: Student's t and chi-squared."""
    x = _rng.normal(3, 2, (40, 1))
    emission = NormalWishart("full", 0.0, 0.0, 1e-9, 1e-9, 1e-9)
    model = BayesianMixture(emission=emission, weights_prior=Process(1.0))
    parameters = starts.parameters_from(model, Block(x, np.ones(40)), np.zeros(40, int), 1, pseudo_rows=0.0)
    ends = posterior.intervals(model, parameters)
    squares = ((x - x.mean()) ** 2).sum()
    mean = stats.t(40, x.mean(), np.sqrt(squares / 40 / 40)).interval(0.95)
    np.testing.assert_allclose(ends.means[0, 0], mean, rtol=1e-6)
    np.testing.assert_allclose(ends.covariances[0, 0, 0], squares / stats.chi2(40).ppf([0.975, 0.025]), rtol=1e-6)


def test_the_predictive_density_is_that_of_rows_from_draws():
    model, parameters = fitted()
    rng = np.random.default_rng(0)
    drawn = posterior.draw(model, parameters, 4000, rng)
    rows = np.array([[0.0, 0.0], [3.0, 3.0], [9.0, 4.0]])
    density = [
        sum(
            w * stats.multivariate_normal(m, c).pdf(rows)
            for w, m, c in zip(*(field[s] for field in drawn), strict=True)
        )
        for s in range(400)
    ]
    student = posterior.predictive(model, parameters)
    error = np.std(density, axis=0) / np.sqrt(len(density))
    assert (np.abs(np.exp(student.score_samples(rows)) - np.mean(density, axis=0)) < 4.5 * error).all()


def test_the_predictive_density_is_scipy_s_student():
    student = posterior.predictive(*fitted())
    parts = [
        w * stats.multivariate_t(m, s, df).pdf(POINTS)
        for w, m, s, df in zip(student.weights, student.means, student.scales, student.dofs, strict=True)
    ]
    np.testing.assert_allclose(student.score_samples(POINTS), np.log(sum(parts)), rtol=1e-9)
    assert student.score(POINTS) == pytest.approx(np.log(sum(parts)).mean())


def test_rows_drawn_from_the_predictive_density_have_its_mean():
    student = posterior.predictive(*fitted())
    rows = student.sample(20_000, np.random.default_rng(0))
    np.testing.assert_allclose(rows.mean(0), student.weights @ student.means, atol=0.15)


@pytest.mark.parametrize("rows", [[1.0, 2.0], [[1.0, 2.0, 3.0]]])
def test_rows_of_other_columns_are_refused(rows):
    with pytest.raises(ValueError, match="rows of 2 columns are needed"):
        posterior.predictive(*fitted()).score_samples(rows)
