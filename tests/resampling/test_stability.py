"""Stability: which clusters come back when rows are drawn again, and which rows stay together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mixtura
from mixtura.errors import DataError
from mixtura.resampling.clusters import co_assignment, jaccard, verdict

K = 4


def fit(points, n_components, covariance="full", **options):
    return mixtura.assemble(
        mixtura.select(
            points, n_components=[n_components], covariances=[covariance], options=mixtura.Options(**options)
        )
    )


@pytest.fixture(scope="module")
def far_apart():
    rng = np.random.default_rng(0)
    return np.concatenate([rng.normal(0, 1, (70, 2)), rng.normal(20, 1, (30, 2))])


@given(st.lists(st.tuples(st.integers(-1, K - 1), st.integers(-1, K - 1)), min_size=1, max_size=40))
def test_similarities_are_those_of_sets(pairs):
    before, after = map(np.array, zip(*pairs, strict=True))
    found, became = jaccard(before, after, K)
    for k in range(K):
        own = set(np.flatnonzero(before == k))
        others = [set(np.flatnonzero(after == j)) for j in range(K)]
        if not own:
            assert np.isnan(found[k])
            continue
        shares = [len(own & other) / len(own | other) for other in others]
        assert found[k] == pytest.approx(max(shares))
        assert shares[became[k]] == max(shares)


@given(st.lists(st.lists(st.integers(0, 2), min_size=5, max_size=5), min_size=1, max_size=6))
def test_pairs_are_counted(partitions):
    together = co_assignment([np.array(labels) for labels in partitions])
    for i in range(5):
        for j in range(5):
            assert together[i, j] == pytest.approx(np.mean([labels[i] == labels[j] for labels in partitions]))


def test_words_follow_the_rule_of_thumb():
    assert [verdict(mean).split()[0] for mean in (0.9, 0.8, 0.65, 0.3, float("nan"))] == [
        "very", "stable", "a", "not", "not",
    ]  # fmt: skip


@pytest.mark.parametrize("covariance", ["full", "tied", "spherical"])
def test_groups_far_apart_always_come_back(far_apart, covariance):
    found = mixtura.stability(fit(far_apart, 2, covariance), far_apart, n_replicates=8)
    np.testing.assert_array_equal(found.jaccard, np.ones((8, 2)))
    assert found.consistency.min() == found.contrast == 1 and found.n_failed == 0
    assert found.recovered.tolist() == [1, 1] and found.dissolved.tolist() == [0, 0]
    own = found.labels[found.rows]
    np.testing.assert_array_equal(found.together, own[:, None] == own)


def test_halves_of_one_cloud_do_not():
    cloud = np.random.default_rng(1).normal(size=(300, 2))
    found = mixtura.stability(fit(cloud, 3), cloud, n_replicates=20)
    assert found.means.min() < 0.6 and found.contrast < 0.9
    assert found.verdicts[int(found.means.argmin())].startswith("not stable")


def test_the_number_of_threads_does_not_matter_and_the_seed_does(far_apart):
    fitted = fit(far_apart, 3)
    how = ({"seed": 0, "n_threads": 1}, {"seed": 0, "n_threads": 3}, {"seed": 1})
    one, two, other = (mixtura.stability(fitted, far_apart, n_replicates=6, **options) for options in how)
    np.testing.assert_array_equal(one.jaccard, two.jaccard)
    np.testing.assert_array_equal(one.together, two.together)
    assert not np.array_equal(one.jaccard, other.jaccard)


def test_units_do_not_matter(far_apart):
    other = far_apart * [1e6, 1e-3] + 1e8
    one, two = (mixtura.stability(fit(points, 3), points, n_replicates=6) for points in (far_apart, other))
    np.testing.assert_allclose(one.jaccard, two.jaccard, atol=0.02)


def test_rows_that_do_not_count_are_not_drawn(far_apart):
    weights = np.ones(len(far_apart))
    weights[:60] = 0
    fitted = fit(far_apart[60:], 2)
    found = mixtura.stability(fitted, far_apart, weights, n_replicates=4)
    assert found.labels.shape == (100,)
    assert found.means.tolist() == [1, 1]


def test_estimators_are_asked_too(far_apart):
    fitted = mixtura.GaussianMixture(2, random_state=0).fit(far_apart).to_fitted()
    assert mixtura.stability(fitted, far_apart, n_replicates=2).means.tolist() == [1, 1]


def test_rows_with_missing_cells_are_drawn_again_as_they_are(far_apart):
    holes = np.where(np.arange(far_apart.size).reshape(far_apart.shape) % 7 == 0, np.nan, far_apart)
    assert mixtura.stability(fit(far_apart, 2), holes, n_replicates=2).means.min() > 0.9


def test_bad_input(far_apart):
    fitted = fit(far_apart, 2)
    with pytest.raises(ValueError, match="n_replicates is 0; at least one"):
        mixtura.stability(fitted, far_apart, n_replicates=0)
    with pytest.raises(DataError, match="infinite"):
        mixtura.stability(fitted, np.where(far_apart > 21, np.inf, far_apart))
    with pytest.raises(DataError):
        mixtura.stability(fitted, far_apart[:, :1])


def test_it_is_told_in_a_line_without_its_fits(far_apart):
    found = mixtura.stability(fit(far_apart, 2), far_apart, n_replicates=5)
    assert repr(found) == "<Stability: 5 fits, mean similarity of clusters: [1. 1.]>"
