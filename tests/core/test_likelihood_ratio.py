import json
from pathlib import Path

import numpy as np
import pytest

from mixtura import Options, datasets, likelihood_ratio_test, select
from mixtura.errors import DataError
from mixtura.likelihood_ratio import Comparison, judge

REFERENCE = json.loads((Path(__file__).parent.parent / "references" / "mclust_lrt.json").read_text())
FAITHFUL = datasets.load("faithful").data
TABLES = {"faithful": FAITHFUL, "waiting": FAITHFUL[:, 1:]}
AS_MCLUST = Options(scale="none", ridge=0.0)


@pytest.mark.parametrize("model", [("faithful", "EEE"), ("faithful", "VVV"), ("waiting", "V"), ("waiting", "E")])
def test_the_first_tests_are_those_of_mclust(model):
    """Where our statistic of a later test is higher, mclust stopped at a lower optimum."""
    name, covariance = model
    theirs = [test for test in REFERENCE["tests"] if (test["table"], test["model"]) == model]
    found = likelihood_ratio_test(
        TABLES[name], covariance=covariance, n_components=[1, 2], n_bootstrap=9, level=0.1, options=AS_MCLUST
    )
    first = found.comparisons[0]
    assert first.statistic == pytest.approx(theirs[0]["statistic"], abs=0.05)
    assert first.p_value == 1 / 10 and theirs[0]["p_value"] == 1 / 200
    if len(found.comparisons) > 1:
        assert found.comparisons[1].statistic > theirs[1]["statistic"] - 0.05


def test_one_group_of_waiting_times_is_too_few_and_two_are_enough():
    """mclust's p-values of 2 against 3 are 0.93 (V) and 0.8 (E)."""
    found = likelihood_ratio_test(FAITHFUL[:, 1:], covariance="E", n_bootstrap=19, options=AS_MCLUST)
    assert found.is_decided and found.n_components == 2
    assert [row["against"] for row in found.table()] == [2, 3]
    assert found.comparisons[1].p_value > 0.2


def test_statistics_are_differences_of_fits_in_the_units_of_the_data():
    how = {"covariance": "diag", "n_components": [1], "n_bootstrap": 9, "level": 0.1}
    first = likelihood_ratio_test(FAITHFUL, **how).comparisons[0]
    fits = select(FAITHFUL, n_components=[1, 2], covariances=["diag"]).candidates
    heights = [candidate.evidence.log_likelihood for candidate in fits]
    assert first.log_likelihoods == pytest.approx(heights, abs=1e-2)
    assert first.statistic == pytest.approx(2 * (heights[1] - heights[0]), abs=0.02)
    assert list(first.bootstrap) == sorted(first.bootstrap)
    assert first.p_value == (1 + sum(value >= first.statistic for value in first.bootstrap)) / 10


def test_rows_without_groups_have_none():
    points = np.random.default_rng(0).normal(size=(80, 2))
    found = likelihood_ratio_test(points, covariance="tied", n_bootstrap=9, level=0.1)
    assert found.n_components == 1 and len(found.comparisons) == 1


def test_same_seed_same_result_for_any_number_of_threads():
    points = np.random.default_rng(0).normal(size=(60, 1))
    how = {"covariance": "V", "n_components": [1], "n_bootstrap": 9, "level": 0.1, "seed": 5}
    one, three = (likelihood_ratio_test(points, **how, options=Options(n_threads=n)) for n in (1, 3))
    assert one == three
    assert one != likelihood_ratio_test(points, **how | {"seed": 6})


def test_whole_weights_are_repeated_rows():
    points, weights = np.random.default_rng(0).normal(size=(40, 1)), np.arange(40) % 3
    how = {"covariance": "E", "n_components": [1], "n_bootstrap": 9, "level": 0.1}
    weighted = likelihood_ratio_test(points, weights, **how).comparisons[0]
    repeated = likelihood_ratio_test(np.repeat(points, weights, axis=0), **how).comparisons[0]
    assert weighted.log_likelihoods == pytest.approx(repeated.log_likelihoods, abs=1e-2)
    assert weighted.bootstrap == pytest.approx(repeated.bootstrap, abs=0.5)


def test_an_interrupt_keeps_the_tests_that_are_done():
    def interrupt(comparison):
        raise KeyboardInterrupt

    found = likelihood_ratio_test(FAITHFUL, covariance="EII", n_bootstrap=9, level=0.1, on_test=interrupt)
    assert not found.is_complete and not found.is_decided
    assert found.n_components == 2 and len(found.comparisons) == 1


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"covariance": "VVX"}, ValueError, "covariance model 'VVX' is unknown"),
        ({"n_bootstrap": 0}, ValueError, "draws no sample"),
        ({"n_bootstrap": 10}, ValueError, "level=0.05 takes 19 samples or more"),
        ({"level": 1.0}, ValueError, "is no probability between 0 and 1"),
        ({"n_components": []}, ValueError, "must be numbers of at least 1"),
        ({"n_components": [0]}, ValueError, "must be numbers of at least 1"),
        ({"n_components": [400]}, DataError, "401 clusters are asked for, but only 256 different rows"),
    ],
)
def test_what_cannot_be_tested_is_said(how, error, message):
    with pytest.raises(error, match=message):
        likelihood_ratio_test(FAITHFUL, **how)


@pytest.mark.parametrize("cell", [np.nan, np.inf])
def test_cells_that_are_no_numbers_are_refused(cell):
    points = FAITHFUL.copy()
    points[3, 1] = cell
    with pytest.raises(DataError):
        likelihood_ratio_test(points)


@pytest.mark.parametrize("level", [0.05, 0.1, 0.3])
def test_a_test_rejects_where_the_statistic_exceeds_the_critical_one(level):
    samples = tuple(float(value) for value in range(19))
    for statistic in np.arange(-0.5, 19.0, 0.5):
        p_value = (1 + sum(value >= statistic for value in samples)) / 20
        test = Comparison(1, statistic, p_value, samples, (0.0, 0.0))
        assert (p_value <= level) == (statistic > test.critical(level))
    assert Comparison(1, 9.0, 0.5, samples[:1], (0.0, 0.0)).critical(0.05) is None


def test_a_comparison_is_told_in_a_line_without_its_samples():
    told = repr(Comparison(2, 31.648, 0.01, tuple(np.arange(999.0)), (0.0, 0.0)))
    assert told == "<Comparison: 2 against 3, statistic: 31.648, p: 0.01>"


@pytest.mark.parametrize("level", [0.05, 0.2])
def test_samples_that_are_not_drawn_change_no_verdict(level):
    """Of rows without groups: statistics of all samples, and as many as it takes."""
    n_bootstrap, rng = 199, np.random.default_rng(3)
    enough = round(level * (n_bootstrap + 1))
    for statistic in rng.uniform(0, 1, 40):
        samples = rng.uniform(0, 1, n_bootstrap).tolist()
        drawn, p_value = judge(samples, statistic, enough)
        of_all = (1 + sum(value >= statistic for value in samples)) / (1 + n_bootstrap)
        assert (p_value > level) == (of_all > level)
        assert drawn == samples[: len(drawn)]
        assert (len(drawn) < n_bootstrap) <= (p_value > level)


def test_p_values_of_chance_are_uniform_at_most():
    """P(p <= u) is no more than u, and about as much, whether samples end early or not."""
    rng = np.random.default_rng(0)
    p_values = np.array([judge(rng.normal(size=99).tolist(), rng.normal(), 20)[1] for _ in range(4000)])
    for u in (0.02, 0.05, 0.1, 0.3, 0.5, 0.8):
        assert np.mean(p_values <= u) == pytest.approx(u, abs=4 * np.sqrt(u * (1 - u) / 4000) + 0.01)


def test_a_test_of_nothing_ends_early():
    points = np.random.default_rng(1).normal(size=(60, 1))
    found = likelihood_ratio_test(points, covariance="E", n_components=[1], n_bootstrap=199)
    (test,) = found.comparisons
    assert 20 <= len(test.bootstrap) < 199
    assert test.p_value == 20 / len(test.bootstrap) > 0.05
