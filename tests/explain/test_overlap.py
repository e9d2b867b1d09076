from functools import partial
from math import sqrt

import numpy as np
import pytest
from scipy.stats import norm

from mixtura.explain.overlap import block_pairs, nearest, pair_overlaps
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource


@pytest.mark.parametrize("distance", [0.5, 2.0, 4.0])
def test_overlap_is_the_error_of_the_best_rule(mixture, draw, distance):
    fitted = mixture([0.5, 0.5], [[0.0], [distance]], [[[1.0]], [[1.0]]])
    points = draw(fitted, 50_000)
    error = norm.cdf(-distance / 2)
    found = pair_overlaps(fitted, points, np.ones(len(points)))
    assert found[0, 1] == pytest.approx(error, abs=5 * sqrt(error / len(points)))
    np.testing.assert_array_equal(found, found.T)
    np.testing.assert_array_equal(np.diag(found), 0)


def test_a_third_cluster_far_away_changes_nothing(mixture, draw):
    pair = mixture([0.5, 0.5], [[0.0], [2.0]], [[[1.0]], [[1.0]]])
    three = mixture([0.25, 0.25, 0.5], [[0.0], [2.0], [1e3]], [[[1.0]], [[1.0]], [[1.0]]])
    points = draw(pair, 1000)
    both = np.concatenate([points, points + 1e3])
    alone, beside = pair_overlaps(pair, points, np.ones(1000)), pair_overlaps(three, both, np.ones(2000))
    np.testing.assert_allclose(beside[:2, :2], alone, rtol=1e-9)


def test_blocks_add_up_to_the_whole(mixture, draw):
    fitted = mixture([0.7, 0.3], [[0.0], [1.0]], [[[1.0]], [[2.0]]])
    points = draw(fitted, 1000)
    function = partial(block_pairs, posterior=fitted.model.posterior(fitted.parameters))
    whole = Local()(ArraySource(points), function)
    parts = Local()(ArraySource(points, block_rows=77), function)
    for left, right in zip(whole, parts, strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-12)


def test_the_nearest_overlaps_most_and_else_lies_nearest():
    overlaps = np.array([[0.0, 0.1, 0.0], [0.1, 0.0, 0.0], [0.0, 0.0, 0.0]])
    locations = np.array([[0.0], [9.0], [1.0]])
    assert nearest(overlaps, locations) == (1, 0, 0)
    assert nearest(np.zeros((1, 1)), np.zeros((1, 1))) == (None,)
