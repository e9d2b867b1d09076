"""What is known of rows that are looked at in parts: the same as of rows that go by one after the other."""

from functools import partial, reduce
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mixtura.sources import _scout, sampling
from mixtura.sources._parts import EmptyPart, Glance, HeldPart, join_some, look, tally, where_rows
from mixtura.sources._scout import Scout
from mixtura.sources.sampling import Reservoir
from mixtura.statistics import Block

N, SIZE = 60, 20
_rng = np.random.default_rng(5)
NAMES = ("counter", "falls", "anything", "holes", "saw", "empty")
POINTS = np.column_stack([
    np.arange(1.0, N + 1), -np.arange(N), 1e8 + _rng.normal(size=N), np.where(_rng.uniform(size=N) < 0.3, np.nan, 1.5),
    np.arange(N) % 30, np.full(N, np.nan),
])  # fmt: skip
WEIGHTS = _rng.integers(1, 5, N).astype(float)
cuts = st.lists(st.integers(0, N), max_size=6).map(sorted)


def whole(size):
    scout = Scout(NAMES, Reservoir(size, np.random.default_rng(0)))
    scout.look(Block(POINTS, WEIGHTS))
    return scout.facts(3)


def parts_of(places):
    edges = [0, *places, N]
    for number, (start, stop) in enumerate(pairwise(edges)):
        if start < stop:
            yield HeldPart(POINTS[start:stop], WEIGHTS[start:stop], number=number, n_read=stop - start)
        else:
            yield EmptyPart(number, 0)


def in_parts(places, size, threshold=0.0):
    parts = list(parts_of(places))
    tallies = reduce(lambda a, b: a + b, map(tally, parts))
    starts = dict(zip((t.number for t in tallies), np.cumsum([0, *(t.n_rows for t in tallies)]).tolist(), strict=False))
    function = partial(where_rows, function=partial(look, glance=Glance(NAMES, starts, size, threshold)))
    (facts,) = reduce(partial(join_some, join=partial(_scout.join, size=size)), map(function, parts))
    return facts


@pytest.mark.filterwarnings("ignore:invalid value")
@given(cuts, st.sampled_from([SIZE, N + 1]))
@example([30], SIZE)  # where what rises begins anew
def test_however_rows_are_parted(places, size):
    one, other = whole(size), in_parts(places, size)
    assert (one.n_rows, one.total_weight) == (other.n_rows, other.total_weight)
    for name in ("cell_weights", "n_missing", "minima", "maxima", "rises"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert other.counts_up.tolist() == [True, False, False, False, False, False]
    np.testing.assert_allclose(other.means[:5], one.means[:5], rtol=1e-14)
    np.testing.assert_allclose(
        other.deviations[:5], one.deviations[:5], rtol=1e-7, atol=1e-12
    )  # means of 1e8 are rounded
    for name in ("points", "weights", "positions", "ratios"):
        np.testing.assert_array_equal(getattr(one.sample, name), getattr(other.sample, name), err_msg=name)
    assert one.sample.threshold == other.sample.threshold


def test_rows_that_cannot_be_drawn_need_not_come():
    """A threshold below that of the sample changes nothing."""
    one, other = in_parts([10, 40], SIZE), in_parts([10, 40], SIZE, threshold=whole(SIZE).sample.threshold / 1.1)
    np.testing.assert_array_equal(one.sample.positions, other.sample.positions)
    np.testing.assert_array_equal(one.sample.weights, other.sample.weights)
    assert one.sample.threshold == other.sample.threshold


def test_small_samples_are_joined_whole():
    drawn = [whole(N + 1).sample, whole(N + 1).sample]
    both = sampling.join(*drawn, 2 * N)
    assert both.threshold == 0.0
    np.testing.assert_array_equal(both.weights, np.tile(WEIGHTS, 2))
