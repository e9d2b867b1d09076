"""Input that cannot be used is refused in one clear sentence, by both estimators."""

import numpy as np
import pytest
import scipy.sparse
from sklearn.exceptions import ConvergenceWarning

from mixtura import GaussianMixture, KMeans

X = np.random.default_rng(0).normal(size=(30, 2))
both = pytest.mark.parametrize("kind", [GaussianMixture, KMeans])


def spoiled(value):
    rows = X.copy()
    rows[6, 1] = value
    return rows


@both
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (spoiled(np.inf), "infinity"),
        (spoiled(1e200), r"1e\+200, too large for squared distances in float64"),
        (spoiled(1e30).astype(np.float32), "too large for squared distances in float32"),
        (X[:, 0], "Expected 2D array, got 1D array"),
        (X[:0], "Found array with 0 sample"),
        (X[:, :0], r"Found array with 0 feature"),
        (X + 1j, "Complex data not supported"),
        ([["a", "b"], ["c", "d"]], "could not convert string to float"),
    ],
)
def test_rows_that_cannot_be_used(kind, rows, message):
    with pytest.raises(ValueError, match=message):
        kind(2).fit(rows)


def test_a_missing_cell_is_named_where_it_cannot_be_modelled():
    with pytest.raises(ValueError, match=r"NaN in 1 of 30 rows, first in row 7, column 2 .*take GaussianMixture"):
        KMeans(2).fit(spoiled(np.nan))
    pandas = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match="row 7, column 'height'"):
        KMeans(2).fit(pandas.DataFrame(spoiled(np.nan), columns=["weight", "height"]))


def test_columns_and_tables_without_any_cell():
    with pytest.raises(ValueError, match="Column 2 of input X is NaN in all 30 rows that count: leave it out"):
        GaussianMixture(2).fit(np.where([False, True], np.nan, X))
    with pytest.raises(ValueError, match="Every cell of input X that counts is NaN"):
        GaussianMixture(2).fit(np.full((30, 2), np.nan))
    with pytest.raises(ValueError, match="n_draws=0 asks for no rows"):
        GaussianMixture(random_state=0).fit(X).impute(X, n_draws=0)


@both
def test_sparse_rows_are_refused(kind):
    with pytest.raises(TypeError, match="Sparse data was passed"):
        kind(2).fit(scipy.sparse.csr_array(X))


@both
def test_other_columns_than_those_of_the_fit_are_refused(kind):
    with pytest.raises(ValueError, match=f"X has 1 features, but {kind.__name__} is expecting 2"):
        kind(2, random_state=0).fit(X).predict(X[:, :1])


@both
@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones(29), r"sample_weight has shape \(29,\); it needs one number for each of the 30 rows"),
        (np.ones((30, 1)), r"sample_weight has shape \(30, 1\)"),
        ([1.0] * 4 + [-2.5] + [1.0] * 25, r"sample_weight is -2\.5 in row 5; weights must not be negative"),
        ([np.nan] * 30, "sample_weight is nan in row 1; weights must be finite"),
        (np.zeros(30), "sample_weight is zero in every row"),
    ],
)
def test_weights_that_cannot_be_used(kind, weights, message):
    with pytest.raises(ValueError, match=message):
        kind(2).fit(X, sample_weight=weights)


@pytest.mark.parametrize(
    ("kind", "option", "message"),
    [
        (GaussianMixture, {"n_components": 0}, r"an int in the range \[1, inf\) or .* several of them. Got 0 instead"),
        (GaussianMixture, {"n_components": True}, "must be an int"),
        (
            GaussianMixture,
            {"covariance_type": "ful"},
            "'covariance_type' parameter of GaussianMixture must be a str among",
        ),
        (GaussianMixture, {"tol": -1.0}, r"must be a str among {'auto'} or a float in the range \[0, inf\)"),
        (GaussianMixture, {"reg_covar": np.nan}, "or a float"),
        (GaussianMixture, {"callbacks": print}, "must be None or a list of callables"),
        (GaussianMixture, {"n_jobs": 0}, "'n_jobs' parameter .* must be None or an int other than 0"),
        (GaussianMixture, {"order": "size"}, "must be a str among {'auto', 'weight', 'means', 'none'}"),
        (KMeans, {"max_iter": 0}, "must be an int"),
        (KMeans, {"init": "best"}, "'init' parameter of KMeans must be a str among"),
        (KMeans, {"random_state": "seven"}, "'random_state' parameter of KMeans"),
    ],
)
def test_options_that_cannot_be_used(kind, option, message):
    with pytest.raises(ValueError, match=message):
        kind(**option).fit(X)


def test_too_few_rows_for_the_components():
    with pytest.raises(ValueError, match="Expected n_samples >= n_components but got n_components = 4, n_samples = 3"):
        GaussianMixture(4).fit(X[:3])
    with pytest.raises(ValueError, match="minimum of 2 is required by GaussianMixture"):
        GaussianMixture().fit(X[:1])
    with pytest.raises(ValueError, match=r"n_samples=3 should be >= n_clusters=4"):
        KMeans(4).fit(X[:3])


@pytest.mark.filterwarnings("ignore:Flat in some direction:sklearn.exceptions.ConvergenceWarning")
def test_too_few_distinct_rows_for_the_components():
    with pytest.warns(ConvergenceWarning, match="distinct rows is 3, fewer than n_components = 4: .* at most 3"):
        assert np.isfinite(GaussianMixture(4, random_state=0).fit(np.tile(X[:3], (5000, 1))).lower_bound_)
    assert GaussianMixture(3, random_state=0).fit(np.tile(X[:3], (5000, 1))).converged_


@pytest.mark.filterwarnings("ignore:Flat in some direction:sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_components_that_collapse_without_a_ridge(covariance, dtype):
    two_points = np.repeat([[0, 0], [1, 1]], 5, axis=0).astype(dtype)
    with pytest.raises(ValueError, match="some components have ill-defined empirical covariance") as caught:
        GaussianMixture(2, covariance_type=covariance, reg_covar=0, init_params="kmeans").fit(two_points)
    assert ("float64" in str(caught.value)) == (dtype == np.float32)
    GaussianMixture(2, covariance_type=covariance, random_state=0).fit(two_points)


def test_a_fit_that_fails_leaves_the_earlier_one():
    mixture = GaussianMixture(2, reg_covar=0, random_state=0).fit(X)
    before = mixture.means_
    with pytest.raises(ValueError, match="ill-defined"):
        mixture.fit(np.repeat(X[:2], 5, axis=0))
    assert mixture.means_ is before
