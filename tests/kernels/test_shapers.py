"""The compiled M-steps of covariance models are those of `mixtura.covariance`."""

from functools import partial

import numpy as np
import pytest

from kernels.cases import protected
from mixtura._kernels.shapers import SHAPERS, is_quicker, shaped, shaper
from mixtura.covariance import FOURTEEN, MODELS
from mixtura.emissions._moments import estimate

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


@pytest.mark.parametrize("name", SHAPERS)
def test_arguments_are_left_alone_and_may_be_protected(name):
    arguments = scatters(3, 4, MODELS[name].kind)
    copies = [array.copy() for array in arguments]
    found = shaped(name, *arguments)
    for array, copy in zip(arguments, copies, strict=True):
        np.testing.assert_array_equal(array, copy)
    np.testing.assert_array_equal(shaped(name, *protected(arguments)), found)


@pytest.mark.parametrize("name", FOURTEEN)
def test_m_steps_over_many_rows_are_those_of_the_model_too(name):
    model = MODELS[name]
    scatter, counts, previous = scatters(3, 4, "full" if model.kind == "full" else "diagonal")
    if model.kind == "spherical":
        scatter, previous = scatter.mean(1), previous.mean(1)
    found, expected = (way(scatter, counts, 0.1, previous) for way in (partial(estimate, model), model.estimate))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)
    assert is_quicker(name, 4) == (name in {"VEI", "VEE", "EVE", "VVE", "VEV"})


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


@pytest.mark.parametrize("name", ["VVE", "EVE"])
def test_axes_of_many_columns_are_found_to_the_end(name):
    """Although the groups have none in common: a search from where it ended finds nothing better."""
    scatter, counts, previous = scatters(3, 80, seed=4)
    found = shaped(name, scatter, counts, previous)
    again = shaped(name, scatter, counts, found)
    assert objective(scatter, counts, again) == pytest.approx(objective(scatter, counts, found), abs=1e-8)


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
