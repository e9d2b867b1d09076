"""Rows read from files give the same blocks as the same rows in memory, however the files are written."""

import gzip
import io
import sys
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv as arrow_csv
from pyarrow import dataset, feather, ipc, parquet

from mixtura.sources.array import ArraySource
from mixtura.sources.roles import Roles
from mixtura.sources.streamed import stream
from mixtura.sources.table import read_table

N = 9001
_rng = np.random.default_rng(0)
POINTS = np.column_stack([_rng.normal(1e3, 2, N), _rng.normal(size=N), _rng.integers(0, 50, N)])
WEIGHTS = _rng.integers(0, 3, N).astype(float)
TABLE = pa.table({
    "row": np.arange(N), "width": POINTS[:, 0], "kind": ["a", "b", "c"] * 3000 + ["a"], "height": POINTS[:, 1],
    "count": POINTS[:, 2].astype(int), "one": np.ones(N), "weight": WEIGHTS,
})  # fmt: skip
ROLES = Roles(exclude=["weight"])


def _write_text(path):
    with gzip.open(path, "wb") if path.suffix == ".gz" else path.open("wb") as file:
        arrow_csv.write_csv(TABLE, file)


def _write_stream(path):
    with path.open("wb") as file, ipc.new_stream(file, TABLE.schema) as writer:
        writer.write_table(TABLE, max_chunksize=700)


WRITERS = {
    "rows.parquet": lambda path: parquet.write_table(TABLE, path, row_group_size=1234),
    "rows.feather": lambda path: feather.write_feather(TABLE, path, chunksize=500),
    "rows.arrows": _write_stream,
    "rows.csv": _write_text,
    "rows.csv.gz": _write_text,
}


@pytest.fixture
def parquet_file(tmp_path):
    WRITERS["rows.parquet"](tmp_path / "rows.parquet")
    return tmp_path / "rows.parquet"


def assert_same_blocks(source, expected):
    for one, other in zip(source.blocks(), expected.blocks(), strict=True):
        np.testing.assert_array_equal(one.points, other.points)
        np.testing.assert_array_equal(one.weights, other.weights)


@pytest.mark.parametrize("name", WRITERS)
def test_every_kind_of_file_gives_the_same_blocks_each_time(name, tmp_path):
    WRITERS[name](tmp_path / name)
    source = stream(tmp_path / name, ROLES)
    assert source.names == ("width", "height", "count")
    assert dict(source.dropped) == {"row": "numbers the rows", "kind": "text", "one": "constant: every cell is 1"}
    for _ in range(2):
        assert_same_blocks(source, ArraySource(POINTS))


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_file_of_numpy(tmp_path, order):
    np.save(tmp_path / "rows.npy", np.asarray(POINTS.astype(">f4"), order=order))
    source = stream(tmp_path / "rows.npy")
    assert source.names == ("x0", "x1", "x2")
    assert_same_blocks(source, ArraySource(POINTS.astype("f4").astype(float)))
    np.testing.assert_array_equal(read_table(tmp_path / "rows.npy").points, POINTS.astype("f4"))


@pytest.mark.parametrize("asked", ["folder", "pattern", "list"])
def test_many_files_are_one_table(tmp_path, asked):
    """However rows are shared out among files, and in whichever order each file has its columns."""
    for number, (first, last) in enumerate([(0, 10), (10, 5000), (5000, N)]):
        part = TABLE.slice(first, last - first)
        part = part.select(part.column_names[::-1]) if number == 1 else part
        (tmp_path / f"day={number}").mkdir()
        parquet.write_table(part, tmp_path / f"day={number}" / "part.parquet")
    paths = sorted(tmp_path.glob("*/*.parquet"))
    data = {"folder": tmp_path, "pattern": str(tmp_path / "*" / "*.parquet"), "list": paths}[asked]
    source = stream(data, ROLES)
    assert source.names == ("width", "height", "count")
    assert_same_blocks(source, ArraySource(POINTS))


def _standard_input(monkeypatch):
    text = io.BytesIO()
    arrow_csv.write_csv(TABLE, text)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text.getvalue())))
    return "-"


def test_standard_input(monkeypatch):
    assert_same_blocks(stream(_standard_input(monkeypatch), ROLES), ArraySource(POINTS))


@pytest.mark.parametrize("kind", ["batches", "table", "data set"])
def test_a_stream_of_batches_is_kept_for_later_passes(kind, parquet_file):
    data = {
        "batches": pa.RecordBatchReader.from_batches(TABLE.schema, iter(TABLE.to_batches(777))),
        "table": TABLE,
        "data set": dataset.dataset(parquet_file),
    }[kind]
    source = stream(data, ROLES)
    for _ in range(2):
        assert_same_blocks(source, ArraySource(POINTS))


def test_a_query(parquet_file):
    pytest.importorskip("duckdb")
    query = f"SELECT width, height FROM '{parquet_file}' WHERE count < 25"
    source = stream([], sql=query)
    assert_same_blocks(source, ArraySource(np.ascontiguousarray(POINTS[POINTS[:, 2] < 25, :2])))


def test_a_query_of_a_database(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(str(tmp_path / "rows.duckdb")) as connection:
        connection.execute("CREATE TABLE widths AS SELECT i::DOUBLE AS width FROM range(100) t(i)")
    source = stream(tmp_path / "rows.duckdb", Roles(["width"]), sql="SELECT * FROM widths")
    assert_same_blocks(source, ArraySource(np.arange(100.0)[:, None]))


def test_rows_count_as_their_weights_say(parquet_file):
    source = stream(parquet_file, Roles(["width", "height"], weight="weight"))
    counting = WEIGHTS > 0
    assert source.facts.n_without_cells == 0
    assert_same_blocks(source, ArraySource(POINTS[counting, :2].copy(), WEIGHTS[counting]))
    assert (source.n_rows, source.total_weight) == (counting.sum(), WEIGHTS.sum())
    assert source.facts.n_left_out == N - counting.sum()
    np.testing.assert_allclose(source.facts.means, np.average(POINTS[:, :2], axis=0, weights=WEIGHTS))


def test_incomplete_rows_are_refused_or_left_out(tmp_path):
    values = POINTS[:, :2].copy()
    values[[5, 70], [0, 1]] = np.nan
    columns = {f"x{d}": pa.array(column, from_pandas=True) for d, column in enumerate(values.T)}
    parquet.write_table(pa.table(columns), tmp_path / "rows.parquet")
    with pytest.raises(ValueError, match=r"2 missing cells in x0, x1; --missing drop"):
        stream(tmp_path / "rows.parquet")
    source = stream(tmp_path / "rows.parquet", missing="drop")
    assert_same_blocks(source, ArraySource(values[~np.isnan(values).any(1)]))
    source = stream(tmp_path / "rows.parquet", missing="model")
    assert_same_blocks(source, ArraySource(values))
    assert [type(block) for block in source.blocks()] == [type(block) for block in ArraySource(values).blocks()]


def test_facts_are_those_of_the_whole(parquet_file):
    source = stream(parquet_file, ROLES)
    np.testing.assert_allclose(source.facts.means, POINTS.mean(0), rtol=1e-13)
    np.testing.assert_allclose(source.facts.deviations, POINTS.std(0), rtol=1e-12)
    np.testing.assert_array_equal(source.facts.minima, POINTS.min(0))
    np.testing.assert_array_equal(source.facts.maxima, POINTS.max(0))
    np.testing.assert_array_equal(source.sample.points, POINTS)


@pytest.mark.parametrize("weight", [None, "weight"])
def test_the_digest_is_that_of_the_table_in_memory(tmp_path, weight):
    kept = TABLE.filter(TABLE["weight"].to_numpy() > 0)
    parquet.write_table(kept, tmp_path / "rows.parquet")
    roles = Roles(["height", "width"], weight=weight)
    assert stream(tmp_path / "rows.parquet", roles).digest == read_table(tmp_path / "rows.parquet", roles).digest


def test_a_sample_is_as_large_as_memory_allows(parquet_file, monkeypatch):
    with pytest.raises(ValueError, match=r"3 MB of memory are too few for 5 columns: allow at least \d+ MB"):
        stream(parquet_file, ROLES, memory=3_000_000)
    for name, value in {"_PROCESS": 0, "_COLUMN": 0, "_BLOCKS": 0, "_FEWEST_ROWS": 100}.items():
        monkeypatch.setattr(f"mixtura.sources._budget.{name}", value)
    assert 3000 < len(stream(parquet_file, ROLES, memory=1_000_000).sample.points) < 4000
    assert len(stream(parquet_file, ROLES).sample.points) == N


def test_rows_without_any_cell_take_no_part(tmp_path):
    """Whether they lack all columns, or only all of those that are clustered on."""
    cells = {"a": [1.0, None, None, 4.0, None], "b": [2.0, None, 3.0, 1.0, None], "one": [5.0, 5.0, 5.0, 5.0, None]}
    parquet.write_table(pa.table(cells), tmp_path / "rows.parquet")
    source = stream(tmp_path / "rows.parquet", missing="model")
    assert source.names == ("a", "b")
    assert source.n_rows == source.total_weight == len(source.sample.points) == 3
    assert source.facts.n_without_cells == source.facts.n_left_out == 2
    (block,) = source.blocks()
    np.testing.assert_array_equal(block.points, [[1, 2], [np.nan, 3], [4, 1]])
