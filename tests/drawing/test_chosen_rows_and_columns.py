"""What is drawn where there is too much to draw."""

import numpy as np

from drawing.cases import mixture, rows_of, sample
from mixtura.drawing.columns import most_distinguishing
from mixtura.drawing.sample import draw_sample


def _rows(n_clusters, n_columns, n_rows):
    fitted = mixture(n_clusters, n_columns)
    return rows_of(fitted, sample(fitted, n_rows)[0])


def test_of_many_rows_outliers_and_a_share_of_every_cluster_are_drawn():
    rows = _rows(5, 2, 30_000)
    drawn = draw_sample(rows, 1000)
    labels, _, log_density = rows.classification
    assert 950 <= len(drawn.labels) <= 1005
    shares = np.bincount(drawn.labels) / len(drawn.labels)
    np.testing.assert_allclose(shares, np.bincount(labels) / len(labels), atol=0.02)
    places = set(map(tuple, drawn.points.tolist()))
    assert set(map(tuple, rows.points[np.argsort(log_density)[:20]].tolist())) <= places


def test_the_smallest_cluster_is_drawn_too():
    rows = _rows(2, 2, 5000)
    labels = np.zeros(5000, dtype=rows.classification.labels.dtype)
    labels[77] = 1
    drawn = draw_sample(rows._replace(classification=rows.classification._replace(labels=labels)), 100)
    assert 1 in drawn.labels


def test_columns_are_chosen_by_how_much_the_means_vary():
    rng = np.random.default_rng(0)
    weights, differences = rng.dirichlet(np.ones(4)), rng.normal(size=(4, 8))
    shares = sum(weight * row**2 for weight, row in zip(weights, differences, strict=True))
    assert most_distinguishing(weights, differences, 3) == sorted(np.argsort(shares)[-3:].tolist())
    assert most_distinguishing(weights, differences, 99) == list(range(8))
