"""Climbs that crawl leap, and end where EM would in the end; whoever watches sees the same numbers."""

import numpy as np
import pytest

from core.climbs import climb, walk
from mixtura import climbing, em, starts, strides
from mixtura.acceleration import SmallGain, SmallRemainder
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.student import Student
from mixtura.mixture import Mixture
from mixtura.sources.holes import by_pattern
from mixtura.statistics import Block, Incomplete

STOP = SmallRemainder(1e-3)
CRAWLING = {"tails": (Student("full", "shared"), 6.0, 0.0), "holes": (Gaussian("full"), 2.0, 0.7)}


def crawling(name):
    """Gaussian groups, whose degrees of freedom grow ever more slowly; rows most of whose cells are missing."""
    emission, apart, missing = CRAWLING[name]
    rng, labels, model = np.random.default_rng(0), np.arange(300) % 3 // 2, Mixture(emission)
    points = rng.normal(size=(300, 3)) + apart * labels[:, None]
    start = starts.parameters_from(model, Block(points, np.ones(300)), labels, 2)
    if not missing:
        return model, start, Block(points, np.ones(300))
    points[rng.uniform(size=points.shape) < missing] = np.nan
    return model, start, by_pattern(Incomplete(points, np.ones(300)))


@pytest.mark.parametrize("name", CRAWLING)
def test_fits_that_crawl_arrive_no_lower(name):
    model, start, block = crawling(name)
    found, expected = climb(model, start, block, STOP, 20_000), walk(model, start, block, STOP, 20_000)
    assert found.outcome is em.Outcome.CONVERGED
    assert found.objective > expected.objective - STOP.tolerance
    assert len(found.trace) > 100
    assert name != "tails" or len(found.trace) < len(expected.trace) / 2
    assert np.diff(found.trace).min() > -1e-9


@pytest.mark.parametrize("name", CRAWLING)
def test_whoever_looks_at_every_step_sees_the_same_numbers(name):
    model, start, block = crawling(name)
    seen = []
    found = climb(
        model, start, block, STOP, 20_000, callbacks=[lambda step: seen.append((len(step.trace), step.after))]
    )
    alone = climb(model, start, block, STOP, 20_000)
    assert found.trace == alone.trace
    assert [n_steps for n_steps, _ in seen] == list(range(1, len(alone.trace) + 1))
    np.testing.assert_array_equal(seen[-1][1].emission.means, found.parameters.emission.means)


def test_iterations_run_out_where_they_are_said_to():
    model, start, block = crawling("tails")
    found = climb(model, start, block, SmallRemainder(1e-9), 137)
    assert found.outcome is em.Outcome.EXHAUSTED
    assert 137 - strides.LENGTH < len(found.trace) <= 137


def test_an_interrupt_of_a_leaping_fit_keeps_what_was_reached():
    model, start, block = crawling("tails")

    def interrupt(step):
        if len(step.trace) == 20:
            raise KeyboardInterrupt

    found = climb(model, start, block, SmallRemainder(1e-9), 5000, watch=interrupt)
    assert found.outcome is em.Outcome.INTERRUPTED
    assert len(found.trace) == climbing._PATIENCE + 20 * strides.LENGTH
    assert model.statistics(found.parameters)(block).log_likelihood > found.objective - 1e-9


def test_scikit_learns_rule_looks_at_single_steps():
    model, start, block = crawling("tails")
    found, expected = (way(model, start, block, SmallGain(1e-5), 5000) for way in (climb, walk))
    assert len(found.trace) == len(expected.trace) > 100
