"""Columns of categories in tables: read, refused, left to the family where cells are missing, fitted."""

import numpy as np
import pytest

from mixtura import assemble, classify, select
from mixtura.errors import DataError
from mixtura.sources.column import Column
from mixtura.sources.kinds import kinds_of, table_of
from mixtura.sources.roles import Roles
from mixtura.sources.table import complete, read_table, require_variation

PEOPLE = {
    "age": [31.0, 25, 60, 64, 33, 58, 61, 29],
    "town": ["Rom", "Oslo", None, "Rom", "Oslo", "Rom", "Rom", "Oslo"],
    "grade": [1, 2, 2, 3, 1, 3, 3, 1],
}
ROLES = Roles(categorical=("town", "grade"))


def test_levels_have_numbers():
    table = read_table(PEOPLE, ROLES)
    assert table.names == ("age", "town", "grade")
    assert table.columns == (
        Column("age", "number"),
        Column("town", "category", ("Oslo", "Rom")),
        Column("grade", "category", ("1", "2", "3")),
    )
    np.testing.assert_array_equal(table.points[:, 1], [1, 0, np.nan, 1, 0, 1, 1, 0])
    np.testing.assert_array_equal(table.points[:, 2], [0, 1, 1, 2, 0, 2, 2, 0])


def test_without_categories_nothing_is_different():
    table = read_table(PEOPLE)
    assert (table.names, table.columns) == (("age", "grade"), ())


def test_a_missing_category_is_a_missing_cell():
    table = read_table(PEOPLE, ROLES)
    assert complete(table, "model") is table
    assert complete(table, "drop").points.shape == (7, 3)
    with pytest.raises(DataError, match="1 missing cell in town"):
        complete(table)


def test_a_missing_number_is_too():
    table = read_table(PEOPLE | {"age": [None, *PEOPLE["age"][1:]]}, ROLES)
    assert complete(table, "drop").points.shape == (6, 3)


def test_known_levels_keep_their_numbers():
    table = read_table({"town": ["Rom", "Bonn"]}, Roles(["town"], levels={"town": ["Oslo", "Rom"]}))
    np.testing.assert_array_equal(table.points[:, 0], [1, np.nan])
    assert table.unknown == {"town": ("Bonn",)}


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ([f"person {i}" for i in range(50)], r"has 50 different values in 50 rows: it names rows .* --id name"),
        ([None] * 50, "is empty"),
        ([[1]] * 50, "which are no categories"),
    ],
)
def test_what_groups_no_rows_is_refused(column, message):
    with pytest.raises(DataError, match=message):
        read_table({"age": np.arange(50.0), "name": column}, Roles(categorical=["name"]))


def test_one_level_tells_no_groups_apart():
    with pytest.raises(DataError, match="column 'town' holds Rom in every row"):
        require_variation(read_table({"age": [1.0, 2.0], "town": ["Rom", "Rom"]}, Roles(categorical=["town"])))


def test_text_names_the_remedy():
    with pytest.raises(DataError, match="--categorical town"):
        read_table(PEOPLE, Roles(["age", "town"]))


def test_kinds_are_those_of_the_columns():
    kinds = {column.name: column.kind for column in kinds_of(table_of(PEOPLE), counts=["grade"])}
    assert kinds == {"age": "number", "town": "category", "grade": "count"}


def test_a_selection_takes_them_along():
    rng = np.random.default_rng(0)
    group = np.repeat([0, 1], [80, 60])
    people = {"age": rng.normal([30, 55], 9, (140, 2))[np.arange(140), group], "town": np.array(["Oslo", "Rom"])[group]}
    found = select(read_table(people, Roles(categorical=["town"])), n_components=[1, 2, 3], covariances=["full"])
    assert found.best.setting.n_components == 2
    fitted = assemble(found)
    assert (classify(fitted, read_table(people, Roles(categorical=["town"]))).labels == group).all()
    alone = select(read_table({"town": people["town"]}, Roles(categorical=["town"])), n_components=[1, 2])
    assert alone.best.setting.n_components == 1
    assert len(alone.candidates) == 2
