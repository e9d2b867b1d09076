"""The public `select` and `classify` take tables of any kind, and say in one sentence what is wrong with one."""

from dataclasses import replace

import numpy as np
import polars
import pytest

from mixtura import assemble, classify, datasets, describe, impute, load, save, select, selection
from mixtura.errors import DataError
from mixtura.explain import explain
from mixtura.sources.roles import Roles
from mixtura.sources.table import complete, read_table

FAITHFUL = datasets.load("faithful")
ONE_FIT = {"n_components": [2], "covariances": ["tied"]}


class OnlyArrow:
    """A relation that speaks Arrow and nothing else."""

    def __init__(self, table):
        self.__arrow_c_stream__ = table.__arrow_c_stream__


def spoiled(value):
    columns = {name: column.tolist() for name, column in zip("ab", np.arange(20.0).reshape(2, 10) ** 2, strict=True)}
    columns["b"][6] = value
    return columns


TABLES = {
    "pandas": lambda: FAITHFUL.frame("pandas"),
    "polars": lambda: FAITHFUL.frame("polars"),
    "lazy": lambda: FAITHFUL.frame("polars").lazy(),
    "pyarrow": lambda: FAITHFUL.frame("pyarrow"),
    "only Arrow": lambda: OnlyArrow(FAITHFUL.frame("pyarrow")),
    "mapping": FAITHFUL.columns,
    "table": lambda: read_table(FAITHFUL.columns()),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_kind_of_table_gives_the_fit_of_the_array(table):
    found, expected = select(table(), **ONE_FIT), selection.select(FAITHFUL.data.copy(), **ONE_FIT)
    assert found.features == FAITHFUL.feature_names
    assert found.best.evidence == expected.best.evidence
    labels = classify(assemble(found), table()).labels
    assert np.array_equal(labels, classify(assemble(expected), FAITHFUL.data).labels)


def test_a_file_is_a_table(tmp_path):
    path = tmp_path / "faithful.csv"
    path.write_text(FAITHFUL.to_csv_text())
    assert select(path, **ONE_FIT).features == FAITHFUL.feature_names


def test_from_a_frame_to_labels_to_a_file(tmp_path):
    frame = FAITHFUL.frame("pandas")
    fitted = assemble(select(frame, **ONE_FIT))
    save(fitted, tmp_path / "model.safetensors")
    kept = load(tmp_path / "model.safetensors")
    assert kept.features == tuple(frame.columns)
    shuffled = frame[frame.columns[::-1]].assign(note="new")
    assert np.array_equal(classify(kept, shuffled).labels, classify(fitted, frame).labels)


def test_all_columns_of_an_array_are_taken_in_their_order():
    points = np.column_stack([np.arange(40), np.random.default_rng(0).integers(0, 9, (40, 11))])
    found = select(points, n_components=[1], covariances=["diag"])
    assert found.features == tuple(f"x{d}" for d in range(12))
    np.testing.assert_allclose(assemble(found).parameters.emission.means[0], points.mean(0))


@pytest.mark.parametrize("dtype", ["int8", "uint64", ">f8", "float16", "float32", "longdouble", "bool"])
def test_arrays_of_every_type(dtype):
    points = (np.arange(40).reshape(20, 2) % 3).astype(dtype)
    found = select(points, n_components=[1], covariances=["diag"])
    np.testing.assert_allclose(assemble(found).parameters.emission.means[0], points.astype(float).mean(0))


def test_an_array_is_taken_for_the_columns_of_a_named_mixture():
    fitted = assemble(select(FAITHFUL.frame("polars"), **ONE_FIT))
    assert len(classify(fitted, FAITHFUL.data[:5]).labels) == 5
    with pytest.raises(DataError, match=r"the array has the columns x0, but the mixture was fitted to eruptions"):
        classify(fitted, FAITHFUL.data[:, :1])
    with pytest.raises(DataError, match="no column 'waiting'"):
        classify(fitted, {"eruptions": [1.0, 2.0]})


def test_roles_choose_the_columns_and_the_weights():
    columns = spoiled(3.0) | {"times": [0, 1, 2] + [1] * 7, "c": list(range(10, 0, -1))}
    table = read_table(columns, Roles(exclude=("c",), weight="times"))
    found = select(table, n_components=[1], covariances=["diag"])
    assert found.features == ("a", "b")
    assert found.best.evidence.n_rows == 10.0
    by_hand = select({"a": columns["a"], "b": columns["b"]}, columns["times"], n_components=[1], covariances=["diag"])
    assert by_hand.best.evidence == found.best.evidence


@pytest.mark.parametrize("kind", [list, tuple, np.array, polars.Series])
def test_weights_of_any_kind(kind):
    found = select(spoiled(3.0), kind([2] * 10), n_components=[1], covariances=["diag"])
    assert found.best.evidence.n_rows == 20.0


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"a": [1.0, 2.0], "b": np.array([np.nan, np.nan])}, r"column 'b' has no value in any row; leave it out"),
        (spoiled(float("inf")), r"column 'b' is infinite in row 7"),
        (np.array([[1.0, 2.0], [3.0, np.nan]]), r"column 'x1' holds 2 in every row"),
        (np.ma.MaskedArray([[1.0, 2.0], [3.0, 4.0]], mask=[[0, 0], [1, 0]]), r"column 'x0' holds 1 in every row"),
        (np.array([[1.0, 5.0], [3.0, 5.0]]), r"column 'x1' holds 5 in every row"),
        (np.array([["a", "b"]], dtype=object), r"type object; it must be numeric with two axes"),
        (np.arange(5.0), r"shape \(5,\)"),
        (FAITHFUL.data[:1], "has one row"),
        ({"kind": ["a", "b"]}, r"no column to cluster on: kind \(text: 2 different values\)"),
        ([[1.0, 2.0], [3.0, 4.0]], "list is not a table: give a file, an array or a data frame"),
    ],
)
def test_tables_that_cannot_be_used(data, message):
    with pytest.raises(DataError, match=message):
        select(data, **ONE_FIT)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0] * 9, r"weights have shape \(9,\); there must be one for each of the 10 rows"),
        ([1.0] * 9 + [-1.0], "the data frame: the weight is -1 in row 10"),
        ([1.0, np.nan] + [1.0] * 8, "the weight is missing in row 2"),
        ([0.0] * 10, "the weight is zero in every row"),
        (["heavy"] * 10, "hold something that is no number"),
    ],
)
def test_weights_that_cannot_be_used(weights, message):
    with pytest.raises(DataError, match=message):
        select(spoiled(3.0), weights, **ONE_FIT)


@pytest.mark.parametrize("value", [None, float("nan")])
def test_rows_with_missing_cells_count_by_the_others(value):
    """One component: the mean of a column is that of its cells, where columns are independent."""
    frame = spoiled(value)
    fitted = assemble(select(frame, n_components=[1], covariances=["diag"]))
    known = [cell for cell in frame["b"] if cell is not value]
    np.testing.assert_allclose(fitted.parameters.emission.means[0], [np.mean(frame["a"]), np.mean(known)])
    assert len(classify(fitted, frame).labels) == 10
    told = describe(fitted, frame)
    assert np.isfinite(told.columns[1].mean)
    filled = impute(fitted, frame)
    np.testing.assert_allclose(filled[6], [frame["a"][6], np.mean(known)])
    draws = impute(fitted, frame, n_draws=3, seed=1)
    assert draws.shape == (3, 10, 2) and len(set(draws[:, 6, 1])) == 3
    with pytest.raises(ValueError, match="n_draws=0 asks for no rows"):
        impute(fitted, frame, n_draws=0)


def test_rows_with_missing_cells_can_be_left_out():
    table = complete(read_table(spoiled(None)), missing="drop")
    assert select(table, n_components=[1], covariances=["diag"]).n_rows == 9


def test_a_table_is_described_by_its_columns_and_weights():
    fitted = assemble(select(FAITHFUL.frame("pandas"), **ONE_FIT))
    frame = FAITHFUL.frame("pandas").assign(other=1.0)[["other", *FAITHFUL.feature_names[::-1]]]
    told = describe(fitted, frame)
    assert told._replace(outliers=None) == explain(fitted, FAITHFUL.data, None, classify(fitted, FAITHFUL.data))
    assert [level.expected for level in told.outliers] == pytest.approx([0.05 * 272, 0.01 * 272, 0.001 * 272])
    weights = np.arange(len(FAITHFUL.data)) % 3.0
    weighted = describe(fitted, replace(read_table(frame.drop(columns="other")[[*fitted.features]]), weights=weights))
    assert weighted.total_weight == weights.sum()
    with pytest.raises(DataError, match="no column 'waiting'"):
        describe(fitted, frame[["eruptions"]])
