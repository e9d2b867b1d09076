"""EM step by step: every step that is kept is the mixture it says it is."""

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from drawing.cases import mixture, rows_of, sample
from mixtura import assemble, select
from mixtura.drawing.climbs import climbs, some_rows
from mixtura.emissions._moments import matrices


@pytest.fixture(scope="module")
def points():
    return sample(mixture(3, 2, spread=3.0), 300)[0] * [1.0, 1000.0]


@pytest.fixture(scope="module")
def fitted(points):
    return assemble(select(points, n_components=[3], covariances=["diag"]))  # made in scaled columns


def log_likelihood(parameters, points):
    """By SciPy."""
    means, covariances = parameters.emission
    parts = [
        np.log(weight) + multivariate_normal(mean, covariance).logpdf(points)
        for weight, mean, covariance in zip(parameters.weights, means, matrices(covariances, 2), strict=True)
    ]
    return logsumexp(parts, axis=0).sum()


def test_log_likelihoods_are_those_of_the_steps(fitted, points):
    (climb,) = climbs(fitted, rows_of(fitted, points), ["random_from_data"], seed=0)
    assert len(climb.steps) == len(climb.log_likelihoods) > 3
    for step in (0, 2, -1):
        assert climb.log_likelihoods[step] == pytest.approx(log_likelihood(climb.steps[step], points))


def test_no_step_leads_down_and_the_end_is_no_better_than_the_fit(fitted, points):
    for climb in climbs(fitted, rows_of(fitted, points), ["random_from_data", "kmeans", "random"], seed=1):
        assert np.diff(climb.log_likelihoods).min() > -1e-6
        assert climb.log_likelihoods[-1] <= fitted.history["log_likelihood"] + 0.01


def test_the_same_seed_leads_the_same_way(fitted, points):
    rows = rows_of(fitted, points)
    assert (
        climbs(fitted, rows, ["random"], 5)[0].log_likelihoods == climbs(fitted, rows, ["random"], 5)[0].log_likelihoods
    )


def test_a_start_that_does_not_exist_is_named(fitted, points):
    with pytest.raises(ValueError, match="'lucky' is unknown: use one of kmeans, "):
        climbs(fitted, rows_of(fitted, points), ["lucky"], 0)


def test_of_many_rows_some_stand_for_all(fitted, points):
    rows = rows_of(fitted, points)
    some = some_rows(rows, 100)
    assert len(some.points) == len(some.classification.labels) == 100
    assert some.weights.sum() == pytest.approx(300)
    assert some_rows(rows, 300) is rows
