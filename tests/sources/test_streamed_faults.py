"""What goes wrong with files that are read over and over is told with the name of the file."""

import os

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from mixtura.errors import DataError
from mixtura.sources.roles import Roles
from mixtura.sources.streamed import stream

POINTS = np.random.default_rng(0).normal(size=(5000, 2))


def write(path, **columns):
    plain = {"a": POINTS[:, 0], "b": POINTS[:, 1]}
    parquet.write_table(pa.table(plain | columns), path, row_group_size=500, compression="none")
    return path


def read(source):
    return sum(len(block.points) for block in source.blocks())


def test_a_file_that_changes_between_passes(tmp_path):
    source = stream(write(tmp_path / "rows.parquet"))
    assert read(source) == 5000
    write(tmp_path / "rows.parquet", b=POINTS[:, 1] + 1)
    os.utime(tmp_path / "rows.parquet", (1, 1))
    with pytest.raises(DataError, match=r"rows\.parquet changed while it was being read: start again"):
        read(source)


def test_a_file_that_disappears(tmp_path):
    write(tmp_path / "one.parquet")
    source = stream([tmp_path / "one.parquet", write(tmp_path / "two.parquet")])
    (tmp_path / "two.parquet").unlink()
    with pytest.raises(DataError, match=r"two\.parquet cannot be read any more: No such file"):
        read(source)


def test_a_file_that_is_damaged_in_the_middle(tmp_path, monkeypatch):
    monkeypatch.setattr("mixtura.sources._pieces.BATCH_ROWS", 500)
    path = write(tmp_path / "rows.parquet")
    start = parquet.read_metadata(path).row_group(5).column(0).data_page_offset
    content = bytearray(path.read_bytes())
    content[start : start + 64] = b"\xff" * 64
    path.write_bytes(content)
    with pytest.raises(
        DataError, match=r"rows\.parquet is not a complete Parquet file: it cannot be read after row 2500"
    ):
        stream(path)


@pytest.mark.parametrize("n_bytes", [4, 500, 20_000])
def test_a_file_that_was_cut_short(tmp_path, n_bytes):
    path = write(tmp_path / "rows.parquet")
    path.write_bytes(path.read_bytes()[:n_bytes])
    with pytest.raises(DataError, match=r"rows\.parquet is not a complete Parquet file: it cannot be read \("):
        stream(path)


def test_a_column_that_changes_its_type_from_file_to_file(tmp_path):
    files = [write(tmp_path / "one.parquet"), write(tmp_path / "two.parquet", b=["x"] * 5000)]
    with pytest.raises(DataError, match=r"column 'b' is of type double in .*one\.parquet and string in .*two\.parquet"):
        stream(files)


def test_whole_numbers_in_one_file_and_floats_in_another_are_numbers(tmp_path):
    files = [write(tmp_path / "one.parquet", b=np.arange(5000)), write(tmp_path / "two.parquet")]
    (points,) = {block.points.dtype for block in stream(files).blocks()}
    assert points == np.float64


def test_other_columns(tmp_path):
    files = [write(tmp_path / "one.parquet"), write(tmp_path / "two.parquet", c=POINTS[:, 0])]
    with pytest.raises(DataError, match=r"two\.parquet has other columns than .*one\.parquet: it adds c"):
        stream(files)


@pytest.mark.parametrize(("value", "what"), [(np.inf, "is infinite"), (1e300, "holds 1e\\+300")])
def test_cells_that_cannot_be_used(tmp_path, value, what):
    values = POINTS[:, 1].copy()
    values[4321] = value
    write(tmp_path / "one.parquet")
    write(tmp_path / "two.parquet", b=values)
    with pytest.raises(DataError, match=rf"two\.parquet: column 'b' {what} in row 4322"):
        stream(tmp_path)


@pytest.mark.parametrize(("value", "told"), [(-1.0, "-1"), (np.nan, "missing"), (np.inf, "inf")])
def test_weights_that_are_none(tmp_path, value, told):
    values = np.ones(5000)
    values[1234] = value
    path = write(tmp_path / "rows.parquet", w=values)
    with pytest.raises(DataError, match=f"the weight in column 'w' is {told} in row 1235"):
        stream(path, Roles(weight="w"))


def test_no_row_counts(tmp_path):
    path = write(tmp_path / "rows.parquet", w=np.zeros(5000))
    with pytest.raises(DataError, match="the weight is zero in every row"):
        stream(path, Roles(weight="w"))


def test_what_asks_for_the_impossible(tmp_path):
    path = write(tmp_path / "rows.parquet", long=np.arange(5000) + 2**60, same=np.ones(5000), kind=["x"] * 5000)
    for roles, told in [
        (Roles(["long"]), "column 'long' holds integers too long"),
        (Roles(["same"]), "column 'same' holds 1 in every row"),
        (Roles(["kind"]), "column 'kind' holds values of type string, not numbers"),
        (Roles(["nothing"]), "has no column 'nothing'"),
        (Roles(weight="kind"), "weights in column 'kind' must be numbers"),
        (Roles(exclude=["a", "b", "long"]), "no column to cluster on: kind"),
    ]:
        with pytest.raises(DataError, match=told):
            stream(path, roles)
    assert dict(stream(path).dropped)["long"].startswith("integers too long")


def test_no_rows(tmp_path):
    parquet.write_table(pa.table({"a": pa.array([], pa.float64())}), tmp_path / "rows.parquet")
    with pytest.raises(DataError, match="has column names but no rows"):
        stream(tmp_path / "rows.parquet")


def test_what_is_no_file():
    with pytest.raises(DataError, match=r"there is no file .*nowhere\.parquet"):
        stream("nowhere.parquet")
    with pytest.raises(DataError, match="int cannot be read block by block"):
        stream(3)


@pytest.mark.parametrize("query", ["SELECT", "CREATE TABLE t (a INT)", "SELECT * FROM nothing"])
def test_a_query_that_fails(query):
    pytest.importorskip("duckdb")
    with pytest.raises(DataError, match="The query"):
        stream([], sql=query)
