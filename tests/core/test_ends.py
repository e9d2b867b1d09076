"""Where runs of a search ended: the same place is known again."""

import numpy as np

from mixtura.ends import GAIN, ends

WEIGHTS = np.array([[0.2, 0.8], [0.8, 0.2], [0.5, 0.5], [0.2, 0.8], [0.2, 0.8]])
FOUND = ends(np.array([-10.0, -10.0 - GAIN / 2, -10.0, -10.0 - 2 * GAIN, -np.inf]), WEIGHTS)
NONE = FOUND.of(np.empty(0, int))


def test_a_place_is_known_by_height_and_weights_in_any_order():
    assert FOUND.are_first(NONE).tolist() == [True, False, True, True, True]


def test_what_is_known_before_is_no_news():
    assert FOUND.are_first(FOUND.of(np.array([3]))).tolist() == [True, False, True, False, True]


def test_runs_that_collapsed_are_alike():
    assert FOUND.and_then(FOUND).are_first(NONE).sum() == 4
