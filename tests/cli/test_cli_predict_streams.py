"""Rows that are labelled some at a time get the labels that they get as a whole, to the byte."""

import io

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, feather, ipc, parquet


@pytest.fixture
def rows(faithful):
    """Old Faithful, with a name for each row."""
    table = csv.read_csv(faithful)
    return table.append_column("name", pa.array([f"r{n}" for n in range(table.num_rows)]))


@pytest.fixture
def model(output):
    return output / "model.safetensors"


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr("mixtura.sources._pieces.BATCH_ROWS", 100)


def written(rows, path):
    {".parquet": parquet.write_table, ".feather": feather.write_feather, ".csv": csv.write_csv}[path.suffix](rows, path)
    return path


@pytest.mark.parametrize("options", [[], ["--proba", "all"], ["--proba", "none"], ["--id", "name"], ["--workers", 1]])
@pytest.mark.parametrize("ending", [".parquet", ".feather"])
def test_the_same_as_from_text(run, rows, model, tmp_path, ending, options):
    whole = run("predict", model, written(rows, tmp_path / "rows.csv"), *options, "-o", tmp_path / "whole.csv")
    parts = run("predict", model, written(rows, tmp_path / f"rows{ending}"), *options, "-o", tmp_path / "parts.csv")
    assert (whole.exit_code, parts.exit_code) == (0, 0), parts.output
    assert (tmp_path / "parts.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert "272 rows" in parts.stderr


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".parquet", ".feather"])
def test_to_every_kind_of_file(run, rows, model, tmp_path, ending):
    data = written(rows, tmp_path / "rows.parquet")
    assert run("predict", model, data, "-o", tmp_path / f"labels{ending}").exit_code == 0
    read = {
        ".csv": csv.read_csv,
        ".tsv": lambda path: csv.read_csv(path, parse_options=csv.ParseOptions(delimiter="\t")),
        ".parquet": parquet.read_table,
        ".feather": feather.read_table,
    }[ending]
    labels = read(tmp_path / f"labels{ending}")
    assert labels.column_names == ["row", "label", "probability", "log_density"]
    assert labels["row"].to_pylist() == list(range(1, 273))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([f"labels{ending}", "rows.parquet"])


def test_a_stream_of_arrow_on_standard_output(run, rows, model, tmp_path):
    result = run("predict", model, written(rows, tmp_path / "rows.parquet"), "--to", "arrow")
    table = ipc.open_stream(io.BytesIO(result.stdout_bytes)).read_all()
    assert (table.num_rows, table.column_names[0]) == (272, "row")


def test_a_query(run, rows, model, tmp_path):
    pytest.importorskip("duckdb")
    data = written(rows, tmp_path / "rows.parquet")
    result = run("predict", model, "--sql", f"SELECT * FROM '{data}' WHERE waiting > 80 LIMIT 5")
    assert len(result.stdout.splitlines()) == 6


def test_rows_with_missing_cells(run, rows, model, tmp_path):
    waiting = rows["waiting"].to_pandas().astype(float)
    waiting[150] = np.nan
    spoilt = rows.set_column(rows.column_names.index("waiting"), "waiting", pa.array(waiting, from_pandas=True))
    data = written(spoilt, tmp_path / "rows.parquet")
    refused = run("predict", model, data, "--missing", "error", "-o", tmp_path / "labels.csv")
    assert refused.exit_code == 3
    assert "a cell is missing in column 'waiting', row 151; --missing drop" in refused.stderr
    assert not (tmp_path / "labels.csv").exists()
    assert run("predict", model, data, "--missing", "drop", "-o", tmp_path / "labels.csv").exit_code == 0
    assert (tmp_path / "labels.csv").read_text().splitlines()[151] == "151,,,"
    whole = run("predict", model, written(spoilt, tmp_path / "rows.csv"), "-o", tmp_path / "whole.csv")
    parts = run("predict", model, data, "-o", tmp_path / "parts.csv")
    assert (whole.exit_code, parts.exit_code) == (0, 0), parts.output
    labels = [csv.read_csv(tmp_path / name) for name in ("whole.csv", "parts.csv")]
    assert labels[0]["label"] == labels[1]["label"]
    assert labels[1]["label"].null_count == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rows: rows.drop_columns("waiting"), "has no column 'waiting'"),
        (lambda rows: rows.set_column(1, "waiting", rows["name"]), "column 'waiting' holds values of type string"),
    ],
)
def test_tables_that_do_not_fit(run, rows, model, tmp_path, change, told):
    result = run("predict", model, written(change(rows), tmp_path / "rows.parquet"), "-o", tmp_path / "labels.csv")
    assert (result.exit_code, result.stdout) == (3, "")
    assert told in result.stderr
    assert not (tmp_path / "labels.csv").exists()


def test_nothing_to_label(run, model):
    result = run("predict", model)
    assert result.exit_code == 2
    assert "Missing argument 'DATA...'" in result.stderr


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".tsv"])
@pytest.mark.parametrize("sink", [".csv", ".parquet", ".feather"])
def test_large_text_is_never_held_as_a_whole(run, rows, model, tmp_path, monkeypatch, ending, sink):
    """It goes through columns on the disk, to the same labels, and leaves nothing there."""
    data, options = tmp_path / f"rows{ending}", csv.WriteOptions(delimiter="\t" if ending == ".tsv" else ",")
    with pa.output_stream(data, compression="gzip" if ending == ".csv.gz" else None) as file:
        csv.write_csv(rows, file, options)
    assert run("predict", model, data, "--id", "name", "-o", tmp_path / f"whole{sink}").exit_code == 0
    monkeypatch.setattr("mixtura.sources._files.LARGE_TEXT", 100)
    monkeypatch.setattr("mixtura.cli.predict._whole", None)
    result = run("predict", model, data, "--id", "name", "-o", tmp_path / f"parts{sink}")
    assert result.exit_code == 0, result.output
    one, other = (read(tmp_path / f"{name}{sink}") for name in ("whole", "parts"))
    assert one.equals(other.cast(one.schema))
    assert len(list(tmp_path.iterdir())) == 3


def read(path):
    return {".csv": csv.read_csv, ".parquet": parquet.read_table, ".feather": feather.read_table}[path.suffix](path)


def test_a_cell_of_large_text_that_is_no_number_is_told(run, rows, model, tmp_path, monkeypatch):
    data = written(rows, tmp_path / "rows.csv")
    data.write_text(data.read_text() + "3.5,many,x\n")
    monkeypatch.setattr("mixtura.sources._files.LARGE_TEXT", 100)
    result = run("predict", model, data, "-o", tmp_path / "labels.csv")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "rows.csv" in result.stderr and "waiting" in result.stderr
    assert not (tmp_path / "labels.csv").exists()


def test_a_model_of_what_folders_tell_labels_such_folders(run, rows, tmp_path):
    for year in (2024, 2025):
        (tmp_path / "rows" / f"year={year}").mkdir(parents=True)
        written(rows, tmp_path / "rows" / f"year={year}" / "0.parquet")
    fit = ["-k", "1", "--features", "waiting,year", "--covariance", "diag", "-o", tmp_path / "out"]
    assert run("fit", tmp_path / "rows", *fit).exit_code == 0
    labels = run("predict", tmp_path / "out" / "model.safetensors", tmp_path / "rows")
    assert labels.exit_code == 0 and len(labels.stdout.splitlines()) == 1 + 2 * 272


def test_levels_that_the_fit_never_saw_are_told(run, tmp_path):
    """A mixture of columns of any kind reads some rows at a time too."""
    rng = np.random.default_rng(0)
    age, town = rng.normal(30, 5, 200), np.array(["Oslo", "Rom"])[rng.integers(2, size=200)]
    data = written(pa.table({"age": age, "town": town}), tmp_path / "rows.parquet")
    fit = ("fit", data, "--categorical", "town", "-k", "2", "--covariance", "diag", "-o", tmp_path / "out")
    assert run(*fit).exit_code == 0
    table = pa.table({"town": np.where(np.arange(200) == 3, "Bonn", town), "age": age})
    texts = [
        run("predict", tmp_path / "out" / "model.safetensors", written(table, tmp_path / f"new{ending}"))
        for ending in (".parquet", ".csv")  # some at a time, and as a whole
    ]
    assert texts[0].stdout == texts[1].stdout
    assert texts[0].stderr == texts[1].stderr != ""
    assert "town holds Bonn, which the fit never saw" in texts[0].stderr
