"""`BayesianGaussianMixture` on rows that lack cells."""

import numpy as np
import pytest
from sklearn.base import clone

from mixtura import BayesianGaussianMixture, GaussianMixture

rng = np.random.default_rng(0)
COMPLETE = np.concatenate(
    [rng.normal(0, 1, (150, 3)) @ [[1, 0.8, 0], [0, 0.6, 0.5], [0, 0, 1]], rng.normal(6, 1.5, (250, 3))]
)
HOLES = rng.uniform(size=COMPLETE.shape) < 0.15
X = np.where(HOLES, np.nan, COMPLETE)
X = X[~np.isnan(X).all(1)]
LABELS = np.repeat([1, 0], [150, 250])[~HOLES.all(1)]


def fitted(rows=X, **options):
    return BayesianGaussianMixture(**{"n_components": "auto", "random_state": 0} | options).fit(rows)


@pytest.mark.parametrize("covariance", ["full", "diag", "spherical", "VEI"])
@pytest.mark.parametrize("n_start", [1, 12])
def test_the_number_is_found(covariance, n_start):
    rows = np.where(np.isnan(X), np.nan, X + np.where(LABELS, -4, 4)[:, None])
    bayes = fitted(rows, covariance_type=covariance, start_components=n_start)
    assert bayes.n_components_ == 2
    np.testing.assert_array_equal(bayes.predict(rows), LABELS)
    np.testing.assert_allclose(bayes.predict_proba(rows).sum(1), 1)
    assert np.isfinite(bayes.bic(rows))


def test_a_row_without_cells_changes_no_fit_and_gets_the_expected_weights():
    empty = np.full((3, 3), np.nan)
    bayes, other = fitted(), fitted(np.concatenate([empty, X]))
    np.testing.assert_array_equal(bayes.means_, other.means_)
    np.testing.assert_allclose(other.predict_proba(empty), np.tile(other.weights_, (3, 1)), atol=0.002)
    np.testing.assert_allclose(other.predictive().score_samples(empty), 0, atol=1e-12)


def test_a_start_for_rows_of_which_some_do_not_count():
    rows, weights = np.concatenate([np.full((2, 3), np.nan), X]), np.arange(len(X) + 2) % 3.0
    labels = np.concatenate([[1, 0], LABELS])
    start = {"n_components": 2, "max_iter": 5, "tol": 0.0}
    counts = (weights > 0) & ~np.isnan(rows).all(1)
    one = BayesianGaussianMixture(responsibilities_init=labels, **start)
    other = BayesianGaussianMixture(responsibilities_init=labels[counts], **start)
    with pytest.warns(match="did not converge"):
        one.fit(rows, sample_weight=weights)
    with pytest.warns(match="did not converge"):
        other.fit(rows[counts], sample_weight=weights[counts])
    np.testing.assert_array_equal(one.means_, other.means_)


def test_much_data_leads_to_the_mixture_of_the_largest_likelihood():
    """With every row a hundred times the prior hardly counts; GaussianMixture is checked elsewhere."""
    weights = np.full(len(X), 100.0)
    bayes = BayesianGaussianMixture(n_components=2, responsibilities_init=LABELS).fit(X, sample_weight=weights)
    plain = GaussianMixture(2, random_state=0).fit(X)
    np.testing.assert_allclose(bayes.means_, plain.means_, atol=0.01)
    np.testing.assert_allclose(bayes.covariances_, plain.covariances_, atol=0.03)


def test_units_do_not_matter():
    np.testing.assert_allclose((fitted(1e3 * X + 1e8).means_ - 1e8) / 1e3, fitted().means_, atol=1e-4)


def test_single_precision_gives_nearly_the_same():
    double, single = fitted(), fitted(X.astype(np.float32))
    np.testing.assert_allclose(single.means_, double.means_, atol=1e-3)
    assert single.means_.dtype == single.predict_proba(X.astype(np.float32)).dtype == np.float32


def test_imputed_cells_are_nearer_than_means():
    bayes = fitted(np.where(HOLES, np.nan, COMPLETE))
    filled = bayes.impute(np.where(HOLES, np.nan, COMPLETE))
    by_means = np.where(HOLES, np.nanmean(X, axis=0), COMPLETE)
    assert np.abs(filled - COMPLETE).sum() < 0.6 * np.abs(by_means - COMPLETE).sum()


def test_a_column_without_any_cell_is_refused():
    with pytest.raises(ValueError, match="Column 3 of input X is NaN in all"):
        clone(fitted()).fit(np.column_stack([X[:, :2], np.full(len(X), np.nan)]))


@pytest.mark.parametrize("covariance", ["full", "spherical"])
@pytest.mark.parametrize(
    "rows",
    [
        np.where(np.arange(3) == 2, 5.0, X[::4]), X[::4] * 1e-300, X[::4] * 1e150, X[:4],
        np.where(np.arange(len(X))[:, None] % 3 == np.arange(3), X, np.nan)[::10],
    ],
    ids=["constant column", "tiny", "huge", "few", "one cell a row"],
)  # fmt: skip
def test_hard_data_gives_finite_answers(rows, covariance):
    bayes = fitted(rows, covariance_type=covariance)
    assert np.isfinite(bayes.lower_bounds_).all()
    assert np.isfinite(bayes.predict_proba(rows)).all()
