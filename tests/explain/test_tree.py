import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier

from mixtura.explain import explain
from mixtura.explain.records import Rows
from mixtura.explain.rules import find_rules
from mixtura.explain.tree import Labelled, best_split, grow, roundest
from mixtura.explain.words import tell_rule

ordinary = st.floats(-1e9, 1e9, allow_nan=False)


def labelled(seed, n_rows=200, n_columns=3):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(n_rows, n_columns)).round(1)
    belongs = points @ rng.normal(size=n_columns) + rng.normal(size=n_rows) > 0.5
    return Labelled(points, belongs, rng.integers(1, 4, n_rows).astype(float))


def gini(rows):
    return 2 * rows.share * (1 - rows.share) * rows.weights.sum()


@pytest.mark.parametrize("seed", range(8))
def test_the_best_split_is_as_good_as_scikit_learns(seed):
    rows = labelled(seed)
    split = best_split(rows)
    left = rows.points[:, split.column] <= split.threshold
    gain = gini(rows) - gini(rows.of(left)) - gini(rows.of(~left))
    assert split.gain == pytest.approx(gain)
    tree = DecisionTreeClassifier(max_depth=1, min_samples_leaf=5).fit(rows.points, rows.belongs, rows.weights).tree_
    theirs = tree.impurity * tree.weighted_n_node_samples
    assert gain == pytest.approx(theirs[0] - theirs[1:].sum())


@pytest.mark.parametrize("seed", range(4))
def test_a_tree_is_as_pure_as_scikit_learns(seed):
    rows = labelled(seed)
    leaves = grow(rows, 3)
    held = [holds(leaf, rows.points) for leaf in leaves]
    assert np.sum(held, axis=0).tolist() == [1] * len(rows.points)  # every row is in one leaf
    for leaf, inside in zip(leaves, held, strict=True):
        assert leaf.share == pytest.approx(rows.of(inside).share)
    right = sum(
        rows.weights[inside & (rows.belongs == (leaf.share >= 0.5))].sum()
        for leaf, inside in zip(leaves, held, strict=True)
    )
    tree = DecisionTreeClassifier(max_depth=3, min_samples_leaf=5, random_state=0)
    theirs = tree.fit(rows.points, rows.belongs, rows.weights).score(rows.points, rows.belongs, rows.weights)
    assert right / rows.weights.sum() == pytest.approx(theirs, abs=0.02)  # splits of equal gain may differ


def holds(leaf, points):
    inside = np.ones(len(points), dtype=bool)
    for d, (above, up_to) in leaf.bounds.items():
        inside &= (points[:, d] > above) & (points[:, d] <= up_to)
    return inside


def test_there_is_no_split_where_none_helps():
    same = Labelled(np.ones((20, 2)), np.arange(20) < 10, np.ones(20))
    assert best_split(same) is None
    assert [leaf.bounds for leaf in grow(same, 3)] == [{}]
    for n_rows in (1, 2, 9):  # fewer than five would be left on one side
        few = Labelled(np.arange(n_rows)[:, None] * 1.0, np.arange(n_rows) < 1, np.ones(n_rows))
        assert best_split(few) is None


@given(ordinary, ordinary)
def test_the_roundest_number_lies_between(one, other):
    low, high = sorted((one, other))
    if low < high:
        assert low <= roundest(low, high) < high


@pytest.mark.parametrize(("low", "high", "number"), [(1.9, 3.0, 2.0), (1234.0, 1235.0, 1234.0), (0.31, 0.32, 0.31)])
def test_few_digits(low, high, number):
    assert roundest(low, high) == number


def test_rules_are_measured_over_all_rows(mixture, draw, classify):
    fitted = mixture([0.5, 0.3, 0.2], [[0.0, 0.0], [6.0, 0.0], [6.0, 5.0]], [np.eye(2)] * 3)
    points = draw(fitted, 9000)
    found = classify(fitted, points)
    for cluster in explain(fitted, points, None, found).clusters:
        assert 1 <= len(cluster.rules) <= 2
        for rule in cluster.rules:
            inside = np.ones(len(points), dtype=bool)
            for d, above, up_to in rule.conditions:
                inside &= points[:, d] > (-np.inf if above is None else above)
                inside &= points[:, d] <= (np.inf if up_to is None else up_to)
            mine = found.labels == cluster.label
            assert rule.precision == pytest.approx((inside & mine).sum() / inside.sum())
            assert rule.coverage == pytest.approx((inside & mine).sum() / mine.sum())
            assert min(rule.precision, rule.coverage) > 0.95


def test_what_is_written_is_what_was_measured(mixture, draw, classify):
    fitted = mixture([0.6, 0.4], [[0.0], [7.0]], [[[1.0]], [[1.0]]], ["x"])
    points = draw(fitted, 500)
    (rule,) = explain(fitted, points, None, classify(fitted, points)).clusters[0].rules
    _, number = tell_rule({"conditions": [rule.conditions[0]._asdict()]}, [{"name": "x"}]).split(" ≤ ")
    assert float(number) == rule.conditions[0].up_to


def test_rows_without_weight_have_no_say(mixture, draw, classify):
    fitted = mixture([0.6, 0.4], [[0.0, 0.0], [4.0, 4.0]], [np.eye(2)] * 2)
    points = draw(fitted, 400)
    weights = np.random.default_rng(0).integers(0, 3, 400).astype(float)
    some = weights > 0
    whole = find_rules(Rows(points, weights, classify(fitted, points)), [[0, 1], [1, 0]])
    part = find_rules(Rows(points[some], weights[some], classify(fitted, points[some])), [[0, 1], [1, 0]])
    assert whole == part


def test_one_cluster_and_an_empty_one_have_no_rules(mixture, classify):
    points = np.linspace(-1, 1, 20)[:, None]
    one = mixture([1.0], [[0.0]], [[[1.0]]])
    assert explain(one, points, None, classify(one, points)).clusters[0].rules == ()
    two = mixture([0.99, 0.01], [[0.0], [100.0]], [[[1.0]], [[1.0]]])
    assert [c.rules for c in explain(two, points, None, classify(two, points)).clusters] == [(), ()]


def test_two_clusters_in_one_place_are_told_apart_by_no_rule(mixture, draw, classify):
    fitted = mixture([0.5, 0.5], [[0.0], [0.0]], [[[1.0]], [[1.0]]])
    points = draw(fitted, 100)
    found = classify(fitted, points)
    mixed = found._replace(labels=np.random.default_rng(0).integers(0, 2, 100))
    rules = find_rules(Rows(points, np.ones(100), mixed), [[0], [0]])
    assert all(rule.precision >= 0.5 and rule.coverage >= 0.1 for told in rules for rule in told)
