"""Stepwise EM: what batches add up to, what is forgotten, and where it ends."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laws.settings import FAMILIES, N, assert_close, block_of
from mixtura import Schedule, assemble, em, load, save, select, update
from mixtura.acceleration import SmallGain
from mixtura.em import Outcome
from mixtura.errors import DataError, FitError, OptionError
from mixtura.finding import find
from mixtura.online import begin, recall, step
from mixtura.options import Options
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource

every_family = pytest.mark.parametrize("name", FAMILIES)
ALL = Schedule(power=1)


def run_over(points, weights=None, n_threads=1):
    source = ArraySource(np.ascontiguousarray(points), weights, block_rows=97)
    return lambda function: Local(n_threads)(source, function)


@every_family
def test_batches_that_move_nothing_add_up_to_one_pass(name):
    """Forgetting nothing, under parameters that stay what they are, in batches of any size."""
    model, parameters, points = FAMILIES[name]
    memory = begin(model, parameters, run_over(points[:200]), 200.0)
    for batch in np.split(points[200:], [7, 500, 501]):
        after, _ = step(model, memory, run_over(batch), float(len(batch)), ALL)
        memory = after.at(model, parameters)
    whole = model.statistics(parameters)(block_of(points, np.ones(N)))
    assert_close(memory.statistics, whole)
    assert (memory.remembered, memory.seen, memory.unit, memory.n_batches) == (N, N, 200, 5)


@every_family
def test_the_first_batch_again_is_one_step_of_em(name):
    """Two equal halves, of which nothing is forgotten, are twice the one: the M-step of the same averages."""
    model, parameters, points = FAMILIES[name]
    memory = begin(model, parameters, run_over(points), float(N))
    after, log_likelihood = step(model, memory, run_over(points), float(N), ALL)
    twice = model.statistics(parameters)(block_of(points, np.full(N, 2.0)))
    assert_close(after.parameters, model.maximise(twice, parameters))
    np.testing.assert_allclose(log_likelihood, twice.log_likelihood / 2)


@every_family
def test_integer_weights_are_repeated_rows(name):
    model, parameters, points = FAMILIES[name]
    weights = np.random.default_rng(1).integers(0, 4, N)
    repeated = np.repeat(points, weights, axis=0)
    memory = recall(model, parameters, 500.0)
    weighted, _ = step(model, memory, run_over(points, weights.astype(float)), float(weights.sum()), Schedule())
    plain, _ = step(model, memory, run_over(repeated), float(len(repeated)), Schedule())
    assert_close(weighted.parameters, plain.parameters)
    assert weighted[2:] == plain[2:]


def test_any_number_of_threads_gives_the_same_bits():
    model, parameters, points = FAMILIES["gaussian VVV"]
    memory = recall(model, parameters, 500.0)
    one, many = (step(model, memory, run_over(points, None, n), float(N), Schedule())[0] for n in (1, 5))
    assert_close(one, many, rtol=0)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.51, 1), st.floats(0, 5), st.floats(100, 1e4))
def test_step_sizes_are_those_of_the_schedule(power, delay, window):
    """One Gaussian in one column: its mean is an average of the means of the batches, by the textbook's step sizes."""
    model, parameters, points = FAMILIES["gaussian VVV"]
    one = parameters._replace(weights=np.ones(1), emission=type(parameters.emission)(np.zeros((1, 4)), np.eye(4)[None]))
    batches = np.split(points, 15)
    memory = begin(model, one, run_over(batches[0]), 100.0)
    mean, schedule = batches[0].mean(0), Schedule(power, delay, window)
    for t, batch in enumerate(batches[1:], start=2):
        memory, _ = step(model, memory, run_over(batch), 100.0, schedule)
        size = max((t + delay) ** -power, min(1.0, 100 / window))
        mean = (1 - size) * mean + size * batch.mean(0)
        np.testing.assert_allclose(memory.parameters.emission.means[0], mean, rtol=1e-9, atol=1e-12)


def test_it_is_stepwise_em_as_written_down_with_raw_moments():
    """Two Gaussians in one column, by the formulas of Cappé & Moulines (2009, section 3) and none of ours."""
    rng = np.random.default_rng(3)
    batches = [rng.normal(rng.choice([-1.0, 1.5], 50, p=[0.3, 0.7]), 0.8)[:, None] for _ in range(12)]
    weights, means, variances = np.array([0.5, 0.5]), np.array([-0.5, 1.0]), np.array([1.0, 1.0])
    model, parameters, _ = FAMILIES["gaussian VVV"]
    emission = type(parameters.emission)(means[:, None], variances[:, None, None])
    memory = begin(model, parameters._replace(weights=weights, emission=emission), run_over(batches[0]), 50.0)
    averages = _averages(batches[0], weights, means, variances)
    for t, batch in enumerate(batches[1:], start=2):
        memory, _ = step(model, memory, run_over(batch), 50.0, Schedule(power=0.8))
        size = t**-0.8
        averages = (1 - size) * averages + size * _averages(batch, weights, means, variances)
        weights, means = averages[0], averages[1] / averages[0]
        variances = averages[2] / averages[0] - means**2
    np.testing.assert_allclose(memory.parameters.weights, weights, rtol=1e-9)
    np.testing.assert_allclose(memory.parameters.emission.means[:, 0], means, rtol=1e-9)
    np.testing.assert_allclose(memory.parameters.emission.covariances[:, 0, 0], variances, rtol=1e-9)


def _averages(x, weights, means, variances):
    """Of r, r x and r x² over the rows, with r the responsibilities."""
    joint = weights * np.exp(-((x - means) ** 2) / (2 * variances)) / np.sqrt(variances)
    shares = joint / joint.sum(1, keepdims=True)
    return np.stack([(shares * x**power).mean(0) for power in (0, 1, 2)])


@pytest.mark.parametrize("name", ["gaussian VVV", "gaussian EEE", "gaussian VVE", "product"])
def test_many_passes_in_batches_come_to_the_optimum(name):
    """Where EM by whole passes ends; what is missing is the noise of the last batches."""
    model, parameters, points = FAMILIES[name]
    points = points[np.random.default_rng(0).permutation(N)]
    best = em.fit(model, parameters, run_over(points), stop=SmallGain(1e-6), max_iterations=60).parameters
    memory = begin(model, parameters, run_over(points[:150]), 150.0)
    for _ in range(25):
        for batch in np.split(points, 10):
            memory, _ = step(model, memory, run_over(batch), 150.0, Schedule())
    missing = height(model, best, points) - height(model, memory.parameters, points)
    assert -1e-6 < missing < 1e-3  # nats a row


def height(model, parameters, points):
    return model.statistics(parameters)(block_of(points, np.ones(len(points)))).log_likelihood / len(points)


@pytest.mark.parametrize("numbers", [{"power": 0.5}, {"power": 1.1}, {"delay": -1.0}, {"window": 0.0}])
def test_a_schedule_out_of_range_is_refused(numbers):
    with pytest.raises(ValueError, match=f"{next(iter(numbers))} is"):
        Schedule(**numbers)


# --- values that are saved -------------------------------------------------------------------------------------------

ROWS = np.random.default_rng(5).normal(size=(300, 2)) * [1.0, 1000.0] + np.repeat([[0.0, 1e6], [9.0, 1e6]], 150, axis=0)


def chosen(covariance="full", **others):
    return assemble(select(ROWS[::2], n_components=[2], covariances=[covariance], options=Options(**others)))


@pytest.mark.parametrize("covariance", ["full", "spherical", "VVE", "tied"])
def test_a_model_file_goes_on_as_if_it_had_never_been_one(tmp_path, covariance):
    fitted = chosen(covariance)
    for part in np.split(ROWS[1::2], 3):
        fitted = update(fitted, part)
    save(fitted, tmp_path / "model")
    again = load(tmp_path / "model")
    assert again.memory[2:] == fitted.memory[2:] and again.remembers
    one, other = (update(value, ROWS[:50]) for value in (fitted, again))
    assert_close(one.parameters, other.parameters, rtol=0)
    save(again, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "model").read_bytes()


@pytest.mark.parametrize("scaling", ["standard", "none"])
def test_the_units_of_the_fit_make_no_difference(scaling):
    fitted = update(chosen(scale=scaling, ridge=0.0), ROWS[1::2])
    assert_close(fitted.parameters, update(chosen(ridge=0.0), ROWS[1::2]).parameters, rtol=1e-4)
    assert fitted.history["n_rows"] == fitted.history["total_weight"] == 300


def test_a_model_that_never_saw_a_batch_goes_on_from_what_its_parameters_say():
    """Rows that forget nothing: means are the averages over old and new rows of clusters far apart."""
    fitted = update(chosen(), ROWS[1::2], schedule=ALL)
    by_cluster = [ROWS[:150].mean(0), ROWS[150:].mean(0)]
    order = np.argsort(fitted.parameters.emission.means[:, 0])
    np.testing.assert_allclose(fitted.parameters.emission.means[order], by_cluster, rtol=1e-6, atol=1e-3)


def test_memory_of_other_parameters_is_not_taken_for_theirs(tmp_path):
    fitted = update(chosen(), ROWS)
    other = replace(fitted, parameters=fitted.model.reorder(fitted.parameters, np.array([1, 0])))
    assert fitted.remembers and not other.remembers
    save(other, tmp_path / "model")
    assert load(tmp_path / "model").memory is None
    after, swapped = (update(value, ROWS[::3]).parameters for value in (fitted, other))
    assert_close(fitted.model.reorder(after, np.array([1, 0])), swapped, rtol=1e-6)


def test_posteriors_go_on_in_units_of_their_own():
    """As the posterior of both batches does, under the prior of the first, which is told in the units of the data."""
    first, then = ROWS * [1000.0, 0.01] + 50, ROWS[::2] * [1000.0, 0.01] + 50
    fitted = assemble(find(first, n_components=[1]))
    after = update(fitted, then, schedule=Schedule(power=1, window=len(first)))
    half_forgotten = np.repeat([0.5, 1.0], [len(first), len(then)])
    block = block_of(np.concatenate([first, then]), half_forgotten)
    wanted = fitted.model.maximise(fitted.model.statistics(fitted.parameters)(block), fitted.parameters)
    assert_close(after.parameters, wanted, rtol=1e-8)


def test_families_that_know_too_little_cannot_go_on(monkeypatch):
    monkeypatch.setattr("mixtura.emissions.gaussian.Gaussian.implied", lambda *told: None)
    with pytest.raises(OptionError, match="its parameters do not say what it has learnt"):
        update(chosen(), ROWS)


def test_rows_that_cannot_be_learnt_from_are_refused():
    with pytest.raises(FitError, match="These 50 rows"):  # all the same, and nothing else is remembered
        update(chosen(ridge=0.0), np.tile(ROWS[:1], (50, 1)), schedule=Schedule(window=1.0))
    with pytest.raises(DataError, match="infinite"):
        update(chosen(), np.array([[np.inf, 0.0]]))


def test_rows_without_any_cell_take_no_part():
    holed = np.concatenate([np.full((3, 2), np.nan), ROWS[:50]])
    one, other = (update(chosen(), rows) for rows in (holed, ROWS[:50]))
    assert one.history == other.history and one.history["n_rows"] == 200
    assert_close(one.parameters, other.parameters, rtol=0)
    with pytest.raises(DataError, match="nothing to learn from"):
        update(chosen(), holed[:3])


def test_a_number_is_no_schedule():
    with pytest.raises(OptionError, match=r"schedule is 0\.7; it is a mixtura\.Schedule"):
        update(chosen(), ROWS, schedule=0.7)


def test_updates_say_no_more_of_the_fit_that_they_began_with():
    fitted = chosen()
    assert fitted.history["outcome"] == Outcome.CONVERGED.name.lower()
    assert update(fitted, ROWS).history.keys() == {"n_rows", "total_weight", "n_free"}
