"""`mixtura fit --memory`: rows that are read block by block, to the answer of rows in memory."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from mixtura.checkpoint import FORMAT
from mixtura.persistence import load
from mixtura.statistics import leaves

FIT = ("-k", "1-3", "--covariance", "full,tied", "--memory", "1GB", "--progress", "none")
K, D, N = 3, 3, 60_000
OURS = {"model.safetensors", "labels.parquet", "summary.json", "report.html"}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Three groups, a name for each row."""
    rng = np.random.default_rng(0)
    labels = rng.integers(K, size=N)
    points = rng.normal(scale=5, size=(K, D))[labels] + rng.normal(size=(N, D))
    path = tmp_path_factory.mktemp("far") / "rows.parquet"
    columns = {f"c{d}": points[:, d] for d in range(D)} | {"name": [f"r{n}" for n in range(N)]}
    parquet.write_table(pa.table(columns), path, row_group_size=10_000)
    return path


@pytest.fixture
def small_sample(monkeypatch):
    monkeypatch.setattr("mixtura.sources._budget._NUMBERS", 0)
    monkeypatch.setattr("mixtura.sources._budget._FEWEST_ROWS", 5000)


@pytest.mark.usefixtures("small_sample")
def test_the_answer_is_that_of_rows_in_memory(run, data, tmp_path):
    far = run("fit", data, *FIT, "--id", "name", "-o", tmp_path / "far")
    near = run("fit", data, "-k", "3", "--covariance", "full,tied", "--exclude", "name", "-o", tmp_path / "near")
    assert (far.exit_code, near.exit_code) == (0, 0), far.output
    assert {path.name for path in (tmp_path / "far").iterdir()} == OURS
    one, other = (load(tmp_path / name / "model.safetensors") for name in ("far", "near"))
    assert one.model == other.model
    assert abs(one.history["log_likelihood"] - other.history["log_likelihood"]) < 1e-4 * N
    assert one.history["criteria"]["bic"] == pytest.approx(other.history["criteria"]["bic"], rel=1e-6)
    assert one.provenance["data"] == other.provenance["data"]
    assert len(one.history["trace"]) <= 9
    labels = [parquet.read_table(tmp_path / name / "labels.parquet") for name in ("far", "near")]
    assert labels[0]["name"].to_pylist() == [f"r{n}" for n in range(N)]
    assert (labels[0]["label"].to_numpy() == labels[1]["label"].to_numpy()).mean() > 0.999
    told = json.loads((tmp_path / "far" / "summary.json").read_text())
    assert told["answer"]["headline"] == "3 clusters in 60,000 rows, 3 columns"
    assert [c["n_rows"] for c in told["clusters"]] == np.bincount(labels[0]["label"].to_numpy()).tolist()


@pytest.mark.usefixtures("small_sample")
def test_a_checkpoint_goes_on_to_the_same_answer(run, data, tmp_path):
    options = (*FIT, "--checkpoint", tmp_path / "fit.json", "--json")
    first = run("fit", data, *options)
    again = run("fit", data, *options, "--resume")
    assert first.exit_code == again.exit_code == 0, again.output
    assert first.stdout == again.stdout
    for other in (["--seed", 1], ["--features", "c0,c1"]):
        refused = run("fit", data, *options, "--resume", *other)
        assert (refused.exit_code, refused.stdout) == (3, "")
        assert "is of other rows or another request: begin without --resume" in refused.stderr


@pytest.mark.usefixtures("small_sample")
def test_what_has_been_looked_at_is_not_looked_at_again(run, data, tmp_path, monkeypatch):
    options = (*FIT, "--missing", "model", "--checkpoint", tmp_path / "fit.json", "--json")
    first = run("fit", data, *options)
    with monkeypatch.context() as patch:
        patch.delattr("mixtura.sources._scout.Scout.look")
        again = run("fit", data, *options, "--resume")
    assert first.exit_code == again.exit_code == 0, again.output
    assert first.stdout == again.stdout
    os.utime(data)  # of which nobody knows what has changed
    assert run("fit", data, *options, "--resume").stdout == first.stdout


@pytest.mark.parametrize("content", ["", "{}", "[]", f'{{"format": {FORMAT}}}', "\x00\x01"])
def test_what_is_no_checkpoint(run, data, tmp_path, content):
    (tmp_path / "fit.json").write_text(content)
    result = run("fit", data, *FIT, "--checkpoint", tmp_path / "fit.json", "--resume")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "is not a checkpoint of mixtura" in result.stderr


def test_options_that_do_not_go_together(run, data):
    for options, told in [
        (("--memory", "1GB", "--stability", "9"), "--stability takes the whole table"),
        (("--memory", "1GB", "--outliers", "trim"), "leave out --memory"),
        (("--memory", "1GB", "--bayes", "--outliers", "uniform"), "--bayes knows no noise: leave out --outliers"),
        (("--memory", "1GB", "--bayes", "--categorical", "name"), "--bayes is for numbers: leave out --categorical"),
        (("--memory", "1GB", "--resume"), "--resume goes on from the file that --checkpoint names"),
        (("--memory", "nonsense"), "is not a size such as"),
    ]:
        result = run("fit", data, *options)
        assert result.exit_code == 2
        assert told in result.stderr
    refused = run("fit", data, "--memory", "10MB")
    assert refused.exit_code == 3
    assert "10 MB of memory are too few for 3 columns: allow at least" in refused.stderr


@pytest.mark.usefixtures("small_sample")
def test_a_file_that_goes_away_leaves_the_best_so_far(run, data, tmp_path, monkeypatch):
    path = tmp_path / "rows.parquet"
    path.write_bytes(data.read_bytes())
    monkeypatch.setattr("mixtura.cli._far.Progress.on_pass", lambda *told: path.unlink(missing_ok=True))
    result = run("fit", path, *FIT, "-o", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (3, "")
    assert (
        f"rows.parquet cannot be read any more: No such file or directory. The best model so far is in {tmp_path}"
        in " ".join(result.stderr.split())
    )
    fitted = load(tmp_path / "out" / "model.safetensors")
    assert fitted.n_components == 3
    assert fitted.history["is_complete"] is False


def test_rows_that_are_left_out_are_counted_and_get_no_label(run, tmp_path):
    """On the disk as in memory: those of which no cell is there, or not all where that is asked for."""
    points = np.random.default_rng(0).normal(size=(60, 2))
    points[[3, 50]], points[10, 0] = np.nan, np.nan
    columns = {f"c{d}": pa.array(column, from_pandas=True) for d, column in enumerate(points.T)}
    parquet.write_table(pa.table(columns), tmp_path / "rows.parquet")
    for missing, told, places in (
        ("model", "2 rows without cells", [3, 50]),
        ("drop", "3 rows with missing cells", [3, 10, 50]),
    ):
        answers = []
        for far in ((), ("--memory", "1GB")):
            out = tmp_path / f"{missing}{len(far)}"
            result = run("fit", tmp_path / "rows.parquet", "-k", "1", "--missing", missing, *far, "-o", out)
            assert f"Left out: {told}." in result.stdout
            assert f"Left out: {told}." in (out / "report.html").read_text()
            labels = parquet.read_table(out / "labels.parquet")["label"].to_pylist()
            assert [place for place, label in enumerate(labels) if label is None] == places
            about = json.loads((out / "summary.json").read_text())
            answers.append((about["answer"], about["left_out"], [cluster["n_rows"] for cluster in about["clusters"]]))
            assert answers[-1][2] == [60 - len(places)]
        assert answers[0] == answers[1]


@pytest.mark.usefixtures("small_sample")
def test_passes_are_told(run, data):
    result = run("fit", data, *FIT[:-1], "json")
    told = [json.loads(line) for line in result.stderr.splitlines()]
    passes = [line for line in told if "pass" in line]
    assert [line["pass"] for line in passes] == list(range(1, len(passes) + 1))
    assert all(line["rows_per_second"] > 0 for line in passes)
    assert np.all(np.diff([line["log_likelihood"] for line in passes]) > -1e-9)


_LIMITED = """
import pathlib, sys
from mixtura.cli.main import main
sys.argv = ["mixtura", *sys.argv[1:]]
try:
    main()
finally:
    told = dict(line.split(":") for line in pathlib.Path("/proc/self/status").read_text().splitlines())
    print(int(told["VmHWM"].split()[0]) * 1024, file=sys.stderr)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read as Linux tells it")
def test_memory_stays_below_the_limit(tmp_path):
    """The table alone would take 640 MB, a fit in memory twice that.

    `getrusage` would count the process that starts this one too, which has had all the other tests."""
    rng = np.random.default_rng(0)
    block = rng.normal(size=(100_000, 8)) + 6 * rng.integers(2, size=(100_000, 1))
    table, limit = pa.table({f"c{d}": block[:, d] for d in range(8)}), 550_000_000
    for name, n_groups in (("few.parquet", 3), ("rows.parquet", 100)):
        with parquet.ParquetWriter(tmp_path / name, table.schema) as writer:
            for _ in range(n_groups):
                writer.write_table(table)
    fit = ["-k", "2", "--covariance", "tied", "--workers", "2", "--max-iter", "3"]
    options = ["--memory", "550MB", "--progress", "none", "-q", "--no-report", "--overwrite", "-o", tmp_path / "out"]
    for name in ("few.parquet", "rows.parquet"):  # compiling, once on a machine, takes memory of its own
        command = [sys.executable, "-c", _LIMITED, "fit", tmp_path / name, *fit, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stderr.split()[-1]) < limit


@pytest.mark.parametrize("far", [(), ("--memory", "1GB")], ids=["near", "far"])
def test_labels_may_be_left_out(run, data, tmp_path, far):
    out = tmp_path / "out"
    out.mkdir()
    (out / "labels.csv").write_text("of an earlier fit")
    fit = ("fit", data, "-k", "1", "--covariance", "diag", "--exclude", "name", *far)
    result = run(*fit, "-o", out, "--overwrite", "--labels", "none")
    assert result.exit_code == 0, result.output
    assert "model.safetensors, summary.json, report.html" in result.stdout
    assert {path.name for path in out.iterdir()} == OURS - {"labels.parquet"}
    assert [c["n_rows"] for c in json.loads((out / "summary.json").read_text())["clusters"]] == [N]


_SMALL = """
import sys
from mixtura.cli import _kept
from mixtura.cli.main import main
from mixtura.sources import _budget
_budget._NUMBERS, _budget._FEWEST_ROWS, _kept._INTERVAL = 0, 5000, 0.0
sys.argv = ["mixtura", *sys.argv[1:]]
main()
"""


@pytest.mark.usefixtures("small_sample")
def test_a_process_that_is_ended_at_any_moment(run, data, tmp_path):
    """Whatever is there afterwards is whole, and a fit goes on from it to the bits that it would have had."""
    fit = ["fit", data, "-k", "2-3", "--covariance", "full", "--memory", "1GB"]
    command = [sys.executable, "-c", _SMALL, *fit]
    options = ["--checkpoint", tmp_path / "fit.json", "--resume", "--progress", "json"]
    options += ["-o", tmp_path / "out", "--overwrite"]
    rng = np.random.default_rng(0)
    for sent in (signal.SIGKILL, signal.SIGTERM) * 2:
        with subprocess.Popen([*command, *options], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
            process.stderr.readline()
            time.sleep(rng.uniform(0, 2))
            process.send_signal(sent)
            process.communicate()
        left = {path.name for path in tmp_path.iterdir()}
        if "fit.json" in left:
            assert json.loads((tmp_path / "fit.json").read_text())["format"] == FORMAT
        if "out" in left:
            load(tmp_path / "out" / "model.safetensors")
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    assert run(*fit, "-o", tmp_path / "whole", "--labels", "none", "--no-report").exit_code == 0
    one, other = (load(tmp_path / name / "model.safetensors").parameters for name in ("out", "whole"))
    assert [array.tobytes() for array in leaves(one)] == [array.tobytes() for array in leaves(other)]
