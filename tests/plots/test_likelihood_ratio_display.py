"""The display of likelihood-ratio tests shows the samples, the statistic and what it has to exceed."""

import numpy as np
import pytest

from mixtura.likelihood_ratio import Comparison, LikelihoodRatioTest
from mixtura.plots import LikelihoodRatioDisplay

SAMPLES = tuple(float(value) for value in np.linspace(0, 19, 99))


@pytest.fixture
def of_three():
    tests = [Comparison(k, 40.0 - 12 * k, 0.01 * k, SAMPLES, (-9.0, -8.0)) for k in (1, 2, 3)]
    return LikelihoodRatioTest("full", 0.05, tuple(tests))


def test_every_test_has_a_panel_with_all_samples_and_two_lines(of_three):
    display = LikelihoodRatioDisplay.from_test(of_three)
    assert len(display.axes_) == 3
    for ax, test in zip(display.axes_, of_three.comparisons, strict=True):
        critical, statistic = (line.get_xdata()[0] for line in ax.lines)
        assert (critical, statistic) == (test.critical(0.05), test.statistic)
        assert ax.patches[0].get_data().values.sum() == len(SAMPLES)
        assert ax.get_title() == f"{test.n_components} component{'s' * (test.n_components > 1)} against " + (
            f"{test.n_components + 1}: p = {test.p_value:.3g}"
        )


def test_it_draws_the_same_again_and_samples_may_be_alike_or_none(of_three):
    display = LikelihoodRatioDisplay.from_test(of_three)
    assert len(display.plot().axes_) == 3
    for samples in ((), (2.0,) * 9):
        alike = LikelihoodRatioTest("full", 0.05, (Comparison(1, 3.0, 0.5, samples, (-9.0, -8.0)),))
        LikelihoodRatioDisplay.from_test(alike).figure_.draw_without_rendering()
