"""Climbs over rows that lack cells are the steps of `em.fit`, all at once."""

import numpy as np
import pytest

from core.climbs import begun, climb, walk
from kernels.cases import relative_error
from laws.settings import NAMES
from mixtura import climbing, em
from mixtura._kernels import reference
from mixtura.acceleration import SmallGain
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.student import Student
from mixtura.statistics import Block, Incomplete

CASES = [((200, 2, 3), 0.1), ((250, 5, 4), 0.4), ((31, 3, 1), 0.3), ((60, 9, 2), 0.2)]


@pytest.mark.parametrize(("size", "missing"), CASES)
@pytest.mark.parametrize("covariance", NAMES)
def test_steps_are_those_of_the_loop(covariance, size, missing, monkeypatch):
    """Some rows have no cell at all."""
    ridge = tuple(np.linspace(1e-6, 1e-3, size[1]))
    model, start, block = begun(Gaussian(covariance, ridge), *size, missing=missing)
    assert isinstance(climbing.begin(model, [start], climbing.AtHand(block)), climbing.Climbs)
    for n_steps in (1, 2, 9):
        found = climb(model, start, block, SmallGain(0.0), n_steps)
        with monkeypatch.context() as patch:
            patch.setattr("mixtura.mixture.kernels.collect_incomplete", reference.collect_incomplete)
            patch.setattr("mixtura.emissions._moments.is_quicker", lambda name, n_columns: False)
            patch.setattr("mixtura.covariance.descent._ENOUGH", 1e-22)
            expected = walk(model, start, block, SmallGain(0.0), n_steps)
        assert found.outcome is expected.outcome is em.Outcome.EXHAUSTED
        np.testing.assert_allclose(found.trace, expected.trace, rtol=1e-10)
        assert relative_error(found.parameters, expected.parameters) < 1e-8


@pytest.mark.parametrize(("size", "missing", "dof"), [(*CASES[0], "shared"), (*CASES[1], "free"), (*CASES[3], "4.5")])
@pytest.mark.parametrize("covariance", NAMES)
def test_heavy_tails_go_by_the_cells_that_are_there(covariance, size, missing, dof, monkeypatch):
    model, start, block = begun(Student(covariance, dof), *size, missing=missing)
    assert isinstance(climbing.begin(model, [start], climbing.AtHand(block)), climbing.Climbs)
    monkeypatch.setattr("mixtura.emissions._moments.is_quicker", lambda name, n_columns: False)
    monkeypatch.setattr("mixtura.covariance.descent._ENOUGH", 1e-22)
    for n_steps in (1, 2, 9):
        found, expected = (way(model, start, block, SmallGain(0.0), n_steps) for way in (climb, walk))
        np.testing.assert_allclose(found.trace, expected.trace, rtol=1e-10)
        assert relative_error(found.parameters, expected.parameters) < 1e-8


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_without_holes_they_are_the_steps_to_complete_rows(covariance):
    model, start, block = begun(Gaussian(covariance), 100, 3)
    whole, other = (climb(model, start, rows, SmallGain(0.0), 30) for rows in (block, Incomplete(*block)))
    np.testing.assert_allclose(other.trace, whole.trace, rtol=1e-11)
    assert relative_error(other.parameters, whole.parameters) < 1e-8


@pytest.mark.parametrize("covariance", ["full", "diag"])
def test_rows_come_in_any_order(covariance):
    model, start, block = begun(Gaussian(covariance), 100, 3, missing=0.3)
    order = np.random.default_rng(0).permutation(100)
    mixed = Incomplete(block.points[order], block.weights[order])
    found, other = (climb(model, start, rows, SmallGain(0.0), 30) for rows in (block, mixed))
    np.testing.assert_allclose(other.trace, found.trace, rtol=1e-11)


def test_it_stops_when_the_loop_does():
    model, start, block = begun(Gaussian("full"), 100, 3, missing=0.3)
    stop = SmallGain(1e-7)
    found, expected = climb(model, start, block, stop, 5000), walk(model, start, block, stop, 5000)
    assert found.outcome is expected.outcome is em.Outcome.CONVERGED
    assert len(found.trace) == len(expected.trace)


def test_many_fits_to_the_same_rows_do_not_get_into_each_others_way():
    model, start, block = begun(Gaussian("full"), 100, 3, missing=0.3)
    other = model.maximise(model.statistics(start)(block), start)
    together = climbing.fit_all(
        model, [start, other], climbing.AtHand(block), stop=SmallGain(0.0), max_iterations=9
    )  # fmt: skip
    for begin, found in zip((start, other), together, strict=True):
        assert found.trace == climb(model, begin, block, SmallGain(0.0), 9).trace


@pytest.mark.parametrize("covariance", ["full", "diag"])
def test_columns_and_rows_without_a_cell_say_nothing(covariance):
    model, start, block = begun(Gaussian(covariance), 60, 3, missing=0.2)
    points, weights = block
    more = Incomplete(np.concatenate([points, np.full((7, 3), np.nan)]), np.append(weights, np.ones(7)))
    found, other = (climb(model, start, rows, SmallGain(0.0), 1) for rows in (block, more))
    assert other.trace == pytest.approx(found.trace, rel=1e-13)


def test_rows_at_hand_know_their_holes():
    assert climbing.AtHand(Block(np.zeros((9, 2)), np.ones(9))).holes is None
