import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix

from mixtura.comparison.partitions import adjusted_rand, agreement, cross_table, mutual_information


@pytest.mark.parametrize(("n_groups", "n_clusters"), [(1, 1), (1, 4), (3, 3), (5, 2), (40, 40)])
def test_agreement_equals_scikit_learns(n_groups, n_clusters):
    rng = np.random.default_rng(0)
    groups, labels = rng.integers(0, n_groups, 60), rng.integers(0, n_clusters, 60)
    labels[:30] = groups[:30] % n_clusters
    table = cross_table(groups, labels)
    np.testing.assert_array_equal(table[table.any(1)][:, table.any(0)], contingency_matrix(groups, labels))
    assert adjusted_rand(table) == pytest.approx(adjusted_rand_score(groups, labels))
    assert mutual_information(table) == pytest.approx(normalized_mutual_info_score(groups, labels), abs=1e-9)


def test_names_of_groups_are_kept_and_unknown_ones_left_out():
    truth = np.array(["b", None, "a", np.nan, "b"], dtype=object)
    about = agreement(truth, np.array([1, 0, 0, 0, 1]))
    assert (about["groups"], about["n_unknown"], about["table"]) == (["a", "b"], 2, [[1, 0], [0, 2]])
    assert about["adjusted_rand"] == 1.0


def test_numbers_are_groups_too():
    about = agreement(np.array([1.0, 2.0, np.nan]), np.array([0, 1, 1]))
    assert (about["groups"], about["n_unknown"]) == (["1.0", "2.0"], 1)


def test_very_many_groups_make_no_table():
    about = agreement(np.arange(31), np.zeros(31, dtype=int))
    assert about["table"] is None
    assert about["adjusted_rand"] == 0.0


def test_nothing_known_is_no_error():
    about = agreement(np.array([None, None], dtype=object), np.array([0, 1]))
    assert (about["groups"], about["n_unknown"]) == ([], 2)


def test_whole_weights_are_repeated_rows():
    rng = np.random.default_rng(1)
    truth, labels, weights = rng.choice(["a", "b", "c"], 60), rng.integers(0, 2, 60), rng.integers(0, 5, 60)
    by_weight = agreement(truth, labels, weights.astype(float))
    assert by_weight == agreement(np.repeat(truth, weights), np.repeat(labels, weights))
    theirs = adjusted_rand_score(np.repeat(truth, weights), np.repeat(labels, weights))
    assert by_weight["adjusted_rand"] == pytest.approx(theirs)


def test_the_unit_of_other_weights_says_nothing():
    rng = np.random.default_rng(2)
    truth, labels, weights = rng.choice(["a", "b"], 50), rng.integers(0, 3, 50), rng.uniform(0.2, 3, 50)
    assert agreement(truth, labels, weights) == agreement(truth, labels, 1e-6 * weights)
    even, plain = (agreement(truth, labels, own) for own in (np.full(50, 0.3), None))
    assert even["adjusted_rand"] == pytest.approx(plain["adjusted_rand"])
