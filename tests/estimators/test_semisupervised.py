"""Fits that are told something: as R's MclustSSC, and what each kind of hint has to do."""

import json
from pathlib import Path

import numpy as np
import pytest

from mixtura import GaussianMixture, SemiSupervisedMixture, datasets, load, save

KNOWN = json.loads((Path(__file__).parents[1] / "references" / "discriminant.json").read_text())
IRIS = datasets.load("iris")
X, TRUTH = IRIS.data, IRIS.target
ONE_OF_THREE = np.where(np.arange(3)[:, None, None] > 0, np.nan, np.eye(4))
SOME = np.where(np.arange(150) % 7 == 0, TRUTH, -1)


def overlapping():
    """Two clusters that no fit tells apart for certain, and what they are."""
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1], 100)
    return rng.normal(0, 1, (200, 2)) + truth[:, None] * [2.0, 0.5], truth


def rises(mixture):
    return np.all(np.diff(mixture.lower_bounds_) > -1e-9)


@pytest.mark.parametrize("case", KNOWN["labelled"], ids=lambda case: case["model"])
def test_with_some_labels_it_is_mclust(case):
    mixture = SemiSupervisedMixture(covariance_type=case["model"], reg_covar=0.0, tol=1e-12, random_state=0).fit(
        X, SOME
    )
    assert mixture.lower_bound_ * 150 > case["log_likelihood"] - 1e-6
    np.testing.assert_allclose(mixture.weights_, case["weights"], atol=1e-4)
    np.testing.assert_allclose(mixture.means_, case["means"], atol=1e-3)
    assert rises(mixture)


def test_without_hints_it_is_a_mixture():
    plain, told = GaussianMixture(3, random_state=0).fit(X), SemiSupervisedMixture(3, random_state=0).fit(X)
    assert told.score_samples(X).sum() == pytest.approx(plain.score_samples(X).sum(), abs=1e-3)
    assert told.bic(X) == pytest.approx(plain.bic(X), abs=1e-2)
    assert told.classes_.tolist() == [0, 1, 2]


def test_all_labels_give_the_moments_of_the_classes():
    mixture = SemiSupervisedMixture(reg_covar=0.0).fit(X, TRUTH)
    for k in range(3):
        np.testing.assert_allclose(mixture.means_[k], X[k == TRUTH].mean(0))
        np.testing.assert_allclose(mixture.covariances_[k], np.cov(X[k == TRUTH].T, bias=True), atol=1e-12)
    assert mixture.labels_.tolist() == TRUTH.tolist()


@pytest.mark.parametrize("unknown", [-1, np.nan, None])
@pytest.mark.parametrize("named", [False, True])
def test_labels_may_be_anything(unknown, named):
    labels = np.array(["setosa", "versicolor", "virginica"])[TRUTH] if named else TRUTH + 5
    y = np.array([labels[n] if SOME[n] >= 0 else unknown for n in range(150)], dtype=object)
    y = y if named or unknown is None else y.astype(float)
    mixture = SemiSupervisedMixture(random_state=0).fit(X, y)
    assert mixture.classes_.tolist() == np.unique(labels).tolist()
    assert mixture.score(X, labels) > 0.95
    assert (mixture.responsibilities_.argmax(1)[SOME >= 0] == SOME[SOME >= 0]).all()


def test_groups_that_nobody_has_labelled_are_found(tmp_path):
    y = np.where(SOME == 0, "setosa", None)
    mixture = SemiSupervisedMixture(3, random_state=0).fit(X, y)
    assert mixture.classes_.tolist() == ["setosa", "new 1", "new 2"]
    assert (mixture.predict(X) == "setosa").sum() == 50
    assert SemiSupervisedMixture(2, random_state=0).fit(X, np.where(SOME == 0, 4, -1)).classes_.tolist() == [4, 5]
    save(mixture, tmp_path / "model.safetensors")
    assert load(tmp_path / "model.safetensors").cluster_names == ("setosa", "new 1", "new 2")


def test_certain_priors_are_labels_and_flat_ones_nothing():
    priors = np.full((150, 3), 0.25)
    priors[SOME >= 0] = np.eye(3)[SOME[SOME >= 0]]
    by_label, by_prior = (
        SemiSupervisedMixture(3, random_state=0).fit(X, y, priors=p) for y, p in ((SOME, None), (None, priors))
    )
    np.testing.assert_allclose(by_prior.lower_bounds_, by_label.lower_bounds_)
    np.testing.assert_allclose(by_prior.responsibilities_, by_label.responsibilities_)
    unknown = np.where(SOME[:, None] >= 0, priors, np.nan)
    again = SemiSupervisedMixture(3, random_state=0).fit(X, priors=unknown)
    np.testing.assert_array_equal(again.responsibilities_, by_prior.responsibilities_)


def test_likely_labels_multiply_the_weights():
    points, truth = overlapping()
    priors = np.where(np.eye(2)[truth] > 0, 0.8, 0.2)
    mixture = SemiSupervisedMixture(2, random_state=0).fit(points, priors=priors)
    odds = mixture.predict_proba(points) * priors
    np.testing.assert_allclose(mixture.responsibilities_, odds / odds.sum(1, keepdims=True), atol=1e-4)
    assert rises(mixture)


def test_rows_that_must_be_linked_share_a_component():
    points, truth = overlapping()
    groups = [np.flatnonzero(truth == k)[i : i + 5] for k in (0, 1) for i in range(0, 100, 5)]
    mixture = SemiSupervisedMixture(2, random_state=0).fit(points, must_link=groups)
    for group in groups:
        assert np.ptp(mixture.responsibilities_[group], axis=0).max() == 0
    plain = SemiSupervisedMixture(2, random_state=0).fit(points)
    told, untold = (max((m.labels_ == truth).mean(), (m.labels_ != truth).mean()) for m in (mixture, plain))
    assert told > 0.9 > untold + 0.1
    assert rises(mixture)


def test_links_are_joined_where_they_meet():
    chained, whole = (
        SemiSupervisedMixture(3, random_state=0).fit(X, must_link=links)
        for links in ([[0, 60], [60, 3], [3, 7]], [[0, 3, 7, 60]])
    )
    np.testing.assert_allclose(chained.responsibilities_, whole.responsibilities_)


def test_linked_units_have_the_likelihood_of_their_rows():
    """A unit is drawn once: its log-density is log sum_k p_k prod_n f_k(x_n)."""
    groups = [[0, 1, 2], [70, 71]]
    mixture = SemiSupervisedMixture(3, random_state=0, tol=1e-10, max_iter=5000).fit(X, must_link=groups)
    emission = mixture.to_fitted().model.emission
    log_rows = emission.log_density(X, emission.density(mixture.to_fitted().parameters.emission))
    linked = [n for group in groups for n in group]
    units = [log_rows[group].sum(0) for group in groups] + [row for n, row in enumerate(log_rows) if n not in linked]
    known = np.logaddexp.reduce(np.log(mixture.weights_) + np.array(units), axis=1).sum()
    assert mixture.lower_bound_ * 150 == pytest.approx(known, abs=1e-5)
    firsts = [group[0] for group in groups] + [n for n in range(150) if n not in linked]
    np.testing.assert_allclose(mixture.weights_, mixture.responsibilities_[firsts].mean(0), atol=1e-5)


def test_rows_that_cannot_be_linked_come_apart():
    points, truth = overlapping()
    rng = np.random.default_rng(1)
    pairs = rng.integers(0, 200, (300, 2))
    pairs = pairs[truth[pairs[:, 0]] != truth[pairs[:, 1]]]
    told = SemiSupervisedMixture(2, random_state=0).fit(points, cannot_link=pairs)
    plain = SemiSupervisedMixture(2, random_state=0).fit(points)
    together = [(m.labels_[pairs[:, 0]] == m.labels_[pairs[:, 1]]).mean() for m in (plain, told)]
    assert together[1] < 0.03 < together[0]
    assert max((told.labels_ == truth).mean(), (told.labels_ != truth).mean()) > 0.9
    assert rises(told)
    free = SemiSupervisedMixture(2, random_state=0, cannot_link_strength=0.0).fit(points, cannot_link=pairs)
    np.testing.assert_allclose(free.responsibilities_, plain.responsibilities_, atol=1e-6)


def test_integer_weights_are_repeated_rows():
    weights = np.random.default_rng(2).integers(1, 4, 150)
    weighted = SemiSupervisedMixture(random_state=0).fit(X, SOME, weights)
    repeated = SemiSupervisedMixture(random_state=0).fit(np.repeat(X, weights, axis=0), np.repeat(SOME, weights))
    np.testing.assert_allclose(weighted.means_, repeated.means_, atol=1e-3)
    np.testing.assert_allclose(weighted.lower_bound_, repeated.lower_bound_, rtol=1e-6)


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical", "VEV"])
def test_known_parameters_stay(covariance):
    plain = GaussianMixture(3, covariance_type=covariance, random_state=0).fit(X)
    means = np.array([plain.means_[0] + 0.1, [np.nan] * 4, [np.nan] * 4])
    weights = [0.2, 0.3, 0.5]
    mixture = SemiSupervisedMixture(
        3, covariance_type=covariance, fixed_weights=weights, fixed_means=means, fixed_covariances=plain.covariances_,
        random_state=0,
    ).fit(X)  # fmt: skip
    np.testing.assert_array_equal(mixture.weights_, weights)
    np.testing.assert_array_equal(mixture.means_[0], means[0])
    np.testing.assert_allclose(mixture.covariances_, plain.covariances_)
    assert rises(mixture)
    n_all = plain.to_fitted().history["n_free"]
    n_covariances = n_all - 2 - 12
    assert mixture.to_fitted().history["n_free"] == n_all - 2 - 4 - n_covariances
    assert mixture.bic(X) == pytest.approx(mixture.to_fitted().history["criteria"]["bic"])


def test_covariances_are_about_the_means_that_are_known():
    mixture = SemiSupervisedMixture(1, fixed_means=np.zeros((1, 4)), reg_covar=0.0).fit(X)
    np.testing.assert_allclose(mixture.covariances_[0], X.T @ X / 150)


def test_single_precision_and_threads():
    one, two = (SemiSupervisedMixture(random_state=0, n_jobs=n).fit(X.astype(np.float32), SOME) for n in (1, 2))
    assert one.means_.dtype == np.float32
    np.testing.assert_array_equal(one.means_, two.means_)


@pytest.mark.parametrize(
    ("hints", "said"),
    [
        ({"y": SOME[:9]}, "y has 9 labels for 150 rows"),
        ({"y": X[:, 0]}, "Unknown label type"),
        ({"y": np.full(150, np.inf)}, "Input y contains infinity"),
        ({"priors": np.ones((150, 2))}, r"priors has shape \(150, 2\); it needs .* \(150, 3\)"),
        ({"priors": -np.ones((150, 3))}, "priors of row 1 are no probabilities"),
        ({"priors": np.zeros((150, 3))}, "priors of row 1 are no probabilities"),
        ({"y": SOME, "priors": 1 - np.eye(3)[TRUTH]}, "priors of row 1 exclude the label"),
        ({"y": SOME, "must_link": [[0, 140]]}, "Rows 0, 140 must be linked, but their labels"),
        ({"must_link": [[0, 150]]}, r"must_link holds \[0, 150\]; rows are whole numbers from 0 to 149"),
        ({"must_link": [[0.5, 1]]}, "rows are whole numbers"),
        ({"cannot_link": [[0, 1, 2]]}, "which is not a pair"),
        ({"must_link": [[0, 1], [1, 2]], "cannot_link": [[4, 5], [0, 2]]}, "Rows 0 and 2 must be linked and must not"),
        ({"must_link": [[0, 1]], "sample_weight": 1.0 + np.arange(150)}, "need the same sample_weight"),
    ],
)
def test_bad_hints_are_answered(hints, said):
    with pytest.raises(ValueError, match=said):
        SemiSupervisedMixture(3).fit(X, **hints)


def test_components_need_rows():
    with pytest.raises(ValueError, match="n_components = 9, n_samples = 5"):
        SemiSupervisedMixture(9).fit(X[:5])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"fixed_weights": [0.5, 0.6, 0.1]}, "3 shares that add up to one"),
        ({"fixed_means": np.zeros((2, 4))}, r"fixed_means has shape \(2, 4\); it needs \(3, 4\)"),
        ({"fixed_means": np.full((3, 4), np.inf)}, "holds an infinite number"),
        ({"fixed_covariances": -np.tile(np.eye(4), (3, 1, 1))}, "component 0 is no covariance"),
        ({"fixed_covariances": np.zeros((3, 4)), "covariance_type": "diag"}, "component 0 is no covariance"),
        ({"fixed_covariances": ONE_OF_THREE, "covariance_type": "VEV"}, "components share what they look like"),
        ({"n_init": 0}, "'n_init' parameter of SemiSupervisedMixture must be an int"),
    ],
)
def test_bad_options_are_answered(options, said):
    with pytest.raises(ValueError, match=said):
        SemiSupervisedMixture(3, **options).fit(X)
