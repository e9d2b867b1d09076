"""`mixtura fit --engine dask`: workers read the files, and the answer is that of files read here."""

import json
import sys

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from mixtura.persistence import load

distributed = pytest.importorskip("distributed")

N = 12_000
FIT = ("-k", "3", "--covariance", "full", "--progress", "none")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Two files of three groups."""
    rng = np.random.default_rng(0)
    points = rng.normal(scale=5, size=(3, 2))[rng.integers(3, size=N)] + rng.normal(size=(N, 2))
    folder = tmp_path_factory.mktemp("far")
    for number, part in enumerate(np.split(points, 2)):
        columns = {f"c{d}": part[:, d] for d in range(2)} | {"weight": np.arange(N // 2) % 3.0}
        parquet.write_table(pa.table(columns), folder / f"{number}.parquet", row_group_size=1000)
    return folder


@pytest.fixture
def small_sample(monkeypatch):
    monkeypatch.setattr("mixtura.sources._budget._NUMBERS", 0)
    monkeypatch.setattr("mixtura.sources._budget._FEWEST_ROWS", 3000)
    monkeypatch.setattr("mixtura.sources.dask.PART_ROWS", 2000)


@pytest.mark.usefixtures("small_sample")
def test_the_answer_is_that_of_files_read_here(run, data, tmp_path):
    near = run("fit", data, *FIT, "--memory", "1GB", "--weight", "weight", "-o", tmp_path / "near")
    how = {"processes": False, "protocol": "tcp", "dashboard_address": ":0", "silence_logs": 50}
    with distributed.LocalCluster(n_workers=1, threads_per_worker=2, **how) as cluster:
        where = ("--engine", "dask", "--address", cluster.scheduler_address)
        far = run("fit", data, *FIT, *where, "--weight", "weight", "-o", tmp_path / "far")
    assert (near.exit_code, far.exit_code) == (0, 0), far.output
    one, other = (load(tmp_path / name / "model.safetensors") for name in ("near", "far"))
    np.testing.assert_allclose(one.parameters.emission.means, other.parameters.emission.means, rtol=1e-10)
    np.testing.assert_allclose(one.history["trace"], other.history["trace"], rtol=1e-12)
    assert "--engine" not in other.provenance["command"]  # where passes run changes nothing
    labels = [parquet.read_table(tmp_path / name / "labels.parquet")["label"] for name in ("near", "far")]
    assert labels[0].equals(labels[1])


def test_text_files_are_there_as_long_as_workers_read_them(run, data):
    table = parquet.read_table(data / "0.parquet")
    csv.write_csv(table, data.parent / "rows.csv")
    near, far = (
        run("fit", data.parent / "rows.csv", *FIT, *where, "--weight", "weight", "--json")
        for where in ((), ("--engine", "dask", "--workers", "1"))
    )
    assert far.exit_code == 0, far.output
    means = [[own["means"] for own in json.loads(result.stdout)["clusters"]] for result in (near, far)]
    np.testing.assert_allclose(means[0], means[1], rtol=1e-2)


def test_processes_of_its_own(run, data):
    result = run("fit", data, *FIT, "--engine", "dask", "--workers", "1", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["answer"]["n_rows"] == N


def test_what_cannot_be_had(run, data, monkeypatch):
    monkeypatch.setattr("mixtura.sources.dask._ANSWER", 0.3)
    unreachable = run("fit", data, *FIT, "--engine", "dask", "--address", "tcp://127.0.0.1:1")
    assert unreachable.exit_code == 5
    assert "No Dask scheduler answers at tcp://127.0.0.1:1" in unreachable.stderr
    nonsense = run("fit", data, *FIT, "--engine", "dask", "--address", "nonsense://")
    assert nonsense.exit_code == 5
    alone = run("fit", data, *FIT, "--address", "tcp://127.0.0.1:1")
    assert (alone.exit_code, "name the engine too" in alone.stderr) == (2, True)
    whole = run("fit", data, *FIT, "--engine", "dask", "--stability", "3")
    assert (whole.exit_code, "--stability takes the whole table" in whole.stderr) == (2, True)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    no_spark = run("fit", data, *FIT, "--engine", "spark")
    assert (no_spark.exit_code, "pip install 'mixtura[spark]'" in no_spark.stderr) == (5, True)
    monkeypatch.setitem(sys.modules, "distributed", None)
    absent = run("fit", data, *FIT, "--engine", "dask")
    assert (absent.exit_code, "pip install 'mixtura[dask]'" in absent.stderr) == (5, True)
