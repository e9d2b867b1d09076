"""`mixtura predict`: labels for rows, old and new."""

import csv
import io

import pyarrow.parquet as pq
import pytest

from mixtura.persistence import load


@pytest.fixture
def model(output):
    return output / "model.safetensors"


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_the_rows_of_the_fit_get_the_labels_of_the_fit(run, model, faithful, output, tmp_path):
    result = run("predict", model, faithful, "-o", tmp_path / "labels.parquet")
    assert (result.exit_code, result.stdout) == (0, "")
    assert pq.read_table(tmp_path / "labels.parquet").equals(pq.read_table(output / "labels.parquet"))


def test_standard_output_is_csv(run, model, faithful):
    found = rows(run("predict", model, faithful, "--proba", "all").stdout)
    assert len(found) == 272
    assert list(found[0]) == ["row", "label", "probability", "log_density", "probability_0", "probability_1"]
    for row in found:
        assert float(row["probability"]) == float(row[f"probability_{row['label']}"])
        assert float(row["probability_0"]) + float(row["probability_1"]) == pytest.approx(1)


def test_columns_are_matched_by_name(run, model, faithful, tmp_path):
    header, *lines = [line.split(",") for line in faithful.read_text().splitlines()]
    swapped = tmp_path / "swapped.csv"
    swapped.write_text("\n".join(",".join([line[1], "extra", line[0]]) for line in [header, *lines]))
    assert run("predict", model, swapped).stdout == run("predict", model, faithful).stdout


def test_a_missing_column_is_named(run, model, tmp_path):
    (tmp_path / "new.csv").write_text("eruptions\n3.5\n")
    result = run("predict", model, tmp_path / "new.csv")
    assert result.exit_code == 3
    assert "no column 'waiting'" in result.stderr


def test_one_row_with_a_name(run, model, tmp_path):
    (tmp_path / "new.csv").write_text("when,eruptions,waiting\nnoon,2.0,54\n")
    (row,) = rows(run("predict", model, tmp_path / "new.csv", "--id", "when").stdout)
    short = int(load(model).parameters.emission.means[:, 0].argmin())
    assert (row["when"], int(row["label"])) == ("noon", short)


def test_rows_with_missing_cells(run, model, tmp_path):
    (tmp_path / "new.csv").write_text("eruptions,waiting\n2.0,54\n,80\n4.5,80\n")
    result = run("predict", model, tmp_path / "new.csv", "--missing", "error")
    assert result.exit_code == 3 and "row 2" in result.stderr
    found = rows(run("predict", model, tmp_path / "new.csv", "--missing", "drop").stdout)
    assert [row["label"] == "" for row in found] == [False, True, False]
    found = rows(run("predict", model, tmp_path / "new.csv").stdout)
    assert found[1]["label"] == found[2]["label"] != found[0]["label"]


@pytest.mark.parametrize("name", ["labels.doc", "no/such/folder/labels.csv", "there.csv"])
def test_outputs_that_cannot_be(run, model, faithful, tmp_path, name, snapshot):
    (tmp_path / "there.csv").write_text("precious")
    before = snapshot(tmp_path)
    result = run("predict", model, faithful, "-o", tmp_path / name)
    assert result.exit_code == 6
    assert name.rpartition("/")[2] in result.stderr
    assert snapshot(tmp_path) == before


def test_overwrite(run, model, faithful, tmp_path):
    (tmp_path / "there.csv").write_text("old")
    assert run("predict", model, faithful, "-o", tmp_path / "there.csv", "--overwrite").exit_code == 0
    assert len(rows((tmp_path / "there.csv").read_text())) == 272
