"""`TrimmedMixture` finds the rows to leave out that others find, and outliers have no say."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import mixtura
from mixtura import GaussianMixture, TrimmedMixture, datasets
from mixtura.errors import DataError, OptionError
from mixtura.statistics import Block

FAITHFUL = datasets.load("faithful").data
MCD = json.loads((Path(__file__).parents[1] / "references" / "robustbase.json").read_text())["cases"]
_rng = np.random.default_rng(5)
CLEAN = np.concatenate([_rng.normal(0, 1, (120, 2)), _rng.normal(7, 1, (60, 2))])
NAMES = ("weights_", "means_", "covariances_")


def covariance(rows):
    return np.cov(rows.T, bias=True)


@pytest.mark.parametrize("case", MCD, ids=lambda case: f"{case['name']} {case['n_kept']}")
def test_one_component_is_the_minimum_covariance_determinant(case):
    """Of R's robustbase: the determinant is as small, or smaller, with as many rows."""
    X = datasets.load(case["name"]).data
    share = 1 - case["n_kept"] / len(X)
    mixture = TrimmedMixture(trim=share, reg_covar=0.0, tol=1e-12, random_state=0).fit(X)
    kept = X[~mixture.trimmed_]
    assert len(kept) == case["n_kept"]
    np.testing.assert_allclose(mixture.covariances_[0], covariance(kept), rtol=1e-8)
    assert np.linalg.slogdet(covariance(kept))[1] <= case["log_det"] + 1e-6


def test_two_components_leave_out_what_is_best_of_all_subsets():
    rng = np.random.default_rng(2)
    X = np.concatenate([rng.normal(0, 1, (5, 1)), rng.normal(9, 1, (4, 1)), [[30.0], [-17.0]]])
    how = {"covariance_type": "tied", "reg_covar": 1e-6, "tol": 1e-12, "random_state": 0}
    mixture = TrimmedMixture(2, trim=2 / 11, **how).fit(X)
    left = [list(rows) for rows in combinations(range(11), 9)]
    scores = [GaussianMixture(2, **how).fit(X[rows]).lower_bound_ for rows in left]
    assert left[int(np.argmax(scores))] == np.flatnonzero(~mixture.trimmed_).tolist()
    np.testing.assert_allclose(mixture.lower_bound_, max(scores), rtol=1e-6)


def test_trimming_nothing_is_the_plain_fit():
    plain, trimmed = GaussianMixture(2, random_state=0), TrimmedMixture(2, trim=0, random_state=0)
    plain.fit(FAITHFUL), trimmed.fit(FAITHFUL)
    for name in (*NAMES, "lower_bounds_"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(trimmed, name))
    np.testing.assert_array_equal(plain.predict(FAITHFUL), trimmed.predict(FAITHFUL))
    assert not trimmed.trimmed_.any()


@pytest.mark.parametrize("distance", [30.0, 1e4, 1e9])
def test_it_matters_not_how_far_out_outliers_lie(distance):
    X = np.concatenate([CLEAN, 3 + distance * _rng.choice([-1.0, 1.0], (20, 2)) * [1, 0.7]])
    trimmed = TrimmedMixture(2, trim=0.1, random_state=0, tol=1e-10).fit(X)
    clean = GaussianMixture(2, random_state=0, tol=1e-10).fit(CLEAN)
    assert np.flatnonzero(trimmed.trimmed_).tolist() == list(range(180, 200))
    for name in NAMES:
        np.testing.assert_allclose(getattr(trimmed, name), getattr(clean, name), rtol=1e-3, atol=1e-3)


def test_units_have_no_say():
    here, there = (TrimmedMixture(2, random_state=0).fit(X) for X in (FAITHFUL, FAITHFUL * [1e3, 1e-3] + [0.0, 50.0]))
    np.testing.assert_array_equal(here.trimmed_, there.trimmed_)
    np.testing.assert_array_equal(here.predict(FAITHFUL), there.predict(FAITHFUL * [1e3, 1e-3] + [0.0, 50.0]))


@pytest.mark.parametrize("trim", [0.001, 0.1, 0.5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_below_the_threshold_are_noise(trim, dtype):
    X = FAITHFUL.astype(dtype)
    mixture = TrimmedMixture(2, trim=trim, random_state=0).fit(X)
    labels = mixture.predict(X)
    np.testing.assert_array_equal(labels == -1, mixture.trimmed_)
    np.testing.assert_array_equal(np.concatenate([mixture.predict(X[[n]]) for n in range(0, 272, 7)]), labels[::7])
    assert mixture.trimmed_.sum() == int(trim * 272)
    np.testing.assert_allclose(mixture.weights_.sum(), 1, rtol=1e-6)


def test_weights_are_repeats_and_rows_without_weight_take_no_part():
    weights = np.arange(len(FAITHFUL)) % 3
    once = TrimmedMixture(2, random_state=0, tol=1e-10).fit(FAITHFUL, sample_weight=weights)
    again = TrimmedMixture(2, random_state=0, tol=1e-10).fit(np.repeat(FAITHFUL, weights, axis=0))
    for name in NAMES:
        np.testing.assert_allclose(getattr(once, name), getattr(again, name), rtol=1e-4)
    assert len(once.trimmed_) == len(FAITHFUL)


def test_a_frame_is_as_good_as_an_array():
    frame = datasets.load("faithful").frame("pandas")
    named, plain = TrimmedMixture(2, random_state=0).fit(frame), TrimmedMixture(2, random_state=0).fit(FAITHFUL)
    assert named.feature_names_in_.tolist() == frame.columns.tolist()
    np.testing.assert_array_equal(named.trimmed_, plain.trimmed_)


def test_threads_change_nothing():
    X = np.tile(CLEAN, (200, 1)) + _rng.normal(0, 0.3, (200 * len(CLEAN), 2))
    one, three = (TrimmedMixture(2, n_init=3, random_state=0, n_jobs=n).fit(X) for n in (1, 3))
    for name in (*NAMES, "trimmed_"):
        np.testing.assert_array_equal(getattr(one, name), getattr(three, name))


def test_the_record_is_that_of_the_rows_that_are_left():
    mixture = TrimmedMixture(2, trim=0.25, random_state=0, tol=1e-12).fit(FAITHFUL)
    left = FAITHFUL[~mixture.trimmed_]
    assert len(left) == 204
    np.testing.assert_allclose(mixture.score(left), mixture.lower_bound_, rtol=1e-9)
    np.testing.assert_allclose(mixture.to_fitted().history["log_likelihood"], 204 * mixture.lower_bound_, rtol=1e-9)


@pytest.mark.parametrize(
    ("options", "X", "message"),
    [
        ({"trim": 0.6}, FAITHFUL, r"'trim' parameter of TrimmedMixture must be a float in the range \[0.0, 0.5\]"),
        ({"trim": "much"}, FAITHFUL, "'trim' parameter"),
        ({"trim": 0.5}, FAITHFUL[:4], "trim=0.5 leaves 2 of 4 rows to n_components=3: trim less"),
        ({}, FAITHFUL[:2], "Expected n_samples >= n_components"),
        ({}, np.where(FAITHFUL > 95, np.nan, FAITHFUL), "contains NaN in 1 of 272 rows"),
        ({"reg_covar": 0.0}, np.ones((9, 2)) * np.arange(9)[:, None], "ill-defined empirical covariance"),
    ],
)
def test_what_cannot_be_done_is_said(options, X, message):
    with pytest.raises(ValueError, match=message):
        TrimmedMixture(3, **options).fit(X)


@pytest.mark.parametrize("covariance_type", ["full", "tied", "diag", "spherical"])
@pytest.mark.parametrize("trim", [0.0, 0.1])
def test_variances_keep_within_their_ratio_and_the_likelihood_never_falls(covariance_type, trim):
    X = CLEAN * [5.0, 0.2]
    mixture = TrimmedMixture(2, trim=trim, covariance_type=covariance_type, max_ratio=6.0, random_state=0).fit(X)
    covariances = mixture.covariances_
    values = np.linalg.eigvalsh(covariances) if covariance_type in ("full", "tied") else covariances
    assert values.max() <= 6 * values.min() * (1 + 1e-9)
    assert (np.diff(mixture.lower_bounds_) >= -1e-9).all()


def test_a_bound_keeps_components_from_closing_in_on_few_rows():
    """Outliers on a line have hardly any width across it, which the likelihood takes for more than a whole group."""
    rng = np.random.default_rng(1)
    line = np.column_stack([np.linspace(20, 30, 40), np.full(40, 3.0)]) + 0.01 * rng.normal(size=(40, 2))
    X = np.concatenate([CLEAN, line])
    free, bounded = (TrimmedMixture(2, trim=0.25, max_ratio=ratio, random_state=0).fit(X) for ratio in (None, 12))
    assert free.trimmed_[-40:].sum() == 0 and bounded.trimmed_[-40:].sum() == 40
    np.testing.assert_allclose(np.sort(bounded.means_, axis=0), [[0, 0], [7, 7]], atol=0.4)


def test_a_bound_is_for_models_that_it_leaves_as_they_are():
    with pytest.raises(ValueError, match="VEV cannot be bounded"):
        TrimmedMixture(2, covariance_type="VEV", max_ratio=3).fit(CLEAN)
    with pytest.raises(ValueError, match="max_ratio"):
        TrimmedMixture(2, max_ratio=0.5).fit(CLEAN)


@pytest.fixture(scope="module")
def with_outliers():
    X = np.concatenate([CLEAN, [[40.0, -3.0], [-30.0, 8.0], [3.0, 60.0]]])
    return TrimmedMixture(2, trim=3 / len(X), random_state=0).fit(X), X


def test_a_saved_model_knows_the_threshold(with_outliers, tmp_path):
    mixture, X = with_outliers
    assert mixture.trimmed_.nonzero()[0].tolist() == [180, 181, 182]
    mixtura.save(mixture, tmp_path / "model")
    fitted = mixtura.load(tmp_path / "model")
    assert fitted.model.floor == mixture.threshold_ and fitted.model.conditions == ["trimmed"]
    np.testing.assert_array_equal(mixtura.classify(fitted, X).labels, mixture.predict(X))
    centre, scale = np.array([3.0, -1.0]), np.array([0.1, 25.0])
    model = fitted.model.in_units(centre, scale)
    moved = model.emission.rescale(fitted.parameters.emission, centre, scale)
    found = model.classify(fitted.parameters._replace(emission=moved))(Block(X * scale + centre, np.ones(len(X))))
    np.testing.assert_array_equal(found.labels, mixture.predict(X))


def test_what_is_said_of_clusters_leaves_trimmed_rows_out(with_outliers, tmp_path):
    mixture, X = with_outliers
    mixtura.write_report(tmp_path / "r.html", mixture.to_fitted(), X)
    assert "3 rows are trimmed" in (tmp_path / "r.html").read_text(encoding="utf-8")
    explanation = mixtura.describe(mixture.to_fitted(), X)
    assert sum(cluster.n_rows for cluster in explanation.clusters) == 180
    assert explanation.columns[0].maximum < 15


def test_a_trimmed_model_is_not_fitted_on_as_if_it_were_none(with_outliers):
    mixture, X = with_outliers
    with pytest.raises(OptionError, match="A trimmed mixture cannot go on"):
        mixtura.update(mixture.to_fitted(), X)
    with pytest.raises(DataError, match="what trimming left"):
        mixtura.uncertainty(mixture.to_fitted(), X, method="sandwich")
