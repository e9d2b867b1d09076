"""Outliers by the density of a mixture: how many, which ones, by whose density."""

import numpy as np
import pytest
import sklearn.mixture

from mixtura import GaussianMixture, MixtureOutlierDetector, StudentMixture


def rows_and_outliers(seed=0):
    rng = np.random.default_rng(seed)
    rows = np.concatenate([rng.normal(0, 1, (380, 2)), rng.uniform(8, 40, (20, 2))])
    return rows, np.arange(400) >= 380


@pytest.mark.parametrize("mixture", [None, StudentMixture(), sklearn.mixture.GaussianMixture()])
def test_the_rows_farthest_out_are_outliers(mixture):
    rows, is_out = rows_and_outliers()
    found = MixtureOutlierDetector(mixture, contamination=0.05).fit(rows)
    assert (found.predict(rows) == -1).sum() == 20
    assert (found.predict(rows) == np.where(is_out, -1, 1)).mean() > 0.97
    np.testing.assert_array_equal(found.fit_predict(rows), found.predict(rows))
    np.testing.assert_allclose(found.decision_function(rows), found.score_samples(rows) - found.offset_)


def test_auto_goes_by_the_mixtures_own_rows():
    rng = np.random.default_rng(1)
    found = MixtureOutlierDetector(GaussianMixture(random_state=0), contamination="auto").fit(
        rng.normal(size=(5000, 2))
    )
    alarms = (found.predict(rng.normal(size=(100_000, 2))) == -1).mean()
    assert alarms == pytest.approx(0.001, abs=5e-4)


def test_integer_weights_are_repeated_rows():
    rows, _ = rows_and_outliers()
    weights = np.random.default_rng(2).integers(0, 3, len(rows))
    weighted = MixtureOutlierDetector(GaussianMixture()).fit(rows, sample_weight=weights)
    repeated = MixtureOutlierDetector(GaussianMixture()).fit(np.repeat(rows, weights, axis=0))
    assert weighted.offset_ == pytest.approx(repeated.offset_)


@pytest.mark.parametrize("contamination", [0, 0.6, "many", np.nan, None])
def test_what_cannot_be_used_is_said(contamination):
    with pytest.raises(ValueError, match="'contamination'"):
        MixtureOutlierDetector(contamination=contamination).fit(rows_and_outliers()[0])
