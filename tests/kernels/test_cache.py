"""Machine code is kept on disk: safely when processes start at once, and never at the price of a wrong answer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import numpy as np
from mixtura._kernels import whiten
whiteners, log_det = whiten(np.array([[[4.0, 2.0], [2.0, 10.0]]]))
print(whiteners.tolist(), log_det.tolist())
"""

BY_ADDRESS = """
import numpy as np
from mixtura._kernels.calling import call
from mixtura._kernels.compile import cached_kernel
from mixtura._kernels.shapers import shaper
@cached_kernel
def shape(address, scatter, counts, log_det, variances):
    call(address, (scatter, counts, log_det, variances))
variances = np.ones((2, 2))
shape(shaper("EVI", 2), np.array([[4.0, 1.0], [9.0, 9.0]]), np.array([4.0, 7.0]), np.zeros(2), variances)
print(variances.round(12).tolist())
"""


def _start(program=PROGRAM, **environment):
    return subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _answer(process):
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A cache that four processes found empty at the same time, and what they said."""
    folder = tmp_path_factory.mktemp("cache")
    together = [_start(MIXTURA_KERNEL_CACHE=str(folder)) for _ in range(4)]
    return folder, [_answer(process) for process in together]


def test_processes_that_start_cold_at_once_agree_and_leave_one_file(filled):
    folder, answers = filled
    assert len(set(answers)) == 1
    assert [file.name.split("-")[0] for file in folder.glob("*/*")] == ["whitening.whiten"]


def test_code_on_disk_is_used(filled):
    folder, answers = filled
    (file,) = folder.glob("*/*")
    before = file.stat().st_mtime_ns
    assert _answer(_start(MIXTURA_KERNEL_CACHE=str(folder))) == answers[0]
    assert file.stat().st_mtime_ns == before


def test_a_file_cut_short_is_compiled_again(filled):
    folder, answers = filled
    (file,) = folder.glob("*/*")
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    assert _answer(_start(MIXTURA_KERNEL_CACHE=str(folder))) == answers[0]
    assert len(file.read_bytes()) > len(content) // 2


def test_code_on_disk_can_be_called_by_its_address(tmp_path):
    """The volumes are 2 and 9, that of all their sum by 11 rows."""
    for _ in range(2):
        answer = _answer(_start(BY_ADDRESS, MIXTURA_KERNEL_CACHE=str(tmp_path)))
        assert answer == "[[2.0, 0.5], [1.0, 1.0]]\n"
        assert {file.name.split("-")[0] for file in tmp_path.glob("*/*")} == {"__main__.shape", "one_volume.evi"}


def test_no_cache_where_nothing_can_be_written(tmp_path, monkeypatch):
    from mixtura._kernels import cache

    (tmp_path / "file").write_text("in the way")
    for value, expected in (("0", None), (str(tmp_path / "file"), None)):
        monkeypatch.setenv("MIXTURA_KERNEL_CACHE", value)
        assert cache.cache_folder.__wrapped__() is expected


def test_the_folder_follows_the_platform_and_is_named_after_the_sources(tmp_path, monkeypatch):
    from mixtura._kernels import cache

    monkeypatch.delenv("MIXTURA_KERNEL_CACHE", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = cache.cache_folder.__wrapped__()
    assert folder.parent == tmp_path / "mixtura" / "kernels"
    monkeypatch.setattr(Path, "read_bytes", lambda path: b"edited")
    assert cache.cache_folder.__wrapped__() != folder


def test_what_other_versions_left_is_deleted_after_a_month_and_nothing_else(tmp_path, monkeypatch):
    from mixtura._kernels import cache

    monkeypatch.setenv("MIXTURA_KERNEL_CACHE", str(tmp_path))
    names = ["0123456789abcdef", "fedcba9876543210", "aaaaaaaaaaaaaaaa", "mine"]
    unused, recent, foreign, mine = (tmp_path / name for name in names)
    for folder in (unused, recent, foreign, mine):
        folder.mkdir()
        (folder / "collect-0123456789abcdef.bin").touch()
    (foreign / "letters.txt").touch()
    for folder in (unused, foreign, mine):
        os.utime(folder, (0, 0))
    used = cache.cache_folder.__wrapped__()
    assert set(tmp_path.iterdir()) == {recent, foreign, mine, used}


def test_a_folder_that_is_used_is_not_unused(tmp_path, monkeypatch):
    from mixtura._kernels import cache

    monkeypatch.setenv("MIXTURA_KERNEL_CACHE", str(tmp_path))
    folder = cache.cache_folder.__wrapped__()
    os.utime(folder, (0, 0))
    assert cache.cache_folder.__wrapped__() == folder
    assert folder.stat().st_mtime > 0
