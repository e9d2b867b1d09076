"""Text files come in many layouts; what can be found out is found out, what cannot is refused."""

import numpy as np
import pytest

from mixtura.errors import DataError
from mixtura.sources.table import read_table

VALUES = [[1.5, 2.0], [3.0, 4.25]]


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


LAYOUTS = {
    "commas": "a,b\n1.5,2\n3,4.25\n",
    "semicolons, decimal commas": "a;b\n1,5;2\n3;4,25\n",
    "semicolons, decimal points": "a;b\n1.5;2\n3;4.25\n",
    "tabs": "a\tb\n1.5\t2\n3\t4.25\n",
    "tabs, decimal commas": "a\tb\n1,5\t2\n3\t4,25\n",
    "bars": "a|b\n1.5|2\n3|4.25\n",
    "spaces": "a b\n1.5 2\n3 4.25\n",
    "spaces around cells": " a , b\n 1.5 , 2\n 3 , 4.25\n",
    "byte order mark": "\ufeffa,b\n1.5,2\n3,4.25\n",
    "Windows line ends": "a,b\r\n1.5,2\r\n3,4.25\r\n",
    "old Mac line ends": "a,b\r1.5,2\r3,4.25\r",
    "quotes": '"a","b"\n"1.5","2"\n"3",4.25\n',
    "no line end": "a,b\n1.5,2\n3,4.25",
    "blank lines": "\na,b\n1.5,2\n\n3,4.25\n\n",
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_are_found_out(name, write):
    table = read_table(write(LAYOUTS[name]))
    assert table.names == ("a", "b")
    np.testing.assert_array_equal(table.points, VALUES)


def test_names_and_cells_may_hold_delimiters_and_line_ends(write):
    table = read_table(write('"a;x, cm","b"\n1.5,"one\ntwo"\n3,three\n'))
    assert table.names == ("a;x, cm",)
    np.testing.assert_array_equal(table.points, [[1.5], [3.0]])


def test_cells_of_several_lines_may_lie_anywhere_in_a_large_file(write):
    table = read_table(write("a,b\n" + '1.5,"one\n\ntwo, three"\n' * 100_000 + "3,x\n"))
    assert table.points.shape == (100_001, 1)
    assert table.points[-1] == 3.0


def test_a_column_of_texts_with_spaces_is_one_column(write):
    assert read_table(write("full name,other name,a\nx y,z w,1.5\nx y,z v,2\n")).names == ("a",)


@pytest.mark.parametrize("delimiter", ["\t", "\\t", "tab"])
def test_what_is_told_is_not_guessed(delimiter, write):
    path = write("a,1\tb,2\n1,5\t2,0\n3,0\t4,25\n")
    table = read_table(path, delimiter=delimiter, decimal=",")
    assert table.names == ("a,1", "b,2")
    np.testing.assert_array_equal(table.points, VALUES)


def test_a_format_that_is_told_outweighs_the_extension(tmp_path):
    path = tmp_path / "table.parquet"
    path.write_text("a,b\n1.5,2\n3,4.25\n")
    np.testing.assert_array_equal(read_table(path, format="csv").points, VALUES)


@pytest.mark.parametrize("token", ["", "NA", "NaN", "null", "None", "n/a", "-99"])
def test_cells_that_mean_missing(token, write):
    table = read_table(write(f"a,b\n1,2\n{token},3\n2,1\n"), na=["-99"])
    np.testing.assert_array_equal(table.points, [[1, 2], [np.nan, 3], [2, 1]])


NAMES = {
    "1.5,2\n3,4.25\n": ("x0", "x1"),
    "2,2\n3,4.25\n": ("x0", "x1"),
    "1.0 2.0\n3.0 4.25\n": ("x0", "x1"),
    "0,1\n1.5,2\n3,4.25\n": ("0", "1"),
    "1,2\n1.5,2\n3,4.25\n": ("1", "2"),
    "year,2019\n1.5,2\n3,4.25\n": ("year", "2019"),
    "nan,inf\n1.5,2\n3,4.25\n": ("nan", "inf"),
}


@pytest.mark.parametrize("content", NAMES)
def test_whether_the_first_line_holds_names(content, write):
    table = read_table(write(content))
    assert table.names == NAMES[content]
    if table.names[0] != "x0" or content.startswith("1"):
        np.testing.assert_allclose(table.points[-1], [3, 4.25])


@pytest.mark.parametrize("content", ["2019,2020\n1.5,2\n3,4\n", "5.1,3.5,setosa\n4.9,3.0,setosa\n", "7\n8\n9\n"])
def test_a_first_line_that_may_hold_names_or_values_is_refused(content, write):
    with pytest.raises(DataError, match=r"line 1 .* may hold names or values"):
        read_table(write(content))


def test_row_names_without_a_name_are_left_out(write):
    table = read_table(write('"","a","b"\n"1",1.5,2\n"2",3,4.25\n'))
    assert table.names == ("a", "b")
    assert table.dropped == (("Unnamed: 0", "numbers the rows"),)


def test_types_follow_the_whole_file_not_its_first_rows(write):
    table = read_table(write("a,b\n" + "1,\n" * 1_000_000 + "2.5,3\n2.5,4\n"))
    np.testing.assert_array_equal(table.points[-2:], [[2.5, 3.0], [2.5, 4.0]])
    assert np.isnan(table.points[:-2, 1]).all()


def test_long_lines_are_read(write):
    names = [f"column {position} {'x' * 150}" for position in range(8_000)]
    rows = [",".join(str(position + row / 4) for position in range(8_000)) for row in (1, 3)]
    table = read_table(write("\n".join([",".join(names), *rows])))
    assert table.points.shape == (2, 8_000)
    assert table.names == tuple(names)
