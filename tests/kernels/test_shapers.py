"""The compiled M-steps of covariance models are those of `mixtura.covariance`."""

import numpy as np
import pytest

from mixtura._kernels.shapers import SHAPERS, shaper
from mixtura.covariance import FOURTEEN, MODELS

SIZES = [(1, 1), (3, 1), (1, 4), (2, 2), (3, 4), (5, 6), (7, 3), (2, 20)]


def scatters(K, D, kind="full", seed=0):
    """Scatters of groups of many shapes, their counts, and covariances of other ones."""
    rng = np.random.default_rng(seed)
    counts = rng.uniform(3, 300, K)
    roots = rng.normal(size=(2, K, D, 3 * D)) * rng.uniform(0.2, 5.0, (2, K, D, 1))
    scatter, previous = np.matmul(roots, roots.mT) * counts[:, None, None] / (3 * D)
    return (scatter, counts, previous) if kind == "full" else (*map(_diagonals, (scatter, counts, previous)),)


def _diagonals(matrices):
    return np.einsum("kdd->kd", matrices).copy() if matrices.ndim == 3 else matrices


def shaped(name, scatter, counts, previous):
    """The covariances that a shaper makes of them."""
    covariances, kept = previous.copy(), scatter.copy()
    logs = np.log(previous).sum(1) if previous.ndim == 2 else np.linalg.slogdet(previous)[1]
    SHAPERS[name](scatter, counts, -0.5 * logs, covariances)
    np.testing.assert_array_equal(scatter, kept)
    return covariances


def objective(scatter, counts, covariances):
    """What every M-step minimises."""
    if covariances.ndim == 2:
        return float((counts[:, None] * np.log(covariances) + scatter / covariances).sum())
    traces = np.trace(np.linalg.solve(covariances, scatter), axis1=1, axis2=2)
    return float((counts * np.linalg.slogdet(covariances)[1] + traces).sum())


def test_every_model_of_mclust_is_known_to_the_kernels():
    assert {name for name in FOURTEEN if not MODELS[name].is_linear} == set(SHAPERS)
    assert all(shaper(name, 4) for name in SHAPERS)
    assert shaper("VVV", 4) == shaper("exchangeable", 4) == shaper("VEV", 100) == 0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SHAPERS)
def test_shapers_equal_their_twins(name, size, monkeypatch):
    monkeypatch.setattr("mixtura.covariance.descent._ENOUGH", 1e-22)
    scatter, counts, previous = scatters(*size, MODELS[name].kind)
    found, expected = shaped(name, scatter, counts, previous), MODELS[name].maximise(scatter, counts, previous)
    np.testing.assert_allclose(objective(scatter, counts, found), objective(scatter, counts, expected), rtol=1e-12)
    tolerance = 1e-6 if name in ("EVE", "VVE") else 1e-11  # of angles, which matter to the objective by their squares
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * abs(expected).max())


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", ["VVE", "EVE"])
def test_axes_are_no_worse_than_their_twins_where_shapes_have_nothing_in_common(name, seed):
    """There may be several minima then."""
    scatter, counts, previous = scatters(4, 12, seed=seed)
    found, expected = shaped(name, scatter, counts, previous), MODELS[name].maximise(scatter, counts, previous)
    assert objective(scatter, counts, found) < objective(scatter, counts, expected) + 1e-3 * counts.sum()


@pytest.mark.parametrize("name", SHAPERS)
def test_a_step_from_where_it_led_stays_there(name):
    scatter, counts, previous = scatters(3, 4, MODELS[name].kind)
    there = shaped(name, scatter, counts, previous)
    np.testing.assert_allclose(shaped(name, scatter, counts, there), there, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", SHAPERS)
def test_scatters_of_any_size_are_shaped_alike(name):
    """Products of small or large numbers neither vanish nor overflow."""
    scatter, counts, previous = scatters(3, 4, MODELS[name].kind)
    plain = shaped(name, scatter, counts, previous)
    for factor in (1e-60, 1e60):
        np.testing.assert_allclose(shaped(name, factor * scatter, counts, factor * previous) / factor, plain, rtol=1e-6)


@pytest.mark.parametrize("name", SHAPERS)
def test_what_is_not_a_number_ends_as_none(name):
    scatter, counts, previous = scatters(3, 4, MODELS[name].kind)
    scatter[1] = np.nan
    assert np.isnan(shaped(name, scatter, counts, previous)[1]).all()
