"""Rows drawn from a mixture are distributed as it says."""

import numpy as np
import pytest
from scipy.stats import chisquare, kstest, norm

import mixtura
from mixtura.options import Options


@pytest.fixture(scope="module")
def points():
    rng = np.random.default_rng(1)
    return np.concatenate([rng.normal(0, 1, (300, 1)), rng.normal(7, 2, (100, 1))])


def test_the_distribution_is_that_of_the_mixture(points):
    fitted = mixtura.assemble(mixtura.select(points, n_components=[2], covariances=["full"]))
    weights, (means, covariances) = fitted.parameters
    parts = [norm(mean, sd) for mean, sd in zip(means[:, 0], np.sqrt(covariances[:, 0, 0]), strict=True)]
    drawn, labels = mixtura.sample(fitted, 5000, seed=3)
    assert kstest(drawn[:, 0], lambda x: weights @ [part.cdf(x) for part in parts]).pvalue > 0.01
    assert chisquare(np.bincount(labels), 5000 * weights).pvalue > 0.01
    assert kstest(drawn[labels == 1, 0], parts[1].cdf).pvalue > 0.01


def test_noise_has_its_share_and_its_label(points):
    spread = np.concatenate([points, np.random.default_rng(2).uniform(-60, 60, (100, 1))])
    options = Options(outliers="uniform")
    fitted = mixtura.assemble(mixtura.select(spread, n_components=[2], covariances=["full"], options=options))
    _, labels = mixtura.sample(fitted, 4000)
    assert (labels == -1).mean() == pytest.approx(fitted.noise_share, abs=0.03)


def test_estimators_are_taken_too_and_no_rows_are_refused(points):
    mixture = mixtura.GaussianMixture(2, random_state=0).fit(points)
    assert mixtura.sample(mixture, 3)[0].shape == (3, 1)
    with pytest.raises(ValueError, match="n_samples=0 asks for no rows"):
        mixtura.sample(mixture, 0)
