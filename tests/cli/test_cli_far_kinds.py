"""Categories, counts and transformed numbers in rows that are read block by block."""

import json

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from mixtura import select
from mixtura.errors import DataError
from mixtura.sources.roles import Roles
from mixtura.sources.streamed import stream
from mixtura.sources.table import read_table

KINDS = ("--counts", "visits", "--transform", "income=log", "--categorical", "town")
QUICK = (*KINDS, "-k", "2", "--covariance", "diag", "--json", "-q")
ROLES = Roles(counts=["visits"], transforms={"income": "log"}, categorical=["town"])


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    rng = np.random.default_rng(0)
    group = np.arange(1500) % 3 == 0
    columns = {
        "age": rng.normal(np.where(group, 30, 40), 5).round(1),
        "visits": rng.poisson(np.where(group, 9.0, 2.0)),
        "income": np.exp(rng.normal(np.where(group, 9.0, 7.5), 0.7)),
        "town": np.array(["Oslo", "Rom", "Bonn"])[np.minimum(rng.geometric(0.3 + 0.3 * group), 3) - 1],
    }
    file = tmp_path_factory.mktemp("far") / "people.parquet"
    parquet.write_table(pa.table(columns), file)
    return file


def test_a_fit_of_rows_that_stay_on_disk_is_that_of_rows_in_memory(run, path, tmp_path):
    near, far = (json.loads(run("fit", path, *QUICK, *more).stdout) for more in ((), ("--memory", "2GB")))
    for name in ("answer", "columns", "clusters", "profiles", "categories"):
        assert far[name] == near[name], name
    folder = tmp_path / "out"
    result = run("fit", path, *QUICK, "--memory", "2GB", "-o", folder)
    assert result.exit_code == 0, result.output
    assert "log income" in (folder / "report.html").read_text(encoding="utf-8")
    labels = parquet.read_table(folder / "labels.parquet")["label"].to_pylist()
    assert [labels.count(k) for k in range(2)] == [cluster["n_rows"] for cluster in far["clusters"]]


@pytest.mark.parametrize("more", [("--categorical", "town"), ("--features", "age,income")])
def test_rows_that_lack_cells_are_among_those_that_clusters_are_described_by(run, path, tmp_path, more):
    table, holes = parquet.read_table(path), np.arange(1500) % 4 == 0
    table = table.set_column(0, "age", pa.array(table["age"].to_numpy(), mask=holes & (table["age"].to_numpy() > 35)))
    parquet.write_table(table, tmp_path / "holed.parquet")
    quick = ("fit", tmp_path / "holed.parquet", *more, "-k", "2", "--covariance", "diag", "--json", "-q")
    near, far = (json.loads(run(*quick, *where).stdout) for where in ((), ("--memory", "2GB")))
    for name in ("clusters", "columns", "certainty"):
        assert far[name] == near[name], name


def test_the_best_of_a_sample_goes_on_over_all_rows(path, monkeypatch):
    monkeypatch.setattr("mixtura.sources._survey.sample_rows", lambda *_: 400)
    assert len(stream(path, ROLES).sample.points) == 400
    found = select(stream(path, ROLES), n_components=[2], covariances=["diag"]).best
    whole = select(read_table(path, ROLES), n_components=[2], covariances=["diag"]).best
    assert found.evidence.n_rows == 1500
    assert found.evidence.log_likelihood == pytest.approx(whole.evidence.log_likelihood, abs=0.1)
    for name, own in found.model.emission.arrays(found.parameters.emission).items():
        theirs = whole.model.emission.arrays(whole.parameters.emission)[name]
        np.testing.assert_allclose(np.sort(own, axis=0), np.sort(theirs, axis=0), rtol=0.02)


def test_a_cell_of_another_kind_is_told_with_its_row(run, tmp_path):
    table = pa.table({"visits": [3.0, 1.0, 2.5, 4.0] * 3, "income": [10.0, 20.0, 15.0, -1.0] * 3})
    parquet.write_table(table, tmp_path / "odd.parquet")
    for option, said in (
        (("--counts", "visits"), "column 'visits' holds 2.5 in row 3, which is no count"),
        (("--transform", "income=box-cox"), "column 'income' holds -1 in row 4, which has no box-cox"),
    ):
        result = run("fit", tmp_path / "odd.parquet", *option, "--memory", "2GB", "-k", "1")
        assert result.exit_code == 3
        assert said in " ".join(result.stderr.split())


@pytest.mark.parametrize("stage", ["finish", "save"])
def test_a_checkpoint_keeps_kinds_of_columns(run, path, tmp_path, monkeypatch, stage):
    """It is left before the first pass over all rows, or after the last."""
    monkeypatch.setattr("mixtura.sources._survey.sample_rows", lambda *_: 400)
    options = (*QUICK, "-o", tmp_path / "out", "--checkpoint", tmp_path / "fit.json")
    with monkeypatch.context() as patch:
        patch.setattr(f"mixtura.cli._far.{stage}", None)
        assert run("fit", path, *options).exit_code == 1
    assert ("finals" in json.loads((tmp_path / "fit.json").read_text())) == (stage == "save")
    again, whole = (
        run("fit", path, *options, "--resume"),
        run("fit", path, *QUICK, "-o", tmp_path / "whole", "--memory", "2GB"),
    )
    assert again.exit_code == whole.exit_code == 0, again.stderr
    answers = [json.loads(result.stdout) for result in (again, whole)]
    for name in ("answer", "clusters", "profiles"):
        assert answers[0][name] == answers[1][name], name


def test_what_is_no_category_is_said(path, tmp_path):
    table = parquet.read_table(path).append_column("name", pa.array([f"p{n}" for n in range(1500)]))
    table = table.append_column("same", pa.array(["yes"] * 1500)).append_column("none", pa.nulls(1500))
    table = table.append_column("day", pa.array(np.arange(1500).astype("datetime64[D]")))
    parquet.write_table(table, tmp_path / "rows.parquet")
    for name, told in (
        ("name", "has more than 1000 different values in .* rows: it names rows instead of grouping them"),
        ("same", "holds yes in every row, which tells no groups apart"),
        ("none", "is empty; leave it out"),
        ("day", "holds values of type date32.* which are no categories"),
        ("height", "has no column 'height'"),
    ):
        with pytest.raises(DataError, match=told):
            stream(tmp_path / "rows.parquet", Roles(categorical=[name]))
    with pytest.raises(DataError, match="'visits' cannot be of two kinds"):
        stream(path, Roles(counts=["visits"], transforms={"visits": "log"}))
    kinds = [column.kind for column in stream(path, Roles(features=["age"], counts=["visits"])).columns]
    assert kinds == ["number", "count"]


@pytest.mark.parametrize("how", [("--outliers", "uniform"), ("--prior", "default")])
def test_noise_and_priors_of_rows_that_stay_on_disk(run, tmp_path, how):
    """Where the sample is all rows, the answer is that of rows in memory."""
    rng = np.random.default_rng(0)
    points = rng.normal(6.0 * rng.integers(2, size=(1000, 1)), 1, size=(1000, 2))
    points[::20] = rng.uniform(-30, 30, size=(50, 2))
    parquet.write_table(pa.table({f"x{d}": column for d, column in enumerate(points.T)}), tmp_path / "rows.parquet")
    fit = ("fit", tmp_path / "rows.parquet", "-k", "2", "--covariance", "full", *how, "--json", "-q")
    near, far = (
        json.loads(run(*fit, *more, "-o", tmp_path / str(len(more))).stdout) for more in ((), ("--memory", "2GB"))
    )
    for name in ("answer", "clusters", "profiles"):
        assert far[name] == near[name], name
    labels = [parquet.read_table(tmp_path / str(n) / "labels.parquet")["label"].to_pylist() for n in (0, 2)]
    assert labels[0] == labels[1]
