"""What directions tell, and the steps of a search for columns."""

import numpy as np
import pytest

from drawing.cases import mixture
from mixtura import select_columns
from mixtura.plots import ColumnsDisplay, DirectionsDisplay


def test_bars_are_eigenvalues_in_parts():
    display = DirectionsDisplay.from_estimator(mixture(3, 5), shapes=0.5)
    by_means, by_shapes = display.ax_.containers
    heights = [[bar.get_height() for bar in bars] for bars in (by_means, by_shapes)]
    np.testing.assert_allclose(heights[0], display.projection.of_means)
    np.testing.assert_allclose(np.sum(heights, axis=0), display.projection.eigenvalues)


def test_every_step_is_a_bar_that_is_filled_where_something_came_of_it():
    points = np.random.default_rng(0).normal(size=(150, 3)) + np.repeat([[0, 0, 0], [6, 0, 0]], 75, axis=0)
    found = select_columns(points, n_components=[2], covariances=["tied"])
    ax = ColumnsDisplay.from_selection(found).ax_
    bars = [bars[0] for bars in ax.containers]
    assert [bar.get_width() for bar in bars] == pytest.approx([step.evidence for step in found.steps])
    filled = [bar.get_facecolor() == bar.get_edgecolor() for bar in bars]
    assert filled == [step.is_done for step in found.steps]
    assert ax.get_title("left") == "chosen: x0"
