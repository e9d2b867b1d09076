"""Displays of how sure a fit is: they show the numbers that were found."""

import numpy as np
import pytest

from mixtura import GaussianMixture, datasets
from mixtura.errors import DataError
from mixtura.plots import IntervalDisplay, StabilityDisplay

FAITHFUL = np.ascontiguousarray(datasets.load("faithful").data)


@pytest.fixture(scope="module")
def fitted():
    return GaussianMixture(2, random_state=0).fit(FAITHFUL)


def test_every_fit_is_a_dot_and_their_mean_a_bar(fitted):
    display = StabilityDisplay.from_estimator(fitted, FAITHFUL, n_replicates=4)
    dots, bars = display.ax_.lines[0:4:2], display.ax_.lines[1:4:2]
    for k in range(2):
        np.testing.assert_array_equal(dots[k].get_xdata(), display.found.jaccard[:, k])
        assert bars[k].get_xdata()[0] == display.found.means[k]
    assert [words.get_text() for words in display.ax_.get_yticklabels()] == ["cluster 0", "cluster 1"]
    assert display.ax_.get_ylim()[0] > display.ax_.get_ylim()[1]  # the first on top


def test_intervals_are_drawn_as_they_are(fitted):
    display = IntervalDisplay.from_estimator(fitted, FAITHFUL, column=1, method="sandwich", level=0.9)
    for k, (bar, dot) in enumerate(zip(display.ax_.lines[::2], display.ax_.lines[1::2], strict=True)):
        assert list(bar.get_xdata()) == [part["means"][k, 1] for part in (display.found.low, display.found.high)]
        assert dot.get_xdata()[0] == display.found.estimates["means"][k, 1]
    assert "90 % intervals by sandwich" in display.ax_.get_title(loc="left")
    assert display.ax_.get_xlabel() == "mean x1"


def test_a_column_that_is_not_there(fitted):
    with pytest.raises(DataError, match="There is no column 'height': the mixture has x0, x1"):
        IntervalDisplay.from_estimator(fitted, FAITHFUL, column="height", method="sandwich")
