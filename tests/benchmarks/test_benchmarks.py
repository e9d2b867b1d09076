"""Every benchmark runs: the suite for asv once at its smallest, and a smoke run of the comparison."""

import itertools
import re
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
MODULES = [file.stem for file in (BENCHMARKS / "asv" / "suite").glob("*.py") if file.stem not in ("__init__", "data")]
KINDS = ("time_", "peakmem_")


def smallest_and_largest(parameters):
    """The first and the last of all combinations: every kind of data and of option takes part somewhere."""
    combinations = list(itertools.product(*parameters))
    return dict.fromkeys([combinations[0], combinations[-1]])


@pytest.mark.filterwarnings("ignore:Flat in some direction:sklearn.exceptions.ConvergenceWarning")  # few rows
@pytest.mark.parametrize("module", sorted(MODULES))
def test_every_benchmark_runs(load, monkeypatch, module):
    monkeypatch.setattr(load("suite.data"), "SHARE", 1e-3)
    found = vars(load(f"suite.{module}")).values()
    classes = [value for value in found if getattr(value, "__module__", "") == f"suite.{module}"]
    assert classes
    for made in classes:
        for parameters in smallest_and_largest(getattr(made, "params", ())):
            benchmark = made()
            benchmark.setup(*parameters)
            names = [name for name in dir(made) if name.startswith(KINDS)]
            assert names
            for name in names:
                getattr(benchmark, name)(*parameters)
            getattr(benchmark, "teardown", lambda *_: None)(*parameters)


@pytest.mark.filterwarnings("ignore:Best performing:sklearn.exceptions.ConvergenceWarning")  # after few iterations
@pytest.mark.parametrize("style", ["as_text", "as_markdown"])
def test_a_smoke_run_shows_no_times(load, style):
    compare, table = load("compare"), load("comparison.table")
    parts, effort = ["small", "models", "kmeans", "bounds"], table.Effort(1, is_smoke=True)
    shown = list(compare.lines(parts, effort, getattr(table, style)))
    assert shown[0] == compare.SMOKE
    rows = [line for line in shown if "ran" in line.split()]
    assert len(rows) == 8 + 14 + 8
    assert not any(re.search(r"\d\.\d", line) for line in rows)


def test_a_table_shows_numbers_as_its_columns_say(load):
    table = load("comparison.table")
    made = table.Table("T", "Note.", [("what", table.LABEL), ("ms", table.TIME)], [("a", 1.0), ("b", float("nan"))])
    page = list(table.as_markdown(made, table.Effort()))
    assert page[1:] == ["| what | ms |", "| --- | ---: |", "| a | 1.00 |", "| b | – |"]
    text = list(table.as_text(made, table.Effort()))
    assert [line.split() for line in text[1:]] == [["what", "ms"], ["a", "1.00"], ["b", "–"]]


def test_an_iteration_is_the_difference_of_two_fits(load, monkeypatch):
    """What a fit does besides iterating cancels; iterations that did not happen do not count."""
    clock, now = load("comparison.clock"), [0.0]

    def fit(most):
        now[0] += 5 + 2 * min(most, 9)
        return min(most, 9)

    monkeypatch.setattr(clock.time, "perf_counter", lambda: now[0])
    assert clock.per_iteration(fit, 2, 12, 3) == pytest.approx(2)
