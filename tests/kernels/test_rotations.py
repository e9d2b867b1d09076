"""Eigenvectors by Jacobi's rotations against LAPACK's."""

import numpy as np
import pytest

from mixtura._kernels.compile import cached_kernel
from mixtura._kernels.rotations import find_eigenvectors


@cached_kernel
def eigenvectors(matrix, axes):
    find_eigenvectors(matrix, axes)


def spectral(values, seed=0):
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(values), len(values))))[0]
    matrix = turn * np.array(values) @ turn.T
    return (matrix + matrix.T) / 2


MATRICES = {
    "one": np.array([[3.0]]),
    "two": np.array([[2.0, 1.0], [1.0, 2.0]]),
    "zeros": np.zeros((3, 3)),
    "equal": 2.0 * np.eye(4),
    "some equal": spectral([1.0, 1.0, 1.0, 5.0, 5.0]),
    "nearly equal": spectral([1.0, 1.0 + 1e-9, 2.0]),
    "flat": spectral([0.0, 0.0, 1.0, 3.0]),
    "far apart": spectral([1e-8, 1.0, 1e8]),
    "descending": np.diag([5.0, 3.0, 1.0]),
    "many": spectral(np.linspace(0.1, 9.0, 40)),
    "small": 1e-120 * spectral([1.0, 2.0, 3.0]),
    "large": 1e120 * spectral([1.0, 2.0, 3.0]),
}


@pytest.mark.parametrize("name", MATRICES)
def test_eigenvalues_and_eigenvectors(name):
    matrix, size = MATRICES[name].copy(), np.abs(MATRICES[name]).max()
    axes = np.empty_like(matrix)
    eigenvectors(matrix, axes)
    values = np.diagonal(matrix)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(MATRICES[name]), rtol=0, atol=1e-13 * size)
    np.testing.assert_allclose(axes @ axes.T, np.eye(len(axes)), atol=1e-13)
    np.testing.assert_allclose(axes.T * values @ axes, MATRICES[name], rtol=0, atol=1e-13 * size)


def test_what_is_not_a_number_ends():
    matrix, axes = np.full((3, 3), np.nan), np.empty((3, 3))
    eigenvectors(matrix, axes)
    assert np.isnan(np.diagonal(matrix)).all()
