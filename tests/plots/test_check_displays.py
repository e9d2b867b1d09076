"""Profiles, distances, overlaps, missing cells."""

import numpy as np
import pytest

from drawing.cases import mixture, sample
from mixtura import datasets
from mixtura.plots import MissingDisplay, OverlapDisplay, ProfileDisplay, QQDisplay


def test_profiles_are_differences_in_standard_deviations(of_iris, iris):
    display = ProfileDisplay.from_estimator(of_iris)
    known = (of_iris.means_ - iris.mean(0)) / iris.std(0)
    np.testing.assert_allclose(display.differences, known, atol=0.01)
    np.testing.assert_array_equal(display.image_.get_array(), display.differences.T)
    words = [text.get_text() for text in display.ax_.texts]
    np.testing.assert_allclose([float(word) for word in words], display.differences.ravel(), atol=0.0501)


def test_profiles_of_many_clusters_have_signs():
    display = ProfileDisplay.from_estimator(mixture(15, 3))
    signs = {"": 0, "+": 1, "−": -1}
    expected = np.where(np.abs(display.differences) < 0.3, 0, np.sign(display.differences)).ravel()
    assert [signs[text.get_text()] for text in display.ax_.texts] == expected.tolist()


def test_gaussian_rows_follow_the_diagonal_and_heavy_tails_rise_above_it():
    fitted = mixture(2, 3, spread=20.0)
    points, origins = sample(fitted, 4000)
    display = QQDisplay.from_estimator(fitted, points)
    for k, curve in display.curves_.items():
        expected, found = curve.get_data()
        inner = (expected > 0.5) & (expected < 3)
        np.testing.assert_allclose(found[inner], expected[inner], atol=0.1)
        assert expected[-1] > 3.5
        assert k in (0, 1)
    means = fitted.parameters.emission.means[origins]
    heavy = means + (points - means) / np.sqrt(np.random.default_rng(0).chisquare(4, (4000, 1)) / 4)  # Student's t
    for curve in QQDisplay.from_estimator(fitted, heavy).curves_.values():
        expected, found = curve.get_data()
        assert found[-1] > expected[-1] + 1


def test_overlap_bends_no_curve():
    fitted = mixture(2, 2, spread=0.8)
    points, _ = sample(fitted, 20_000)
    for curve in QQDisplay.from_estimator(fitted, points).curves_.values():
        expected, found = curve.get_data()
        inner = (expected > 0.5) & (expected < 3)
        np.testing.assert_allclose(found[inner], expected[inner], atol=0.1)


def test_a_cluster_without_rows_has_no_curve():
    shares = np.tile([0.6, 0.01, 0.39], (100, 1))
    distances = np.random.default_rng(0).uniform(0, 3, (100, 3))
    display = QQDisplay(mixture(3, 2), distances, shares).plot()
    assert sorted(display.curves_) == [0, 2]
    assert display.ax_.get_title("left") == "1 cluster of fewer than 3 rows left out"


def test_overlaps_are_errors_between_two_clusters():
    fitted = mixture(3, 2, spread=1.5)
    points, origins = sample(fitted, 60_000)
    display = OverlapDisplay.from_estimator(fitted, points)
    weights = fitted.parameters.weights
    for i in range(3):
        for j in range(i):
            pair = weights[[i, j]] / weights[[i, j]].sum()
            both = np.isin(origins, [i, j])
            joint = np.stack([_density(fitted, points[both], k) for k in (i, j)]) * pair[:, None]
            wrong = (np.array([i, j])[joint.argmax(0)] != origins[both]).mean()
            assert display.overlaps[i, j] == pytest.approx(wrong, abs=0.02)
    assert display.image_.get_array().mask.tolist() == np.triu(np.ones((3, 3), dtype=bool)).tolist()


def _density(fitted, points, k):
    from scipy.stats import multivariate_normal

    means, covariances = fitted.parameters.emission
    return multivariate_normal(means[k], covariances[k]).pdf(points)


def test_patterns_of_missing_cells_are_counted():
    cells = np.arange(40.0).reshape(10, 4)
    cells[:3, 1] = cells[:3, 2] = cells[5, 0] = np.nan
    display = MissingDisplay.from_data(cells)
    assert display.counts.tolist() == [6, 3, 1]
    assert display.patterns.tolist() == [[False] * 4, [False, True, True, False], [True, False, False, False]]
    middle, above, beside = display.axes_
    known, missing = middle.collections
    assert sorted(map(tuple, missing.get_offsets().tolist())) == [(0, 2), (1, 1), (2, 1)]
    assert len(known.get_offsets()) == 9
    assert [bar.get_height() for bar in above.patches] == pytest.approx([0.1, 0.3, 0.3, 0])
    assert [bar.get_width() for bar in beside.patches] == [6, 3, 1]
    assert display.figure_.get_suptitle() == "6 of 10 rows are complete"


def test_of_many_columns_the_emptiest_are_shown():
    cells = np.random.default_rng(0).normal(size=(200, 50))
    cells[:, 10:][np.random.default_rng(1).uniform(size=(200, 40)) < 0.1] = np.nan
    display = MissingDisplay.from_data(cells)
    title = display.figure_.get_suptitle()
    assert "15 of " in title
    assert title.endswith("30 of 50 columns")
    assert not any(label.get_text() == "x0" for label in display.axes_[0].get_xticklabels())


def test_a_data_frame_is_read_by_name():
    display = MissingDisplay.from_data(datasets.load("penguins").frame("pandas"))
    assert display.names[0] == "bill_length_mm"
    assert display.counts.sum() == 344
