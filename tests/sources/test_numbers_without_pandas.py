"""Numbers move between Arrow and NumPy as Arrow itself would move them, without loading pandas."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixtura.sources._arrays import missing, numbers, to_arrow

CELLS = st.lists(st.one_of(st.none(), st.integers(-(2**40), 2**40)), min_size=1, max_size=40)


@settings(deadline=None)
@given(CELLS, st.data())
def test_slices_and_chunks_hold_what_arrow_says(cells, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(cells)), max_size=3)))
    start = data.draw(st.integers(0, len(cells) - 1))
    bounds = zip([0, *cuts], [*cuts, len(cells)], strict=True)
    column = pa.chunked_array([pa.array(cells[i:j], pa.int64()) for i, j in bounds]).slice(start)
    expected = cells[start:]
    assert missing(column).tolist() == [cell is None for cell in expected]
    found = numbers(column)
    assert [int(v) for v, cell in zip(found, expected, strict=True) if cell is not None] == [
        cell for cell in expected if cell is not None
    ]


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint16", "float32", "float64"])
def test_numpy_to_arrow_and_back(dtype):
    values = np.arange(20).astype(dtype)[::2]
    column = to_arrow(values)
    assert column.equals(pa.array(values))
    assert np.array_equal(numbers(column), values)


def test_masked_cells_are_missing():
    column = to_arrow(np.ma.MaskedArray([1.0, 2.0, 3.0], mask=[False, True, False]))
    assert column.to_pylist() == [1.0, None, 3.0]


def test_a_table_is_read_and_written_without_pandas(tmp_path):
    path = tmp_path / "numbers.csv"
    cells = ((i % 7, i * 0.5 if i else "", "" if i == 3 else 2**60 + 1024 * (i % 5)) for i in range(30))
    path.write_text("a,b,c\n" + "".join(f"{a},{b},{c}\n" for a, b, c in cells))
    code = (
        "import sys; from mixtura.sources.table import read_table; from mixtura.sources.writing import write_table\n"
        f"table = read_table({str(path)!r}); assert table.points.shape == (30, 3), table\n"
        f"write_table({str(tmp_path / 'out.parquet')!r}, {{'a': table.points[:, 0]}})\n"
        "assert 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
