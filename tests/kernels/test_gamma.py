"""The gamma function's logarithm and its derivatives against SciPy's, and the degrees of freedom against their twin."""

import numpy as np
import pytest
from scipy import special

from mixtura._kernels.compile import cached_kernel
from mixtura._kernels.gamma import digamma, log_gamma_ratio, trigamma
from mixtura._kernels.heavy import most_likely
from mixtura._kernels.tails import evenness, solve

X = np.logspace(-3, 12, 400)


@cached_kernel
def slopes(x, answers):
    for i in range(len(x)):
        answers[i] = digamma(x[i])


@cached_kernel
def bends(x, answers):
    for i in range(len(x)):
        answers[i] = trigamma(x[i])


@cached_kernel
def dofs(evenness, answers):
    for i in range(len(evenness)):
        answers[i] = most_likely(evenness[i])


@cached_kernel
def ratios(x, step, answers):
    for i in range(len(x)):
        answers[i] = log_gamma_ratio(x[i], step)


def _of(kernel, *arguments):
    answers = np.empty(len(X))
    kernel(X, *arguments, answers)
    return answers


def test_the_slope():
    np.testing.assert_allclose(_of(slopes), special.digamma(X), rtol=1e-13, atol=1e-14)


def test_the_bend():
    np.testing.assert_allclose(_of(bends), special.polygamma(1, X), rtol=1e-13)


def test_degrees_of_freedom_are_those_of_the_twin():
    wanted = np.concatenate([evenness(np.linspace(0.5, 250.0, 400)), [-1.0, -0.5, -1e3]])
    found = np.empty(len(wanted))
    dofs(wanted, found)
    np.testing.assert_allclose(found, solve(wanted), rtol=1e-9)
    assert found.min() == 1.0 and found.max() == 200.0


@pytest.mark.parametrize("step", [0.5, 1.0, 4.0, 50.0])
def test_the_ratio_keeps_its_digits(step):
    exact = special.gammaln(step) - special.betaln(X, step)
    np.testing.assert_allclose(_of(ratios, step), exact, rtol=1e-8, atol=1e-8)
    near = X < 100
    direct = special.gammaln(X + step) - special.gammaln(X)
    np.testing.assert_allclose(_of(ratios, step)[near], direct[near], rtol=1e-13, atol=1e-12)


def test_the_ratio_of_whole_steps_is_a_product():
    np.testing.assert_allclose(_of(ratios, 2.0), np.log(X) + np.log1p(X), rtol=1e-13, atol=1e-13)
