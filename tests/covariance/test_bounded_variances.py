"""Under a bound on the ratio of variances, the M-step is the best there is under it."""

import json
from pathlib import Path

import numpy as np
import pytest

from mixtura.covariance import MODELS
from mixtura.covariance.bounded import BOUNDABLE, bounded, cut

RATIOS = (1.0, 3.0, 40.0)
THEIRS = json.loads((Path(__file__).parents[1] / "references" / "tclust_bound.json").read_text())["cases"]


def loss(kept, values, counts):
    """Minus twice the expected log-likelihood, but for what is the same for all."""
    return float((counts[:, None] * (np.log(kept) + values / kept)).sum())


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("seed", range(6))
def test_variances_are_cut_where_the_likelihood_falls_least(ratio, seed):
    rng = np.random.default_rng(seed)
    values, counts = rng.gamma(0.4, 5, (4, 3)), rng.uniform(1, 90, 4)
    kept = cut(values, counts, ratio)
    assert kept.max() <= ratio * kept.min() * (1 + 1e-12)
    floors = np.geomspace(values.min() / ratio, values.max(), 4000)
    others = [loss(np.clip(values, floor, ratio * floor), values, counts) for floor in floors]
    assert loss(kept, values, counts) <= min(others) + 1e-9
    for _ in range(50):  # any others within the ratio, too
        drawn = np.clip(kept * np.exp(rng.normal(0, 0.1, kept.shape)), kept.min(), ratio * kept.min())
        assert loss(kept, values, counts) <= loss(drawn, values, counts) + 1e-9


@pytest.mark.parametrize("case", THEIRS)
def test_variances_are_cut_as_by_tclust(case):
    values = np.array(case["variances"]).reshape(len(case["counts"]), -1)
    kept = cut(values, np.array(case["counts"]), float(case["ratio"]))
    np.testing.assert_allclose(kept, np.reshape(case["cut"], kept.shape), rtol=1e-12)


def test_variances_within_the_ratio_stay_and_those_without_rows_or_width_have_no_say():
    values = np.array([[1.0, 2.0], [3.0, 1.5]])
    assert cut(values, np.ones(2), 3.0) is values
    np.testing.assert_allclose(cut(np.array([[0.0, 8.0]]), np.ones(1), 4.0), [[1.0, 4.0]])
    np.testing.assert_allclose(cut(np.array([[2.0, 8.0], [1e9, 1e9]]), np.array([5.0, 0.0]), 4.0)[0], [2.0, 8.0])


@pytest.mark.parametrize("name", BOUNDABLE)
@pytest.mark.parametrize("ratio", RATIOS)
def test_every_model_keeps_the_bound_and_its_form(name, ratio):
    rng = np.random.default_rng(3)
    roots = rng.normal(size=(3, 4, 4)) * rng.gamma(0.5, 3, (3, 1, 4))
    full, counts = roots @ roots.transpose(0, 2, 1), np.array([30.0, 9.0, 4.0])
    of = {"spherical": np.trace(full, axis1=1, axis2=2) / 4, "diagonal": np.einsum("kdd->kd", full).copy()}
    model = MODELS[name]
    scatter = of.get(model.kind, full)
    free, kept = model.estimate(scatter, counts, 0.0), bounded(model, ratio).estimate(scatter, counts, 0.0)
    assert kept.shape == free.shape
    values = np.linalg.eigvalsh(kept) if kept.ndim == 3 else kept
    assert values.max() <= ratio * values.min() * (1 + 1e-9)
    if model.is_shared:
        np.testing.assert_allclose(kept, np.broadcast_to(kept[:1], kept.shape))
    if kept.ndim == 3:  # the same axes
        np.testing.assert_allclose(kept @ free, free @ kept, atol=1e-9 * np.abs(kept @ free).max())
    np.testing.assert_allclose(bounded(model, 1e12).estimate(scatter, counts, 0.0), free, rtol=1e-9)


def test_models_that_share_what_would_change_are_refused():
    with pytest.raises(ValueError, match="VEV cannot be bounded: EII, VII"):
        bounded(MODELS["VEV"], 2.0)
