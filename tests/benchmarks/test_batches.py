"""The worth of batches: what is missing to EM on all rows is never negative, and shrinks with the passes."""

import pytest

from mixtura import Schedule

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def test_passes_come_nearer_to_the_fit_of_all_rows(load):
    batches = load("batches")
    points = batches.rows(1500, spread=6.0, seed=1)
    found = batches.missing(points, 300, Schedule())
    assert len(found) == len(batches.PASSES) and min(found) > -1e-6 and found[-1] < found[0]


def test_the_table_has_a_line_for_each_case(load, monkeypatch):
    batches = load("batches")
    monkeypatch.setattr(batches, "missing", lambda points, batch, schedule: [0.001 * batch] * 4)
    table = list(batches.lines(2000, 1))
    assert len(table) == 2 + 8 and table[2] == "| 20 | 1.5 | power=0.6 | 20.00 | 20.00 | 20.00 | 20.00 |"
