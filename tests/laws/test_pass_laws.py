"""Laws of one pass, for every family under every covariance model and every runner."""

import pickle
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laws.settings import FAMILIES, SETTINGS, N, assert_close, block_of, flat
from mixtura import _kernels as kernels
from mixtura.mixture import block_statistics
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.statistics import merge_all

every_setting = pytest.mark.parametrize("name", SETTINGS)
every_family = pytest.mark.parametrize("name", FAMILIES)


@every_family
@given(cuts=st.lists(st.integers(1, N - 1), max_size=6, unique=True))
def test_parts_merge_to_the_whole(name, cuts):
    model, parameters, points = FAMILIES[name]
    function = model.statistics(parameters)
    parts = np.split(points, sorted(cuts))
    assert_close(
        merge_all(function(block_of(part, np.ones(len(part)))) for part in parts),
        function(block_of(points, np.ones(N))),
    )


@every_family
def test_any_number_of_threads_gives_the_same_bits(name):
    model, parameters, points = FAMILIES[name]
    source, function = ArraySource(points, block_rows=97), model.statistics(parameters)
    alone = Local(1)(source, function)
    for n_threads in (2, 5):
        together = Local(n_threads)(source, function)
        assert all(np.array_equal(a, b) for a, b in zip(flat(alone), flat(together), strict=True))


@every_family
def test_integer_weights_are_repeated_rows(name):
    model, parameters, points = FAMILIES[name]
    weights = np.random.default_rng(1).integers(0, 4, N)
    function = model.statistics(parameters)
    repeated = np.repeat(points, weights, axis=0)
    assert_close(
        function(block_of(points, weights.astype(float))), function(block_of(repeated, np.ones(len(repeated))))
    )


@every_family
def test_block_functions_travel(name):
    model, parameters, points = FAMILIES[name]
    block = block_of(points, np.ones(N))
    for bind in (model.statistics, model.posterior, model.classify):
        function = bind(parameters)
        assert_close(pickle.loads(pickle.dumps(function))(block), function(block), rtol=0)


@every_setting
def test_compiled_pass_equals_the_general_one(name, monkeypatch):
    """Families with a compiled pass also have the four methods; both must say the same."""
    model, parameters, points = SETTINGS[name]
    block = block_of(points, np.linspace(0.5, 2, N))
    passes = [bind(parameters) for bind in (model.statistics, model.posterior, model.classify)]
    compiled = [function(block) for function in passes]
    monkeypatch.setattr(kernels, "COMPILED", ())
    general = [function(block) for function in passes]
    assert_close(tuple(compiled), tuple(general))


@every_setting
def test_densities_integrate_to_one(name):
    """Importance sampling from a wide normal."""
    model, parameters, points = SETTINGS[name]
    rng, n_draws = np.random.default_rng(2), 200_000
    centre, width = points.mean(0), 1.6 * points.std(0)
    draws = rng.standard_normal((n_draws, points.shape[1]))
    log_proposal = -0.5 * (draws**2).sum(1) - np.log(width * np.sqrt(2 * np.pi)).sum()
    log_density = model.classify(parameters)(block_of(centre + width * draws, np.ones(n_draws))).log_density
    ratios = np.exp(log_density - log_proposal)
    assert abs(ratios.mean() - 1) < 5 * ratios.std() / np.sqrt(n_draws)
    assert ratios.std() < 20


@every_setting
def test_samples_have_the_density(name):
    """The mean log-density of samples is minus the entropy, which a second, independent half estimates as well."""
    model, parameters, _ = SETTINGS[name]
    K, rng = len(parameters.weights), np.random.default_rng(3)
    points = model.emission.sample(parameters.emission, np.full(K, 4000), rng)
    labels = np.repeat(np.arange(K), 4000)
    density = model.emission.density(parameters.emission)
    own = model.emission.log_density(points, density)[np.arange(len(points)), labels]
    D = points.shape[1]
    distances = -2 * (own - density.log_det[labels] + 0.5 * D * np.log(2 * np.pi))
    assert distances.mean() == pytest.approx(D, abs=5 * np.sqrt(2 * D / len(points)))


def test_pool_survives_being_used_from_several_fits():
    model, parameters, points = SETTINGS["gaussian VVV"]
    source, runner = ArraySource(points, block_rows=100), Local(2)
    totals = [runner(source, partial(block_statistics, **model.statistics(parameters).keywords)) for _ in range(3)]
    assert all(np.array_equal(totals[0].counts, total.counts) for total in totals)
