"""Outliers on the command line: who is one, how many were to be expected, the same however rows are read."""

import csv
import io
import json

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from mixtura import load, outlier_p_values


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    groups = np.concatenate([rng.normal([0, 0], 1, (300, 2)), rng.normal([8, 3], 1, (200, 2))])
    return np.concatenate([groups, [[4.0, -9.0], [30.0, 30.0], [-20.0, 5.0]]])


@pytest.fixture(scope="module")
def model(run, rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("outliers")
    np.savetxt(folder / "clean.csv", rows[:500], delimiter=",", header="a,b", comments="")
    np.savetxt(folder / "rows.csv", rows, delimiter=",", header="a,b", comments="", fmt="%.17g")
    result = run("fit", folder / "clean.csv", "-k", "2", "--covariance", "full", "-o", folder / "out", "-q")
    assert result.exit_code == 0
    return folder / "out" / "model.safetensors"


def labels(run, model, data, *options):
    result = run("predict", model, data, *options)
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout))), result.stderr


def test_p_values_are_those_of_the_mixture(run, model, rows):
    found, told = labels(run, model, model.parents[1] / "rows.csv", "--outliers")
    values = [float(row["outlier_p_value"]) for row in found]
    np.testing.assert_allclose(values, outlier_p_values(load(model), rows), rtol=1e-12)
    assert [row["outlier"] for row in found] == ["true" if value < 0.001 else "false" for value in values]
    assert [row["outlier"] for row in found[-3:]] == ["true"] * 3
    np.testing.assert_allclose(
        [-float(row["outlier_score"]) for row in found], [float(r["log_density"]) for r in found]
    )
    n_found = sum(row["outlier"] == "true" for row in found)
    assert f"Outliers: {n_found} of 503 rows" in told and "0.503 are expected" in told


def test_rows_are_outliers_however_they_are_read(run, model, rows, tmp_path):
    holes = rows.copy()
    holes[::7, 1] = np.nan
    table = pa.table({"a": holes[:, 0], "b": pa.array(holes[:, 1], from_pandas=True)})
    parquet.write_table(table, tmp_path / "rows.parquet", row_group_size=100)
    np.savetxt(tmp_path / "rows.csv", holes, delimiter=",", header="a,b", comments="", fmt="%.17g")
    columns = ("label", "outlier", "outlier_p_value")
    streamed, told = labels(run, model, tmp_path / "rows.parquet", "--outliers")
    whole, same = labels(run, model, tmp_path / "rows.csv", "--outliers")
    assert [[row[name] for name in columns] for row in streamed] == [[row[name] for name in columns] for row in whole]
    assert told == same


def test_contamination_is_a_share_of_the_rows(run, model):
    found, _ = labels(run, model, model.parents[1] / "rows.csv", "--contamination", "0.02")
    out = [float(row["outlier_p_value"]) for row in found if row["outlier"] == "true"]
    others = [float(row["outlier_p_value"]) for row in found if row["outlier"] == "false"]
    assert len(out) == 10 and max(out) <= min(others)


def test_contamination_needs_all_rows(run, model, tmp_path):
    options = ("--contamination", "0.1", "--to", "arrow")
    result = run("predict", model, model.parents[1] / "rows.csv", *options)
    assert result.exit_code == 2 and "compares all rows" in result.stderr
    assert run("predict", model, model.parents[1] / "rows.csv", "--contamination", "0.7").exit_code == 2


def test_without_being_asked_nothing_is_said_of_outliers(run, model):
    found, told = labels(run, model, model.parents[1] / "rows.csv")
    assert not any(name.startswith("outlier") for name in found[0]) and "Outliers" not in told


def test_rows_that_are_left_out_are_no_outliers(run, model, tmp_path):
    (tmp_path / "gap.csv").write_text("a,b\n0,0\n,1\n99,99\n")
    found, told = labels(run, model, tmp_path / "gap.csv", "--outliers", "--missing", "drop")
    assert [row["outlier"] for row in found] == ["false", "", "true"]
    assert "1 of 2 rows" in told


def test_a_fit_says_how_many_were_expected(run, model, tmp_path):
    told = json.loads(run("show", model, model.parents[1] / "rows.csv", "--json").stdout)
    level = told["outliers"][-1]
    assert level["below"] == 0.001 and level["expected"] == pytest.approx(0.503) and 3 <= level["found"] <= 6
    assert sum("rows lie farther out than 99.9 %" in warning for warning in told["warnings"]) == (level["found"] > 5)


def test_outliers_are_warned_of_and_on_the_page(run, tmp_path):
    rng = np.random.default_rng(1)
    tails = rng.standard_t(4, (2000, 2))
    np.savetxt(tmp_path / "tails.csv", tails, delimiter=",", header="a,b", comments="")
    result = run("fit", tmp_path / "tails.csv", "-k", "1", "--covariance", "full", "-o", tmp_path / "out")
    assert "rows lie farther out than 99.9 % of the mixture's own" in " ".join(result.stdout.split())
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "rows expected" in page and "99.9 % of its own rows" in page
    quiet = run("fit", tmp_path / "tails.csv", "-k", "1", "--covariance", "full", "--outliers", "uniform")
    assert "farther out" not in quiet.stdout
