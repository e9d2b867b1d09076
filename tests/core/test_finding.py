"""Variational fits ranked by their bounds: in the units of the data, reproducible, cut short without loss."""

import signal

import numpy as np
import pytest

from mixtura.acceleration import SmallRemainder
from mixtura.assembly import assemble
from mixtura.criteria import CRITERIA
from mixtura.finding import find
from mixtura.labels import classify
from mixtura.options import Options
from mixtura.sources.array import ArraySource
from mixtura.statistics import Block, Incomplete

_rng = np.random.default_rng(0)
POINTS = np.concatenate([_rng.normal(0, 1, (80, 2)), _rng.normal(7, 1.5, (60, 2)), _rng.normal([9, -4], 1, (50, 2))])
SCALE = np.array([1000.0, 0.01])


def bound_of(candidate, points):
    block = Block(points, np.ones(len(points)))
    return candidate.model.objective(candidate.model.statistics(candidate.parameters)(block), candidate.parameters)


@pytest.mark.parametrize("covariance", ["full", "diag", "spherical", "tied", "VEV"])
def test_the_bound_is_that_of_the_posterior_in_the_units_of_the_data(covariance):
    points = POINTS * SCALE + 50
    best = find(points, covariance=covariance).best
    assert best.setting.covariance == covariance
    assert best.criteria["bound"] == pytest.approx(-2 * bound_of(best, points), abs=1e-3)


def test_units_do_not_matter():
    here, there = (find(points).best for points in (POINTS, POINTS * SCALE - 7))
    np.testing.assert_allclose(there.parameters.weights, here.parameters.weights, rtol=1e-6)
    np.testing.assert_allclose(there.parameters.emission.means, here.parameters.emission.means * SCALE - 7, rtol=1e-6)


def test_numbers_that_are_asked_for_are_compared():
    seen = []
    selection = find(POINTS, n_components=[1, 2, 3, 4], on_fit=seen.append)
    assert [candidate.setting.n_components for candidate in selection.candidates] == [1, 2, 3, 4]
    assert tuple(seen) == selection.candidates
    assert selection.criterion == "bound"
    assert selection.best.setting.n_components == 3
    values = [selection.candidates[i].criteria["bound"] for i in selection.ranking]
    assert values == sorted(values)


def test_the_best_number_is_ranked_among_those_met_on_the_way():
    selection = find(POINTS)
    numbers = [candidate.setting.n_components for candidate in selection.candidates]
    assert numbers == sorted(set(numbers))
    assert {2, 3, 4} <= set(numbers)
    assert selection.best.setting.n_components == 3


def test_the_seed_decides_and_threads_do_not():
    one, other = (find(POINTS, seed=4, options=Options(n_threads=n)).best for n in (1, 3))
    for a, b in zip(one.parameters.emission, other.parameters.emission, strict=True):
        np.testing.assert_array_equal(a, b)


def test_rows_with_missing_cells_take_part():
    """Those without any cell do not, and the bound is that of the others in the units of the data."""
    points = np.where(np.random.default_rng(1).uniform(size=POINTS.shape) < 0.1, np.nan, POINTS) * SCALE + 50
    points[7] = np.nan
    selection = find(points)
    some = points[~np.isnan(points).all(1)]
    assert selection.best.setting.n_components == 3
    assert selection.n_rows == len(some) < len(points)
    block = Incomplete(some, np.ones(len(some)))
    model, parameters = selection.best.model, selection.best.parameters
    bound = model.objective(model.statistics(parameters)(block), parameters)
    assert selection.best.criteria["bound"] == pytest.approx(-2 * bound, abs=1e-2)


def test_weights_count():
    """A group of no weight is not there."""
    weights = np.repeat([1.0, 1.0, 0.0], [80, 60, 50])
    assert find(POINTS, weights).best.setting.n_components == 2


def test_the_mixture_in_the_middle_answers_where_numbers_are_wanted():
    fitted = assemble(find(POINTS), ["a", "b"])
    plain = fitted.middle
    assert plain.parameters.emission._fields == ("means", "covariances")
    labels = [classify(f, ArraySource(POINTS)).labels for f in (fitted, plain)]
    np.testing.assert_array_equal(*labels)
    assert plain.middle.parameters is plain.parameters


def test_ctrl_c_keeps_what_there_is(monkeypatch):
    stop, calls = SmallRemainder.__call__, []

    def interrupted(self, step):
        calls.append(step)
        if len(calls) == 20:
            signal.raise_signal(signal.SIGINT)
        return stop(self, step)

    monkeypatch.setattr(SmallRemainder, "__call__", interrupted)
    selection = find(POINTS)
    assert not selection.is_complete
    assert np.isfinite(selection.best.parameters.weights).all()


def test_only_variational_fits_are_judged_by_the_bound():
    assert [name for name, criterion in CRITERIA.items() if criterion.is_of_posteriors] == ["bound"]
