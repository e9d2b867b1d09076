import json

import numpy as np
import pytest
from scipy.stats import norm

from mixtura.explain import explain

EYE = np.eye(2)


@pytest.fixture
def two(mixture):
    return mixture([0.6, 0.4], [[0.0, 50.0], [4.0, 50.0]], [EYE, 4 * EYE], ["length", "width"])


def flat(value):
    """All numbers of a record, in order."""
    if isinstance(value, tuple | list):
        return [number for part in value for number in flat(part)]
    return [value] if isinstance(value, int | float) else []


def test_columns_are_described_by_all_rows(two, draw, classify):
    points = draw(two, 999)
    columns = explain(two, points, None, classify(two, points)).columns
    assert [column.name for column in columns] == ["length", "width"]
    expected = [points.mean(0), points.std(0), np.median(points, 0), points.min(0), points.max(0)]
    np.testing.assert_allclose([column[1:6] for column in columns], np.transpose(expected), rtol=1e-12)


def test_clusters_have_the_moments_of_the_mixture_and_the_shares_of_the_rows(two, draw, classify):
    points = draw(two, 500)
    labels = classify(two, points).labels
    clusters = explain(two, points, None, classify(two, points)).clusters
    assert [cluster.n_rows for cluster in clusters] == np.bincount(labels).tolist()
    assert [cluster.share for cluster in clusters] == pytest.approx(np.bincount(labels) / 500)
    assert [cluster.weight for cluster in clusters] == [0.6, 0.4]
    assert [cluster.means for cluster in clusters] == [(0.0, 50.0), (4.0, 50.0)]
    assert [cluster.sds for cluster in clusters] == [(1.0, 1.0), (2.0, 2.0)]
    for cluster in clusters:
        np.testing.assert_allclose(cluster.medians, np.median(points[labels == cluster.label], axis=0))
        differences = (np.array(cluster.means) - points.mean(0)) / points.std(0)
        np.testing.assert_allclose(cluster.differences, differences)
        assert cluster.distinguishing == (0, 1)


def test_integer_weights_equal_repeated_rows(two, draw, classify):
    points = draw(two, 201)
    weights = np.random.default_rng(1).integers(0, 4, len(points))
    repeated = np.repeat(points, weights, axis=0)
    weighted = explain(two, points, weights.astype(float), classify(two, points))
    plain = explain(two, repeated, None, classify(two, repeated))
    for field in ("columns", "certainty", "overlaps", "total_weight"):
        np.testing.assert_allclose(flat(getattr(weighted, field)), flat(getattr(plain, field)), rtol=1e-9)
    for left, right in zip(weighted.clusters, plain.clusters, strict=True):
        assert left.share == pytest.approx(right.share)
        assert left.medians == pytest.approx(right.medians)
        assert points[left.prototype].tolist() == repeated[right.prototype].tolist()


def test_certainty_counts_rows_by_their_largest_probability(two, draw, classify):
    points = draw(two, 800)
    found = classify(two, points)
    certainty = explain(two, points, None, found).certainty
    assert certainty.mean == pytest.approx(found.probabilities.mean())
    assert certainty.share_sure == pytest.approx((found.probabilities >= 0.9).mean())
    assert certainty.share_doubtful == pytest.approx((found.probabilities < 0.6).mean())


def test_the_prototype_is_where_the_component_is_densest(two, draw, classify):
    points = draw(two, 300)
    found = classify(two, points)
    for cluster in explain(two, points, None, found).clusters:
        mine = np.flatnonzero(found.labels == cluster.label)
        density = norm.logpdf(points[mine], cluster.means, cluster.sds).sum(1)
        assert cluster.prototype == mine[density.argmax()]
        assert cluster.doubtful == mine[found.probabilities[mine].argmin()]


@pytest.mark.parametrize(("offset", "scale"), [(0.0, 1e-9), (0.0, 1e140), (1e8, 1.0), (1e8, 1e-6), (-1e12, 1.0)])
def test_nothing_becomes_nan_whatever_the_units(mixture, draw, classify, offset, scale):
    fitted = mixture([0.5, 0.5], [[offset], [offset + 6 * scale]], [[[scale**2]], [[scale**2]]])
    points = draw(fitted, 100)
    explanation = explain(fitted, points, None, classify(fitted, points))
    assert np.isfinite(flat([explanation.columns, explanation.clusters, explanation.overlaps])).all()
    assert not any("nan" in c.sentence or "inf" in c.sentence for c in explanation.clusters)


def test_rows_of_no_weight_are_not_there(two, draw, classify):
    points = draw(two, 100)
    found = classify(two, points)
    typical = explain(two, points, None, found).clusters[0]
    weights = np.ones(100)
    weights[[typical.prototype, typical.doubtful]] = 0.0
    rest = explain(two, points, weights, found).clusters[0]
    assert rest.n_rows == typical.n_rows - 2
    assert {rest.prototype, rest.doubtful}.isdisjoint({typical.prototype, typical.doubtful})


def test_a_cluster_without_rows_says_so(mixture, classify):
    fitted = mixture([0.99, 0.01], [[0.0], [100.0]], [[[1.0]], [[1.0]]])
    points = np.linspace(-1, 1, 20)[:, None]
    empty = explain(fitted, points, None, classify(fitted, points)).clusters[1]
    assert (empty.n_rows, empty.share, empty.medians, empty.prototype) == (0, 0.0, (None,), None)
    assert empty.sentence == "No row has this as its most probable cluster."


def test_a_constant_column_tells_nothing_apart(mixture, draw, classify):
    fitted = mixture([0.5, 0.5], [[0.0, 7.0], [9.0, 7.0]], [EYE, EYE])
    points = draw(fitted, 100)
    points[:, 1] = 7.0
    clusters = explain(fitted, points, None, classify(fitted, points)).clusters
    assert [cluster.differences[1] for cluster in clusters] == [0.0, 0.0]
    assert "x1" not in clusters[0].sentence


def test_an_explanation_is_ready_for_json(two, draw, classify):
    points = draw(two, 50)
    explanation = explain(two, points, None, classify(two, points))
    assert json.loads(json.dumps(explanation, allow_nan=False))


def test_other_columns_or_a_part_of_the_rows_are_refused(two, draw, classify):
    points = draw(two, 10)
    with pytest.raises(ValueError, match="The rows have 1 columns, the mixture 2"):
        explain(two, points[:, :1], None, classify(two, points))
    with pytest.raises(ValueError, match="10 rows but 9 labels"):
        explain(two, points, None, classify(two, points[:9]))
