"""Columns that tell of clusters, where it is known which do."""

import numpy as np
import pytest

from mixtura import datasets, select_columns
from mixtura.columns import Tried, _Judge
from mixtura.errors import DataError
from mixtura.options import Options

both_searches = pytest.mark.parametrize("search", ["greedy", "headlong"])
QUICK = {"n_components": [2, 3], "covariances": ["tied", "full"]}


def known(seed=0, n_rows=300):
    """Two columns that tell of three clusters, one that only follows them, one of noise, one of correlated noise."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, n_rows)
    telling = np.array([[0, 0], [4, 0], [2, 4]])[labels] + rng.normal(0, 0.8, (n_rows, 2))
    noise = rng.normal(size=n_rows)
    following = telling @ [0.7, -0.4] + rng.normal(0, 1, n_rows)
    return np.column_stack([noise, telling[:, 0], following, telling[:, 1], noise + rng.normal(0, 0.5, n_rows)])


@both_searches
@pytest.mark.parametrize("seed", range(3))
def test_the_columns_that_tell_are_found(search, seed):
    found = select_columns(known(seed), search=search, **QUICK)
    assert found.columns == ("x1", "x3")
    assert found.left_out == ("x0", "x2", "x4")
    assert found.selection.features == ("x1", "x3")
    assert found.selection.best.setting.n_components == 3


@both_searches
def test_steps_tell_the_search(search):
    found = select_columns(known(), search=search, **QUICK)
    added = [step.column for step in found.steps if step.action == "add" and step.is_done]
    removed = [step.column for step in found.steps if step.action == "remove" and step.is_done]
    assert sorted(set(added) - set(removed)) == ["x1", "x3"]
    assert all((step.evidence > 0) == (step.is_done == (step.action == "add")) for step in found.steps)
    assert found.table()[0]["column"] == found.steps[0].column


def test_evidence_without_clusters_is_that_of_ordinary_regression():
    """BIC of one Gaussian for two columns is that of one for the first and a regression of the second on it."""
    points = known()[:, [1, 2]]
    judge = _Judge(points, np.ones(len(points)), Tried((1,), ("full",), 0, Options(n_init=1, ridge=1e-12)))
    assert judge.evidence(1, [0]) == pytest.approx(0, abs=1e-4)
    assert judge.evidence(0, []) == pytest.approx(0, abs=1e-4)


def test_a_regression_takes_what_it_needs():
    points = known()
    judge = _Judge(points, np.ones(len(points)), Tried((2,), ("full",)))
    alone = judge._of_regression(2, [1, 3])
    assert judge.regression(2, [0, 1, 3, 4]) == pytest.approx(alone)
    assert judge.regression(0, [1, 3]) == pytest.approx(judge._of_regression(0, []))


def test_weights_of_a_table_count(tmp_path):
    from mixtura.sources.roles import Roles
    from mixtura.sources.table import read_table

    points = known()
    path = tmp_path / "table.csv"
    rows = [",".join(map(str, [*row, 1.0])) for row in points] + [",".join(["9", "9", "9", "9", "9", "0"])] * 30
    path.write_text("\n".join(["a,b,c,d,e,w", *rows]))
    found = select_columns(read_table(path, Roles(weight="w")), **QUICK)
    assert found.columns == ("b", "d")


def test_names_and_frames():
    iris = datasets.load("iris").frame("polars")
    found = select_columns(iris, n_components=[2, 3], covariances=["full"])
    assert "petal_width_cm" in found.columns + found.left_out
    assert len(found.columns) + len(found.left_out) == 4


def test_bad_questions():
    with pytest.raises(ValueError, match="search='best' is unknown: use one of greedy, headlong"):
        select_columns(known(), search="best")
    with pytest.raises(ValueError, match="at least two"):
        select_columns(known(), n_components=[1, 2])
    with pytest.raises(DataError, match="No column tells of clusters"):
        select_columns(np.random.default_rng(0).normal(size=(200, 2)), n_components=[2], covariances=["full"])
    with pytest.raises(DataError):
        select_columns(np.full((10, 2), np.nan))
