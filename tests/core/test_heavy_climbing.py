"""Climbs of components with heavy tails are the steps of `em.fit`, all at once."""

from dataclasses import replace

import numpy as np
import pytest

from core.climbs import begun, climb, walk
from kernels.cases import relative_error
from laws.settings import NAMES
from mixtura import em, starts
from mixtura._kernels import reference
from mixtura.acceleration import SmallGain, SmallRemainder
from mixtura.emissions.student import Student
from mixtura.mixture import Mixture
from mixtura.statistics import Block

CASES = [((200, 2, 3), "shared"), ((250, 5, 4), "free"), ((31, 3, 1), "shared"), ((90, 6, 2), "4.5")]


@pytest.mark.parametrize(("size", "dof"), CASES)
@pytest.mark.parametrize("covariance", NAMES)
def test_steps_are_those_of_the_loop(covariance, size, dof, monkeypatch):
    model, start, block = begun(Student(covariance, dof, tuple(np.linspace(1e-6, 1e-3, size[1]))), *size)
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


@pytest.mark.parametrize("dof", ["shared", "free"])
@pytest.mark.parametrize("wide", [0.5, 2.0, 50.0])
def test_degrees_of_freedom_stay_within_what_is_looked_for(dof, wide):
    """Rows with tails heavier than Cauchy's, nearly Cauchy's, and next to none."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(300, 2)) / np.sqrt(rng.chisquare(wide, (300, 1)) / wide)
    model, block = Mixture(Student("full", dof)), Block(points, np.ones(300))
    start = starts.parameters_from(model, block, np.arange(300) % 2, 2)
    found, expected = (step(model, start, block, SmallGain(0.0), 40) for step in (climb, walk))
    np.testing.assert_allclose(found.parameters.emission.dof, expected.parameters.emission.dof, rtol=1e-7)
    assert (wide > 0.5) or (found.parameters.emission.dof == 1.0).any()


@pytest.mark.parametrize(("stop", "dof"), [(SmallGain(1e-7), "free"), (SmallRemainder(1e-4), "4")])
def test_it_stops_when_the_loop_does(stop, dof):
    model, start, block = begun(Student("full", dof))
    found, expected = climb(model, start, block, stop, 5000), walk(model, start, block, stop, 5000)
    assert found.outcome is expected.outcome is em.Outcome.CONVERGED
    assert len(found.trace) == len(expected.trace)


def test_equal_weights_stay_equal():
    model, start, block = begun(Student("diag", "free"))
    model = replace(model, equal_weights=True)
    found, expected = (step(model, start, block, SmallGain(0.0), 5) for step in (climb, walk))
    np.testing.assert_allclose(found.trace, expected.trace, rtol=1e-12)
    np.testing.assert_allclose(found.parameters.weights, 1 / 3, rtol=1e-15)


@pytest.mark.parametrize("covariance", NAMES)
def test_a_collapse_is_told_as_the_loop_tells_it(covariance):
    points = np.repeat([[0.0, 0.0], [1.0, 1.0]], 5, axis=0)
    block, model = Block(points, np.ones(10)), Mixture(Student(covariance, "free", 0.0))
    start = starts.parameters_from(model, block, np.repeat([0, 1], 5), 2)
    with np.errstate(all="ignore"):
        found, expected = climb(model, start, block, SmallGain(0.0), 50), walk(model, start, block, SmallGain(0.0), 50)
    assert found.outcome is expected.outcome is em.Outcome.COLLAPSED


def test_a_start_is_left_as_it_was():
    model, start, block = begun(Student("tied", "free"))
    before = [start.weights.copy(), *(array.copy() for array in start.emission)]
    climb(model, start, block, SmallGain(0.0), 5)
    for array, copy in zip([start.weights, *start.emission], before, strict=True):
        np.testing.assert_array_equal(array, copy)
