"""The comparison of cells with mclust: its table is right, and it runs where R is."""

import pytest

from mixtura.trials import Setting


@pytest.fixture
def cells(load):
    return load("mclust_cells")


def test_the_table_counts_what_is_lower_equal_and_higher(cells):
    theirs = {Setting(1, "E"): 10.0, Setting(2, "E"): 20.0, Setting(3, "E"): 30.0, Setting(4, "E"): 40.0}
    ours = {Setting(1, "E"): 10.01, Setting(2, "E"): 19.0, Setting(3, "E"): 32.5, Setting(5, "E"): 0.0}
    table = list(cells.lines([("one", (9, 1), theirs, ours)]))
    assert table[2] == "| one | 9 × 1 | 3 | 1 | 1 | 1 | E, 3: 2.5 |"
    assert table[3] == "| all | | 3 | 1 | 1 | 1 | |"


def test_both_make_the_cells_where_r_is(cells, load, tmp_path):
    if not load("mclust_choice").has_mclust():
        pytest.skip("needs R and its package mclust")
    (theirs,) = cells.cells_there(tmp_path, ["warpbreaks"]).values()
    assert {setting.covariance for setting in theirs} == {"E", "V"}
    points = cells.np.loadtxt(tmp_path / "warpbreaks.csv", delimiter=",", ndmin=2)
    ours = cells.cells_here(points, theirs)
    assert all(ours[setting] < bic + cells.EQUAL for setting, bic in theirs.items())
