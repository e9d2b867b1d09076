"""The count of how often a number is found: its data are as apart as it says, and it runs."""

import numpy as np
import pytest

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def test_groups_are_as_many_and_as_far_apart_as_asked_for(load):
    how_many = load("how_many")
    rng = np.random.default_rng(0)
    centres = np.array(how_many._centres(7, 2, rng))
    distances = np.linalg.norm(centres[:, None] - centres, axis=2)[np.triu_indices(7, 1)]
    assert distances.min() > how_many.APART
    points = how_many.groups(7, 2, 300, seed=1)
    assert points.shape == (300, 2)
    np.testing.assert_array_equal(points, how_many.groups(7, 2, 300, seed=1))


def test_the_table_counts_right_numbers(load):
    ways = {"always 2": lambda points, seed: 2, "as seeds": lambda points, seed: seed}
    table = list(load("how_many").lines(((2, 1, 60), (1, 1, 60)), 3, ways))
    assert table[2:5] == ["| 2, 1, 60 | 3 (2–2) | 1 (0–2) |", "| 1, 1, 60 | 0 (2–2) | 1 (0–2) |", "| all | 50% | 33% |"]


def test_every_way_gives_a_number(load):
    how_many = load("how_many")
    points = how_many.groups(2, 2, 60, seed=0)
    assert all(1 <= way(points, 0) <= 30 for way in (how_many.WAYS | how_many.WAYS_FEW).values())
