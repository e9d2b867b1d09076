"""How components were merged: the entropy plot, and the tree."""

import numpy as np
import pytest

from mixtura import combine
from mixtura.plots import EntropyDisplay, MergingDisplay


@pytest.fixture(scope="module")
def combination(of_people, people):
    return combine(of_people, people)


def test_entropies_lie_where_they_are_and_the_suggestion_is_ringed(combination):
    ax = EntropyDisplay.from_combination(combination).ax_
    *bends, dots, ring = ax.lines
    assert len(bends) == 2
    np.testing.assert_array_equal(dots.get_xdata(), [1, 2, 3, 4])
    np.testing.assert_array_equal(dots.get_ydata(), combination.hierarchy.entropies)
    assert ring.get_xdata() == [combination.suggested]
    assert bends[0].get_xdata()[1] == bends[1].get_xdata()[0] == combination.suggested


def test_the_tree_has_a_fork_for_every_merge_and_no_branches_cross(combination):
    ax = MergingDisplay.from_combination(combination).ax_
    forks = [line for line in ax.lines if len(line.get_xdata()) == 4]
    assert [fork.get_ydata()[1] for fork in forks] == [1, 2, 3]
    for fork in forks:
        left, right = sorted(fork.get_xdata()[[0, 3]])
        inside = [other for other in forks if left < np.mean(other.get_xdata()) < right and other is not fork]
        assert all(other.get_ydata()[1] < fork.get_ydata()[1] for other in inside)
    assert len(ax.texts) == 3


def test_one_component_is_a_leaf(people):
    from mixtura import GaussianMixture

    alone = combine(GaussianMixture(1).fit(people), people)
    assert MergingDisplay.from_combination(alone).ax_.get_xticks().tolist() == [0]
    assert len(EntropyDisplay.from_combination(alone).ax_.lines) == 2
