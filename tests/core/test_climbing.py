"""Many steps in one compiled call are the steps of `em.fit`, whose passes have twins in NumPy."""

from dataclasses import replace

import numpy as np
import pytest

from core.climbs import begun, climb, walk
from kernels.cases import relative_error
from laws.settings import NAMES
from mixtura import climbing, em, starts
from mixtura._kernels import reference
from mixtura.acceleration import SmallGain, SmallRemainder
from mixtura.covariance import MODELS, CovarianceModel, closed
from mixtura.emissions.gaussian import Gaussian
from mixtura.mixture import Mixture
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.statistics import Block

CASES = [(30, 1, 2), (200, 2, 3), (31, 3, 1), (250, 5, 4), (600, 8, 6), (100, 13, 2)]


@pytest.mark.parametrize("size", CASES)
@pytest.mark.parametrize("covariance", NAMES)
def test_steps_are_those_of_the_loop(covariance, size, monkeypatch):
    ridge = tuple(np.linspace(1e-6, 1e-3, size[1]))
    model, start, block = begun(Gaussian(covariance, ridge), *size)
    for n_steps in (1, 2, 9):
        found = climb(model, start, block, SmallGain(0.0), n_steps)
        with monkeypatch.context() as patch:
            patch.setattr("mixtura.mixture.kernels.collect", reference.collect)
            patch.setattr("mixtura.emissions._moments.is_quicker", lambda name, n_columns: False)
            patch.setattr("mixtura.covariance.descent._ENOUGH", 1e-22)
            expected = walk(model, start, block, SmallGain(0.0), n_steps)
        assert found.outcome is expected.outcome is em.Outcome.EXHAUSTED
        np.testing.assert_allclose(found.trace, expected.trace, rtol=1e-10)
        assert relative_error(found.parameters, expected.parameters) < 1e-8


@pytest.mark.parametrize(
    "stop",
    [SmallGain(1e-2), SmallGain(1e-7), SmallRemainder(1e-1), SmallRemainder(1e-4), SmallRemainder(1e-4, 1e3, 20.0)],
    ids=str,
)
@pytest.mark.parametrize("covariance", NAMES)
def test_it_stops_when_the_loop_does(covariance, stop):
    model, start, block = begun(Gaussian(covariance))
    found, expected = climb(model, start, block, stop, 900), walk(model, start, block, stop, 900)
    assert found.outcome is expected.outcome is em.Outcome.CONVERGED
    assert len(found.trace) == len(expected.trace)


def test_whoever_looks_at_every_step_sees_the_same_numbers():
    model, start, block = begun(Gaussian("full"))
    seen = []
    found = climb(
        model, start, block, SmallRemainder(1e-6), 300, callbacks=[lambda step: seen.append(list(step.trace))]
    )
    alone = climb(model, start, block, SmallRemainder(1e-6), 300)
    own_rule = climb(model, start, block, lambda step: len(step.trace) == len(alone.trace), 300)
    assert seen[-1] == list(found.trace) == list(alone.trace) == list(own_rule.trace)
    assert [len(trace) for trace in seen] == list(range(1, len(alone.trace) + 1))
    for other in (found, own_rule):
        np.testing.assert_array_equal(other.parameters.emission.covariances, alone.parameters.emission.covariances)


def test_what_the_kernels_do_not_know_takes_the_loop(monkeypatch):
    own = CovarianceModel("full", closed.evv, lambda K, D: 0)
    monkeypatch.setitem(MODELS, "own", own)
    model, start, block = begun(Gaussian("own"))
    assert model.emission.ascent(np.log(start.weights)[None], [start.emission]) is None
    found, expected = (step(model, start, block, SmallGain(0.0), 5) for step in (climb, walk))
    assert found.trace == expected.trace


def test_equal_weights_stay_equal():
    model, start, block = begun(Gaussian("full"))
    model = replace(model, equal_weights=True)
    found, expected = (step(model, start, block, SmallGain(0.0), 5) for step in (climb, walk))
    np.testing.assert_allclose(found.trace, expected.trace, rtol=1e-12)
    np.testing.assert_allclose(found.parameters.weights, 1 / 3, rtol=1e-15)


def test_calls_are_short_enough_to_be_interrupted(monkeypatch):
    model, start, block = begun(Gaussian("full"))
    monkeypatch.setattr(climbing, "_WORK_OF_A_CALL", 10 * climbing.AtHand(block).turned.n * 3 * 36)
    whole = climb(model, start, block, SmallGain(0.0), 35)
    lengths = []

    def interrupt(step):
        lengths.append(len(step.trace))
        if len(lengths) == 3:
            raise KeyboardInterrupt

    found = climb(model, start, block, SmallGain(0.0), 35, watch=interrupt)
    assert lengths == [10, 20, 30]
    assert found.outcome is em.Outcome.INTERRUPTED
    assert found.trace == whole.trace[:30]


@pytest.mark.parametrize("n_equal", [5, 10], ids=["one", "both"])
@pytest.mark.parametrize("covariance", NAMES)
def test_a_collapse_is_told_as_the_loop_tells_it(covariance, n_equal):
    points = np.concatenate([np.zeros((5, 2)), np.ones((5, 2)) + np.random.default_rng(0).normal(size=(5, 2))])
    points[5:n_equal] = 1.0
    block = Block(points, np.ones(10))
    model = Mixture(Gaussian(covariance, 0.0))
    start = starts.parameters_from(model, block, np.repeat([0, 1], 5), 2)
    with np.errstate(all="ignore"):
        found, expected = climb(model, start, block, SmallGain(0.0), 50), walk(model, start, block, SmallGain(0.0), 50)
    assert found.outcome is expected.outcome
    assert n_equal == 5 or found.outcome is em.Outcome.COLLAPSED
    if MODELS[covariance].is_linear:  # else the last digits of a search say when
        assert len(found.trace) == len(expected.trace)


@pytest.mark.parametrize("covariance", ["VEI", "VEE", "VEV"])
def test_needles_collapse_neither_here_nor_there(covariance):
    """Two rows, many times: rounding leaves no digit of what volumes of one shape have to do with each other."""
    points = np.repeat([[-1.0, -1.0, -1.0], [1.0, 1.0, 1.0]], 10, axis=0)
    block, model = Block(points, np.ones(20)), Mixture(Gaussian(covariance))
    for seed in (1, 2, 9):
        labels = np.random.default_rng(seed).permutation(np.arange(20) % 3)
        start = starts.parameters_from(model, block, labels, 3)
        found, expected = (
            climb(model, start, block, SmallGain(0.0), 150),
            walk(model, start, block, SmallGain(0.0), 150),
        )
        assert found.outcome is expected.outcome is em.Outcome.EXHAUSTED
        assert found.objective == pytest.approx(expected.objective, abs=0.01)


def test_a_start_is_left_as_it_was():
    model, start, block = begun(Gaussian("diag"))
    before = [start.weights.copy(), *(array.copy() for array in start.emission)]
    climb(model, start, block, SmallGain(0.0), 5)
    for array, copy in zip([start.weights, *start.emission], before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_few_rows_are_at_hand_in_double_precision_and_many_are_not():
    few = climbing.everything(ArraySource(np.zeros((9, 2), np.float32)), Local(1))
    assert isinstance(few, climbing.AtHand) and few.block.points.dtype == np.float64
    assert not isinstance(climbing.everything(ArraySource(np.zeros((5000, 2))), Local(1)), climbing.AtHand)
