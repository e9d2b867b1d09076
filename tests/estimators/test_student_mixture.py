"""Mixtures with heavy tails: what outliers do to them, what SciPy finds, tables as they come, what cannot be used."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mixtura import GaussianMixture, StudentMixture, classify, load, save

MEANS = np.array([[0.0, 0.0], [6.0, 0.0]])
COVARIANCES = np.array([[[1.0, 0.6], [0.6, 1.0]], [[1.0, -0.7], [-0.7, 2.0]]])


def groups(n_rows=4000, outliers=0.05, reach=100.0, seed=0):
    """Two Gaussian groups, three to two, and some rows that belong to neither."""
    rng = np.random.default_rng(seed)
    n_first = int(0.6 * n_rows)
    parts = [rng.multivariate_normal(*moments, n) for *moments, n in
             zip(MEANS, COVARIANCES, (n_first, n_rows - n_first), strict=True)]  # fmt: skip
    rows = rng.permutation(np.concatenate(parts))
    bad = rng.choice(n_rows, int(outliers * n_rows), replace=False)
    rows[bad] = rng.uniform(-reach, reach, (len(bad), 2))
    return rows


def shapes(matrices):
    """Of volume one."""
    return matrices / np.sqrt(np.linalg.det(matrices))[:, None, None]


@pytest.mark.parametrize("reach", [30.0, 1e3])
def test_gross_outliers_hardly_move_it(reach):
    rows = groups(reach=reach)
    found = StudentMixture(2, random_state=0).fit(rows)
    np.testing.assert_allclose(found.weights_, [0.6, 0.4], rtol=0.05)
    np.testing.assert_allclose(found.means_, MEANS, atol=0.05)
    np.testing.assert_allclose(shapes(found.covariances_), shapes(COVARIANCES), rtol=0.05, atol=0.05)
    gaussian = GaussianMixture(2, random_state=0).fit(rows)
    assert np.abs(gaussian.means_ - MEANS).max() > 2


def test_one_component_in_one_column_is_scipys_fit():
    column = stats.t(3.5, 10, 2).rvs(400, random_state=np.random.default_rng(0))
    dof, centre, scale = stats.t.fit(column)
    found = StudentMixture(1, tol=1e-12, max_iter=3000).fit(column[:, None])
    assert found.dof_[0] == pytest.approx(dof, rel=1e-3)
    assert found.means_[0, 0] == pytest.approx(centre, abs=1e-3)
    assert np.sqrt(found.covariances_[0, 0, 0]) == pytest.approx(scale, rel=1e-3)
    assert found.score(column[:, None]) == pytest.approx(stats.t.logpdf(column, dof, centre, scale).mean(), abs=1e-7)


def test_without_outliers_it_is_next_to_gaussian():
    rows = groups(1000, outliers=0.0)
    found = StudentMixture(2, random_state=0).fit(rows)
    assert found.dof_[0] > 50
    gaussian = GaussianMixture(2, random_state=0).fit(rows)
    np.testing.assert_allclose(found.means_, gaussian.means_, atol=0.03)
    assert (found.predict(rows) == gaussian.predict(rows)).mean() > 0.99


@pytest.mark.parametrize(("dof", "n_free"), [("shared", 1), ("free", 2), (3, 0)])
def test_degrees_of_freedom_are_shared_free_or_given(dof, n_free):
    found = StudentMixture(2, dof=dof, covariance_type="tied", random_state=0).fit(groups(800))
    assert found.n_parameters_ == 1 + 4 + 3 + n_free
    assert (len(set(found.dof_)) == 1) is (dof != "free")
    assert dof != 3 or set(found.dof_) == {3.0}


def test_single_precision_stays_single():
    rows = groups(400)
    double, single = (StudentMixture(2, random_state=0).fit(X) for X in (rows, rows.astype(np.float32)))
    for name in ("weights_", "means_", "covariances_", "dof_"):
        assert getattr(double, name).dtype == np.float64 and getattr(single, name).dtype == np.float32
        np.testing.assert_allclose(getattr(single, name), getattr(double, name), rtol=1e-2)
    for answer in (single.predict_proba, single.score_samples):
        assert answer(rows.astype(np.float32)).dtype == np.float32 and answer(rows).dtype == np.float64
    single.partial_fit(rows[:50].astype(np.float32))
    assert single.means_.dtype == np.float32


def test_rows_with_holes_count_by_their_other_cells():
    rows = groups(2000)
    holed = np.where(np.random.default_rng(1).uniform(size=rows.shape) < 0.1, np.nan, rows)
    found = StudentMixture(2, random_state=0).fit(holed)
    np.testing.assert_allclose(found.means_, MEANS, atol=0.15)
    np.testing.assert_allclose(found.predict_proba([[np.nan, np.nan]])[0], found.weights_)


def test_integer_weights_are_repeated_rows():
    rows = groups(400)
    weights = np.random.default_rng(2).integers(0, 3, len(rows))
    weighted = StudentMixture(2, random_state=0).fit(rows, sample_weight=weights)
    repeated = StudentMixture(2, random_state=0).fit(np.repeat(rows, weights, axis=0))
    assert weighted.score(rows) == pytest.approx(repeated.score(rows), abs=1e-4)


def test_a_model_file_gives_back_what_was_saved(tmp_path):
    frame = pd.DataFrame(groups(400), columns=["length", "width"])
    found = StudentMixture(2, dof=4.5, random_state=0).fit(frame)
    save(found, tmp_path / "model.safetensors")
    again = load(tmp_path / "model.safetensors")
    assert again.model == found.to_fitted().model
    assert again.features == ("length", "width")
    np.testing.assert_array_equal(classify(again, frame).log_density, found.score_samples(frame))


def test_samples_have_the_tails():
    found = StudentMixture(1, dof=3, random_state=0).fit(groups(400))
    rows, labels = found.sample(3000)
    apart = rows - found.means_[0]
    squares = (apart * np.linalg.solve(found.covariances_[0], apart.T).T).sum(1)
    assert stats.kstest(squares / 2, stats.f(2, 3).cdf).pvalue > 1e-3
    assert not labels.any()


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ([[1.0, np.inf], [2.0, 3.0], [1.0, 1.0]], {}, "infinity"),
        ([[1.0, 2.0]], {}, "minimum of 2"),
        ([[1.0], [2.0]], {"n_components": 3}, "n_samples >= n_components"),
        ([["a"], ["b"]], {}, "could not convert"),
        ([[1e300], [2.0], [3.0]], {}, "too large"),
        ([[1.0, np.nan], [2.0, np.nan]], {}, "Column 2"),
        ([[1.0], [2.0]], {"dof": 0}, "'dof'"),
        ([[1.0], [2.0]], {"dof": "many"}, "'dof'"),
        ([[1.0], [2.0]], {"dof": np.nan}, "'dof'"),
        ([[1.0], [2.0]], {"covariance_type": "round"}, "covariance_type"),
    ],
)
def test_what_cannot_be_used_is_said(rows, options, message):
    with pytest.raises(ValueError, match=message):
        StudentMixture(**options).fit(rows)


@pytest.mark.parametrize("covariance_type", ["full", "tied", "diag", "spherical", "VEV"])
def test_constant_columns_and_far_offsets_are_no_trouble(covariance_type):
    rows = np.column_stack([groups(300) + 1e8, np.full(300, 7.0)])
    found = StudentMixture(2, covariance_type=covariance_type, random_state=0).fit(rows)
    assert np.isfinite(found.score_samples(rows)).all()
    assert np.isfinite(found.covariances_).all()
