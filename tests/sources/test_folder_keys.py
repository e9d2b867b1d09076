"""Folders that tell a column: year=2025/town=Oslo/0.parquet, in memory and block by block."""

import numpy as np
import pyarrow as pa
import pyarrow.dataset
import pytest
from pyarrow import csv, feather, parquet

from mixtura.errors import DataError
from mixtura.sources.roles import Roles
from mixtura.sources.streamed import stream
from mixtura.sources.table import read_table

ROWS = np.random.default_rng(0).normal(size=(60, 2))
WRITERS = {"parquet": parquet.write_table, "feather": feather.write_feather, "csv": csv.write_csv}


@pytest.fixture(params=WRITERS)
def folder(request, tmp_path):
    """Twenty rows for each of three years, the last of two towns."""
    for number, place in enumerate(["year=2023/town=Oslo", "year=2024/town=Oslo", "year=2025/town=S%C3%A3o Paulo"]):
        rows = pa.table({"a": ROWS[20 * number : 20 * number + 20, 0], "b": ROWS[20 * number : 20 * number + 20, 1]})
        (tmp_path / "rows" / place).mkdir(parents=True)
        WRITERS[request.param](rows, tmp_path / "rows" / place / f"0.{request.param}")
    return tmp_path / "rows"


def points_of(source):
    return np.concatenate([block.points for block in source.blocks()])


def test_keys_are_columns_that_may_be_asked_for(folder):
    for source in (read_table(folder, Roles(["a", "year"])).source(), stream(folder, Roles(["a", "year"]))):
        assert np.array_equal(points_of(source)[:, 1], np.repeat([2023.0, 2024.0, 2025.0], 20))
        np.testing.assert_allclose(points_of(source)[:, 0], ROWS[:, 0])


def test_keys_alone(folder):
    assert np.array_equal(points_of(stream(folder, Roles(["year"])))[:, 0], np.repeat([2023.0, 2024.0, 2025.0], 20))


def test_nobody_clusters_on_them_unasked(folder):
    near, far = read_table(folder), stream(folder)
    assert near.names == far.names == ("a", "b")
    assert dict(far.dropped)["year"] == dict(near.dropped)["year"] == "told by the names of folders"


def test_text_is_shown_or_a_category(folder):
    table = read_table(folder, Roles(profile=["town"], id="year"))
    assert table.extra["town"].tolist() == ["Oslo"] * 40 + ["São Paulo"] * 20
    assert table.ids.tolist() == [2023] * 20 + [2024] * 20 + [2025] * 20


def test_what_arrow_writes_is_read(tmp_path):
    """The other way round: its own writer makes the folders."""
    table = pa.table({"a": ROWS[:, 0], "day": np.repeat([1, 2, 3], 20), "kind": ["x", None, "y"] * 20})
    parts = pa.dataset.partitioning(pa.schema([("day", pa.int64()), ("kind", pa.string())]), flavor="hive")
    pa.dataset.write_dataset(table, tmp_path, format="parquet", partitioning=parts)
    read = read_table(tmp_path, Roles(["a", "day"], profile=["kind"]))
    kinds = map(str, read.extra["kind"].tolist())
    told = sorted(zip(*read.points.T.tolist(), kinds, strict=True))
    wanted = (table[name].to_pylist() for name in ("a", "day"))
    assert told == sorted(zip(*wanted, map(str, table["kind"].to_pylist()), strict=True))


def test_a_column_of_the_file_itself_comes_first(tmp_path):
    (tmp_path / "a=9").mkdir()
    parquet.write_table(pa.table({"a": ROWS[:, 0], "b": ROWS[:, 1]}), tmp_path / "a=9" / "0.parquet")
    assert np.array_equal(points_of(stream(tmp_path, Roles(["a"])))[:, 0], ROWS[:, 0])
    assert np.array_equal(read_table(tmp_path, Roles(["a"])).points[:, 0], ROWS[:, 0])


def test_keys_that_some_files_lack_are_told(folder, tmp_path):
    parquet.write_table(pa.table({"a": ROWS[:, 0], "b": ROWS[:, 1]}), tmp_path / "plain.parquet")
    with pytest.raises(DataError, match=r"plain\.parquet has other columns than .*: it lacks year, town"):
        stream([folder, tmp_path / "plain.parquet"])
