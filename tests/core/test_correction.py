"""Between two passes over all rows a sample goes on in their place, to the same end in fewer passes."""

import numpy as np
import pytest

from laws.settings import SETTINGS
from mixtura import em
from mixtura.acceleration import SmallRemainder
from mixtura.correction import Corrected
from mixtura.emissions._moments import recentre
from mixtura.emissions.gaussian import Gaussian
from mixtura.mixture import Mixture
from mixtura.statistics import Block, merge, times

GAUSSIANS = [name for name in SETTINGS if name.startswith("gaussian")]


def test_statistics_of_rows_that_count_many_times():
    model, parameters, points = SETTINGS["gaussian VVV"]
    one = model.statistics(parameters)(Block(points, np.ones(len(points))))
    thrice = model.statistics(parameters)(Block(points, np.full(len(points), 3.0)))
    for a, b in zip(times(one, 3.0).emission, thrice.emission, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10)
    assert times(one, -1.0).log_likelihood == -one.log_likelihood


@pytest.mark.parametrize("name", GAUSSIANS)
def test_moments_about_other_means(name):
    """Those of a hard assignment are easily taken about any means."""
    model, parameters, points = SETTINGS[name]
    shares = np.eye(3)[np.arange(len(points)) % 3] * 0.7
    moved = parameters._replace(emission=parameters.emission._replace(means=parameters.emission.means + 0.3))
    here, there = (
        model.emission.accumulate(points, shares, model.emission.density(p.emission)) for p in (parameters, moved)
    )
    step = moved.emission.means - parameters.emission.means
    for a, b in zip(recentre(here, shares.sum(0), step), there, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-7)


def _passes(model, block, start, n_most):
    run = lambda function: function(block)  # noqa: E731
    return em.fit(model, start, run, stop=SmallRemainder(1e-6 * len(block.points)), max_iterations=n_most)


@pytest.mark.parametrize("name", ["VVV", "EEE", "VVI", "VII", "VEV"])
def test_a_few_passes_do_what_many_did(name):
    """From the optimum of a tenth of the rows, on groups that overlap."""
    rng = np.random.default_rng(0)
    centres = rng.normal(scale=3.0, size=(3, 4))
    points = centres[rng.integers(3, size=60_000)] + rng.normal(size=(60_000, 4))
    whole, part = Block(points, np.ones(60_000)), Block(points[::10].copy(), np.full(6000, 10.0))
    parameters = SETTINGS[f"gaussian {name}"].parameters
    emission = Gaussian(name, ridge=1e-9)
    start = parameters._replace(emission=parameters.emission._replace(means=centres))
    start = _passes(Mixture(emission), part, start, 500).parameters
    many = _passes(Mixture(emission), whole, start, 500)
    few = _passes(Corrected(Mixture(emission), lambda function: function(part), 60_000.0), whole, start, 500)
    assert few.outcome is many.outcome is em.Outcome.CONVERGED
    assert few.objective > many.objective - 0.06
    assert len(few.trace) <= 7
    assert len(few.trace) < len(many.trace)


def test_where_a_sample_misleads_the_next_step_is_a_plain_one():
    """The sample is of other rows altogether: no pass ends below an earlier one for good."""
    model, start, points = SETTINGS["gaussian VVV"]
    whole, other = Block(points, np.ones(len(points))), Block(points[:40] ** 3 / 5, np.full(40, len(points) / 40))
    corrected = Corrected(model, lambda function: function(other), float(len(points)))
    best = _passes(corrected, whole, start, 30)
    plain = _passes(model, whole, start, 200)
    assert max(best.trace) > plain.objective - 1.0
    assert np.isfinite(best.trace).all()


def test_a_sum_less_itself_is_nothing():
    model, parameters, points = SETTINGS["gaussian EEE"]
    one = model.statistics(parameters)(Block(points, np.ones(len(points))))
    nothing = merge(one, times(one, -1.0))
    assert not nothing.counts.any()
    assert not any(array.any() for array in nothing.emission)
