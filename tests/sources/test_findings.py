"""What a table is found to have: every fault by its name, with a remedy that names the option, and no false alarm."""

import shlex

import numpy as np
import pandas as pd
import pytest

from mixtura import table_facts
from mixtura.cli.fit import command
from mixtura.sources.roles import Roles

N = 60
RNG = np.random.default_rng(0)
BELL = RNG.normal(3.0, 2.0, N)
OTHER = RNG.normal(0.0, 1.0, N)


def replaced(*cells):
    return np.concatenate([BELL[: N - len(cells)], cells])


FOUND = {
    "constant": [2.0] * N,
    "nested": [[1.0]] * N,
    "identifier": list(range(N)),
    "empty": [None] * N,
    "mostly missing": np.where(np.arange(N) < 50, np.nan, BELL),
    "skewed": np.exp(2 * BELL),
    "far out": replaced(400.0, -380.0),
    "few values": [1, 2, 4, 3] * (N // 4),
    "peak": np.where(np.arange(N) % 3 == 0, 0.0, BELL),
    "code for missing": replaced(-999.0, -999.0),
    "in order": np.cumsum(np.exp(OTHER)),
    "narrow": 1e12 + BELL,
    "infinite": replaced(np.inf),
    "too large": replaced(1e300),
    "too small": 1e-300 * BELL,
    "category": ["a", "b"] * (N // 2),
    "text": [f"person {i}" for i in range(N)],
    "date": pd.date_range("2020-01-01", periods=N),
    "typing slip": ["1.5"] * (N - 1) + ["n/a?"],
    "numbers as text": ["7 %", "9 %"] * (N // 2),
    "copy": 3 - 2 * OTHER,
}


def about(column, **others):
    return table_facts({"other": OTHER, **others, "column": column})


@pytest.mark.parametrize("fault", FOUND)
def test_a_fault_is_found_and_nothing_else(fault):
    found, *others = about(FOUND[fault]).findings
    assert (found.about, found.columns[0]) == (fault, "column")
    assert "column" in found.sentence
    assert {other.about for other in others} <= {"missing", "scale"}  # which follow from it


@pytest.mark.parametrize("column", [BELL, BELL.round(1), 1e200 * BELL / 1e80, 1e-120 * BELL, 1e7 + BELL])
def test_an_ordinary_column_is_not_suspected(column):
    assert [found for found in about(column).findings if found.about != "scale"] == []


@pytest.mark.parametrize("n_rows", [30, 100, 1000])
def test_bells_raise_hardly_an_alarm(n_rows):
    rng, n_tables, n_columns = np.random.default_rng(1), 100, 5
    cells = rng.normal(size=(n_tables, n_rows, n_columns)) @ rng.normal(size=(n_columns, n_columns))
    tables = (dict(zip("abcde", points.T, strict=True)) for points in cells)
    n_alarms = sum(len(table_facts(points).findings) for points in tables)
    assert n_alarms <= 0.005 * n_tables * n_columns


def test_groups_raise_no_alarm():
    groups = np.concatenate([RNG.normal(-6, 1, 90), RNG.normal(6, 1, 60), RNG.normal(0, 1, 50)])
    assert table_facts({"a": groups, "b": RNG.normal(size=200)}).findings == ()


REMEDIES = ["few values", "code for missing", "category", "copy", "mostly missing", "text", "peak"]


@pytest.mark.parametrize("fault", REMEDIES)
def test_remedies_name_options_that_exist(fault):
    found = about(FOUND[fault]).findings[0]
    options = {name for option in command.params for name in option.opts}
    named = {word.rstrip(".,;") for word in found.remedy.split() if word.startswith("--")}
    assert named and named <= options


def test_a_remedy_can_be_pasted():
    found = table_facts({"a, b": ["x", "y"] * N, "c": np.tile(OTHER, 2)}).findings[-2]
    assert shlex.split(found.remedy)[:2] == ["--categorical", '"a, b"']


def test_what_is_asked_for_and_cannot_be_is_an_error():
    facts = table_facts({"other": OTHER, "town": ["a", "b"] * (N // 2)}, Roles(features=["other", "town"]))
    assert [(found.about, found.severity) for found in facts.findings] == [("category", "error")]


def test_columns_that_follow_from_several_are_found():
    third = RNG.normal(size=N)
    (found,) = about(100 * OTHER + BELL - third, second=BELL, third=third).findings
    assert found.columns == ("column", "other", "second", "third")


def test_rounding_hides_no_copy():
    (found,) = about((2.2046 * OTHER).round(4)).findings
    assert "all but follows from other" in found.sentence


def test_missing_cells_are_told_by_pattern():
    holes = np.where(np.arange(N) < 5, np.nan, BELL)
    facts = about(holes, second=np.where(np.arange(N) < 7, np.nan, RNG.normal(size=N)))
    (found,) = facts.findings
    assert (found.about, facts.n_incomplete_rows) == ("missing", 7)
    assert "most often second and column in 5, second alone in 2" in found.sentence
    assert "would leave 53 rows" in found.remedy


def test_rows_without_any_cell_are_told():
    (found,) = table_facts({"a": replaced(np.nan), "b": np.append(OTHER[:-1], np.nan)}).findings
    assert "1 row has no cell" in found.sentence


def test_levels_are_looked_at():
    towns = ["Rom", "Oslo", "rom ", "unknown"] + ["Rom", "Oslo"] * (N // 2 - 2)
    found = {one.about: one for one in about(towns).findings}
    assert set(found) == {"category", "spelling", "level for missing", "rare levels"}
    assert "'Rom' and 'rom'" in found["spelling"].sentence
    assert found["level for missing"].remedy.startswith("--na unknown")


def test_repeated_rows_matter_where_they_should_not_happen():
    def severity(column):
        (found,) = [one for one in table_facts({"column": column}).findings if one.about == "repeated rows"]
        return found.severity

    assert severity(np.concatenate([BELL, BELL[:30]])) == "warning"
    assert severity(BELL.round()) == "note"


def test_weights_are_told_in_rows():
    weights = np.repeat([1.0, 3.0], N // 2)
    (found,) = table_facts({"a": OTHER, "w": weights}, Roles(weight="w")).findings
    assert "60 rows say as much as 48 equal ones" in found.sentence
    (found,) = table_facts({"a": OTHER, "w": -weights}, Roles(weight="w")).findings
    assert found.severity == "error"


def test_a_table_without_numbers_says_what_to_do():
    facts = table_facts({"a": ["x", "y"] * N, "b": ["u", "v", "w"] * (2 * N // 3)})
    assert facts.findings[0].severity == "error"
    assert facts.findings[0].remedy == "--categorical a,b clusters on categories."


def test_a_column_of_nan_stops_a_fit():
    found = about(np.full(N, np.nan)).findings[0]
    assert (found.about, found.severity) == ("empty", "error")


def test_few_rows_are_few_for_many_columns():
    assert "few rows" in [found.about for found in table_facts(RNG.normal(size=(20, 8))).findings]


@pytest.mark.parametrize("n_rows", [1, 2, 3])
def test_tiny_tables_have_findings_too(n_rows):
    assert table_facts({"a": [1.0] * n_rows, "b": ["x"] * n_rows, "c": [None] * n_rows}).findings


@pytest.mark.parametrize("name", ["", "x" * 10_000, "<script>", "a\nb", "\x1b[31m"])
def test_hostile_names_stay_on_a_line(name):
    for found in table_facts({name: [1, 2] * N, "other": np.tile(OTHER, 2)}).findings:
        assert "\n" not in found.sentence and len(found.sentence) < 300
