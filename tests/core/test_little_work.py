"""Whoever asks once about a few rows does not wait for a compiler."""

import numpy as np
import pytest

from mixtura import _kernels
from mixtura._kernels import incomplete, kmeans, mixtures, reference
from mixtura._kernels.densities import Spherical
from mixtura.emissions.gaussian import Gaussian
from mixtura.evidence import one_log_likelihood
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource

RNG = np.random.default_rng(0)
MEANS = RNG.normal(size=(3, 2))
DENSITY = Spherical(MEANS, np.ones(3), np.zeros(3))
ABOUT_ROWS = {"posterior": (np.log(np.full(3, 1 / 3)), DENSITY), "nearest": (MEANS,), "distances": (MEANS,)}
ABOUT_ROWS |= {"classify": ABOUT_ROWS["posterior"], "collect_nearest": (np.ones(300), MEANS, True)}
KERNELS = [(mixtures, "posterior"), (mixtures, "classify"), (mixtures, "collect_each")]
KERNELS += [(incomplete, "collect_incomplete")]
KERNELS += [(kmeans, name) for name in ("nearest", "distances", "collect_nearest_each", "collect_few_each")]


class Compiled(Exception):
    pass


@pytest.fixture(autouse=True)
def no_kernel(monkeypatch):
    def compiled(*arguments):
        raise Compiled

    for module, name in KERNELS:
        monkeypatch.setattr(module, name, compiled)


@pytest.mark.parametrize("name", ABOUT_ROWS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_few_rows_are_answered_by_what_is_there(name, dtype):
    points = RNG.normal(size=(300, 2)).astype(dtype)
    found = getattr(_kernels, name)(points, *ABOUT_ROWS[name])
    for one, other in zip(found, getattr(reference, name)(points, *ABOUT_ROWS[name]), strict=True):
        assert np.result_type(one) == np.result_type(other)
        np.testing.assert_allclose(one, other, rtol=1e-4 if dtype == np.float32 else 1e-12)


@pytest.mark.parametrize("name", ABOUT_ROWS)
def test_many_rows_are_worth_a_kernel(name):
    with pytest.raises(Compiled):
        getattr(_kernels, name)(np.zeros((11000, 2)), *ABOUT_ROWS[name])


def test_a_step_of_many_is_worth_a_kernel():
    with pytest.raises(Compiled):
        _kernels.collect_nearest(np.zeros((300, 2)), np.ones(300), MEANS)


def test_one_component_to_compare_with_is_not_worth_a_kernel():
    """At its maximum every row has as many squared standard deviations as columns, on average."""
    points = RNG.normal(size=(300, 2))
    found = one_log_likelihood(Gaussian("full", ridge=0.0), ArraySource(points), Local())
    _, log_det = np.linalg.slogdet(2 * np.pi * np.cov(points.T, bias=True))
    assert found == pytest.approx(-150 * (log_det + 2))
    points[0, 0] = np.nan
    assert one_log_likelihood(Gaussian("full", ridge=0.0), ArraySource(points), Local()) > found
    with pytest.raises(Compiled):
        one_log_likelihood(Gaussian("full"), ArraySource(np.zeros((40_000, 2))), Local())
