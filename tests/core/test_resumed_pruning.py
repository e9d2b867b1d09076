"""Selections of which most fits are sketches, cut short and gone on with."""

import pytest

from mixtura import Options, datasets, schedule, select, sketches
from mixtura.checkpoint import Work, read_checkpoint, write_work
from mixtura.replay import Replay
from mixtura.selection import select as choose
from mixtura.statistics import leaves
from mixtura.trials import Workshop

FAITHFUL = datasets.load("faithful").data
SIX = ["EII", "VII", "EEI", "VVI", "EEE", "VVV"]


def heights(selection):
    return {candidate.setting: candidate.evidence.log_likelihood for candidate in selection.candidates}


@pytest.fixture(scope="module")
def pruned():
    return select(FAITHFUL)


@pytest.mark.parametrize("number", [2, 7, 9])
def test_what_was_cut_short_goes_on_to_the_same_result(number):
    how = {"n_components": [1, 2, 3, 4], "covariances": ["tied", "diag"]}
    told, whole = [], select(FAITHFUL, **how)

    def interrupt(candidate):
        told.append(candidate)
        if len(told) == number:
            raise KeyboardInterrupt

    cut = select(FAITHFUL, **how, on_fit=interrupt)
    assert not cut.is_complete and len(cut.candidates) == min(number, 8)
    resumed = select(FAITHFUL, **how, resume=cut)
    assert resumed.is_complete and heights(resumed) == heights(whole) and resumed.ranking == whole.ranking
    kept = [c for c in cut.candidates if c.sketched and c.setting != whole.best.setting]  # which is searched for again
    assert all(any(candidate is other for other in resumed.candidates) for candidate in kept)


def bits(selection):
    """All that was found, to the last bit."""
    found = [
        (c.setting, c.is_searched, c.remark, c.sketched, c.evidence, *c.search.best.trace) for c in selection.candidates
    ]
    arrays = [
        array.tobytes() for c in selection.candidates for array in leaves((c.parameters, c.search.best.parameters))
    ]
    return str(found), arrays, selection.ranking


@pytest.mark.parametrize("how", [{"covariances": SIX}, {"covariances": ["EVE", "VVI"], "criterion": "holdout"}])
def test_a_choice_in_a_file_goes_on_from_any_piece_of_work_to_the_same_bits(tmp_path, how):
    how |= {"n_components": [1, 2, 3]}
    kept = []
    whole = choose(FAITHFUL, **how, replay=Replay(keep=lambda results: kept.append(list(results))))
    scaling = whole.scaling
    for number in (1, len(kept) // 2, len(kept) - 1, len(kept)):
        write_work(tmp_path / "choice.json", "key", Work(kept[number - 1], scaling, ()))
        earlier = read_checkpoint(tmp_path / "choice.json", "key", Options())
        resumed = choose(FAITHFUL, **how, replay=(replay := Replay(earlier.results)))
        assert bits(resumed) == bits(whole)
        assert len(replay.results) == len(kept)


@pytest.mark.parametrize("number", [2, 8, 13])
def test_what_an_interrupt_cut_short_is_no_result(number, monkeypatch):
    how, calls, judge = {"n_components": [1, 2], "covariances": SIX}, [], Workshop.judge

    def interrupted(*asked):
        calls.append(asked)
        if len(calls) == number:
            raise KeyboardInterrupt
        return judge(*asked)

    whole, replay = choose(FAITHFUL, **how), Replay()
    with monkeypatch.context() as patch:
        patch.setattr(Workshop, "judge", interrupted)
        assert not choose(FAITHFUL, **how, replay=replay).is_complete
    assert bits(choose(FAITHFUL, **how, replay=Replay(replay.results))) == bits(whole)


def test_what_is_complete_is_not_made_again(monkeypatch, pruned):
    monkeypatch.delattr(schedule, "easel")
    again = select(FAITHFUL, resume=pruned)
    assert again.is_complete and again.candidates == pruned.candidates


def test_what_a_walk_left_is_not_made_again(monkeypatch):
    how, told = {"n_components": [1, 2, 3], "covariances": SIX}, []

    def interrupt(candidate):
        told.append(candidate)
        if len(told) == 8:  # two models, and two fits of the third
            raise KeyboardInterrupt

    cut, followed, follow = select(FAITHFUL, **how, on_fit=interrupt), [], sketches.Easel.follow
    monkeypatch.setattr(
        sketches.Easel, "follow",
        lambda desk, walks, group: followed.append(group[0].covariance) or follow(desk, walks, group),
    )  # fmt: skip
    select(FAITHFUL, **how, resume=cut)
    assert followed == ["EEI", "VVI"]


def test_who_goes_on_and_stops_at_once_keeps_what_was_known(pruned):
    def interrupt(candidate):
        raise KeyboardInterrupt

    again = select(FAITHFUL, n_components=range(1, 12), resume=pruned, on_fit=interrupt)
    assert not again.is_complete
    assert {c.setting for c in again.candidates} >= {c.setting for c in pruned.candidates}


def test_searches_follow_where_sketches_are_resumed(pruned):
    whole = select(FAITHFUL, options=Options(prune=False), resume=pruned)
    assert all(candidate.is_searched for candidate in whole.candidates)
    assert whole.best is pruned.best
