"""How far from the best first looks are doubted, and what is searched for longest."""

from types import SimpleNamespace

import numpy as np
import pytest

from mixtura import select
from mixtura.chances import is_over
from mixtura.kicks import Tally
from mixtura.schedule import TRIED, _probes
from mixtura.trials import SEARCH, Setting, may_gain

ANGLES = np.repeat(2 * np.pi * np.arange(10) / 10, 25)
RING = 5 * np.column_stack([np.cos(ANGLES), np.sin(ANGLES)]) + np.random.default_rng(0).normal(0, 0.4, (250, 2))
ONE_TO_SIX = {"n_components": range(1, 7), "covariances": ["full", "diag"]}  # of ten groups
SMALL = 100  # numbers in a table


def fit(n_components, bic, **more):
    told = {"remark": "", "is_searched": False, "sketched": None} | more
    return SimpleNamespace(setting=Setting(n_components, "full"), criteria={"bic": bic}, **told)


def probed(fits, gains):
    """Which of the fits are kicked, if that lowers them by so much, one by one as they are told."""
    asked, done = [], {own.setting: own for own in fits}

    def probe(own):
        asked.append(own.setting.n_components)
        return fit(own.setting.n_components, own.criteria["bic"] - gains.get(own.setting.n_components, 0.0))

    desk = SimpleNamespace(is_closed=False, criterion="bic", probe=probe)
    for found in _probes(desk, done, lambda function, tasks: map(function, tasks)):
        done[found.setting] = found
    return asked


def test_what_comes_near_is_kicked_but_the_two_that_are_searched_anyway():
    fits = [fit(1, 100.0, is_searched=True), fit(2, 101.0), fit(3, 105.0), fit(4, 99.0), fit(5, 100.0 + TRIED)]
    assert probed(fits, {}) == [2, 3]


@pytest.mark.parametrize(("gained", "asked"), [(5.0, [3]), (12.9, [3, 2, 4]), (24.0, [3, 2, 4, 5])])
def test_kicks_go_twice_as_far_as_they_have_gained(gained, asked):
    fits = [fit(1, 100.0), fit(2, 101.0), fit(3, 113.0), fit(4, 120.5), fit(5, 130.0), fit(6, 10.0, remark="A spike.")]
    fits += [fit(7, 200.0)]
    assert probed(fits, {3: gained, 4: 9.0}) == asked


def test_the_winner_is_searched_for_twice_and_nothing_else_is():
    found = select(RING, **ONE_TO_SIX)
    twice = [c.setting for c in found.candidates if SEARCH in [record.kind for record in c.search.records]]
    assert found.best.setting in twice and found.is_complete
    assert is_over(found.candidates, "bic", RING.size)
    assert len(twice) == 1


def test_what_was_searched_once_only_is_not_over():
    first = fit(2, 100.0, is_searched=True, sketched={"bic": 100.0}, search=SimpleNamespace(records=(), tally=None))
    others = [fit(1, 120.0, is_searched=True), fit(3, 110.0, is_searched=True)]
    assert not is_over([first, *others], "bic", SMALL)
    assert is_over([first, *others], "bic", 1 << 20)  # where it takes long


@pytest.mark.parametrize(("n_agreeing", "n_moved", "is_told"), [(4, 0, False), (5, 0, True), (40, 1, False)])
def test_where_many_runs_end_where_the_winner_is_it_is_not_searched_for_again(n_agreeing, n_moved, is_told):
    """Unless the search has led there from somewhere else."""
    tally = Tally(n_runs=50, n_agreeing=n_agreeing, n_moved=n_moved)
    first = fit(2, 100.0, is_searched=True, sketched={"bic": 100.0}, search=SimpleNamespace(records=(), tally=tally))
    assert is_over([first, fit(1, 120.0, is_searched=True)], "bic", SMALL) == is_told


@pytest.mark.parametrize("whole", [{"sketched": None}, {"sketched": {}}], ids=["a whole search", "no sketch"])
def test_a_search_that_was_long_is_not_made_again(whole):
    assert not may_gain(fit(2, 100.0, is_searched=True, search=SimpleNamespace(records=(), tally=None), **whole), SMALL)


def test_a_choice_that_was_cut_before_the_second_search_goes_on_to_the_same_end():
    told = []
    whole = select(RING, **ONE_TO_SIX, on_fit=told.append)
    limit = next(i for i, c in enumerate(told) if SEARCH in [record.kind for record in c.search.records])

    def stop(candidate, seen=[]):  # noqa: B006 (it counts)
        seen.append(candidate)
        if len(seen) == limit:
            raise KeyboardInterrupt

    cut = select(RING, **ONE_TO_SIX, on_fit=stop)
    assert not cut.is_complete
    again = select(RING, **ONE_TO_SIX, resume=cut)
    assert again.is_complete and again.best.setting == whole.best.setting
    assert np.isclose(again.best.criteria["bic"], whole.best.criteria["bic"], atol=1e-9)
