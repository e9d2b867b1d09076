"""A sample drawn in one pass stands for all rows; `tests/core/test_starts.py` says which rows it keeps."""

import numpy as np
import pytest

from mixtura.sources.sampling import Reservoir, draw
from mixtura.statistics import Block, Incomplete


def blocks(weights, size=70):
    points = np.arange(float(len(weights)))[:, None]
    for start in range(0, len(weights), size):
        yield Block(points[start : start + size], weights[start : start + size])


def test_few_rows_are_all_kept_as_they_are():
    weights = np.array([1.0, 0.0, 2.5])
    drawn = draw(blocks(weights), 5, np.random.default_rng(0))
    assert drawn.points.ravel().tolist() == drawn.positions.tolist() == [0, 2]
    assert (drawn.weights.tolist(), drawn.threshold) == ([1.0, 2.5], 0.0)


def test_rows_know_where_they_were():
    drawn = draw(blocks(np.ones(1000)), 40, np.random.default_rng(0))
    np.testing.assert_array_equal(drawn.points.ravel(), drawn.positions)
    assert len(set(drawn.positions)) == 40


def test_weights_add_up_to_those_of_any_set_of_rows_on_average():
    """Unbiased, and the variance of the total is at most W² / (size - 1) (Szegedy 2006)."""
    weights = np.random.default_rng(1).exponential(size=500) ** 2
    size, n_draws = 30, 2000
    some = np.arange(0, 500, 7)
    totals = np.empty((n_draws, 2))
    for i in range(n_draws):
        drawn = draw(blocks(weights), size, np.random.default_rng(i))
        totals[i] = drawn.weights.sum(), drawn.weights[np.isin(drawn.positions, some)].sum()
    errors = totals.std(0) / np.sqrt(n_draws)
    assert (np.abs(totals.mean(0) - [weights.sum(), weights[some].sum()]) < 4 * errors).all()
    assert totals[:, 0].var() < 1.1 * weights.sum() ** 2 / (size - 1)


def test_no_more_rows_are_held_than_twice_the_size():
    reservoir = Reservoir(10, np.random.default_rng(0))
    for block in blocks(np.ones(5000), 500):
        reservoir.add(block)
        assert reservoir.n_kept <= 20
    assert len(reservoir.drawn().points) == 10


def test_rows_with_holes_stay_such():
    complete, incomplete = Block(np.ones((1, 1)), np.ones(1)), Incomplete(np.full((1, 1), np.nan), np.ones(1))
    assert isinstance(draw([complete, incomplete], 5, np.random.default_rng(0)).block, Incomplete)
    assert not isinstance(draw([complete], 5, np.random.default_rng(0)).block, Incomplete)


def test_nothing_to_draw_from():
    with pytest.raises(ValueError, match="no rows to draw from"):
        draw(blocks(np.zeros(3)), 2, np.random.default_rng(0))
