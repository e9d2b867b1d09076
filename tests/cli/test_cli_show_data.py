"""`mixtura show MODEL DATA` and `--row`: what the clusters are, and why a row is where it is."""

import json
import re
import shutil

import pytest

from mixtura.persistence import load, save


@pytest.fixture
def model(output):
    return output / "model.safetensors"


def test_clusters_are_described_by_the_rows(run, model, faithful, output):
    lines = run("show", model, faithful).stdout.splitlines()
    assert lines[0] == "2 clusters in 272 rows, 2 columns"
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("  Rule: eruptions") for line in lines)
    assert any("the nearest, by eruptions" in line for line in lines)
    told = json.loads(run("show", model, faithful, "--json").stdout)
    fitted = json.loads((output / "summary.json").read_text())
    for key in ("clusters", "overlaps", "importance"):
        assert told[key] == fitted[key]


def test_the_parts_of_a_row_add_up(run, model, faithful):
    told = json.loads(run("show", model, faithful, "--row", "17", "--row", "3", "--json").stdout)
    assert [row["row"] for row in told["rows"]] == ["17", "3"]
    for row in told["rows"]:
        assert row["sizes"] + sum(row["contributions"]) == pytest.approx(row["log_odds"])
        assert row["change"]["label"] != row["label"]
    text = run("show", model, faithful, "--row", "17").stdout
    assert told["rows"][0]["sentence"].split(";")[0] in " ".join(text.split())
    assert f"{told['rows'][0]['log_odds']:+.2f}" in text


def test_a_row_goes_by_its_name(run, model, tmp_path):
    (tmp_path / "new.csv").write_text("when,eruptions,waiting\nnoon,2.0,54\nnight,,80\ndusk,4.5,80\n")
    how = ("--id", "when", "--missing", "drop")
    told = json.loads(run("show", model, tmp_path / "new.csv", "--row", "dusk", *how, "--json").stdout)
    assert told["rows"][0]["values"] == [4.5, 80.0]
    refused = run("show", model, tmp_path / "new.csv", "--row", "dawn", *how)
    assert refused.exit_code == 3
    assert "no row called 'dawn'" in refused.stderr


def test_a_cell_that_is_missing_says_nothing(run, model, tmp_path):
    (tmp_path / "new.csv").write_text("eruptions,waiting\n,80\n2.0,54\n")
    (row,) = json.loads(run("show", model, tmp_path / "new.csv", "--row", "1", "--json").stdout)["rows"]
    assert row["values"] == [None, 80.0] and row["contributions"][0] == 0
    text = run("show", model, tmp_path / "new.csv", "--row", "1").stdout
    assert re.search(r"eruptions +missing +– +\+0.00 +never", text)


def test_without_data_the_rows_are_those_of_the_fit(run, model, faithful):
    assert run("show", model, "--row", "5").stdout == run("show", model, faithful, "--row", "5").stdout


@pytest.mark.parametrize("row", ["0", "273", "-1", "x", "1.5"])
def test_rows_that_are_not_there(run, model, faithful, row):
    result = run("show", model, faithful, f"--row={row}")
    assert result.exit_code == 3
    assert "has 272 rows, counted from 1" in result.stderr
    assert ("--id" in result.stderr) == (not row.isdigit())


def test_a_file_that_has_changed_is_not_taken_for_that_of_the_fit(run, model, faithful, tmp_path, monkeypatch):
    fitted = load(model)
    path = shutil.copy(faithful, tmp_path / "data.csv")
    fitted.provenance["data"]["origin"] = str(path)
    save(fitted, tmp_path / "model")
    assert run("show", tmp_path / "model", "--row", "5").exit_code == 0
    path.write_text(path.read_text() + "3.0,70\n")
    result = run("show", tmp_path / "model", "--row", "5")
    assert (result.exit_code, "does not hold the rows" in result.stderr) == (3, True)
    path.unlink()
    result = run("show", tmp_path / "model", "--row", "5")
    assert (result.exit_code, "is not on record or not there" in result.stderr) == (3, True)
