"""Progress goes to standard error, and only where somebody waits."""

import io
import json
import time
from types import SimpleNamespace

import pytest

from mixtura.cli._progress import Progress
from mixtura.trials import Setting


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def candidate(k, value, remark=""):
    return SimpleNamespace(setting=Setting(k, "full"), criteria={"bic": value}, remark=remark, is_searched=True)


def tell(mode, stream, clock, seconds_a_fit):
    with Progress(mode, stream, clock) as progress:
        progress.stage("fitting", n_fits=3)
        for k, value in ((1, 30.0), (2, 10.0), (3, 20.0)):
            clock.now += seconds_a_fit
            progress.on_fit(candidate(k, value))
    return stream.getvalue()


@pytest.mark.parametrize("mode", ["auto", "plain", "none"])
def test_nothing_is_said_of_what_takes_no_time(mode):
    assert tell(mode, io.StringIO(), Clock(), 0.1) == ""


def test_lines_where_there_is_no_terminal():
    lines = tell("auto", io.StringIO(), Clock(), 5).splitlines()
    assert lines == [
        "fitting: 1 of 3 fits (5 s); best: k = 1, full, BIC 30.0",
        "fitting: 2 of 3 fits (10 s); best: k = 2, full, BIC 10.0",
        "fitting: 3 of 3 fits (15 s); best: k = 2, full, BIC 10.0",
    ]


def test_lines_do_not_follow_each_other_closely():
    assert len(tell("plain", io.StringIO(), Clock(), 0.9).splitlines()) == 1


def test_fits_that_are_done_again_do_not_repeat_that_all_are_done():
    stream, clock = io.StringIO(), Clock()
    with Progress("plain", stream, clock) as progress:
        progress.stage("fitting", n_fits=1)
        clock.now += 9
        for value in (20.0, 19.0, 18.0):
            clock.now += 0.1
            progress.on_fit(candidate(1, value))
        clock.now += 9
        progress.on_fit(candidate(1, 17.0))
    assert [line.rpartition("BIC ")[2] for line in stream.getvalue().splitlines()] == ["20.0", "17.0"]


def test_a_fit_that_cannot_be_chosen_is_not_the_best():
    stream, clock = io.StringIO(), Clock()
    with Progress("plain", stream, clock) as progress:
        progress.stage("fitting", n_fits=2)
        clock.now = 9
        progress.on_fit(candidate(2, 10.0))
        clock.now = 18
        progress.on_fit(candidate(9, -50.0, remark="a spike"))
    assert stream.getvalue().splitlines()[-1].startswith("fitting: 2 of 2 fits (18 s); best: k = 2")


def test_json_lines_come_at_once():
    lines = [json.loads(line) for line in tell("json", io.StringIO(), Clock(), 0).splitlines()]
    assert lines[0] == {"stage": "fitting"}
    assert lines[1:] == [
        {"done": n, "total": 3, "n_components": n, "covariance": "full", "is_searched": True, "bic": value}
        for n, value in ((1, 30.0), (2, 10.0), (3, 20.0))
    ]


def test_a_bar_is_drawn_on_a_terminal_and_wiped_at_the_end():
    stream, clock = Terminal(), Clock()
    with Progress("auto", stream, clock) as progress:
        progress.stage("fitting", n_fits=2)
        progress.on_fit(candidate(2, 10.0))
        clock.now = 4.0
        while "####" not in stream.getvalue():
            time.sleep(0.01)
    drawn = stream.getvalue()
    assert "[########........] fitting: 1 of 2 fits (4 s); best: k = 2, full, BIC 10.0" in drawn
    assert drawn.endswith("\r\x1b[K")


def test_a_bar_never_fills_a_line(monkeypatch):
    monkeypatch.setattr("mixtura.cli._progress.width_of", lambda stream: 30)
    stream, clock = Terminal(), Clock()
    with Progress("auto", stream, clock) as progress:
        progress.stage("fitting", n_fits=2)
        clock.now = 4.0
        while "fitting" not in stream.getvalue():
            time.sleep(0.01)
    lines = stream.getvalue().replace("\x1b[K", "").split("\r")
    assert max(map(len, lines)) == 29


def test_progress_of_a_fit_stays_out_of_standard_output(run, faithful):
    result = run("fit", faithful, "-k", "1-2", "--covariance", "tied", "--json", "--progress", "json")
    assert json.loads(result.stdout)["answer"]["n_rows"] == 272
    events = [json.loads(line) for line in result.stderr.splitlines()]
    assert [event["done"] for event in events if "done" in event] == [1, 2]
