"""`BayesianGaussianMixture` beyond scikit-learn's: the number found, hard data, input that cannot be used."""

import numpy as np
import pytest

from mixtura import BayesianGaussianMixture, em

_rng = np.random.default_rng(0)
POINTS = np.concatenate([_rng.normal(0, 1, (60, 2)), _rng.normal(8, 1, (40, 2))])
LABELS = np.repeat([0, 1], [60, 40])
TWO = {"n_components": 2, "responsibilities_init": LABELS}


def found(points=POINTS, **options):
    return BayesianGaussianMixture(**{"n_components": "auto", "random_state": 0} | options).fit(points)


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
@pytest.mark.parametrize("n_start", [1, 20])
def test_the_number_is_found(covariance, n_start):
    bayes = found(covariance_type=covariance, start_components=n_start)
    assert bayes.n_components_ == 2
    np.testing.assert_array_equal(bayes.predict(POINTS), LABELS)
    assert max(bayes.number_bounds_, key=bayes.number_bounds_.get) == 2
    assert sum(bayes.number_probabilities_.values()) == pytest.approx(1)
    assert bayes.n_effective_ == pytest.approx(2, abs=1e-6)


def test_components_to_spare_are_not_counted():
    bayes = BayesianGaussianMixture(n_components=8, random_state=0).fit(POINTS)
    assert bayes.n_components_ == len(bayes.weights_) == 8
    assert 2 <= bayes.n_effective_ < 4
    assert bayes.number_bounds_ == {}


@pytest.mark.parametrize("kind", ["labels", "shares"])
def test_a_start_is_given(kind):
    shares = LABELS if kind == "labels" else np.eye(2)[LABELS]
    bayes = BayesianGaussianMixture(n_components=2, responsibilities_init=shares).fit(POINTS)
    np.testing.assert_array_equal(bayes.predict(POINTS), LABELS)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.ones(100), "whole numbers from 0 on"),
        (LABELS + 5, "holds the label 6"),
        (np.full((100, 2), 0.4), "sums to 0.8 in row 1"),
        (np.full((100, 2), np.nan), "sums to nan in row 1"),
        (np.ones((100, 3)) / 3, "has shape"),
        (LABELS[:50], "has shape"),
    ],
)
def test_a_start_that_is_none_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        BayesianGaussianMixture(n_components=2, responsibilities_init=given).fit(POINTS)


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        ({"covariance_prior": [[1.0, 2.0], [2.0, 1.0]]}, "should be symmetric, positive-definite"),
        ({"covariance_prior": [1.0, -1.0], "covariance_type": "diag"}, "should be positive"),
        ({"covariance_prior": [1.0, 2.0], "covariance_type": "spherical"}, "shape"),
        ({"mean_prior": [1.0, 2.0, 3.0]}, "'means' should have the shape"),
        ({"mean_prior": [1.0, np.nan]}, "NaN"),
        ({"mean_precision_prior": 0.0}, "mean_precision_prior"),
        ({"weight_concentration_prior": -1.0}, "weight_concentration_prior"),
        ({"weight_concentration_prior_type": "none"}, "weight_concentration_prior_type"),
        ({"n_components": "some"}, "n_components"),
    ],
)
def test_a_prior_that_is_none_is_refused(prior, message):
    with pytest.raises(ValueError, match=message):
        BayesianGaussianMixture(**prior).fit(POINTS)


@pytest.mark.parametrize("covariance", ["full", "spherical"])
@pytest.mark.parametrize(
    "points",
    [
        np.c_[POINTS[:, 0], np.ones(100)], np.ones((100, 2)), POINTS * 1e-300, POINTS * 1e150,
        np.repeat(POINTS[:3], 30, axis=0), np.r_[POINTS, [[1e6, 0]]], np.random.default_rng(0).normal(size=(10, 30)),
        POINTS[:2],
    ],
    ids=["constant column", "constant", "tiny", "huge", "repeated", "outlier", "wide", "two rows"],
)  # fmt: skip
def test_hard_data_gives_finite_answers(points, covariance):
    bayes = found(points, covariance_type=covariance)
    assert np.isfinite(bayes.lower_bounds_).all()
    assert np.isfinite(bayes.predict_proba(points)).all()


def test_far_from_zero_is_the_same():
    near, far = found(), found(POINTS + 1e8)
    assert far.lower_bound_ == pytest.approx(near.lower_bound_, rel=1e-5)
    np.testing.assert_allclose(far.means_ - 1e8, near.means_, atol=1e-5)


def test_rows_of_no_weight_are_not_there():
    weights = np.where(LABELS == 0, 1.0, 0.0)
    bayes = BayesianGaussianMixture(n_components="auto", responsibilities_init=LABELS).fit(
        POINTS, sample_weight=weights
    )
    assert bayes.n_components_ == 1
    assert bayes.lower_bound_ == pytest.approx(found(POINTS[:60]).lower_bound_)


def test_threads_do_not_change_a_bit():
    points = np.tile(POINTS, (120, 1)) + np.random.default_rng(1).normal(size=(12_000, 2))
    one, other = (BayesianGaussianMixture(n_components=3, n_jobs=n, random_state=0, tol=1.0) for n in (1, 3))
    np.testing.assert_array_equal(one.fit(points).means_, other.fit(points).means_)


def test_a_warm_start_goes_on():
    halfway = BayesianGaussianMixture(n_components=3, max_iter=3, warm_start=True, random_state=0)
    with pytest.warns(match="did not converge"):
        halfway.fit(POINTS)
    first = halfway.lower_bound_
    halfway.set_params(max_iter=500).fit(POINTS)
    assert halfway.lower_bounds_[0] > first
    with pytest.raises(ValueError, match="warm_start goes on from 3 components in 2 columns"):
        halfway.fit(POINTS[:, :1])


def test_ctrl_c_keeps_the_best_so_far():
    def interrupt(step):
        if len(step.trace) == 2:
            raise KeyboardInterrupt

    bayes = BayesianGaussianMixture(callbacks=[interrupt], **TWO)
    with pytest.raises(KeyboardInterrupt):
        bayes.fit(POINTS)
    assert bayes.outcome_ is em.Outcome.INTERRUPTED
    assert np.isfinite(bayes.means_).all()


def test_rows_are_together_as_far_as_their_components_agree():
    bayes = BayesianGaussianMixture(**TWO).fit(POINTS)
    together, shares = bayes.predict_together(POINTS), bayes.predict_proba(POINTS)
    np.testing.assert_allclose(together, together.T)
    np.testing.assert_array_equal(np.diagonal(together), 1)
    assert together[0, 99] == pytest.approx((shares[0] * shares[99]).sum())
    assert bayes.predict_together(POINTS[:3], POINTS[:5]).shape == (3, 5)


@pytest.mark.parametrize("level", [0, 1, -0.5, 2])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(ValueError, match="lies between 0 and 1"):
        BayesianGaussianMixture(**TWO).fit(POINTS).credible_intervals(level)


def test_draws_are_reproducible_and_counted():
    bayes = BayesianGaussianMixture(random_state=3, **TWO).fit(POINTS)
    one, other = bayes.sample_posterior(4), bayes.sample_posterior(4)
    assert one.means.shape == (4, 2, 2)
    np.testing.assert_array_equal(one.covariances, other.covariances)
    with pytest.raises(ValueError, match="at least one mixture"):
        bayes.sample_posterior(0)


def test_criteria_are_those_of_the_mixture_in_the_middle():
    """So that they compare with a maximum-likelihood fit, to which many rows bring the posterior near."""
    from mixtura import GaussianMixture

    plain = GaussianMixture(2, random_state=0).fit(POINTS)
    assert found().bic(POINTS) == pytest.approx(plain.bic(POINTS), rel=0.01)
