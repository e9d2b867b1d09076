import csv
import stat

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from mixtura.errors import OutputError
from mixtura.sources.roles import Roles
from mixtura.sources.table import read_table
from mixtura.sources.writing import (
    atomic_file,
    check_table_path,
    write_bytes_atomic,
    write_table,
    write_text_atomic,
)

FORMATS = ["parquet", "feather", "arrow", "csv", "tsv"]
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("extension", FORMATS)
@settings(max_examples=20)
@given(points=npst.arrays(np.float64, st.tuples(st.integers(1, 8), st.just(2)), elements=FINITE))
def test_what_is_written_is_read_back_exactly(extension, points, tmp_path_factory):
    path = tmp_path_factory.mktemp("round-trip") / f"table.{extension}"
    write_table(path, {"a, cm": points[:, 0], 'b "x"': points[:, 1]})
    table = read_table(path, Roles(features=["a, cm", 'b "x"']))
    np.testing.assert_array_equal(table.points, points)


def test_text_is_written_as_it_is(tmp_path):
    write_table(tmp_path / "labels.csv", {"i,d": ["é", 'a,"b"\n'], "label": np.array([1, 0])})
    with (tmp_path / "labels.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["i,d", "label"], ["é", "1"], ['a,"b"\n', "0"]]


@pytest.mark.parametrize("extension", FORMATS)
def test_the_same_columns_give_the_same_bytes(extension, tmp_path):
    paths = [tmp_path / f"{name}.{extension}" for name in "ab"]
    for path in paths:
        write_table(path, {"label": np.arange(5), "probability": np.linspace(0, 1, 5)})
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_file_that_is_there_is_replaced(tmp_path):
    path = tmp_path / "summary.json"
    write_text_atomic(path, "é\r\n")
    write_bytes_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_text_is_utf8(tmp_path):
    write_text_atomic(tmp_path / "page.html", "é\r\n")
    assert (tmp_path / "page.html").read_bytes() == b"\xc3\xa9\r\n"


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, ValueError])
def test_nothing_half_written_stays_behind(trouble, tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("old")
    with pytest.raises(trouble), atomic_file(path) as file:
        file.write(b"half")
        raise trouble
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_files_can_be_read_by_those_whom_the_user_allows(tmp_path):
    write_text_atomic(tmp_path / "page.html", "x")
    (tmp_path / "ordinary").write_text("x")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("page.html", "ordinary")}
    assert len(modes) == 1


def test_extensions_that_are_not_tables(tmp_path):
    with pytest.raises(OutputError, match=r"labels.xlsx: a table cannot be written as '.xlsx'; use one of .parquet"):
        check_table_path("labels.xlsx")
    with pytest.raises(OutputError, match=r"cannot be written as ''"):
        write_table(tmp_path / "labels", {"a": [1]})


def test_paths_that_cannot_be_written(tmp_path):
    with pytest.raises(OutputError, match=r"labels.csv cannot be written: No such file or directory"):
        write_table(tmp_path / "missing" / "labels.csv", {"a": [1]})
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(OutputError, match=r"folder.csv is a folder, not a file"):
        write_table(tmp_path / "folder.csv", {"a": [1]})
    with pytest.raises(OutputError, match=r"^\. is a folder, not a file"):
        write_text_atomic(".", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]
