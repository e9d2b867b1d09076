"""Every kernel does what its NumPy twin does."""

from inspect import signature

import numpy as np
import pytest

from kernels.cases import KINDS, calls, covariances, leaves, relative_error
from mixtura import _kernels
from mixtura._kernels import reference
from mixtura._kernels.densities import Full

# The twin of `climb` is `em.fit` over the twin of `collect`: see tests/core/test_climbing.py. Those of the M-steps that
# it calls are in `mixtura.covariance`: see test_shapers.py.
OTHERS = {"COMPILED", "SKIPPING", "Ascent", "COLLAPSED", "GOES_ON", "STOPPED", "climb", "Turned", "turned"}
OTHERS |= {"HeavyAscent", "Holes", "holes", "is_quicker", "lacking", "shaped", "shaper"}
OTHERS |= {"n_sums", "nearest_of", "sums_of"}
PASSES = [name for name in _kernels.__all__ if name not in OTHERS]
# Rows: none, one, a ragged value, a whole tile, tiles whose end the transposition would read over, two tiles.
SIZES = [(0, 2), (1, 7), (31, 1), (512, 3), (513, 2), (514, 3), (515, 2), (1000, 7), (1026, 2)]


def test_every_export_has_a_twin_with_its_signature():
    for name in PASSES:
        assert [*signature(getattr(_kernels, name)).parameters] == [*signature(getattr(reference, name)).parameters]
    for name in ("COMPILED", "SKIPPING"):
        assert getattr(_kernels, name) == getattr(reference, name)


def test_the_calls_below_cover_every_export():
    assert {name for name, _ in calls(np.random.default_rng(0), 3, 2, 2, float)} == set(PASSES)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("D", [1, 2, 3, 5, 8, 13, 32, 33])
def test_kernels_equal_their_twins(D, dtype):
    rng = np.random.default_rng(D)
    tolerance = 1e-11 if dtype == np.float64 else 1e-3
    for N, K in SIZES:
        for name, arguments in calls(rng, N, D, K, dtype):
            result, expected = getattr(_kernels, name)(*arguments), getattr(reference, name)(*arguments)
            assert relative_error(result, expected) < tolerance, (name, N, K, type(arguments[-1]).__name__)
            assert [leaf.dtype for leaf in leaves(result)] == [leaf.dtype for leaf in leaves(expected)], name
            assert [leaf.shape for leaf in leaves(result)] == [leaf.shape for leaf in leaves(expected)], name


def test_wide_data():
    rng = np.random.default_rng(0)
    for name, arguments in calls(rng, 40, 200, 3, np.float64):
        assert relative_error(getattr(_kernels, name)(*arguments), getattr(reference, name)(*arguments)) < 1e-9, name


def test_layouts_and_write_protection_of_the_caller_do_not_matter():
    rng = np.random.default_rng(0)
    for name, arguments in calls(rng, 600, 3, 2, np.float64):
        kernel = getattr(_kernels, name)
        strided = [_spaced_out(argument) for argument in arguments]
        assert relative_error(kernel(*strided), kernel(*arguments)) == 0, name


def _spaced_out(argument):
    if isinstance(argument, tuple):
        return type(argument)(*map(_spaced_out, argument))
    if isinstance(argument, int):
        return argument
    wide = np.zeros((*argument.shape[:-1], 2 * argument.shape[-1]))
    wide[..., ::2] = argument
    return wide[..., ::2]


def test_one_compilation_serves_all_callers_and_sees_contiguous_arrays_only():
    from numba.core.types import NamedTuple

    from mixtura._kernels import kmeans, mixtures, whitening

    kernels = [mixtures.collect_each, mixtures.posterior, mixtures.classify, whitening.whiten]
    joining = [kmeans.collect_few_each, kmeans.collect_nearest_each, kmeans.collect_rounded_each]
    for kernel in [*kernels, *joining, kmeans.distances, kmeans.nearest]:
        kinds = {(types[0].dtype, str([a for a in types if isinstance(a, NamedTuple)])) for types in kernel.signatures}
        assert len(kinds) == len(kernel.signatures)
        for types in kernel.signatures:
            assert all(getattr(array, "layout", "C") == "C" for argument in types for array in _arrays(argument))


def _arrays(kind):
    return [array for part in getattr(kind, "types", []) for array in _arrays(part)] or [kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_covariance_says_the_same_as_a_simpler_one(kind):
    rng = np.random.default_rng(0)
    K, D = 3, 5
    points, log_weights, density = rng.normal(0, 3, (100, D)), np.log(np.ones(K) / K), KINDS[kind](rng, K, D)
    whiteners = density.whiteners
    if whiteners.ndim < 3:
        whiteners = np.broadcast_to(whiteners.reshape(K, -1, 1), (K, D, 1)) * np.eye(D)
    as_full = Full(density.means, np.ascontiguousarray(np.broadcast_to(whiteners, (K, D, D))), density.log_det)
    one, other = _kernels.posterior(points, log_weights, density), _kernels.posterior(points, log_weights, as_full)
    assert relative_error(one, other) < 1e-12


def test_log_density_is_the_normal_density_of_scipy():
    from scipy.stats import multivariate_normal

    rng = np.random.default_rng(0)
    mean, covariance, points = rng.normal(0, 1, 4), covariances(rng, 1, 4), rng.normal(0, 2, (50, 4))
    density = Full(mean[None], *_kernels.whiten(covariance))
    _, log_evidence = _kernels.posterior(points, np.zeros(1), density)
    np.testing.assert_allclose(log_evidence, multivariate_normal(mean, covariance[0]).logpdf(points), rtol=1e-12)
