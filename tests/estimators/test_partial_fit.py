"""`partial_fit` of the mixtures: batches, weights, refusals, and what it shares with `fit`."""

import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from mixtura import (
    GaussianMixture,
    LatentClassMixture,
    MixedMixture,
    Schedule,
    StudentMixture,
    load,
    save,
    update,
)
from mixtura.covariance import FOURTEEN

ALL = Schedule(power=1)
_rng = np.random.default_rng(0)
GROUPS = np.repeat([0, 1, 2], [200, 150, 100])[_rng.permutation(450)]
X = _rng.normal(size=(450, 3)) @ _rng.normal(size=(3, 3)) + 60.0 * GROUPS[:, None]
ANSWERS = np.where(_rng.uniform(size=(450, 4)) < [0.9, 0.8, 0.2, 0.7], GROUPS[:, None] > 0, GROUPS[:, None] < 1)
TABLE = {"length": X[:, 0], "town": np.array(["Oslo", "Rom", "Bern"])[GROUPS], "yes": ANSWERS[:, 0].astype(str)}

ESTIMATORS = {
    "gaussian": (GaussianMixture(3, random_state=0), X),
    "tied": (GaussianMixture(3, covariance_type="tied", random_state=0), X),
    "student": (StudentMixture(3, dof=5.0, random_state=0), X),
    "classes": (LatentClassMixture(2, random_state=0), ANSWERS.astype(str)),
}
every_estimator = pytest.mark.parametrize("name", ESTIMATORS)


def batches(rows, cuts=(150, 160, 300)):
    return np.split(rows, cuts)


@pytest.mark.parametrize(
    ("covariance", "offset"), [(name, 0.0) for name in FOURTEEN] + [(name, 1e6) for name in ("EEE", "VII", "VVV")]
)
def test_clusters_far_apart_are_found_batch_by_batch_as_in_one_fit(covariance, offset):
    """There responsibilities are what they are from the first batch on, so that batches are one pass, cut."""
    online = GaussianMixture(3, covariance_type=covariance, reg_covar=0.0, random_state=0, schedule=ALL)
    for batch in batches(X + offset):
        online.partial_fit(batch)
    whole = clone(online).set_params(tol=1e-12).fit(X + offset).relabel_to(online)
    np.testing.assert_allclose(online.weights_, whole.weights_, rtol=1e-9)
    np.testing.assert_allclose(online.means_, whole.means_, rtol=1e-9)
    np.testing.assert_allclose(online.covariances_, whole.covariances_, rtol=1e-5, atol=1e-6)
    assert online.n_samples_seen_ == 450


@every_estimator
def test_the_first_batch_is_an_ordinary_fit(name):
    estimator, rows = ESTIMATORS[name]
    begun, fitted = clone(estimator).partial_fit(rows), clone(estimator).fit(rows)
    assert np.array_equal(begun.predict_proba(rows), fitted.predict_proba(rows))
    assert begun.n_samples_seen_ == fitted.n_samples_seen_ == 450


@every_estimator
def test_rows_like_those_before_change_little(name):
    estimator, rows = ESTIMATORS[name]
    fitted = clone(estimator).fit(rows)
    before = fitted.predict_proba(rows)
    assert fitted.partial_fit(rows).n_samples_seen_ == 900
    np.testing.assert_allclose(fitted.predict_proba(rows), before, atol=2e-3)
    np.testing.assert_allclose(fitted.lower_bound_, fitted.score(rows), rtol=1e-3)


@every_estimator
def test_weights_are_repeated_rows(name):
    estimator, rows = ESTIMATORS[name]
    weights = np.random.default_rng(1).integers(0, 3, 450)
    first, later = slice(None, 300), slice(300, None)
    weighted = clone(estimator).partial_fit(rows[first]).partial_fit(rows[later], sample_weight=weights[later])
    repeated = clone(estimator).partial_fit(rows[first])
    repeated.partial_fit(np.repeat(rows[later], weights[later], axis=0))
    np.testing.assert_allclose(weighted.predict_proba(rows), repeated.predict_proba(rows), atol=1e-9)
    assert weighted.n_samples_seen_ == repeated.n_samples_seen_ == 300 + weights[later].sum()


@every_estimator
def test_a_saved_estimator_goes_on_as_it_would_have(name, tmp_path):
    estimator, rows = ESTIMATORS[name]
    online = clone(estimator).partial_fit(rows[:200]).partial_fit(rows[200:300])
    save(online, tmp_path / "model")
    later = update(load(tmp_path / "model"), {f"x{d}": column for d, column in enumerate(rows[300:].T)})
    theirs = online.partial_fit(rows[300:]).to_fitted()
    assert np.array_equal(later.parameters.weights, theirs.parameters.weights)
    assert all(map(np.array_equal, later.parameters.emission, theirs.parameters.emission))


def test_tables_of_several_kinds_go_on_too():
    import pyarrow as pa

    table = pa.table(TABLE)
    mixed = MixedMixture(3, random_state=0, schedule=ALL).partial_fit(table[:200])
    for start in (200, 300, 400):
        mixed.partial_fit(table[start : start + 100])
    np.testing.assert_allclose(np.sort(mixed.weights_), np.bincount(GROUPS)[::-1] / 450, rtol=1e-6)
    with pytest.warns(UserWarning, match="never saw.*'Paris'"):
        mixed.partial_fit(pa.table({"length": [60.0], "town": ["Paris"], "yes": ["True"]}))


def test_components_keep_their_numbers_while_sizes_change():
    online = GaussianMixture(2, random_state=0, schedule=Schedule(window=200)).partial_fit(X[GROUPS < 2])
    first = online.means_.copy()
    for _ in range(5):
        online.partial_fit(X[GROUPS == 1])
    assert online.weights_[1] > 0.9
    np.testing.assert_allclose(online.means_, first, atol=2)


def test_renumbering_commutes_with_going_on():
    one, other = (GaussianMixture(3, random_state=0).partial_fit(X[:300]).partial_fit(X[300:400]) for _ in range(2))
    reversed_means = one.means_[::-1].copy()
    one.relabel_to(reversed_means).partial_fit(X[400:])
    other.partial_fit(X[400:]).relabel_to(reversed_means)
    np.testing.assert_allclose(one.means_, other.means_, rtol=1e-6)
    np.testing.assert_allclose(one.covariances_, other.covariances_, rtol=1e-4)
    assert one.n_samples_seen_ == other.n_samples_seen_


def test_a_new_fit_forgets_all():
    online = GaussianMixture(3, random_state=0).partial_fit(X[:300]).partial_fit(X[300:]).fit(X[:300])
    assert online.n_samples_seen_ == 300
    fresh = GaussianMixture(3, random_state=0).fit(X[:300])
    assert np.array_equal(online.partial_fit(X).means_, fresh.partial_fit(X).means_)


def test_single_precision_stays_single():
    online = GaussianMixture(3, random_state=0, schedule=ALL).partial_fit(X[:200].astype(np.float32))
    online.partial_fit(X[200:].astype(np.float32))
    assert online.means_.dtype == np.float32
    np.testing.assert_allclose(online.means_, GaussianMixture(3, random_state=0).fit(X).means_, rtol=1e-4, atol=1e-3)


def test_cells_may_be_missing_and_numbers_chosen_by_the_first_batch():
    holed = np.where(np.random.default_rng(2).uniform(size=X.shape) < 0.1, np.nan, X)
    online = GaussianMixture([2, 3], random_state=0).partial_fit(holed[:300])
    assert online.partial_fit(holed[300:]).n_components_ == 3


def test_rows_of_files_are_a_batch(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({f"x{d}": X[:, d] for d in range(3)}), tmp_path / "rows.parquet")
    near, far = (GaussianMixture(3, random_state=0).fit(X) for _ in range(2))
    far.partial_fit(tmp_path / "rows.parquet")
    assert np.array_equal(far.means_, near.partial_fit(X).means_)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (X[:1], "The first batch has 1 sample"),
        (X[:2], "while a minimum of 3 is required"),
        (X[:0], "The first batch has 0 sample"),
    ],
)
def test_a_first_batch_of_few_rows_is_refused(rows, words):
    with pytest.raises(ValueError, match=words):
        GaussianMixture(3).partial_fit(rows)


@pytest.mark.parametrize(
    ("rows", "weights", "words"),
    [
        (X[:, :2], None, "X has 2 features, but GaussianMixture is expecting 3"),
        (np.full((4, 3), np.inf), None, "infinity"),
        (np.full((4, 3), np.nan), None, "Every cell"),
        (np.full((4, 3), 1e200), None, "too large"),
        (X[:4], np.zeros(4), "at least one row must count"),
        (X[:4], -np.ones(4), "must not be negative"),
        (X[:4], np.ones(3), "one number for each of the 4 rows"),
        ([["a", "b", "c"]], None, "could not convert"),
        (X[:0], None, "0 sample"),
    ],
)
def test_a_batch_that_cannot_be_used_changes_nothing(rows, weights, words):
    online = GaussianMixture(3, random_state=0).partial_fit(X[:300])
    before = online.means_.copy()
    with pytest.raises(ValueError, match=words):
        online.partial_fit(rows, sample_weight=weights)
    assert np.array_equal(online.means_, before) and online.n_samples_seen_ == 300


def test_a_batch_that_would_collapse_a_component_changes_nothing():
    online = GaussianMixture(3, reg_covar=0.0, random_state=0, schedule=Schedule(window=1)).partial_fit(X)
    before = online.weights_.copy()
    with pytest.raises(ValueError, match="as it was"):
        online.partial_fit(np.tile(X[:1], (9, 1)))
    assert np.array_equal(online.weights_, before)


def test_one_row_is_a_batch_and_so_are_equal_ones():
    online = GaussianMixture(3, random_state=0).partial_fit(X[:200])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for row in X[200:230]:
            online.partial_fit(row[None])
        online.partial_fit(np.tile(X[:1], (9, 1)))
    assert np.isfinite(online.score(X)) and online.n_samples_seen_ == 239


def test_options_are_checked_and_nothing_is_said_before_the_first_batch():
    with pytest.raises(ValueError, match="a mixtura"):
        GaussianMixture(schedule="slow").partial_fit(X)
    with pytest.raises(NotFittedError):
        GaussianMixture().n_samples_seen_  # noqa: B018
