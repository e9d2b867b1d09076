"""Likelihood-ratio tests of tables whose columns are no plain numbers."""

from itertools import product

import numpy as np
import pytest

from mixtura import likelihood_ratio_test
from mixtura.errors import DataError
from mixtura.options import Options
from mixtura.sources.roles import Roles
from mixtura.sources.table import read_table

NUMBERS = [42, 23, 6, 25, 6, 24, 7, 38, 1, 4, 1, 6, 2, 9, 2, 20]  # Stouffer & Toby (1951)
ROWS = [row for row, n in zip(product("AB", repeat=4), NUMBERS, strict=True) for _ in range(n)]


def table_of(columns, **roles):
    return read_table({name: list(values) for name, values in columns.items()}, Roles(**roles))


def test_latent_classes_are_told_by_the_g_squared_of_goodman():
    """One class has 81.08, two have 2.72 (Goodman 1974): so much more likely are two."""
    answers = dict(zip("abcd", zip(*ROWS, strict=True), strict=True))
    table = table_of(answers, categorical=list(answers))
    (test,) = likelihood_ratio_test(table, n_components=[1], n_bootstrap=1, level=0.5).comparisons
    assert test.statistic == pytest.approx(81.08 - 2.72, abs=0.01)
    assert test.p_value == 0.5


def test_counts_are_drawn_by_the_law_that_they_are_tested_under():
    """Samples of counts that vary more have no groups, as the rows have none: their statistics are as small."""
    rng = np.random.default_rng(0)
    columns = {"visits": rng.negative_binomial(2, 2 / 7, 60).astype(float), "income": rng.lognormal(7, 0.8, 60)}
    table = table_of(columns, counts=["visits"], transforms={"income": "log"})
    how = {"n_components": [1], "covariance": "diag", "n_bootstrap": 1, "level": 0.5}
    wide, narrow = (
        likelihood_ratio_test(table, options=Options(count_family=law), **how).comparisons[0]
        for law in ("negative_binomial", "poisson")
    )
    assert narrow.p_value == 0.5
    assert max(narrow.bootstrap) < 20 < narrow.statistic and wide.statistic < 20


def test_rows_that_lack_a_level_are_refused():
    table = table_of({"a": ["x", "y", None, "x"] * 5, "b": ["u", "v", "v", "u"] * 5}, categorical=["a", "b"])
    with pytest.raises(DataError, match="5 missing cells in a, first in row 3"):
        likelihood_ratio_test(table)
