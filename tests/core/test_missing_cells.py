"""Fits to rows that lack cells end where R's `optim` does, which climbs the likelihood without EM: see missing.R."""

import json
from pathlib import Path

import numpy as np
import pytest

import mixtura
from mixtura import GaussianMixture, assemble, datasets
from mixtura.emissions._moments import matrices
from mixtura.folds import split
from mixtura.selection import select
from mixtura.statistics import Incomplete

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


@pytest.mark.parametrize("weights", [None, np.arange(272) % 3 + 0.5], ids=["plain", "weighted"])
def test_a_choice_says_its_likelihood_in_the_units_of_the_data(weights):
    """A cell that is missing has no density in any units."""
    points = rows() * [1000, 0.01] + 7
    counts = np.ones(len(points)) if weights is None else weights
    found = select(points, weights, n_components=[1, 2], covariances=["full"])
    for candidate in found.candidates:
        seen = candidate.model.statistics(candidate.parameters)(Incomplete(points, counts)).log_likelihood
        assert candidate.evidence.log_likelihood == pytest.approx(seen, abs=1e-6)
    history = assemble(found, ["a", "b"]).history
    assert history["trace"][-1] == pytest.approx(history["log_likelihood"], abs=0.01)


def test_a_choice_among_fits_to_a_file_does_too(tmp_path, monkeypatch):
    monkeypatch.setattr("mixtura.sources._budget._NUMBERS", 0)
    monkeypatch.setattr("mixtura.sources._budget._FEWEST_ROWS", 2000)
    rng = np.random.default_rng(0)
    points = np.where(rng.uniform(size=(6000, 2)) < 0.2, np.nan, rng.normal(size=(6000, 2)) * [1000, 0.01])
    points = points[~np.isnan(points).all(1)]
    np.save(tmp_path / "rows.npy", points)
    best = mixtura.select(mixtura.stream(tmp_path / "rows.npy", missing="model"), n_components=[1]).best
    seen = best.model.statistics(best.parameters)(Incomplete(points, np.ones(len(points)))).log_likelihood
    assert best.evidence.log_likelihood == pytest.approx(seen, abs=1e-3)


def test_the_likelihood_of_unseen_rows_knows_what_they_lack():
    """The fold is the first of five by the seed; the fit to the others is made again here."""
    points = rows()[~np.isnan(rows()).all(1)] * [1000, 0.01] + 7
    found = select(points, n_components=[1], covariances=["full"], criterion="holdout")
    (fold, *_) = split(points, np.ones(len(points)), 5, np.random.default_rng(0))
    other = GaussianMixture(tol=1e-9, max_iter=5000).fit(fold.seen.points)
    expected = -2 * other.score_samples(fold.unseen.points).sum() * len(points) / len(fold.unseen.points)
    assert found.best.criteria["holdout"] == pytest.approx(expected, abs=0.1)
