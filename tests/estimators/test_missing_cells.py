"""`GaussianMixture` on rows that lack cells."""

import numpy as np
import pytest
from sklearn.base import clone

from mixtura import GaussianMixture
from mixtura.covariance import FOURTEEN

rng = np.random.default_rng(0)
COMPLETE = np.concatenate(
    [rng.normal(0, 1, (150, 3)) @ [[1, 0.8, 0], [0, 0.6, 0.5], [0, 0, 1]], rng.normal(6, 1.5, (250, 3))]
)
HOLES = rng.uniform(size=COMPLETE.shape) < 0.15
X = np.where(HOLES, np.nan, COMPLETE)
every_model = pytest.mark.parametrize("covariance", FOURTEEN)


def fitted(rows=X, covariance="full", **options):
    return GaussianMixture(2, covariance_type=covariance, random_state=0, n_init=1, **options).fit(rows)


@every_model
def test_groups_are_found_and_every_row_has_one(covariance):
    mixture = fitted(covariance=covariance, init_params="kmeans")
    np.testing.assert_allclose(mixture.weights_, [0.625, 0.375], atol=0.01)
    labels = mixture.predict(X)
    assert (labels == np.repeat([1, 0], [150, 250])).mean() > 0.97
    np.testing.assert_allclose(mixture.predict_proba(X).sum(1), 1)
    assert np.isfinite(mixture.bic(X))


def test_a_row_without_cells_changes_no_fit_and_gets_the_prior():
    empty = np.full((3, 3), np.nan)
    mixture, other = fitted(), fitted(np.concatenate([X, empty]))
    np.testing.assert_array_equal(mixture.means_, other.means_)
    np.testing.assert_allclose(other.predict_proba(empty), np.tile(other.weights_, (3, 1)))
    np.testing.assert_allclose(other.score_samples(empty), 0, atol=1e-15)
    assert other.bic(np.concatenate([X, empty])) == pytest.approx(mixture.bic(X))
    np.testing.assert_allclose(other.impute(empty), np.tile(other.weights_ @ other.means_, (3, 1)))


def test_the_likelihood_of_one_component_is_largest():
    """Any other mean and covariance makes the rows less likely, cell by cell."""
    mixture = GaussianMixture(random_state=0, tol=1e-12, reg_covar=0.0, max_iter=5000).fit(X)
    best = mixture.score(X)
    for shift, stretch in ((0.03, 1), (-0.03, 1), (0, 0.99), (0, 1.01)):
        other = clone(mixture)
        other.weights_, other.means_ = mixture.weights_, mixture.means_ + shift
        other.precisions_cholesky_ = stretch * mixture.precisions_cholesky_
        assert other.score(X) < best


def test_weights_are_repetitions_and_zero_is_absence():
    weights = np.random.default_rng(1).integers(0, 3, len(X))
    start = {"means_init": [[0, 0, 0], [6, 6, 6]], "weights_init": [0.4, 0.6], "precisions_init": [np.eye(3)] * 2}
    kept = GaussianMixture(2, tol=1e-9, reg_covar=1e-6, **start)
    weighted, repeated = clone(kept).fit(X, sample_weight=weights), kept.fit(np.repeat(X, weights, axis=0))
    np.testing.assert_allclose(weighted.covariances_, repeated.covariances_, rtol=1e-7, atol=1e-9)
    assert weighted.bic(X, sample_weight=weights) == pytest.approx(repeated.bic(np.repeat(X, weights, axis=0)))


def test_single_precision_gives_the_same_answer():
    double, single = fitted(reg_covar=1e-6), fitted(X.astype(np.float32), reg_covar=1e-6)
    np.testing.assert_allclose(single.means_, double.means_, atol=1e-3)
    assert single.means_.dtype == single.predict_proba(X.astype(np.float32)).dtype == np.float32


def test_units_do_not_matter():
    shifted = fitted(1e3 * X + 1e5)
    np.testing.assert_allclose((shifted.means_ - 1e5) / 1e3, fitted().means_, atol=1e-4)


def test_imputed_cells_are_nearer_than_means_and_the_rest_is_kept():
    mixture = fitted()
    filled = mixture.impute(X)
    np.testing.assert_array_equal(filled[~HOLES], X[~HOLES])
    by_means = np.where(HOLES, np.nanmean(X, axis=0), X)
    assert np.abs(filled - COMPLETE).sum() < 0.6 * np.abs(by_means - COMPLETE).sum()


def test_draws_spread_as_the_cells_do():
    """Expected values spread less than what is missing; draws do not."""
    mixture = fitted()
    draws = mixture.impute(X, n_draws=40)
    assert draws.shape == (40, *X.shape)
    np.testing.assert_array_equal(draws[:, ~HOLES], np.tile(X[~HOLES], (40, 1)))
    np.testing.assert_array_equal(draws, mixture.impute(X, n_draws=40))
    spread = np.sqrt(mixture.weights_ @ np.square(mixture.means_ - mixture.weights_ @ mixture.means_))
    by_model = np.sqrt(mixture.weights_ @ np.diagonal(mixture.covariances_, axis1=1, axis2=2) + spread**2)
    np.testing.assert_allclose(draws.std((0, 1)), by_model, rtol=0.03)


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_missing_cells_of_any_frame_are_missing(library):
    frames = pytest.importorskip(library)
    columns = {name: [None if np.isnan(x) else x for x in X[:, d]] for d, name in enumerate("abc")}
    frame = frames.table(columns) if library == "pyarrow" else frames.DataFrame(columns)
    np.testing.assert_array_equal(fitted(frame).means_, fitted().means_)
