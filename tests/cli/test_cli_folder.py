"""Where the output folder may lie: behind a link, on another file system, in a folder that may not be written to."""

import os
import tempfile
from pathlib import Path

import pytest

from mixtura.cli._folder import FILES, publish, staging
from mixtura.errors import OutputError


def write_into(folder, overwrite=False):
    with staging(folder, overwrite) as temporary:
        (temporary / FILES[0]).write_text("new")
        publish(temporary, folder)
        return temporary


@pytest.fixture
def elsewhere(tmp_path):
    """A folder on another file system than `tmp_path`."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK) or shared.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is one file system only")
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        yield Path(folder)


def test_a_link_to_another_file_system(tmp_path, elsewhere):
    link = tmp_path / "out"
    link.symlink_to(elsewhere)
    write_into(link)
    assert link.is_symlink()
    assert [path.name for path in elsewhere.iterdir()] == [FILES[0]]


def test_a_link_to_a_folder_that_is_not_there_yet(tmp_path, elsewhere):
    link = tmp_path / "out"
    link.symlink_to(elsewhere / "deep" / "new")
    write_into(link)
    assert (elsewhere / "deep" / "new" / FILES[0]).read_text() == "new"


def test_files_wait_in_the_folder_itself_where_there_is_one(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    assert write_into(folder).parent == folder  # its parent may be read-only, or another file system
    assert [path.name for path in folder.iterdir()] == [FILES[0]]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["out", "deep/out"])
def test_a_folder_that_is_not_there_appears_as_a_whole(tmp_path, name):
    with staging(tmp_path / name, overwrite=False) as temporary:
        (temporary / FILES[0]).write_text("new")
        assert not (tmp_path / "out").exists() and not (tmp_path / "deep").exists()
        publish(temporary, tmp_path / name)
    assert [path.name for path in (tmp_path / name).iterdir()] == [FILES[0]]


def test_what_cannot_be_written_is_refused_before_the_work(tmp_path, monkeypatch):
    def refuse(path, *_):
        assert path.parent == tmp_path
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)  # permissions do not stop the superuser, whom tests may run as
    with pytest.raises(OutputError, match=r"cannot be written \(Permission denied\)"), staging(tmp_path, False):
        pytest.fail("the work began")
