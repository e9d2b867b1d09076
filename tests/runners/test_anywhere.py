"""Functions go to rows that lie elsewhere: the sums, and every block's result, as if the rows were here."""

import pickle
from functools import reduce

import numpy as np
import pytest

from mixtura.errors import DataError, EngineError
from mixtura.runners.anywhere import Anywhere
from mixtura.runners.contract import Distant
from mixtura.runners.held import Held
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource

POINTS = np.random.default_rng(0).normal(size=(1000, 2))


class Elsewhere:
    """Parts that only functions which travel can reach."""

    def __init__(self, parts):
        self.parts = parts

    def blocks(self):
        raise AssertionError("rows came here")

    def apply(self, function):
        return map(pickle.loads(pickle.dumps(function)), self.parts)

    def reduce(self, function, join):
        return reduce(join, self.apply(function))


@pytest.fixture
def elsewhere():
    return Elsewhere([ArraySource(part, block_rows=100) for part in np.split(POINTS, [250, 700])])


def sums(block):
    return block.points.sum(0), len(block.points)


def test_sums_and_results_come_back_and_rows_stay(elsewhere):
    assert isinstance(elsewhere, Distant)
    total, n_rows = Anywhere(2)(elsewhere, sums)
    np.testing.assert_allclose(total, POINTS.sum(0), rtol=1e-12)
    assert n_rows == len(POINTS)
    assert [n for _, n in Anywhere().each(elsewhere, sums)] == [100, 100, 50, 100, 100, 100, 100, 50, 100, 100, 100]


def test_rows_that_are_here_are_looked_at_here():
    source = ArraySource(POINTS, block_rows=300)
    assert str(Anywhere(2)(source, sums)) == str(Local(2)(source, sums))
    assert [n for _, n in Anywhere(2).each(source, sums)] == [300, 300, 300, 100]


@pytest.mark.parametrize("error", [DataError, EngineError])
def test_what_is_lost_in_the_middle_interrupts_and_is_told_at_the_end(error):
    def lost(source, function):
        raise error("the workers are gone")

    held = Held(lost)
    with pytest.raises(KeyboardInterrupt):
        held(None, sums)
    with pytest.raises(error, match="the workers are gone"):
        held.conclude(is_interrupted=True)
