"""Selections that end in time, and go on later."""

from threading import Event

import numpy as np
import pytest

from mixtura import Options, datasets, select
from mixtura import selection as selection_module
from mixtura.trials import is_interrupted

FAITHFUL = datasets.load("faithful").data
HOW = {"covariances": ["tied", "diag"], "n_components": [1, 2, 3], "options": Options(prune=False)}


def heights(selection):
    return {candidate.setting: candidate.evidence.log_likelihood for candidate in selection.candidates}


def cut_short(number, **how):
    """A selection that is interrupted after so many fits."""
    done = []

    def interrupt(candidate):
        done.append(candidate)
        if len(done) == number:
            raise KeyboardInterrupt

    return select(FAITHFUL, **HOW | how, on_fit=interrupt)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_a_selection_that_was_cut_short_goes_on_to_the_same_result(number):
    cut, whole, told = cut_short(number), select(FAITHFUL, **HOW), []
    assert len(cut.candidates) == number and not cut.is_complete
    resumed = select(FAITHFUL, **HOW, resume=cut, on_fit=told.append)
    assert resumed.is_complete and heights(resumed) == heights(whole)
    assert resumed.ranking == whole.ranking
    assert resumed.candidates[:number] == cut.candidates  # not made again
    assert tuple(told) == resumed.candidates


def test_a_selection_can_be_widened():
    narrow = select(FAITHFUL, n_components=[2], covariances=["diag"])
    wide = select(FAITHFUL, **HOW, resume=narrow)
    assert heights(wide) == heights(select(FAITHFUL, **HOW))
    assert wide.candidates[4] is narrow.candidates[0]


def test_fits_without_the_criterion_are_made_again():
    by_bic = select(FAITHFUL, **HOW)
    by_cv = select(FAITHFUL, **HOW, criterion="cv", resume=by_bic)
    assert all(row["cv"] > 0 for row in by_cv.table())
    again = select(FAITHFUL, **HOW, criterion="icl", resume=by_cv)
    assert again.candidates == by_cv.candidates and again.criterion == "icl"


@pytest.mark.parametrize(
    ("points", "how", "message"),
    [
        (FAITHFUL[1:], {}, "is of other rows"),
        (FAITHFUL + 1, {}, "is of other rows"),
        (FAITHFUL, {"seed": 1}, "was made with seed=0"),
        (FAITHFUL, {"options": Options(ridge=0.1)}, "was made with seed=0 and Options"),
    ],
)
def test_what_was_made_otherwise_cannot_be_resumed(points, how, message):
    earlier = select(FAITHFUL, n_components=[1], covariances=["diag"])
    with pytest.raises(ValueError, match=message):
        select(points, **HOW | how, resume=earlier)


def test_more_threads_are_no_other_options():
    earlier = select(FAITHFUL, n_components=[1], covariances=["diag"])
    select(FAITHFUL, **HOW | {"options": Options(n_threads=2)}, resume=earlier)


@pytest.mark.parametrize("n_threads", [1, 3])
def test_when_the_time_is_up_the_best_so_far_is_kept(monkeypatch, n_threads):
    """The clock of this test strikes after two fits, however long these take."""
    points, event = np.random.default_rng(0).normal(size=(5000, 2)), Event()
    monkeypatch.setattr(selection_module, "Event", lambda: event)
    done = []

    def strike(candidate):
        done.append(candidate)
        if len(done) == 2:
            event.set()

    found = select(
        points, covariances=["diag"], n_components=range(1, 40), time_limit=1000.0, on_fit=strike,
        options=Options(n_threads=n_threads, max_iterations=3),
    )  # fmt: skip
    assert not found.is_complete and 2 <= len(found.candidates) < 39
    assert n_threads > 1 or len(found.candidates) <= 3
    assert not any(map(is_interrupted, found.candidates[:2]))


def test_a_short_time_ends_a_long_fit():
    points = np.random.default_rng(0).normal(size=(3000, 6))
    found = select(points, covariances=["full"], n_components=range(20, 40), time_limit=0.2)
    assert not found.is_complete and len(found.candidates) < 20


def test_enough_time_changes_nothing():
    assert heights(select(FAITHFUL, **HOW, time_limit=1e5)) == heights(select(FAITHFUL, **HOW))


@pytest.mark.parametrize("length", [0, -1.0, float("nan"), float("inf")])
def test_what_is_no_time(length):
    with pytest.raises(ValueError, match="is no number of seconds"):
        select(FAITHFUL, **HOW, time_limit=length)
