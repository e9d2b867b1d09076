"""`mixtura impute`: tables without holes."""

import csv
import io

import pytest

ROWS = "plate,waiting,eruptions,note\na,54,2.0,x\nb,80,,y\nc,,,z\n"


@pytest.fixture
def model(output):
    return output / "model.safetensors"


@pytest.fixture
def table(tmp_path):
    (tmp_path / "new.csv").write_text(ROWS)
    return tmp_path / "new.csv"


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_missing_cells_get_what_is_expected(run, model, table):
    found = rows(run("impute", model, table, "--id", "plate", "--keep", "note").stdout)
    assert list(found[0]) == ["plate", "eruptions", "waiting", "note"]
    assert [row["plate"] + row["note"] for row in found] == ["ax", "by", "cz"]
    assert (float(found[0]["eruptions"]), float(found[0]["waiting"])) == (2.0, 54.0)
    assert 4 < float(found[1]["eruptions"]) < 4.6 and float(found[1]["waiting"]) == 80
    assert 3.4 < float(found[2]["eruptions"]) < 3.6


def test_draws_lie_below_each_other_and_differ(run, model, table):
    found = rows(run("impute", model, table, "--draws", "2").stdout)
    assert [(row["draw"], row["row"]) for row in found] == [(d, r) for d in "12" for r in "123"]
    assert found[0]["eruptions"] == found[3]["eruptions"]
    assert found[1]["eruptions"] != found[4]["eruptions"]
    assert found == rows(run("impute", model, table, "--draws", "2").stdout)
    assert found != rows(run("impute", model, table, "--draws", "2", "--seed", "1").stdout)


def test_files_are_not_replaced_unasked(run, model, table, tmp_path):
    filled = tmp_path / "filled.csv"
    assert run("impute", model, table, "-o", filled).exit_code == 0
    assert run("impute", model, table, "-o", filled).exit_code == 6
    assert run("impute", model, table, "-o", filled, "--overwrite").exit_code == 0
    assert len(rows(filled.read_text())) == 3


def test_columns_that_are_not_there_are_named(run, model, tmp_path):
    (tmp_path / "other.csv").write_text("waiting\n54\n")
    result = run("impute", model, tmp_path / "other.csv")
    assert result.exit_code == 3 and "'eruptions'" in result.stderr


@pytest.mark.parametrize("command", ["predict", "impute", "directions"])
def test_the_rows_that_are_read_are_not_written_over(run, model, table, command):
    result = run(command, model, table, "-o", table, "--overwrite")
    assert result.exit_code == 6 and "holds the rows to read, which would be lost" in result.stderr
    assert table.read_text() == ROWS
