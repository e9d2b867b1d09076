"""Covariances near given ones: they stay in their model, and free numbers lead everywhere it allows."""

import numpy as np
import pytest

from laws.settings import LETTERED
from mixtura.covariance import MODELS
from mixtura.covariance.free import nearby, tangents

K, D = 3, 4
COUNTS = np.array([20.0, 50.0, 7.0])
every_model = pytest.mark.parametrize("name", LETTERED)


def found(name, seed=0):
    """Covariances of a model, as its M-step makes them of scatter matrices; and the scatter that it saw."""
    rng = np.random.default_rng(seed)
    roots = rng.standard_normal((K, D, 3 * D)) * rng.uniform(0.3, 3, (K, D, 1))
    return refit(name, roots @ roots.mT)


def refit(name, full):
    diagonals = np.einsum("kdd->kd", full * COUNTS[:, None, None]).copy()
    seen = {"spherical": diagonals.mean(1), "diagonal": diagonals}.get(MODELS[name].kind, full * COUNTS[:, None, None])
    covariances = MODELS[name].maximise(seen, COUNTS, None)
    return covariances if covariances.ndim == 3 else covariances.reshape(K, -1, 1) * np.eye(D)


@every_model
def test_zeros_lead_to_where_it_begins(name):
    covariances = found(name)
    number, moved = nearby(name, covariances)
    assert number == MODELS[name].n_free(K, D)
    np.testing.assert_allclose(moved(np.zeros(number)), covariances, atol=1e-12)


@every_model
def test_what_is_near_obeys_the_model(name):
    """The M-step of covariances that are its own gives them back."""
    number, moved = nearby(name, found(name))
    near = moved(np.random.default_rng(1).normal(0, 0.05, number))
    np.testing.assert_allclose(refit(name, near), near, rtol=1e-4, atol=1e-5)


@every_model
def test_every_free_number_counts(name):
    number, moved = nearby(name, found(name))
    directions = tangents(moved, np.zeros(number)).reshape(number, -1)
    lengths = np.linalg.svd(directions, compute_uv=False)
    assert (lengths > 1e-6 * lengths[0]).sum() == number
    for step, direction in zip(1e-3 * np.eye(number), directions, strict=True):
        change = (moved(step) - moved(np.zeros(number))).ravel()
        np.testing.assert_allclose(change, 1e-3 * direction, atol=3e-5 * np.abs(directions).max())


def test_one_column():
    for name in LETTERED:
        number, moved = nearby(name, np.ones((2, 1, 1)) * (1 if name[0] == "E" else np.array([1, 2]).reshape(2, 1, 1)))
        assert number == MODELS[name].n_free(2, 1)
        assert moved(np.full(number, 0.1)).shape == (2, 1, 1)
