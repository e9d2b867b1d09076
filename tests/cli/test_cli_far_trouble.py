"""Long fits to far rows lose nothing: full disks, files that go bad late, ends at any fit of the sample."""

import json
import os
import resource
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from mixtura.errors import OutputError
from mixtura.persistence import load

NEAR = ("-k", "3", "--covariance", "tied", "--progress", "none")
FAR = ("-k", "2-3", "--covariance", "full,tied", "--progress", "none", "--memory", "1GB")
N = 12_000


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    points = rng.normal(scale=6, size=(3, 3))[rng.integers(3, size=N)] + rng.normal(size=(N, 3))
    return pa.table({f"c{d}": points[:, d] for d in range(3)})


@pytest.fixture
def data(rows, tmp_path, monkeypatch):
    """A file of far more rows than a sample has."""
    monkeypatch.setattr("mixtura.sources._budget._NUMBERS", 0)
    monkeypatch.setattr("mixtura.sources._budget._FEWEST_ROWS", 3000)
    parquet.write_table(rows, tmp_path / "rows.parquet", row_group_size=2000, compression="none")
    return tmp_path / "rows.parquet"


@contextmanager
def full_after(n_bytes):
    """No file may become larger: what a full disk does to whoever writes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def said(result):
    return " ".join(result.stderr.split())


@pytest.mark.parametrize("options", [NEAR, FAR], ids=["in memory", "far"])
@pytest.mark.parametrize(
    ("n_bytes", "failing", "whole"),
    [(20_000, "labels.parquet", {"model.safetensors"}), (100_000, "report.html", {"labels.parquet", "summary.json"})],
)
def test_a_disk_that_fills_up_leaves_the_model(run, data, tmp_path, options, n_bytes, failing, whole):
    proba = "top" if failing == "labels.parquet" else "none"
    with full_after(n_bytes):
        result = run("fit", data, *options, "--proba", proba, "-o", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (6, "")
    place = tmp_path / "out" / failing
    assert f"{place} cannot be written: File too large. The best model so far is in {tmp_path / 'out'}." in said(result)
    assert {path.name for path in (tmp_path / "out").iterdir()} == whole | {"model.safetensors"}
    assert load(tmp_path / "out" / "model.safetensors").n_components == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "rows.parquet"]


@pytest.mark.parametrize("name", ["labels.csv", "labels.parquet"])
def test_labels_are_whole_or_not_there(run, data, tmp_path, name):
    assert run("fit", data, *NEAR, "-o", tmp_path / "out").exit_code == 0
    with full_after(50_000):
        result = run("predict", tmp_path / "out" / "model.safetensors", data, "-o", tmp_path / name)
    assert (result.exit_code, result.stdout) == (6, "")
    assert f"{tmp_path / name} cannot be written: File too large." in said(result)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "rows.parquet"]


def test_a_checkpoint_that_cannot_be_written_ends_no_fit(run, data, tmp_path, monkeypatch):
    def fail(path, *rest):
        raise OutputError(f"{path} cannot be written: No space left on device.")

    monkeypatch.setattr("mixtura.cli._kept.write_checkpoint", fail)
    result = run("fit", data, *FAR, "--checkpoint", tmp_path / "fit.json", "-o", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (6, "")
    assert f"fit.json cannot be written: No space left on device. The best model so far is in {tmp_path}" in said(
        result
    )
    assert load(tmp_path / "out" / "model.safetensors").history["is_complete"]


def test_a_checkpoint_without_a_folder_is_told_before_the_fit(run, data, tmp_path, monkeypatch):
    monkeypatch.setattr("mixtura.cli._far.select", None)
    result = run("fit", data, *FAR, "--checkpoint", tmp_path / "nowhere" / "fit.json")
    assert result.exit_code == 6
    assert f"there is no folder {tmp_path / 'nowhere'}" in said(result)


def damage(path):
    """Some bytes in the middle, as a disk that fails would: neither size nor time of the file change."""
    before = path.stat()
    start = parquet.read_metadata(path).row_group(3).column(1).data_page_offset
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xff" * 64)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def add_rows(path):
    parquet.write_table(pa.concat_tables([parquet.read_table(path)] * 2), path)


TROUBLE = {
    "damage": (damage, "rows.parquet is not a complete Parquet file"),
    "more rows": (add_rows, "rows.parquet changed while it was being read"),
    "gone": (lambda path: path.unlink(), "rows.parquet cannot be read any more"),
}


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("stage", ["taking", "writing"])
def test_a_file_that_goes_bad_in_a_later_pass_leaves_the_model(run, data, tmp_path, monkeypatch, trouble, stage):
    happen, told = TROUBLE[trouble]

    def watch(self, name, *rest):
        if name.startswith(stage):
            happen(data)

    monkeypatch.setattr("mixtura.cli._far.Progress.stage", watch)
    result = run("fit", data, *FAR, "-o", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (3, "")
    assert told in said(result) and f"The best model so far is in {tmp_path / 'out'}." in said(result)
    assert load(tmp_path / "out" / "model.safetensors").n_components == 3


@pytest.mark.parametrize("how", [(), ("--no-prune",)], ids=["first looks", "searches"])
def test_a_choice_on_the_sample_goes_on_where_it_was_ended(run, data, tmp_path, monkeypatch, how):
    """What was done is not made again: a mark in its records is still there in the end."""
    options = (*FAR, *how, "--checkpoint", tmp_path / "fit.json")
    whole = run("fit", data, *options, "--json")
    (tmp_path / "fit.json").unlink()
    with monkeypatch.context() as patch:
        patch.setattr("mixtura.cli._far.Progress.on_fit", _end_at_the_second)
        assert run("fit", data, *options).exit_code == 1
    kept = json.loads((tmp_path / "fit.json").read_text())
    n_marked = 0
    for result in kept["work"]:
        for candidate in result.get("candidates", [result.get("candidate")]):
            candidate["records"][0]["kind"] = "marked"
            n_marked += 1
    (tmp_path / "fit.json").write_text(json.dumps(kept))
    again = run("fit", data, *options, "--resume", "--json")
    assert again.exit_code == 0, again.stderr
    assert json.loads(again.stdout)["answer"] == json.loads(whole.stdout)["answer"]
    ended = json.loads((tmp_path / "fit.json").read_text())
    kinds = [record["kind"] for candidate in ended["candidates"] for record in candidate["records"]]
    assert ended["finals"] is not None and 1 <= kinds.count("marked") <= n_marked


def _end_at_the_second(self, candidate):
    """What kills the process leaves no time for anything."""
    if self._seen:
        raise RuntimeError("killed")
    self._seen.add(candidate.setting)
