"""The search behind iterative M-steps: what it does when bold steps fail."""

import numpy as np
import pytest

from mixtura.covariance import MODELS, one_orientation, one_shape
from mixtura.covariance.descent import View, descend

K, D = 3, 4
COUNTS = np.array([20.0, 50.0, 7.0])
ROOTS = np.random.default_rng(1).standard_normal((K, D, 3 * D)) * np.array([1.0, 3.0, 0.5])[:, None, None]
SCATTER = ROOTS @ ROOTS.mT * COUNTS[:, None, None]


def test_bold_steps_that_lead_higher_are_not_taken():
    seen = []

    def look(point):
        seen.append(point.item())
        return View(point, point.item() ** 2, point.item() ** 2, -2 * point, lambda: point / 2)

    assert abs(descend(look, look(np.array([1.0])), 1.0).item()) < 1e-5
    assert seen[:5] == [1.0, -2.0, 0.5, -1.0, 0.25]


def test_a_search_that_is_lost_ends():
    def look(point):
        return View(point, np.nan, np.nan, point, lambda: point)

    assert descend(look, look(np.array([3.0])), 1.0).item() == 3.0


@pytest.mark.parametrize("name", ["VEE", "VEV", "EVE", "VVE"])
def test_safe_steps_alone_arrive_at_the_same_place(name, monkeypatch):
    """They are the steps of Celeux & Govaert (1995) and Browne & McNicholas (2014)."""
    wanted = MODELS[name].maximise(SCATTER, COUNTS, None)
    monkeypatch.setattr(one_shape, "_newton_step", lambda pooled, slope: -1e4 * slope)
    monkeypatch.setattr(one_orientation, "_rotation", lambda angles: np.eye(D))
    monkeypatch.setattr("mixtura.covariance.descent._MOST_STEPS", 5000)
    np.testing.assert_allclose(MODELS[name].maximise(SCATTER, COUNTS, None), wanted, rtol=1e-3, atol=1e-3)
