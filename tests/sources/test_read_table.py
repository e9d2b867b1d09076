import gzip
import io
import sys
from pathlib import Path
from types import SimpleNamespace

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from mixtura.sources.roles import Roles
from mixtura.sources.table import read_table

POINTS = np.array([[1.5, 2.0], [3.0, -4.25], [0.1, 1e-300]])
CSV = b"a,b\n1.5,2\n3,-4.25\n0.1,1e-300\n"
TABLE = pa.table({"a": POINTS[:, 0], "b": POINTS[:, 1]})


def arrow_stream(table):
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


class ArrowOnly:
    """Speaks Arrow and nothing else."""

    def __arrow_c_stream__(self, requested_schema=None):
        return TABLE.__arrow_c_stream__(requested_schema)


WRITERS = {
    "plain.csv": lambda path: path.write_bytes(CSV),
    "plain.csv.gz": lambda path: path.write_bytes(gzip.compress(CSV)),
    "no extension": lambda path: path.write_bytes(CSV),
    "table.parquet": lambda path: parquet.write_table(TABLE, path),
    "parquet by its first bytes.csv": lambda path: parquet.write_table(TABLE, path),
    "table.feather": lambda path: feather.write_feather(TABLE, path),
    "stream.arrow": lambda path: path.write_bytes(arrow_stream(TABLE)),
}

FRAMES = {
    "mapping": lambda: {"a": POINTS[:, 0], "b": POINTS[:, 1].tolist()},
    "pandas": lambda: pd.DataFrame(POINTS, columns=["a", "b"]),
    "pandas with an index": lambda: pd.DataFrame(POINTS, columns=["a", "b"], index=[7, 1, 4]),
    "polars": lambda: pl.DataFrame(POINTS, schema=["a", "b"]),
    "polars, lazy": lambda: pl.LazyFrame(POINTS, schema=["a", "b"]),
    "pyarrow": lambda: TABLE,
    "narwhals": lambda: nw.from_native(TABLE),
    "arrow capsule": ArrowOnly,
}


@pytest.mark.parametrize("name", WRITERS)
def test_files_of_every_format_hold_the_same(name, tmp_path):
    WRITERS[name](tmp_path / name)
    table = read_table(tmp_path / name)
    assert table.names == ("a", "b")
    np.testing.assert_array_equal(table.points, POINTS)
    assert table.points.flags.c_contiguous
    assert table.origin == str(tmp_path / name)


@pytest.mark.parametrize("name", FRAMES)
def test_frames_of_every_kind_hold_the_same(name):
    table = read_table(FRAMES[name]())
    assert table.names == ("a", "b")
    np.testing.assert_array_equal(table.points, POINTS)
    assert table.dropped == ()


@pytest.mark.parametrize(
    "told", ["{", "[1]", "[" * 100_000, '{"index_columns": 1}', '{"index_columns": [{}]}', b"\xff"]
)
def test_what_pandas_cannot_have_written_is_passed_over(told, tmp_path):
    parquet.write_table(TABLE.replace_schema_metadata({"pandas": told}), tmp_path / "rows.parquet")
    np.testing.assert_array_equal(read_table(tmp_path / "rows.parquet").points, POINTS)


@pytest.mark.parametrize("order", ["C", "F"])
def test_columns_of_an_array_are_numbered(order):
    table = read_table(np.array(POINTS, order=order))
    assert table.names == ("x0", "x1")
    np.testing.assert_array_equal(table.points, POINTS)


@pytest.mark.parametrize("content", [CSV, arrow_stream(TABLE)], ids=["CSV", "Arrow stream"])
def test_standard_input(content, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    table = read_table("-")
    np.testing.assert_array_equal(table.points, POINTS)
    assert table.origin == "standard input"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "year=1").mkdir()
    (tmp_path / "year=1" / "first.csv").write_text("a,b\n1,2\n3,4\n")
    parquet.write_table(pa.table({"b": [6.5], "a": [True]}), tmp_path / "year=1" / "second.parquet")
    (tmp_path / "_SUCCESS.csv").write_text("")
    (tmp_path / "notes.md").write_text("not a table")
    return tmp_path


@pytest.mark.parametrize("as_given", [lambda folder: folder, lambda folder: str(folder / "*" / "*.*")])
def test_folders_and_globs_are_put_below_each_other(folder, as_given):
    table = read_table(as_given(folder))
    np.testing.assert_array_equal(table.points, [[1, 2], [3, 4], [1, 6.5]])
    assert [Path(name).name for name, _ in table.parts] == ["first.csv", "second.parquet"]
    assert "second.parquet" in table.name_row(3)
    assert table.name_row(3).startswith("row 1 of")


def test_a_list_of_files_keeps_its_order(folder):
    files = [folder / "year=1" / "second.parquet", folder / "year=1" / "first.csv"]
    np.testing.assert_array_equal(read_table(files).points, [[6.5, 1], [2, 1], [4, 3]])


def test_numbers_of_all_types_become_floats():
    columns = {
        "small": pa.array([1, None, 3], pa.int8()),
        "single": pa.array([0.5, 1.5, None], pa.float32()),
        "half": pa.array(np.array([1, 2, 4], np.float16)),
        "truth": pa.array([True, False, None]),
        "money": pa.array(["1.25", "2.50", "3.75"]).cast(pa.decimal128(9, 2)),
        "codes": pa.array([5.0, 7.0, 5.0]).dictionary_encode(),
    }
    table = read_table(pa.table(columns), Roles(features=[*columns]))
    nan = np.nan
    expected = [[1, 0.5, 1, 1, 1.25, 5], [nan, 1.5, 2, 0, 2.5, 7], [3, nan, 4, nan, 3.75, 5]]
    np.testing.assert_array_equal(table.points, expected)


def test_chunks_are_put_below_each_other():
    chunked = pa.concat_tables([TABLE.slice(0, 2), TABLE.slice(2)])
    np.testing.assert_array_equal(read_table(chunked).points, POINTS)


def test_the_digest_follows_what_is_clustered_and_nothing_else(tmp_path):
    (tmp_path / "plain.csv").write_bytes(CSV)
    digest = read_table(tmp_path / "plain.csv").digest
    assert digest == read_table(TABLE).digest
    assert digest != read_table(TABLE.rename_columns(["a", "c"])).digest
    assert digest != read_table(TABLE.slice(1)).digest
    weighted = TABLE.append_column("w", pa.array([1.0, 2.0, 1.0]))
    assert digest != read_table(weighted, Roles(weight="w")).digest
    assert digest == read_table(weighted, Roles(exclude=["w"])).digest


def test_a_table_is_a_source_of_its_rows():
    source = read_table(TABLE.append_column("w", pa.array([1.0, 2.0, 1.0])), Roles(weight="w")).source()
    assert source.total_weight == 4.0
    np.testing.assert_array_equal(source.points, POINTS)
