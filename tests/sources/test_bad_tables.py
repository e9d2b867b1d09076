"""Whatever is wrong with a table is told in one line that names the file, the place and the remedy."""

import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from mixtura.errors import DataError
from mixtura.sources.roles import Roles
from mixtura.sources.table import read_table

TEXTS = {
    "empty": ("", "is empty"),
    "blank": ("\n\n", "is empty"),
    "header only": ("a,b\n", "has column names but no rows"),
    "one row": ("a,b\n1,2\n", "has one row"),
    "all constant": ("a,b\n1,2\n1,2\n", r"no column to cluster on: a \(constant: every cell is 1\); b"),
    "all text": ("a\nx\ny\n", r"no column to cluster on: a \(text: 2 different values\)"),
    "repeated names": ("a,b,a\n1,2,3\n4,5,6\n", "more than one column called a;"),
    "long row": ("a,b\n1,2\n\n3,4,5\n", "line 4 has 3 cells where line 1 has 2"),
    "short row": ("a,b\n1,2\n3\n", "line 3 has 1 cell where line 1 has 2"),
    "open quote": ('a,b\n1,2\n"3,4\n5,6\n', "line 3 has 1 cell .* quote opened in line 3 is never closed"),
    "open quote in the first row": ('a,b\n1,"2\n3,4\n5,6\n', "a quote opened in line 2 is never closed"),
    "open quote in a later row": ('a,s\n1,x\n2,"y\n3,z\n', "a quote opened in line 3 is never closed"),
    "typing slip": (
        "height,b\n" + "1,2\n2.5,1\n" * 8 + "n/a?,3\n",
        "'height' is numeric except 'n/a\\?' in row 17.*--na",
    ),
    "byte of Latin-1": ("a,s\n1,x\n2,é\n".encode("latin1"), r"not UTF-8 text in line 3 \(byte 0xe9\).*iconv -f cp1252"),
    "name in Latin-1": ("é,b\n1,2\n2,3\n".encode("latin1"), "not UTF-8 text in line 1"),
    "UTF-16": ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
    "Excel": (b"PK\x03\x04 and so on", "Excel workbook or a zip archive; save the sheet as CSV"),
    "old Excel": (b"\xd0\xcf\x11\xe0 and so on", "Excel workbook"),
    "packed": (gzip.compress(b"a,b\n1,2\n"), "compressed with gzip.*add .gz"),
    "gzip of nothing": (b"a,b\n1,2\n", "cannot be read: Not a gzipped file"),
    "gzip cut": (gzip.compress(b"a,b\n" + bytes(range(48, 58)) * 50)[:-12], "cannot be read"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text_files(name, tmp_path):
    content, message = TEXTS[name]
    path = tmp_path / ("table.csv.gz" if name.startswith("gzip") else "table.csv")
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataError, match=message) as caught:
        read_table(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_bytes_that_are_not_text_are_found_far_from_the_start(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"a,s\n" + b"1.5,abcdefghijkl\n" * 100_000 + b"2,\xe9\n")
    with pytest.raises(DataError, match="line 100002"):
        read_table(path)


@pytest.mark.parametrize("keep", [slice(None, 300), slice(300, None), slice(None, -20)], ids=["head", "tail", "most"])
@pytest.mark.parametrize(("write", "name"), [(parquet.write_table, "t.parquet"), (feather.write_feather, "t.feather")])
def test_binary_files_cut_in_two(write, name, keep, tmp_path):
    path = tmp_path / name
    write(pa.table({"a": np.arange(500) ** 0.5}), path)
    path.write_bytes(path.read_bytes()[keep])
    with pytest.raises(DataError, match=name) as caught:
        read_table(path, format=path.suffix[1:])
    assert "not a complete" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("path", ["missing.csv", "nothing*.csv"])
def test_missing_files(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="there is no file"):
        read_table(path)


def test_a_folder_without_tables(tmp_path):
    (tmp_path / "notes.md").write_text("x")
    with pytest.raises(DataError, match=r"holds no table \(.csv"):
        read_table(tmp_path)


def test_no_files_at_all():
    with pytest.raises(DataError, match="the list is empty"):
        read_table([])


FOLDERS = {
    "other columns": ("a,c\n1,2\n", r"two.csv has other columns than .*one.csv: it lacks b and adds c"),
    "more columns": ("a,b,c\n1,2,3\n", r"two.csv has other columns than .*one.csv: it adds c"),
    "text in one": ("a,b\n1,x\n", r"column 'b' holds numbers in .*one.csv .*and text in .*two.csv \('x' in row 1\)"),
}


def test_a_model_is_no_table(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    with pytest.raises(DataError, match=r"model\.safetensors is a fitted model: name the table that holds the rows"):
        read_table(tmp_path / "model.safetensors")


@pytest.mark.parametrize("name", FOLDERS)
def test_files_that_do_not_go_together(name, tmp_path):
    content, message = FOLDERS[name]
    (tmp_path / "one.csv").write_text("a,b\n1,2\n3,4\n")
    (tmp_path / "two.csv").write_text(content)
    with pytest.raises(DataError, match=message):
        read_table(tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "xyz"}, "format 'xyz' is not known; use one of csv"),
        ({"delimiter": ";;"}, "delimiter ';;' is not one ASCII character"),
        ({"delimiter": "é"}, "delimiter 'é' is not one ASCII character"),
        ({"decimal": "'"}, "decimal mark ''' is not known"),
        ({"format": "parquet"}, "not a complete Parquet file"),
    ],
)
def test_options_that_make_no_sense(options, message, tmp_path):
    (tmp_path / "table.csv").write_text("a,b\n1,2\n2,3\n")
    with pytest.raises(DataError, match=message):
        read_table(tmp_path / "table.csv", **options)


class RepeatedNames:
    """Speaks Arrow only, which allows names to be repeated."""

    def __arrow_c_stream__(self, requested_schema=None):
        return pa.table([[1.0], [2.0]], names=["a", "a"]).__arrow_c_stream__(requested_schema)


FRAMES = {
    "repeated names by capsule": (RepeatedNames(), "more than one column called a"),
    "one axis": (np.zeros(3), "shape \\(3,\\)"),
    "array of text": (np.array([["a"]]), "must be numeric"),
    "repeated names": (pd.DataFrame([[1, 2]], columns=["a", "a"]), "same name"),
    "repeated Arrow names": (pa.table([[1.0], [2.0]], names=["a", "a"]), "same name"),
    "mixed column": (pd.DataFrame({"a": [1.0, 2.0], "b": ["x", 1]}), "cannot be read.*column b"),
    "no rows": (pd.DataFrame({"a": []}), "no rows"),
    "unequal lengths": ({"a": [1.0], "b": [1.0, 2.0]}, "cannot be read"),
    "number": (3.5, "float is not a table"),
    "nothing": (None, "NoneType is not a table"),
}


@pytest.mark.parametrize("name", FRAMES)
def test_data_in_memory(name):
    data, message = FRAMES[name]
    with pytest.raises(DataError, match=message):
        read_table(data)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[1], [2]], r"values of type list<.*--exclude c"),
        (["36.6%", "4%"], r"numbers written as text \('36.6%' in row 1\); remove the % signs, or .*--exclude c"),
        (["-$40,000.00", "$1"], "remove the . signs"),
        (["1.234,56", "7,5"], "remove the thousands separators"),
        (["1 234", "12 345 678.5"], "remove the thousands separators"),
        (["1.2.3", "4.5.6"], "holds text"),
        (["7,5", "+ 1.2345"], "holds text"),
        (["10%", "ten"], "holds text"),
        (pd.to_datetime(["2020-01-01", "2021-01-01"]), r"holds dates \('2020-01-01"),
        ([2**53 + 1, 1], "holds 9007199254740993 in row 1, an integer too long"),
        ([b"x", b"y"], "values of type binary"),
    ],
)
def test_columns_asked_for_that_are_not_numbers(values, message):
    with pytest.raises(DataError, match=message):
        read_table({"a": [1.0, 2.0], "c": values}, Roles(features=["c"]))


def test_standard_input_leaves_no_file_behind_when_interrupted(tmp_path, monkeypatch):
    class Interrupted:
        def read(self, *_):
            raise KeyboardInterrupt

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("sys.stdin", type("Input", (), {"buffer": Interrupted()}))
    with pytest.raises(KeyboardInterrupt):
        read_table("-")
    assert list(tmp_path.iterdir()) == []
