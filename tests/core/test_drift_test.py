"""The test for drift: its level where nothing changes, fitted or not; what it finds, and what it refuses."""

import numpy as np
import pytest

from laws.settings import FAMILIES, N
from mixtura import GaussianMixture, drift_test, em
from mixtura.acceleration import SmallGain
from mixtura.errors import DataError, OptionError
from mixtura.fitted import FittedMixture, default_names
from mixtura.sources.table import Table
from mixtura.statistics import Block

NAMES = ("a", "b")
RNG = np.random.default_rng(11)


def rows(number, shift=0.0, share=0.3, width=1.0):
    apart = np.where(RNG.uniform(size=number) < share, 0.0, 3.0)[:, None]
    return width * RNG.standard_normal((number, 2)) + apart + shift


TRUTH = GaussianMixture(2, random_state=0).fit(rows(4000)).to_fitted()


def refitted(points):
    """The mixture of these rows, from the truth on."""
    block = Block(points, np.ones(len(points)))
    fit = em.fit(TRUTH.model, TRUTH.parameters, lambda f: f(block), stop=SmallGain(1e-4), max_iterations=40)
    return FittedMixture(TRUTH.model, fit.parameters, TRUTH.features, default_names(2))


@pytest.mark.parametrize("is_fitted", [False, True])
def test_the_level_is_what_it_says(is_fitted):
    """Of 120 pairs of windows without drift, 12 are to have a p-value of a tenth at most: 1 to 26 but for 1 in 1e4."""
    p_values = []
    for seed in range(120):
        first, second = rows(300), rows(150)
        fitted = refitted(first) if is_fitted else TRUTH
        p_values.append(drift_test(fitted, first, second, n_draws=99, seed=seed).p_value)
    assert 1 <= np.sum(np.array(p_values) <= 0.1) <= 26
    assert 39 <= np.sum(np.array(p_values) <= 0.5) <= 81


@pytest.mark.parametrize(
    ("change", "kind"), [({"shift": 0.5}, "shifts"), ({"share": 0.6}, "counts"), ({"width": 1.4}, "scatter")]
)
def test_what_has_changed_is_found_and_named(change, kind):
    found = drift_test(TRUTH, rows(400), rows(400, **change))
    assert found.p_value < 0.01 and found.p_values[kind] < 0.01
    assert found.p_values.keys() == {"counts", "shifts", "scatter"}


def test_shares_are_those_of_both_windows():
    before, after = drift_test(TRUTH, rows(4096, share=0.3), rows(4096, share=0.6)).shares
    np.testing.assert_allclose(np.sort(before), [0.3, 0.7], atol=0.03)
    np.testing.assert_allclose(after[np.argsort(before)], [0.6, 0.4], atol=0.06)  # those before have a say


@pytest.mark.parametrize(
    "name",
    ["categorical", "poisson", "negative binomial", "product", "student VVV free", "gaussian EEE", "grouped VVV"],
)
def test_every_family_has_one(name):
    """The rows of all families come in random order, and are sorted by their first column then."""
    model, parameters, points = FAMILIES[name]
    names = tuple(f"x{d}" for d in range(points.shape[1]))
    fitted = FittedMixture(model, parameters, names, default_names(3))
    mixed = points[np.random.default_rng(0).permutation(N)]
    aside = points[np.argsort(points[:, 0])]
    assert drift_test(fitted, Table(names, mixed[:700]), Table(names, mixed[700:])).p_value > 0.01
    assert drift_test(fitted, Table(names, aside[:700]), Table(names, aside[700:])).p_value == 0.001


def test_units_and_equal_weights_make_no_difference():
    first, second = rows(300), rows(300, shift=0.2)
    plain = drift_test(TRUTH, first, second)
    weighted = drift_test(TRUTH, *(Table(("x0", "x1"), points, np.full(300, 2.5)) for points in (first, second)))
    assert plain.p_values == weighted.p_values
    scaling = {"name": "standard", "centre": [3.0, -1.0], "scale": [2.0, 0.5]}
    scaled = FittedMixture(TRUTH.model, TRUTH.parameters, TRUTH.features, default_names(2), scaling=scaling)
    assert drift_test(scaled, first, second).p_value == pytest.approx(plain.p_value, abs=0.05)


def test_a_window_that_is_too_small_is_refused():
    with pytest.raises(DataError, match="7 of 57 rows are too few"):
        drift_test(TRUTH, rows(50), rows(7))
    with pytest.raises(DataError, match="100 of 10100 rows"):
        drift_test(TRUTH, rows(10_000), rows(100))
    with pytest.raises(OptionError, match="n_draws is 0"):
        drift_test(TRUTH, rows(50), rows(50), n_draws=0)
