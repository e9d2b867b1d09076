"""Variational Bayes where cells are missing: they get a posterior, and the bound counts its entropy."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import digamma

from laws.posteriors import draw_and_weigh, setting
from laws.settings import HOLED, LETTERED, POINTS, N, assert_close, flat
from mixtura import em, posterior
from mixtura.acceleration import SmallGain
from mixtura.concentrations import CONCENTRATIONS
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.statistics import Block, Incomplete
from mixtura.vague import moments_of

BLOCK = Incomplete(HOLED[~np.isnan(HOLED).all(1)], np.ones(int((~np.isnan(HOLED).all(1)).sum())))
every_model = pytest.mark.parametrize("name", LETTERED)
every_prior = pytest.mark.parametrize("prior", CONCENTRATIONS)


@every_prior
@every_model
def test_the_bound_never_falls(name, prior):
    model, parameters, _ = setting(name, prior)
    fit = em.fit(model, parameters, lambda f: f(BLOCK), stop=SmallGain(1e-6), max_iterations=25)
    assert len(fit.trace) > 3
    assert np.diff(fit.trace).min() > -1e-10 * abs(fit.trace[0])


@pytest.mark.parametrize(
    ("name", "prior"),
    [("VVV", "dirichlet_process"), ("EEE", "dirichlet_distribution"), ("VVI", "dirichlet_distribution")],
)
def test_the_bound_is_what_random_draws_say(name, prior):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(12, 3)) @ [[1, 0.5, 0.3], [0, 1, 0.4], [0, 0, 1]] + np.repeat([[0], [3]], 6, axis=0)
    model, parameters, _ = setting(name, prior, points, np.repeat([0, 1], 6), 2)
    points[[0, 3, 7, 8], [1, 2, 0, 0]] = points[4, 1:] = points[9, :2] = np.nan
    block = Incomplete(points, np.ones(12))
    parameters = model.maximise(model.statistics(parameters)(block), parameters)
    bound = model.objective(model.statistics(parameters)(block), parameters)
    drawn = np.array([draw_and_weigh(model, parameters, block, rng) for _ in range(200)])
    assert abs(drawn.mean() - bound) < 4 * drawn.std() / np.sqrt(len(drawn))


def step_by_step(model, parameters, rows):
    """One iteration in the words of Bishop (2006, section 10.2), row by row, the missing cells among the unknowns."""
    prior, (means, covariances, counts) = model.emission, parameters.emission
    (K, D), log_joint, filled, spreads = means.shape, np.empty((len(rows), len(means))), {}, {}
    concentration = model.weights_prior.concentration + counts
    for k in range(K):
        dof, precision = prior.dof + counts[k], np.linalg.inv(covariances[k])
        log_det = digamma((dof - np.arange(D)) / 2).sum() + D * np.log(2) + np.log(np.linalg.det(precision / dof))
        constant = digamma(concentration[k]) - digamma(concentration.sum()) + log_det / 2
        for n, row in enumerate(rows):
            holes = np.isnan(row)
            spread = np.zeros((D, D))
            spread[np.ix_(holes, holes)] = inner = np.linalg.inv(precision[np.ix_(holes, holes)])
            away = np.where(holes, 0.0, row - means[k])
            away[holes] = -inner @ precision[np.ix_(holes, ~holes)] @ away[~holes]
            entropy = np.log(np.linalg.det(2 * np.pi * np.e * inner)) / 2
            squares = away @ precision @ away + np.trace(precision @ spread) + D / (prior.shrinkage + counts[k])
            log_joint[n, k] = constant - D / 2 * np.log(2 * np.pi) - squares / 2 + entropy
            filled[n, k], spreads[n, k] = means[k] + away, spread
    shares = np.exp(log_joint - np.logaddexp.reduce(log_joint, axis=1)[:, None])
    found = []
    for k in range(K):
        own = np.array([filled[n, k] for n in range(len(rows))])
        count = shares[:, k].sum()
        mean = shares[:, k] @ own / count
        scatter = sum(shares[n, k] * (np.outer(own[n] - mean, own[n] - mean) + spreads[n, k]) for n in range(len(rows)))
        away, weight = mean - prior.location, prior.shrinkage * count / (prior.shrinkage + count)
        scale = prior.scale_matrix(D) + scatter + weight * np.outer(away, away)
        middle = (prior.shrinkage * prior.location + count * mean) / (prior.shrinkage + count)
        found.append((middle, scale / (prior.dof + count), count))
    bound = np.logaddexp.reduce(log_joint, axis=1).sum() + model.log_prior(parameters)
    return bound, [np.array(field) for field in zip(*found, strict=True)]


@pytest.mark.parametrize("n_steps", [1, 3])
def test_steps_are_those_of_the_textbook_with_the_cells_among_the_unknowns(n_steps):
    rows = BLOCK.points[:120]
    model, ours, _ = setting("VVV", "dirichlet_distribution")
    theirs = ours
    for _ in range(n_steps):
        sums = model.statistics(ours)(Incomplete(rows, np.ones(len(rows))))
        bound, emission = step_by_step(model, theirs, rows)
        assert model.objective(sums, ours) == pytest.approx(bound, abs=1e-8)
        ours, theirs = model.maximise(sums, ours), theirs._replace(emission=type(ours.emission)(*emission))
    for a, b in zip(ours.emission, theirs.emission, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)


@every_model
def test_rows_without_holes_say_the_same_among_rows_with_some(name):
    model, parameters, _ = setting(name)
    function = model.statistics(parameters)
    assert_close(function(Incomplete(POINTS, np.ones(N))), function(Block(POINTS, np.ones(N))))


@pytest.mark.parametrize("name", ["VVV", "EEE", "VEI", "EII"])
def test_threads_do_not_change_a_bit_and_whole_weights_are_repeated_rows(name):
    model, parameters, _ = setting(name)
    function = model.statistics(parameters)
    weights = np.random.default_rng(0).integers(1, 4, len(BLOCK.points))
    source = ArraySource(BLOCK.points, weights.astype(float), block_rows=100)
    alone, together = (Local(n)(source, function) for n in (1, 3))
    assert all(np.array_equal(a, b) for a, b in zip(flat(alone), flat(together), strict=True))
    repeated = np.repeat(BLOCK.points, weights, axis=0)
    assert_close(alone, function(Incomplete(repeated, np.ones(len(repeated)))))


def test_the_predictive_density_of_the_cells_that_are_there_is_scipy_s_marginal():
    student = posterior.predictive(*setting("full")[:2])
    rows = np.vstack([BLOCK.points[:40], np.full(4, np.nan)])
    for row, log_density in zip(rows, student.score_samples(rows), strict=True):
        seen = ~np.isnan(row)
        parts = [
            stats.multivariate_t(mean[seen], scale[np.ix_(seen, seen)], dof).pdf(row[seen]) if seen.any() else 1.0
            for mean, scale, dof in zip(student.means, student.scales, student.dofs, strict=True)
        ]
        assert log_density == pytest.approx(np.log(student.weights @ parts), abs=1e-9)


def test_a_prior_of_rows_with_holes_knows_how_far_the_table_spreads():
    """What is missing by chance changes the moments of a table little, and those of a constant column not at all."""
    rng = np.random.default_rng(0)
    whole = np.column_stack([rng.normal(size=(4000, 2)) @ [[2.0, 1.5], [0, 1]] * 100 + 1e6, np.full(4000, 7.0)])
    holed = np.where(rng.uniform(size=whole.shape) < 0.3, np.nan, whole)
    seen, full = (moments_of(ArraySource(points), Local(1)) for points in (holed, whole))
    np.testing.assert_allclose(seen.mean, full.mean, rtol=1e-5)
    np.testing.assert_allclose(seen.covariance[:2, :2], full.covariance[:2, :2], rtol=0.05)
    assert not seen.covariance[2].any()
