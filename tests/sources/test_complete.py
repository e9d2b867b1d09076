import numpy as np
import pytest

from mixtura.errors import DataError
from mixtura.sources.roles import Roles
from mixtura.sources.table import complete, read_table, require_variation

NAN, INF = np.nan, np.inf


def test_a_table_without_gaps_stays_as_it_is():
    table = read_table({"a": [1.0, 2.0]})
    assert complete(table) is table
    assert complete(table, missing="drop") is table


def test_rows_with_missing_cells_are_left_out_with_all_that_goes_with_them():
    columns = {"a": [1.0, NAN, 3.0], "b": [4.0, 5.0, 7.0], "w": [1.0, 2.0, 3.0], "i": ["x", "y", "z"], "t": [0, 1, 2]}
    table = complete(read_table(columns, Roles(weight="w", id="i", truth="t")), missing="drop")
    np.testing.assert_array_equal(table.points, [[1, 4], [3, 7]])
    np.testing.assert_array_equal(table.weights, [1, 3])
    assert list(table.ids) == ["x", "z"]
    assert list(table.extra["t"]) == [0, 2]
    assert table.points.flags.c_contiguous
    assert table.digest == read_table({"a": [1.0, 3.0], "b": [4.0, 7.0], "w": [1.0, 3.0]}, Roles(weight="w")).digest


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"a": [1, 2, NAN], "b": [3, NAN, NAN]},
            "3 missing cells in a, b, first in row 2; --missing model .* --missing drop .* the 2 rows",
        ),
        (
            {"a": [1, 2, NAN], "b": [1, 2, 4]},
            "1 missing cell in a, first in row 3; .* --missing drop .* the 1 row with",
        ),
        ({"a": [NAN, 2], "b": [NAN, NAN]}, "no row is complete. .* --exclude b"),
    ],
)
def test_missing_cells_are_told_with_the_remedy(columns, message):
    table = read_table(columns, Roles(features=["a", "b"]))
    with pytest.raises(DataError, match=message):
        complete(table)


def test_dropping_cannot_leave_nothing():
    with pytest.raises(DataError, match=r"no row is complete.*--exclude b"):
        complete(read_table({"a": [1, 2, NAN], "b": [NAN, NAN, 3]}, Roles(features=["a", "b"])), missing="drop")


@pytest.mark.parametrize("missing", ["error", "drop", "model"])
def test_infinite_cells_are_refused_whatever_is_done_about_missing_ones(missing):
    table = read_table({"a": [1.0, NAN, 3.0, 4.0], "b": [NAN, 5.0, -INF, INF]})
    with pytest.raises(DataError, match=r"column 'b' is infinite in row 3 \(2 such cells\)"):
        complete(table, missing)


def test_rows_with_missing_cells_may_stay_as_they_are():
    table = read_table({"a": [1.0, NAN, 3.0]})
    assert complete(table, missing="model") is table


def test_what_to_do_about_missing_cells_is_one_of_three_words():
    with pytest.raises(ValueError, match="'model', 'drop' or 'error'"):
        complete(read_table({"a": [1.0, 2.0]}), missing="guess")


def test_cells_are_placed_in_their_file(tmp_path):
    (tmp_path / "1.csv").write_text("a,b\n1,2\n2,3\n")
    (tmp_path / "2.csv").write_text("a,b\n1,2\n,3\n")
    with pytest.raises(DataError, match=r"first in row 2 of .*2\.csv"):
        complete(read_table(tmp_path))


def test_constant_columns_are_told():
    table = read_table({"a": [1.0, 1.0], "b": [0.5, 2.0], "c": [2.5, 2.5]}, Roles(features=["*"]))
    with pytest.raises(DataError, match=r"column 'a' holds 1 in every row.*--exclude a,c"):
        require_variation(table)
    assert require_variation(read_table({"b": [0.5, 2.0]})).names == ("b",)


def test_one_row_can_be_read_but_not_fitted():
    table = read_table({"a": [1.0]}, Roles(features=["a"]))
    with pytest.raises(DataError, match="has one row"):
        require_variation(table)
