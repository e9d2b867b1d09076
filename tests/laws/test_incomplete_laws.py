"""Laws of rows that lack cells, for every covariance model: a missing cell is one that was summed over, no more."""

from functools import cache, partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from laws.settings import SETTINGS, D, N, assert_close, flat
from mixtura import em
from mixtura.acceleration import SmallGain
from mixtura.emissions._moments import matrices
from mixtura.mixture import MixtureParameters
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.statistics import Block, Incomplete, merge_all

every_setting = pytest.mark.parametrize("name", SETTINGS)
HOLES = np.random.default_rng(7).uniform(size=(N, D)) < 0.25


@cache
def correlated(name):
    """The setting after one step, whose components are of all shapes that the model allows."""
    model, parameters, points = SETTINGS[name]
    rows = points @ np.linalg.qr(np.random.default_rng(3).standard_normal((D, D)))[0]
    block = Block(rows, np.ones(N))
    return model, model.maximise(model.statistics(parameters)(block), parameters), rows


def with_holes(points):
    return np.where(HOLES, np.nan, points)


@every_setting
def test_density_of_a_row_is_that_of_the_cells_that_are_there(name):
    model, (weights, emission), points = correlated(name)
    rows = with_holes(points)[:60]
    rows[0] = np.nan
    found = model.classify(MixtureParameters(weights, emission))(Incomplete(rows, np.ones(60)))
    full = matrices(emission.covariances, D)
    for row, log_density in zip(rows, found.log_density, strict=True):
        seen = ~np.isnan(row)
        marginals = [
            multivariate_normal(mean[seen], covariance[np.ix_(seen, seen)]).pdf(row[seen]) if seen.any() else 1.0
            for mean, covariance in zip(emission.means, full, strict=True)
        ]
        assert log_density == pytest.approx(np.log(weights @ marginals), abs=1e-9)


@every_setting
def test_a_row_without_cells_gets_the_prior(name):
    model, parameters, _ = correlated(name)
    shares, log_density = model.posterior(parameters)(Incomplete(np.full((1, D), np.nan), np.ones(1)))
    np.testing.assert_allclose(shares[0], parameters.weights)
    assert abs(log_density[0]) < 1e-15


@every_setting
def test_rows_without_holes_say_the_same_among_rows_with_some(name):
    model, parameters, points = correlated(name)
    for bind in (model.statistics, model.posterior, model.classify):
        function = bind(parameters)
        assert_close(function(Incomplete(points, np.ones(N))), function(Block(points, np.ones(N))))


@every_setting
@settings(max_examples=10)
@given(cuts=st.lists(st.integers(1, N - 1), max_size=6, unique=True))
def test_parts_merge_to_the_whole(name, cuts):
    model, parameters, points = correlated(name)
    function = model.statistics(parameters)
    parts = np.split(with_holes(points), sorted(cuts))
    assert_close(
        merge_all(function(Incomplete(part, np.ones(len(part)))) for part in parts),
        function(Incomplete(with_holes(points), np.ones(N))),
    )


@every_setting
def test_order_threads_and_blocks_do_not_matter(name):
    model, parameters, points = correlated(name)
    function = model.statistics(parameters)
    whole = function(Incomplete(with_holes(points), np.ones(N)))
    for size in (97, N):
        source = ArraySource(with_holes(points), block_rows=size)
        alone = Local(1)(source, function)
        assert_close(alone, whole)
        together = Local(3)(source, function)
        assert all(np.array_equal(a, b) for a, b in zip(flat(alone), flat(together), strict=True))


@every_setting
def test_integer_weights_are_repeated_rows(name):
    model, parameters, points = correlated(name)
    weights = np.random.default_rng(1).integers(0, 4, N)
    function = model.statistics(parameters)
    repeated = np.repeat(with_holes(points), weights, axis=0)
    assert_close(
        function(Incomplete(with_holes(points), weights.astype(float))),
        function(Incomplete(repeated, np.ones(len(repeated)))),
    )


@every_setting
def test_log_likelihood_never_falls(name):
    model, parameters, points = correlated(name)
    run = partial(Local(1), ArraySource(with_holes(points)))
    fit = em.fit(model, parameters, run, stop=SmallGain(1e-6), max_iterations=40)
    assert len(fit.trace) > 3
    assert np.all(np.diff(fit.trace) > -1e-10 * abs(fit.trace[0]))


@every_setting
def test_one_step_beats_its_neighbours(name):
    """The expected log-likelihood of a row is that of many rows whose cells were drawn given those that are there."""
    model, parameters, points = correlated(name)
    rows, rng = with_holes(points)[:300], np.random.default_rng(0)
    function = model.statistics(parameters)
    new = model.maximise(function(Incomplete(rows, np.ones(len(rows)))), parameters)
    shares, _ = model.posterior(parameters)(Incomplete(rows, np.ones(len(rows))))
    density = model.emission.density(parameters.emission)
    drawn = [(k, model.emission.draw(rows, np.full(len(rows), k), density, rng)) for k in range(3) for _ in range(60)]

    def expected(emission):
        other = model.emission.density(emission)
        of_rows = sum(shares[:, k] @ model.emission.log_density(filled, other)[:, k] for k, filled in drawn)
        return of_rows / 60 + model.emission.log_prior(emission)

    best = expected(new.emission)
    for nudge in (-0.1, 0.1):
        assert expected(new.emission._replace(means=new.emission.means + nudge)) < best
        assert expected(new.emission._replace(covariances=new.emission.covariances * (1 + nudge))) < best
    np.testing.assert_allclose(new.weights, shares.mean(0))


@every_setting
def test_expected_cells_are_the_mean_of_drawn_ones(name):
    model, parameters, points = correlated(name)
    rows, n_draws = with_holes(points)[:20], 4000
    density = model.emission.density(parameters.emission)
    labels, shares = np.arange(20) % 3, np.eye(3)[np.arange(20) % 3]
    wanted = model.emission.expect(rows, shares, density)
    many = model.emission.draw(np.tile(rows, (n_draws, 1)), np.tile(labels, n_draws), density, np.random.default_rng(0))
    drawn = many.reshape(n_draws, *rows.shape)
    np.testing.assert_array_equal(wanted[~HOLES[:20]], rows[~HOLES[:20]])
    assert np.all(np.abs(drawn.mean(0) - wanted) <= 1e-9 + 5 * drawn.std(0) / np.sqrt(n_draws))
