from functools import partial

import numpy as np
import pytest

from mixtura import em
from mixtura.acceleration import SmallShift
from mixtura.kmeans import CentreModel
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.statistics import Block

rng = np.random.default_rng(0)
POINTS = np.concatenate([rng.normal(centre, 1, (60, 2)) for centre in (0, 10, 20)])


def fit(centres, points=POINTS):
    run = partial(Local(1), ArraySource(points, block_rows=50))
    return em.fit(
        CentreModel(Block(points, np.ones(len(points)))),
        np.asarray(centres, float),
        run,
        stop=SmallShift(0.0),
        max_iterations=100,
    )


def test_inertia_never_rises_and_ends_at_the_means():
    found = fit(POINTS[:3])
    assert np.all(np.diff(found.trace) >= 0)
    labels = ((POINTS[:, None] - found.parameters) ** 2).sum(2).argmin(1)
    np.testing.assert_allclose(found.parameters, [POINTS[labels == k].mean(0) for k in range(3)])
    assert -found.objective == pytest.approx(((POINTS - found.parameters[labels]) ** 2).sum())


def test_a_centre_without_rows_moves_to_the_row_that_is_worst_served():
    outlier = np.array([[50.0, -50.0]])
    points = np.concatenate([POINTS, outlier])
    found = fit([[0.0, 0.0], [15.0, 15.0], [1e6, 1e6]], points)
    assert any(np.allclose(centre, outlier[0]) for centre in found.parameters)


def test_more_centres_than_rows_stay_where_they_can():
    found = fit([[0.0, 0.0], [1.0, 1.0], [9.0, 9.0]], np.array([[0.0, 0.0], [1.0, 1.0]]))
    assert np.isfinite(found.parameters).all()
    assert found.objective == 0
