"""Tables of many columns are read in batches that take no more memory than those of others."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from mixtura.sources import _budget
from mixtura.sources.sinks import table_sink
from mixtura.sources.streamed import files

N, D = 12_000, 100
NAMES = [f"x{d}" for d in range(D)]
LARGEST = 5_000_000  # bytes of a batch


@pytest.fixture(scope="module")
def points():
    return np.random.default_rng(0).normal(size=(N, D))


def written(points, path):
    table = pa.table(dict(zip(NAMES, points.T, strict=True)))
    if path.suffix == ".npy":
        np.save(path, points)
    else:
        {".parquet": parquet.write_table, ".feather": feather.write_feather}[path.suffix](table, path)
    return path


@pytest.mark.parametrize("ending", [".parquet", ".npy", ".feather"])
def test_batches_are_small(points, tmp_path, ending):
    batches = files(written(points, tmp_path / f"rows{ending}")).batches(NAMES)
    parts = [part for batch in batches for part in batch.parts()]
    assert len(parts) > 2 and max(part.cells.nbytes for part in parts) < LARGEST
    np.testing.assert_array_equal(np.concatenate([part.cells["x99"] for part in parts]), points[:, 99])
    assert [part.first_row for part in parts] == np.cumsum([1, *(part.cells.num_rows for part in parts)])[:-1].tolist()


def test_what_is_read_in_small_batches_is_written_in_larger_ones(tmp_path):
    with table_sink(tmp_path / "labels.parquet") as sink:
        for start in range(0, 100_000, 1000):
            sink.write({"row": np.arange(start, start + 1000)})
    found = parquet.ParquetFile(tmp_path / "labels.parquet").metadata
    assert [found.row_group(number).num_rows for number in range(found.num_row_groups)] == [66_000, 34_000]
    assert parquet.read_table(tmp_path / "labels.parquet")["row"].to_pylist() == list(range(100_000))


def test_wide_tables_ask_for_more_memory():
    """Of every column some pages are held while they are decoded."""
    floors = []
    for n_columns in (2, 8, 100):
        with pytest.raises(_budget.DataError, match="too few for") as refused:
            _budget.sample_rows(n_columns, 4096, 1)
        floors.append(int(str(refused.value).split()[-2]))
    assert floors == sorted(floors) and floors[2] - floors[1] > 92 * 3
