"""Ctrl-C and the time limit keep the best so far; where there is nothing to keep, nothing is written."""

import json
import signal
import subprocess
import sys
import time

import pytest

from mixtura.cli import _fitting
from mixtura.cli._interrupt import watched
from mixtura.cli._progress import Progress
from mixtura.persistence import load

FIT = ("--covariance", "full", "-k", "1-6", "--workers", "1")
OURS = {"model.safetensors", "labels.parquet", "summary.json", "report.html"}


@pytest.fixture(autouse=True)
def in_front():
    """As if the tests ran in front: what a shell starts in the background is deaf to Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def after(n_fits, act, monkeypatch):
    """Do something once so many fits are done."""
    count = Progress.on_fit

    def on_fit(self, candidate):
        count(self, candidate)
        if self._done == n_fits:
            act()

    monkeypatch.setattr(Progress, "on_fit", on_fit)


def press_ctrl_c(*arguments, **options):
    signal.raise_signal(signal.SIGINT)


class ReadyTimer:
    """A timer that goes off when a test says so."""

    def __init__(self, seconds, ring):
        ReadyTimer.seconds, ReadyTimer.ring = seconds, staticmethod(ring)

    def start(self):
        pass

    def cancel(self):
        pass


def test_ctrl_c_keeps_what_is_done(run, faithful, tmp_path, monkeypatch):
    after(2, press_ctrl_c, monkeypatch)
    handler = signal.getsignal(signal.SIGINT)
    result = run("fit", faithful, *FIT, "-o", tmp_path / "out")
    assert result.exit_code == 130
    assert "2 clusters in 272 rows" in result.stdout and "interrupted" in result.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == OURS
    fitted = load(tmp_path / "out" / "model.safetensors")
    assert fitted.history["is_complete"] is False
    assert len(fitted.history["selection"]) == 2
    assert signal.getsignal(signal.SIGINT) is handler


def test_ctrl_c_before_anything_is_done(run, faithful, tmp_path, monkeypatch):
    monkeypatch.setattr("mixtura.selection.choose_scaling", press_ctrl_c)
    result = run("fit", faithful, *FIT, "-o", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (130, "")
    assert "nothing was written" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_reading_leaves_nothing_behind(run, faithful, tmp_path, monkeypatch):
    monkeypatch.setattr("mixtura.cli._described.read_table", press_ctrl_c)
    result = run("fit", faithful, *FIT, "-o", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (130, "")
    assert "Interrupted: nothing was written." in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("n_presses", [1, 2])
@pytest.mark.parametrize("where", ["describe", "save", "write_table"])
def test_ctrl_c_once_the_fit_is_done(run, faithful, tmp_path, monkeypatch, where, n_presses):
    """The first lets the results be written, the second does not."""
    original = getattr(_fitting, where)

    def pressed(*arguments, **options):
        for _ in range(n_presses):
            press_ctrl_c()
        return original(*arguments, **options)

    monkeypatch.setattr(_fitting, where, pressed)
    result = run("fit", faithful, "-k", "2", "--covariance", "tied", "-o", tmp_path / "out")
    assert result.exit_code == 130
    if n_presses == 1:
        assert result.stdout.startswith("2 clusters")
        assert {path.name for path in (tmp_path / "out").iterdir()} == OURS
    else:
        assert result.stdout == ""
        assert "Interrupted: nothing was written." in result.stderr
        assert list(tmp_path.iterdir()) == []


def test_the_time_limit_keeps_what_is_done(run, faithful, tmp_path, monkeypatch):
    monkeypatch.setattr("threading.Timer", ReadyTimer)
    after(2, lambda: ReadyTimer.ring(), monkeypatch)
    result = run("fit", faithful, *FIT, "-o", tmp_path / "out", "--time-limit", "2m")
    assert result.exit_code == 0, result.stderr
    assert ReadyTimer.seconds == 120
    assert "interrupted" in result.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == OURS


def test_in_the_background_ctrl_c_is_not_heard_and_the_time_limit_is(run, faithful, tmp_path, monkeypatch):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    monkeypatch.setattr("threading.Timer", ReadyTimer)
    after(2, press_ctrl_c, monkeypatch)
    after(4, lambda: ReadyTimer.ring(), monkeypatch)
    result = run("fit", faithful, *FIT, "-o", tmp_path / "out", "--time-limit", "2m")
    assert result.exit_code == 0, result.stderr
    assert len(load(tmp_path / "out" / "model.safetensors").history["selection"]) == 4


def test_strict_does_not_take_half_a_search(run, faithful, tmp_path, monkeypatch):
    after(2, press_ctrl_c, monkeypatch)
    result = run("fit", faithful, *FIT, "-o", tmp_path / "out", "--strict")
    assert result.exit_code == 4
    assert "cut short" in result.stderr
    assert list(tmp_path.iterdir()) == []


INTERRUPTED_IMPORT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)

class Finder:
    def find_spec(self, name, *others):
        if name == "{}":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Finder())
from mixtura.__main__ import main
main()
"""


@pytest.mark.parametrize("package", ["click", "numpy", "mixtura.cli.fit"])
def test_ctrl_c_while_packages_are_imported(package, faithful):
    program = INTERRUPTED_IMPORT.format(package)
    done = subprocess.run([sys.executable, "-c", program, "fit", faithful], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "Interrupted: nothing was written.\n"


class Deaf:
    """Python drops the errors of `__del__`, as it does those of functions that compilers call back."""

    def __del__(self):
        press_ctrl_c()


def test_ctrl_c_comes_again_where_it_was_lost():
    with pytest.raises(KeyboardInterrupt), watched(None) as interruption:
        Deaf()
        for _ in range(1000):
            time.sleep(0.01)
    assert interruption.is_by_hand


def test_a_real_signal_to_a_real_process(faithful, tmp_path):
    # so many fits that no machine is through with them when the first is reported
    command = [sys.executable, "-m", "mixtura", "fit", faithful, "-k", "1-100", "--progress", "json", "--no-report"]
    with subprocess.Popen([*command, "-o", tmp_path / "out"], stderr=subprocess.PIPE, text=True) as process:
        while "done" not in json.loads(process.stderr.readline()):
            pass
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
    assert process.returncode == 130
    assert "Traceback" not in told
    assert load(tmp_path / "out" / "model.safetensors").history["is_complete"] is False
