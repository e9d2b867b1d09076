"""SIMD exponential and logarithm against NumPy's in extended precision."""

import numpy as np
import pytest

from mixtura._kernels.compile import cached_kernel
from mixtura._kernels.elementary import exp, log
from mixtura._kernels.memory import load, store
from mixtura._kernels.simd import width


@cached_kernel
def both(x, exps, logs):
    for p in range(0, len(x), width(x)):
        store(exps, p, exp(load(x, p)))
        store(logs, p, log(1.0 - load(x, p)))


def _of(x):
    exps, logs = np.empty_like(x), np.empty_like(x)
    both(x, exps, logs)
    return exps, logs


@pytest.mark.parametrize(("dtype", "lowest"), [(np.float64, -708), (np.float32, -87)])
def test_relative_error_is_a_few_units_of_the_last_digit(dtype, lowest):
    x = np.concatenate([np.linspace(lowest, 0, 1024), -np.logspace(-20, 1, 1024)]).astype(dtype)
    exps, logs = _of(x)
    exact, argument = np.exp(x.astype(np.longdouble)), (1 - x).astype(np.longdouble)
    unit = np.finfo(dtype).eps
    assert (np.abs(exps - exact) / exact).max() < 2 * unit
    assert (np.abs(logs - np.log(argument)) <= 4 * unit * np.maximum(np.log(argument), unit)).all()


@pytest.mark.parametrize(("dtype", "highest"), [(np.float64, 1000), (np.float32, 120)])
def test_logarithms_of_large_numbers(dtype, highest):
    x = -np.logspace(0, highest, 1024, base=2).astype(dtype)
    _, logs = _of(x)
    np.testing.assert_allclose(logs, np.log((1 - x).astype(np.longdouble)), rtol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_special_values(dtype):
    x = np.zeros(64, dtype)
    x[:4] = -np.inf, np.nan, 0, np.finfo(dtype).min
    exps, logs = _of(x)
    np.testing.assert_array_equal(exps[:4], [0, np.nan, 1, 0])
    np.testing.assert_array_equal(logs[1:3], [np.nan, 0])
