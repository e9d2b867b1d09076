import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from mixtura.errors import DataError
from mixtura.sources.roles import Roles
from mixtura.sources.table import read_table

PLANTS = {
    "plate": ["p1", "p2", "p3"],
    "width": [1.0, 2.5, 2.0],
    "weight": [3.0, 0.0, 1.5],
    "wing": [7.5, 8.5, 9.5],
    "species": ["a", "b", "b"],
}


@pytest.mark.parametrize(
    ("roles", "names"),
    [
        (Roles(), ("width", "weight", "wing")),
        (Roles(features=["wing", "width"]), ("wing", "width")),
        (Roles(features=["wi*"]), ("width", "wing")),
        (Roles(features=["wing", "w*"]), ("wing", "width", "weight")),
        (Roles(features=["w*"], weight="weight"), ("width", "wing")),
        (Roles(exclude=["wi?g"]), ("width", "weight")),
        (Roles(profile=["wi*"]), ("weight",)),
    ],
)
def test_the_columns_to_cluster_on(roles, names):
    assert read_table(PLANTS, roles).names == names


def test_a_name_that_looks_like_a_pattern_is_taken_as_a_name_first():
    assert read_table({"a*": [1.0, 2.0], "ab": [1.0, 2.0]}, Roles(features=["a*"])).names == ("a*",)


def test_what_goes_with_the_rows():
    table = read_table(PLANTS, Roles(id="plate", weight="weight", truth="species", profile=["wing"]))
    assert table.names == ("width",)
    assert list(table.ids) == ["p1", "p2", "p3"]
    np.testing.assert_array_equal(table.weights, [3.0, 0.0, 1.5])
    assert list(table.extra) == ["wing", "species"]
    assert list(table.extra["species"]) == ["a", "b", "b"]
    assert table.dropped == ()


@pytest.mark.parametrize("name", ["", "w*", "wide"])
@pytest.mark.parametrize("role", ["id", "weight", "truth", "by"])
def test_a_role_of_one_column_asks_for_one_that_is_there(role, name):
    with pytest.raises(DataError, match=f"column '{re.escape(name)}'"):
        read_table(PLANTS, Roles(**{role: name}))


N = 12
LEFT_OUT = {
    "text": (["a", "b", "c"] * 4, "text: 3 different values"),
    "categories": (pd.Categorical(["a", "b"] * 6), "text: 2 different values"),
    "grades": (pd.Categorical([1, 2, 3] * 4), "text: 3 different values"),
    "answers": ([True, False] * 6, "truth values"),
    "shares": (["36.6%", "4%", None] * 4, "numbers written as text: remove the % signs"),
    "dates": (pd.date_range("2020-01-01", periods=N), "date: 12 different values"),
    "constant": ([3] * N, "constant: every cell is 3"),
    "ID": ([7, 3, 9, 1, 5, 11, 13, 2, 4, 6, 8, 10], "numbers the rows"),
    "counter": (range(1, N + 1), "numbers the rows"),
    "nothing": (pd.array([None] * N, dtype="Int64"), "every cell is missing"),
    "long": ([2**53 + 1, *range(N - 1)], "integers too long for a float, such as identifiers"),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_cannot_be_clustered_on_is_left_out_with_the_reason(name):
    values, reason = LEFT_OUT[name]
    frame = pd.DataFrame({"width": np.linspace(0, 1, N) ** 2, name: values})
    table = read_table(frame)
    assert table.names == ("width",)
    assert table.dropped == ((name, reason),)


def test_nested_columns_are_left_out():
    dropped = read_table(pa.table({"width": [1.0, 2.0], "tags": [[1], [2, 3]]})).dropped
    assert dropped[0][0] == "tags"
    assert "list" in dropped[0][1]


def test_the_index_of_a_data_frame_is_not_a_measurement():
    frame = pd.DataFrame({"width": [1.0, 2.5]}, index=pd.Index([9.5, 3.5], name="time"))
    assert read_table(frame).dropped == (("time", "index of the data frame"),)
    assert read_table(frame, Roles(features=["time"])).names == ("time",)


@pytest.mark.parametrize(
    ("column", "values"),
    [("counter", [1, 2, 3]), ("id", [1, 1, 2]), ("year", [2001, 2002, 2003]), ("id", [1.5, 2.5, 3])],
)
def test_measurements_are_not_taken_for_row_numbers(column, values):
    assert read_table({column: values}).names == (column,)


def test_row_numbers_are_clustered_on_when_asked_for():
    assert read_table({"id": [1, 2, 3], "width": [1.0, 2.0, 4.0]}, Roles(features=["id"])).names == ("id",)


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        (Roles(features=["WIDTH"]), "no column 'WIDTH'; did you mean 'width'"),
        (Roles(exclude=["spezies"]), "did you mean 'species'"),
        (Roles(features=["zz*"]), r"no column matches 'zz\*'; its columns are plate, width"),
        (Roles(id="nothing like it"), "no column 'nothing like it'; its columns are"),
        (Roles(weight="weihgt"), "did you mean 'weight'"),
        (Roles(features=["species"]), r"column 'species' holds text \('a' in row 1\).*--exclude species"),
        (Roles(weight="species"), "weights in column 'species' must be numbers, not text"),
        (
            Roles(features=["width", "weight"], weight="weight"),
            "'weight' is asked for both to cluster on and as weight",
        ),
        (Roles(features=["width", "wing"], truth="wing"), "'wing' .* leave it out of --features or of --truth"),
        (Roles(features=["wing"], profile=["w*"]), "'wing' .* as profile"),
        (Roles(exclude=["*"]), "no column to cluster on: every column has another role"),
        (Roles(exclude=["w*"]), "no column to cluster on: plate .text: 3 different values.; species"),
    ],
)
def test_roles_that_do_not_fit_the_table(roles, message):
    with pytest.raises(DataError, match=message):
        read_table(PLANTS, roles)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0, -2.0, 1.0], "is -2 in row 2"),
        ([1.0, 2.0, np.nan], "is missing in row 3"),
        ([np.inf, 2.0, 1.0], "is inf in row 1"),
        ([0, 0, 0], "is zero in every row"),
    ],
)
def test_unusable_weights(weights, message):
    with pytest.raises(DataError, match=message):
        read_table({"width": [1.0, 2.0, 4.0], "w": weights}, Roles(weight="w"))
