"""The terminal's tables, from facts typed in by hand."""

import re

import pytest

from mixtura.cli._answer import cluster_table, start_table


@pytest.fixture
def facts():
    """Three clusters at 0, 1 and 2, `n_columns` columns of which vary by `sd`."""

    def make(n_columns=2, sd=1.0, widths=(0.2, 0.3, 0.1)):
        clusters = [
            {
                "name": f"cluster {k}", "n_rows": 10, "share": 1 / 3, "means": [float(k)] * n_columns,
                "sds": [width] * n_columns, "differences": [(k - 1) / sd] * n_columns,
                "distinguishing": list(range(n_columns)),
            }
            for k, width in enumerate(widths)
        ]  # fmt: skip
        columns = [{"name": f"a column {d}", "mean": 1.0, "sd": sd} for d in range(n_columns)]
        return {"answer": {"n_rows": 30}, "clusters": clusters, "columns": columns}

    return make


def means(table):
    return [re.split(r"  +", line)[4] for line in table if re.match(r"cluster \d  ", line)]


def test_an_outlier_does_not_hide_the_means(facts):
    assert means(cluster_table(facts())) == ["0.00", "1.00", "2.00"]
    assert means(cluster_table(facts(sd=1e5, widths=(0.2, 0.3, 1e5)))) == ["0.0", "1.0", "2.0"]


def test_flat_clusters_do_not_lengthen_the_means(facts):
    assert means(cluster_table(facts(widths=(1e-9, 1e-9, 1e-9)))) == ["0.00", "1.00", "2.00"]


@pytest.mark.parametrize(("n_columns", "hidden"), [(2, 0), (4, 0), (6, 2), (100, 96)])
def test_columns_without_room_are_counted(facts, n_columns, hidden):
    said = [line for line in cluster_table(facts(n_columns)) if "more column" in line]
    assert said == ([f"and {hidden} more columns: see --json"] if hidden else [])


def test_clusters_of_which_there_is_nothing_to_say_leave_no_gap(facts):
    told = facts(n_columns=6)
    table = cluster_table(told | {"clusters": [one | {"distinguishing": []} for one in told["clusters"]]})
    assert table[-1].startswith("and ")


def test_losers_of_a_race_did_not_run_out_of_iterations():
    starts = [
        {"kind": "k-means", "log_likelihood": -9.0, "n_iterations": 9, "n_rounds": n_rounds, "outcome": outcome}
        for n_rounds, outcome in ((3, "exhausted"), (2, "exhausted"), (1, "collapsed"))
    ]
    assert [re.split(r"  +", line)[2] for line in start_table(starts)[1:]] == ["exhausted", "dropped out", "collapsed"]
