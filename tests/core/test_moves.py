"""How many components: the number does not depend on where the search begins, and interrupts lose nothing."""

import numpy as np
import pytest

from mixtura import em, moves, starts
from mixtura.bayesian import BayesianMixture
from mixtura.concentrations import CONCENTRATIONS
from mixtura.emissions.normal_wishart import NormalWishart
from mixtura.statistics import Block


def separated(n_components, n_rows=60, seed=0):
    """Round groups whose centres lie six standard deviations apart, on a grid."""
    rng = np.random.default_rng(seed)
    centres = 6.0 * np.array([divmod(k, 3) for k in range(n_components)])
    return np.concatenate([c + rng.standard_normal((n_rows, 2)) for c in centres])


def model_for(points, prior="dirichlet_process"):
    scale = tuple(np.ravel(np.cov(points.T) / 10).tolist())
    emission = NormalWishart("full", 0.0, tuple(points.mean(0).tolist()), 0.01, 2.0, scale)
    return BayesianMixture(emission=emission, weights_prior=CONCENTRATIONS[prior](1.0))


def searched(points, n_start, prior="dirichlet_process", watch=em.ignore):
    model, sample, rng = model_for(points, prior), Block(points, np.ones(len(points))), np.random.default_rng(1)
    start = starts.draw(model, sample, n_start, ["standardised k-means"], rng)[0].parameters
    return moves.search(model, sample, start, rng, watch)


@pytest.mark.parametrize("prior", CONCENTRATIONS)
@pytest.mark.parametrize("n_start", [1, 12])
@pytest.mark.parametrize("n_components", [1, 3, 5])
def test_the_number_is_found_from_any(n_components, n_start, prior):
    assert searched(separated(n_components), n_start, prior).best.n_components == n_components


def test_the_best_of_every_number_is_no_better_than_the_best():
    found = searched(separated(3), 6)
    assert list(found.by_number) == sorted(found.by_number)
    assert {2, 3, 4} <= found.by_number.keys()
    assert max(found.by_number.values(), key=lambda trial: trial.rank).n_components == 3
    for number, trial in found.by_number.items():
        assert trial.n_components == number
        assert trial.fit.parameters.emission.counts.min() >= 0.5
    assert found.n_made <= found.n_tried


def test_rows_that_count_half_are_half_a_row():
    points = separated(3)
    model, twice = model_for(points), Block(np.repeat(points, 2, axis=0), np.full(2 * len(points), 0.5))
    rng = np.random.default_rng(0)
    start = starts.draw(model, twice, 1, ["standardised k-means"], rng)[0].parameters
    found = moves.search(model, twice, start, rng)
    assert found.best.n_components == 3
    assert found.best.rank == pytest.approx(searched(points, 1).best.rank, abs=0.1)


@pytest.mark.parametrize("after", [0, 1, 9, 30])
def test_an_interrupt_keeps_the_best_so_far(after):
    steps = []

    def watch(step):
        steps.append(step)
        if len(steps) > after:
            raise KeyboardInterrupt

    found = searched(separated(3), 1, watch=watch)
    assert found.best.fit.outcome is em.Outcome.INTERRUPTED
    assert np.isfinite(found.best.fit.parameters.weights).all()
