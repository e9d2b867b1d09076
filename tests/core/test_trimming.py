"""Trimmed fits leave out the rows of the lowest density, exactly so many, and climb."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laws.settings import SETTINGS
from mixtura import em
from mixtura.acceleration import SmallGain
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.statistics import Block, leaves
from mixtura.trimming import Trimmed, cut_off, kept_weights

NAMES = ["gaussian VVV", "gaussian EII", "gaussian VEV", "gaussian VVV with a prior"]


def at_hand(points, weights=None):
    block = Block(points, np.ones(len(points)) if weights is None else weights)
    return lambda function: function(block)


def climb(model, parameters, run, n_steps=25):
    return em.fit(model, parameters, run, stop=SmallGain(0.0), max_iterations=n_steps)


def assert_close(left, right, rtol=1e-9):
    for a, b in zip(leaves(left), leaves(right), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-9)


@given(
    st.lists(st.tuples(st.integers(-4, 4), st.floats(0.01, 10)), min_size=1, max_size=30),
    st.floats(0, 0.9),
)
def test_a_cut_leaves_out_a_share_of_the_weight_and_the_lowest(rows, share):
    log_density, weights = np.array(rows, dtype=float).T
    kept = kept_weights(log_density, weights, cut_off(log_density, weights, share))
    np.testing.assert_allclose(kept.sum(), (1 - share) * weights.sum(), rtol=1e-7)
    shares = kept / weights
    order = np.argsort(log_density)
    assert (np.diff(shares[order]) > -1e-9).all()  # nothing counts more than what is more probable


@pytest.mark.parametrize("name", NAMES)
def test_trimming_nothing_is_the_plain_fit(name):
    model, parameters, points = SETTINGS[name]
    run = at_hand(points)
    plain, trimmed = climb(model, parameters, run), climb(Trimmed(model, 0.0, run), parameters, run)
    assert plain.trace == trimmed.trace
    for a, b in zip(leaves(plain.parameters), leaves(trimmed.parameters), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", NAMES)
def test_the_objective_never_falls_and_is_that_of_the_rows_left(name):
    model, parameters, points = SETTINGS[name]
    points = np.concatenate([points, points.mean(0) + 1e4 * np.eye(points.shape[1])])
    run = at_hand(points)
    trimmed = Trimmed(model, 0.1, run)
    fit = climb(trimmed, parameters, run)
    assert len(fit.trace) > 3
    assert (np.diff(fit.trace) >= -1e-9 * np.abs(fit.trace[1:])).all()
    log_density = np.sort(model.classify(parameters)(Block(points, np.ones(len(points)))).log_density)
    out = 0.1 * len(points)
    expected = log_density[int(out) + 1 :].sum() + (1 - out % 1) * log_density[int(out)]
    np.testing.assert_allclose(fit.trace[0], expected + model.log_prior(parameters))


@pytest.mark.parametrize("name", NAMES)
def test_weights_are_repeats(name):
    model, parameters, points = SETTINGS[name]
    counts = np.random.default_rng(0).integers(1, 4, len(points))
    once, again = at_hand(points, counts.astype(float)), at_hand(np.repeat(points, counts, axis=0))
    left, right = (Trimmed(model, 0.13, run) for run in (once, again))
    assert_close(once(left.statistics(parameters)), again(right.statistics(parameters)))


def test_blocks_and_threads_change_nothing():
    model, parameters, points = SETTINGS["gaussian VVV"]
    points = np.tile(points, (400, 1))
    whole = at_hand(points)
    sums = []
    for n_threads in (1, 3):
        run = partial(Local(n_threads), ArraySource(points))
        sums.append(run(Trimmed(model, 0.2, run).statistics(parameters)))
    for a, b in zip(leaves(sums[0]), leaves(sums[1]), strict=True):
        np.testing.assert_array_equal(a, b)
    assert_close(sums[0], whole(Trimmed(model, 0.2, whole).statistics(parameters)), rtol=1e-7)


def test_a_block_may_lose_all_its_rows():
    model, parameters, points = SETTINGS["gaussian VVV"]
    far = np.full((30000, points.shape[1]), 1e5)
    run = partial(Local(), ArraySource(np.concatenate([far, np.tile(points, (600, 1))])))
    share = 30000 / (30000 + 600 * len(points))
    kept = run(Trimmed(model, share, run).statistics(parameters))
    everything = at_hand(np.tile(points, (600, 1)))(model.statistics(parameters))
    assert_close(kept, everything, rtol=1e-6)


def test_what_has_no_density_is_seen():
    """A row without one is not trimmed away: the fit has collapsed."""
    log_density = np.array([-1.0, np.nan, -3.0, -2.0])
    assert kept_weights(log_density, np.ones(4), cut_off(log_density, np.ones(4), 0.25)).tolist() == [1, 1, 0, 1]
