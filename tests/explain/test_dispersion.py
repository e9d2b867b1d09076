"""Counts that vary more than Poisson's law says are named with the option that helps; others are not."""

import numpy as np
import pytest

from mixtura import MixedMixture
from mixtura.explain.dispersion import dispersion_caution
from mixtura.explain.records import Rows
from mixtura.mixture import Classification


def said(columns, n_components=1, weights=None, **options):
    """What is said of a fit to columns of counts."""
    points = np.stack(list(columns.values()), axis=1).astype(float)
    weights = np.ones(len(points)) if weights is None else weights
    mixed = MixedMixture(n_components, counts=list(columns), random_state=0, **options)
    fitted = mixed.fit(columns, sample_weight=weights).to_fitted()
    labels = Classification(np.zeros(len(points), int), np.ones(len(points)), np.zeros(len(points)))
    holes = np.isnan(points)
    return list(dispersion_caution(fitted, Rows(np.nan_to_num(points), weights, labels, holes=holes)))


def wide(n_rows=400, seed=0, size=1.0):
    rng = np.random.default_rng(seed)
    return rng.poisson(rng.gamma(size, 5 / size, n_rows)).astype(float)


def narrow(n_rows=400, seed=0, rate=5.0):
    return np.random.default_rng(seed).poisson(rate, n_rows).astype(float)


def test_only_what_varies_more_is_named():
    (sentence,) = said({"calls": narrow(), "visits": wide()})
    assert sentence.startswith("Counts of visits vary ")
    assert "--count-family negative-binomial" in sentence
    factor = float(sentence.split()[4])
    assert factor == pytest.approx(wide().var() / wide().mean(), rel=0.01)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("rate", [0.02, 0.5, 40.0])
def test_poissons_counts_are_not_named(seed, rate):
    assert said({"visits": narrow(seed=seed, rate=rate)}) == []


def test_groups_that_differ_are_no_spread_within_them():
    visits = np.concatenate([narrow(rate=2.0), narrow(seed=1, rate=20.0)])
    assert said({"visits": visits}) != []
    assert said({"visits": visits}, n_components=2) == []


def test_a_law_that_lets_them_vary_is_not_warned_of():
    assert said({"visits": wide()}, count_family="negative_binomial") == []


def test_missing_cells_and_rows_without_weight_do_not_count():
    visits = np.concatenate([narrow(), np.full(20, np.nan), np.full(20, 500.0)])
    weights = np.repeat([1.0, 1.0, 0.0], [400, 20, 20])
    assert said({"visits": visits}, weights=weights) == []
    assert said({"visits": visits}) != []


def test_the_widest_are_named_first_and_many_are_counted():
    columns = {f"x{i}": wide(seed=i, size=size) for i, size in enumerate([2.0, 0.5, 1.0, 1.5, 3.0])}
    (sentence,) = said(columns)
    assert "of x1, x2, " in sentence and "and 2 more columns vary" in sentence
