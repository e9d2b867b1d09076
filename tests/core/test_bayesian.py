"""The bound of variational Bayes: what it is, that it never falls, and that one step beats its neighbours."""

import numpy as np
import pytest
from scipy.special import betaln

from laws.posteriors import draw_and_weigh, setting
from laws.settings import LETTERED, POINTS, D, N
from mixtura import em
from mixtura.acceleration import SmallGain
from mixtura.bayesian import BayesianMixture
from mixtura.concentrations import CONCENTRATIONS, Dirichlet, Process
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.statistics import Block

every_model = pytest.mark.parametrize("name", LETTERED)
every_prior = pytest.mark.parametrize("prior", CONCENTRATIONS)


@every_prior
@every_model
def test_the_bound_never_falls(name, prior):
    model, parameters, block = setting(name, prior)
    fit = em.fit(model, parameters, lambda f: f(block), stop=SmallGain(1e-6), max_iterations=50)
    assert len(fit.trace) > 3
    assert np.diff(fit.trace).min() > -1e-10 * abs(fit.trace[0])


@pytest.mark.parametrize(
    ("name", "prior"),
    [("VVV", "dirichlet_process"), ("EEE", "dirichlet_distribution"), ("VII", "dirichlet_distribution")],
)
def test_the_bound_is_what_random_draws_say(name, prior):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(12, 2)) + np.repeat([[0, 0], [3, 1]], 6, axis=0)
    model, parameters, block = setting(name, prior, points, np.repeat([0, 1], 6), 2)
    bound = model.objective(model.statistics(parameters)(block), parameters)
    drawn = np.array([draw_and_weigh(model, parameters, block, rng) for _ in range(150)])
    assert abs(drawn.mean() - bound) < 4 * drawn.std() / np.sqrt(len(drawn))


@every_prior
@every_model
def test_one_step_beats_its_neighbours(name, prior):
    """The bound at fixed responsibilities: what the rows add is linear in them, so it is told by the densities."""
    model, parameters, block = setting(name, prior)
    shares, _ = model.posterior(parameters)(block)
    new = model.maximise(model.statistics(parameters)(block), parameters)

    def bound(of):
        log_joint = model.log_weights(of) + model.emission.log_density(
            block.points, model.emission.density(of.emission)
        )
        return (shares * log_joint).sum() + model.log_prior(of)

    best = bound(new)
    for nudge in (-1e-3, 1e-3):
        moved, wider, heavier = (
            new.emission._replace(means=new.emission.means + nudge),
            new.emission._replace(covariances=new.emission.covariances * (1 + nudge)),
            new.emission._replace(counts=new.emission.counts * (1 + nudge)),
        )
        assert all(bound(new._replace(emission=emission)) < best for emission in (moved, wider, heavier))


@pytest.mark.parametrize("n_threads", [2, 3])
def test_threads_do_not_change_a_bit(n_threads):
    model, parameters, _ = setting("full")
    source = ArraySource(POINTS, block_rows=100)
    alone, together = (Local(n)(source, model.statistics(parameters)) for n in (1, n_threads))
    assert model.objective(alone, parameters) == model.objective(together, parameters)


@every_prior
def test_whole_weights_are_repeated_rows(prior):
    model, parameters, _ = setting("full", prior)
    weights = np.random.default_rng(0).integers(1, 4, N)
    one = model.statistics(parameters)(Block(POINTS, weights.astype(float)))
    repeated = np.repeat(POINTS, weights, axis=0)
    other = model.statistics(parameters)(Block(repeated, np.ones(len(repeated))))
    assert model.objective(one, parameters) == pytest.approx(model.objective(other, parameters))
    for a, b in zip(model.maximise(one, parameters).emission, model.maximise(other, parameters).emission, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9)


@pytest.mark.parametrize("concentration", [Dirichlet(0.3), Process(2.0)])
def test_the_order_of_components_is_no_matter_for_their_weights(concentration):
    counts = np.array([3.0, 11, 0.5, 7])
    order = np.array([2, 0, 3, 1])
    np.testing.assert_allclose(concentration.expected(counts)[order], concentration.expected(counts[order]))
    np.testing.assert_allclose(concentration.expected_log(counts)[order], concentration.expected_log(counts[order]))
    assert concentration.divergence(counts) == pytest.approx(concentration.divergence(counts[order]))


@pytest.mark.parametrize("concentration", [Dirichlet(0.3), Process(2.0)])
def test_expected_weights_are_those_of_draws(concentration):
    counts = np.array([3.0, 11, 0.5, 7])
    drawn = concentration.sample(counts, 20_000, np.random.default_rng(0))
    np.testing.assert_allclose(drawn.sum(1), 1)
    np.testing.assert_allclose(drawn.mean(0), concentration.expected(counts), atol=0.01)


def test_the_largest_stick_first_is_the_best_order():
    """Kurihara, Welling & Teh (2007): any other order of breaking has learnt more for the same rows."""
    counts = np.array([9.0, 4, 2])
    taken, left = Process(1.0).posterior(counts)
    left_if_swapped = 1.0 + np.array([2.0, 11, 0])  # the second breaks first
    assert betaln(taken, left).sum() > betaln(taken, left_if_swapped).sum()


def test_a_prior_in_other_units_gives_the_posterior_in_other_units():
    model, parameters, block = setting("full")
    centre, scale = np.arange(1.0, D + 1), np.linspace(0.5, 3, D)
    step = model.maximise(model.statistics(parameters)(block), parameters).emission
    moved = model.emission.rescaled(centre, scale)
    other = BayesianMixture(emission=moved, weights_prior=model.weights_prior)
    far = Block(centre + POINTS * scale, block.weights)
    start = parameters._replace(emission=model.emission.rescale(parameters.emission, centre, scale))
    for a, b in zip(
        other.maximise(other.statistics(start)(far), start).emission,
        model.emission.rescale(step, centre, scale),
        strict=True,
    ):
        np.testing.assert_allclose(a, b, rtol=1e-9)
