"""Fits to rows that lack cells end where R's `optim` does, which climbs the likelihood without EM: see missing.R."""

import json
from pathlib import Path

import numpy as np
import pytest

from mixtura import GaussianMixture, datasets
from mixtura.emissions._moments import matrices

FITS = json.loads((Path(__file__).parents[1] / "references" / "missing.json").read_text())["fits"]


def rows():
    points = datasets.load("faithful").data.copy()
    points[4::5, 0] = np.nan
    points[6::7, 1] = np.nan
    return points


@pytest.mark.parametrize("name", FITS)
def test_optimum_is_that_of_another_program(name):
    known = FITS[name]
    n_components = len(known["means"])
    points, covariance = rows(), "full" if name == "one" else name
    model = GaussianMixture(
        n_components, covariance_type=covariance, reg_covar=0.0, tol=1e-13, max_iter=5000, random_state=0, order="means"
    ).fit(points)
    assert model.score_samples(points).sum() == pytest.approx(known["log_likelihood"], abs=1e-5)
    np.testing.assert_allclose(model.weights_, np.ravel(known["weights"]), atol=1e-4)
    np.testing.assert_allclose(model.means_, known["means"], rtol=1e-4)
    own = np.broadcast_to(model.covariances_, (n_components, 2, 2)) if covariance != "diag" else model.covariances_
    np.testing.assert_allclose(matrices(own, 2), known["covariances"], rtol=1e-3, atol=1e-6)
