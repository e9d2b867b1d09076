"""`partial_fit` of k-means: what batches add up to, beside scikit-learn's `MiniBatchKMeans`."""

import numpy as np
import pytest
import sklearn.cluster
from sklearn.base import clone

from mixtura import KMeans, Schedule

RNG = np.random.default_rng(0)
X = np.concatenate([RNG.normal(size=(200, 3)), RNG.normal(size=(100, 3)) + 3.0])[RNG.permutation(300)]
ALL = Schedule(power=1)


def test_forgetting_nothing_it_is_minibatchkmeans():
    """From the same centres, whose rows count the same, in single batches of any size."""
    theirs = sklearn.cluster.MiniBatchKMeans(2, init=X[:2], n_init=1, reassignment_ratio=0, random_state=0)
    ours = KMeans(2, init=X[:2], schedule=ALL)
    theirs.partial_fit(X[:100])
    ours.partial_fit(X[:100])
    theirs.cluster_centers_ = ours.cluster_centers_.copy()
    theirs._counts = ours._past.counts.copy()
    for batch in np.split(X[100:], [1, 60, 150]):
        theirs.partial_fit(batch)
        ours.partial_fit(batch)
        np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-9)
    assert ours.n_samples_seen_ == 300 and len(ours.labels_) == 50


def test_clusters_far_apart_end_in_their_means():
    far = X + 50.0 * (X[:, :1] > 1.5)
    ours = KMeans(2, random_state=0, schedule=ALL)
    for batch in np.split(far, [120, 130, 200]):
        ours.partial_fit(batch)
    whole = KMeans(2, random_state=0).fit(far).relabel_to(ours)
    np.testing.assert_allclose(ours.cluster_centers_, whole.cluster_centers_, rtol=1e-9)


def test_weights_are_repeated_rows():
    weights = np.random.default_rng(1).integers(0, 3, 200)
    begun = KMeans(2, random_state=0, schedule=Schedule(window=150)).partial_fit(X[:100])
    again = clone(begun).partial_fit(X[:100])
    begun.partial_fit(X[100:], sample_weight=weights)
    again.partial_fit(np.repeat(X[100:], weights, axis=0))
    np.testing.assert_allclose(begun.cluster_centers_, again.cluster_centers_, rtol=1e-9)
    assert begun.n_samples_seen_ == again.n_samples_seen_ == 100 + weights.sum()


def test_a_window_follows_rows_that_move_and_no_centre_leaves_without_rows():
    ours = KMeans(2, init=[[0.0] * 3, [3.0] * 3], schedule=Schedule(window=200)).fit(X)
    for day in range(30):
        ours.partial_fit(RNG.normal(size=(100, 3)) - day / 10)
    np.testing.assert_allclose(ours.cluster_centers_[0], -2.8, atol=0.4)
    np.testing.assert_allclose(ours.cluster_centers_[1], 3.0, atol=0.5)


def test_a_new_fit_forgets_and_numbers_go_along():
    ours = KMeans(2, random_state=0).partial_fit(X[:150]).partial_fit(X[150:]).fit(X)
    fresh = KMeans(2, random_state=0).fit(X)
    reverse = fresh.cluster_centers_[::-1].copy()
    after = ours.partial_fit(X[:50]).cluster_centers_[::-1]
    np.testing.assert_allclose(fresh.relabel_to(reverse).partial_fit(X[:50]).cluster_centers_, after, rtol=1e-9)


def test_centres_set_by_hand_know_of_no_rows():
    ours = KMeans(2, random_state=0).fit(X[:9])
    by_hand = KMeans(2)
    by_hand.cluster_centers_, by_hand.n_features_in_ = ours.cluster_centers_.copy(), 3
    assert by_hand.n_samples_seen_ == 0
    by_hand.partial_fit(X)
    labels = ours.predict(X)
    np.testing.assert_allclose(by_hand.cluster_centers_, [X[labels == k].mean(0) for k in (0, 1)], rtol=1e-9)


def test_what_cannot_be_used_changes_nothing():
    ours = KMeans(2, random_state=0).partial_fit(X)
    before = ours.cluster_centers_.copy()
    for rows, told in ((X[:, :2], "2 features"), (np.full((2, 3), np.nan), "NaN"), (X[:0], "0 sample")):
        with pytest.raises(ValueError, match=told):
            ours.partial_fit(rows)
    assert np.array_equal(ours.cluster_centers_, before)
    with pytest.raises(ValueError, match="should be >= n_clusters=2"):
        KMeans(2).partial_fit(X[:1])
