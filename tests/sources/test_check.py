import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats

from mixtura.errors import DataError
from mixtura.sources.check import table_facts
from mixtura.sources.roles import Roles
from mixtura.sources.table import read_table

N = 40
RNG = np.random.default_rng(0)
SAMPLE = RNG.normal(3.0, 2.0, N)


def facts_about(values, **others):
    return table_facts({"column": values, **others}).columns[0]


def test_moments_agree_with_scipy():
    facts = facts_about(SAMPLE)
    assert facts.minimum == SAMPLE.min()
    assert facts.maximum == SAMPLE.max()
    np.testing.assert_allclose(
        [facts.median, facts.mean, facts.sd, facts.skewness],
        [np.median(SAMPLE), SAMPLE.mean(), stats.tstd(SAMPLE), stats.skew(SAMPLE)],
        rtol=1e-12,
    )


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_moments_neither_overflow_nor_vanish(scale):
    facts, scaled = facts_about(SAMPLE), facts_about(SAMPLE * scale)
    np.testing.assert_allclose([scaled.mean / scale, scaled.sd / scale], [facts.mean, facts.sd], rtol=1e-12)
    np.testing.assert_allclose(scaled.skewness, facts.skewness, rtol=1e-9)


def test_missing_and_infinite_cells_are_counted_and_left_out_of_averages():
    facts = facts_about([1.0, np.nan, np.inf, 3.0, None, 3.0])
    assert (facts.n_missing, facts.n_distinct, facts.maximum) == (2, 3, 3.0)
    assert facts.mean == pytest.approx(7 / 3)
    assert facts.top_share == 0.5


@pytest.mark.parametrize(
    "values", [SAMPLE, ["a", None] * (N // 2), [None] * N, [[1]] * N, [b"x"] * N, [True, None] * 20]
)
def test_every_kind_of_column_has_facts(values):
    facts = facts_about(pa.array(values))
    assert facts.n_missing == sum(value is None for value in values)


def test_text_has_a_most_frequent_value():
    assert facts_about(["a", "b", "a", None]).top_share == pytest.approx(2 / 3)


def test_categories_have_levels():
    assert facts_about(["a", "b", "a", None]).levels == {"a": 2, "b": 1}
    assert facts_about([True, False, True]).levels == {"true": 2, "false": 1}
    assert facts_about(pd.Categorical([3, 1, 3])).levels == {"3": 2, "1": 1}
    assert facts_about([f"person {i}" for i in range(N)]).levels is None


def test_repeated_rows_are_counted():
    facts = table_facts({"a": [1.0, 2.0, 1.0, 1.0], "b": ["x", "y", "x", "z"], "c": [[1], [2], [3], [4]]})
    assert facts.n_duplicated_rows == 1
    assert table_facts({"c": [[1], [1]]}).n_duplicated_rows == 0


def test_roles_are_told():
    columns = {name: RNG.random(N) for name in "abcdefg"} | {"text": ["x", "y"] * (N // 2)}
    roles = Roles(exclude=["a"], id="b", weight="c", truth="d", by="e", profile=["f"])
    told = [facts.role for facts in table_facts(columns, roles).columns]
    assert told == ["excluded", "id", "weight", "truth", "by", "profile", "feature", "left out"]
    told = [facts.role for facts in table_facts(columns, Roles(features=["a"])).columns]
    assert told == ["feature"] + ["unused"] * 7


def test_a_table_that_was_read_has_facts_too():
    facts = table_facts(read_table({"a": SAMPLE}))
    assert [column.name for column in facts.columns] == ["a"]
    assert facts.n_rows == N


def test_what_cannot_be_read_has_no_facts(tmp_path):
    (tmp_path / "table.csv").write_text("")
    with pytest.raises(DataError, match="is empty"):
        table_facts(tmp_path / "table.csv")
