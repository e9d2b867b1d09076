"""Uncertainty and responsibilities: what is marked is what is shared."""

import numpy as np
import pytest
from matplotlib.offsetbox import AnnotationBbox
from scipy.stats import norm

from mixtura.plots import ResponsibilityDisplay, UncertaintyDisplay
from mixtura.plots._style import mixed


def test_doubtful_rows_are_marked_and_counted(of_people, people):
    ax = UncertaintyDisplay.from_estimator(of_people, people).ax_
    probabilities = of_people.predict_proba(people).max(1)
    sure, *others = np.split(np.arange(len(ax.collections)), [1])
    assert ax.collections[sure[0]].get_offsets().shape == (500, 2)  # all rows, pale, lie below
    marked = np.concatenate([ax.collections[i].get_offsets() for i in others[0]])
    expected = people[probabilities < 0.9]
    np.testing.assert_array_equal(np.sort(marked, axis=0), np.sort(expected, axis=0))
    entries = [text.get_text() for text in ax.get_legend().get_texts()][-3:]
    shares = [(probabilities >= 0.9).mean(), ((probabilities < 0.9) & (probabilities >= 0.6)).mean()]
    for entry, share in zip(entries, shares, strict=False):
        assert float(entry.rpartition(": ")[2].removesuffix(" %")) == pytest.approx(100 * share, abs=0.5)


def test_less_sure_is_larger(of_people, people):
    ax = UncertaintyDisplay.from_estimator(of_people, people).ax_
    probabilities = of_people.predict_proba(people).max(1)
    for cloud in ax.collections[1:]:
        rows = [int(np.flatnonzero((people == place).all(1))[0]) for place in cloud.get_offsets()]
        is_doubtful = probabilities[rows] < 0.6
        assert is_doubtful.all() or not is_doubtful.any()
        assert cloud.get_sizes()[0] == (60.0 if is_doubtful.any() else 26.0)


def test_with_one_column_the_probability_runs_upwards(of_one_column):
    fitted, points = of_one_column
    ax = UncertaintyDisplay.from_estimator(fitted, points).ax_
    drawn = ax.collections[0].get_offsets()
    np.testing.assert_array_equal(drawn[:, 0], points[:, 0])
    assert drawn[:, 1].min() >= 0.5
    assert ax.get_ylabel() == "probability of the most probable cluster"


def test_rows_have_the_mixed_colours_of_their_clusters(of_people, people):
    display = ResponsibilityDisplay.from_estimator(of_people, people)
    np.testing.assert_allclose(display.responsibilities, of_people.predict_proba(people))
    labels, drawn = of_people.predict(people), display.ax_.collections
    for k in range(4):
        expected = mixed(of_people.predict_proba(people))[labels == k]
        np.testing.assert_allclose(drawn[k].get_facecolors()[:, :3], expected, atol=1e-12)


def test_pies_are_the_rows_that_are_shared_most(of_people, people):
    display = ResponsibilityDisplay.from_estimator(of_people, people)
    pies = [artist for artist in display.ax_.artists if isinstance(artist, AnnotationBbox)]
    assert len(pies) == len(display.pies_) > 0
    probabilities = display.responsibilities.max(1)
    assert display.pies_[0] == probabilities.argmin()
    for pie, row in zip(pies, display.pies_, strict=True):
        np.testing.assert_array_equal(pie.xy, people[row])
        angles = [wedge.theta2 - wedge.theta1 for wedge in pie.offsetbox.get_children()]
        shares = display.responsibilities[row]
        np.testing.assert_allclose(angles, 360 * shares[shares > 0], atol=1e-9)
    assert len(display.plot(n_pies=1).pies_) == 1


def test_over_one_column_responsibilities_follow_bayes(of_one_column):
    fitted, points = of_one_column
    ax = ResponsibilityDisplay.from_estimator(fitted, points).ax_
    means, covariances = fitted.parameters.emission
    grid = ax.lines[0].get_xdata()
    joint = fitted.parameters.weights * norm.pdf(grid[:, None], means[:, 0], np.sqrt(covariances[:, 0, 0]))
    for k, curve in enumerate(ax.lines):
        np.testing.assert_allclose(curve.get_ydata(), joint[:, k] / joint.sum(1), atol=1e-9)
