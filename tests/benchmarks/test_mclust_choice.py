"""The race of choices against mclust: its table is right, and it runs where R is."""

import numpy as np
import pytest


@pytest.fixture
def race(load):
    return load("mclust_choice")


def test_the_table_has_a_row_for_each_case_and_the_mean_of_ratios(race):
    theirs = race.Theirs("one", 0.4, "VVV", 2, 100.0), race.Theirs("two", 0.1, "E", 3, 50.0)
    ours = race.Ours(0.1, "EEE", 3, 90.0, 5), race.Ours(0.1, "E", 3, 50.0, 4)
    table = list(race.lines(list(zip(theirs, [(10, 2), (20, 1)], ours, strict=True))))
    assert table[2] == "| one | 10 × 2 | 400 | 100 | 4.0× | VVV, 2 | EEE, 3 | 10.00 | 5 |"
    assert "| 2.0× |" in table[-1]
    assert {line.count("|") for line in table} == {10}


def test_one_column_is_fitted_by_the_two_models_of_one_column(race):
    points = np.random.default_rng(0).normal(size=(40, 1))
    ours = race.choose_here(points, 1)
    assert ours.model in ("E", "V") and ours.seconds > 0 and np.isfinite(ours.bic)


def test_both_choose_where_r_is(race, tmp_path):
    if not race.has_mclust():
        pytest.skip("needs R and its package mclust")
    (theirs,) = race.choose_there(tmp_path, 1, ["acidity"])
    points = np.loadtxt(tmp_path / "acidity.csv", delimiter=",", ndmin=2)
    ours = race.choose_here(points, 1)
    assert points.shape == (155, 1) and theirs.seconds > 0
    assert (ours.model, ours.n_groups) == (theirs.model, theirs.n_groups) == ("E", 2)
    assert ours.bic <= theirs.bic + 0.01
