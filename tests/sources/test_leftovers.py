"""What processes that were killed have left half-written goes; what somebody works on, or is not ours, stays."""

import os
import subprocess
import sys
import time

import pytest

from mixtura.cli._folder import staging
from mixtura.sources import _leftovers
from mixtura.sources._scratch import Scratch
from mixtura.sources.writing import write_text_atomic

pytest.importorskip("fcntl")

KILLED = """
import os, signal, sys
from pathlib import Path
from mixtura.cli._folder import staging
from mixtura.sources._scratch import Scratch
from mixtura.sources.writing import atomic_file
folder = Path(sys.argv[1])
with staging(folder / "out", overwrite=False), atomic_file(folder / "fit.json") as file:
    scratch = Scratch()
    file.write(bytes(str(scratch.path), "ascii"))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def listed(folder):
    return sorted(path.name for path in folder.iterdir())


def age(path, seconds=60):
    os.utime(path, (time.time() - seconds,) * 2)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder for output, and one for scratch."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    for name in ("place", "scratch"):
        (tmp_path / name).mkdir()
    return tmp_path / "place"


def test_what_a_killed_process_left_goes(place):
    scratch = place.parent / "scratch"
    assert subprocess.run([sys.executable, "-c", KILLED, place], check=False).returncode == -9
    left = listed(place)
    assert [name.split(".")[1] for name in left] == ["fit", "mixtura"] and len(listed(scratch)) == 1
    with staging(place / "out", overwrite=False) as temporary:  # too soon to tell
        assert listed(place) == sorted([*left, temporary.name])
    for path in (*place.iterdir(), *scratch.iterdir()):
        age(path)
    write_text_atomic(place / "fit.json", "{}")
    with staging(place / "out", overwrite=False) as temporary:
        assert listed(place) == [temporary.name, "fit.json"]
    made = Scratch()
    assert [made.path.name] == listed(scratch)


def test_what_somebody_works_on_stays(place):
    with staging(place / "out", overwrite=False) as temporary:
        age(temporary)
        _leftovers.clear(place, ".mixtura.*.part")
        assert temporary.exists()
    first, second = Scratch(), Scratch()
    age(first.path)
    assert second.path.exists() and first.path.exists()
    path = first.path
    del first
    assert not path.exists()


def test_what_is_not_ours_stays(place):
    (place / "precious").mkdir()
    (place / ".mixtura.1.part").symlink_to(place / "precious")
    for name in (".fit.json.backup.part", ".other.json.0123abcd.part", "fit.json.0123abcd.part"):
        (place / name).write_text("mine")
        age(place / name)
    age(place / "precious")
    before = listed(place)
    write_text_atomic(place / "fit.json", "{}")
    with staging(place / "out", overwrite=False):
        pass
    assert listed(place) == sorted([*before, "fit.json"])
