"""Selections of which most fits are sketches, cut short and gone on with."""

import pytest

from mixtura import Options, datasets, schedule, select, sketches
from mixtura.checkpoint import read_checkpoint, write_checkpoint

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
    kept = [c for c in cut.candidates if c.sketched]
    assert all(any(candidate is other for other in resumed.candidates) for candidate in kept)


@pytest.mark.parametrize("number", [3, 9])
def test_a_choice_in_a_file_goes_on_to_the_same_result(tmp_path, number):
    how, told = {"n_components": [1, 2, 3, 4], "covariances": ["EEE", "VVI"]}, []

    def interrupt(candidate):
        told.append(candidate)
        if len(told) == number:
            raise KeyboardInterrupt

    write_checkpoint(tmp_path / "choice.json", "key", select(FAITHFUL, **how, on_fit=interrupt), None)
    kept, _ = read_checkpoint(tmp_path / "choice.json", "key", Options())
    resumed, whole = select(FAITHFUL, **how, resume=kept), select(FAITHFUL, **how)
    assert heights(resumed) == heights(whole) and resumed.ranking == whole.ranking
    assert [c.is_searched for c in resumed.candidates] == [c.is_searched for c in whole.candidates]
    assert [c.sketched for c in resumed.candidates] == [c.sketched for c in whole.candidates]


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
