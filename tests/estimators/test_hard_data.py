"""Tables on which fits are apt to break: a sound answer whatever the units, or one clear error."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from mixtura import GaussianMixture

COVARIANCES = ["full", "tied", "diag", "spherical"]
RNG = np.random.default_rng(0)
GROUPS = RNG.integers(3, size=300)
BLOBS = RNG.normal(size=(300, 4)) + 8 * RNG.normal(size=(3, 4))[GROUPS]
SCALED = {
    "as they are": BLOBS,
    "far from zero": BLOBS + 1e8,
    "tiny": BLOBS * 1e-12,
    "huge": BLOBS * 1e12,
    "hardly there": BLOBS * 1e-150,
    "singles far from zero": (BLOBS + 1e4).astype(np.float32),
    "tiny singles": (BLOBS * 1e-12).astype(np.float32),
}
DEGENERATE = {
    "fewer rows than columns": RNG.normal(size=(30, 50)),
    "columns that determine each other": np.column_stack([BLOBS, BLOBS[:, 0] + BLOBS[:, 1]]),
    "a constant column": np.column_stack([BLOBS, np.full(300, 7.0)]),
    "nine rows in ten are the same": np.concatenate([np.repeat(BLOBS[:1], 270, 0), BLOBS[:30]]),
    "every row ten times": np.repeat(BLOBS[:30], 10, 0),
    "two places": np.repeat([[0.0, 0.0], [1.0, 1.0]], 25, 0),
    "all rows equal": np.ones((50, 3)),
    "as many components as rows": BLOBS[:3],
    "one row a million away": np.concatenate([BLOBS, np.full((1, 4), 1e6)]),
}


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("name", SCALED)
def test_units_and_origin_do_not_change_the_groups(name, covariance):
    labels = GaussianMixture(3, covariance_type=covariance, random_state=0).fit_predict(SCALED[name])
    assert adjusted_rand_score(GROUPS, labels) == 1


@pytest.mark.parametrize("covariance", ["full", "tied", "diag"])
def test_columns_may_come_in_units_of_their_own(covariance):
    labels = GaussianMixture(3, covariance_type=covariance, random_state=0).fit_predict(BLOBS * [1e-12, 1, 1e12, 1e6])
    assert adjusted_rand_score(GROUPS, labels) == 1


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_tables_get_finite_answers(name, covariance):
    points = DEGENERATE[name]
    n_components = 2 if name in ("two places", "all rows equal") else 3
    mixture = GaussianMixture(n_components, covariance_type=covariance, random_state=0).fit(points)
    for attribute in ("weights_", "means_", "covariances_", "precisions_"):
        assert np.isfinite(getattr(mixture, attribute)).all(), attribute
    assert np.isfinite(mixture.score(points))
    assert np.isfinite(mixture.predict_proba(points)).all()


@pytest.mark.parametrize("covariance", ["full", "tied"])
def test_a_rotation_does_not_change_the_groups(covariance):
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(4, 4)))[0]
    here, there = (
        GaussianMixture(3, covariance_type=covariance, random_state=0).fit(points) for points in (BLOBS, BLOBS @ turn)
    )
    assert here.score(BLOBS) == pytest.approx(there.score(BLOBS @ turn), rel=1e-9)
    np.testing.assert_array_equal(here.predict(BLOBS), there.predict(BLOBS @ turn))


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_the_order_of_rows_and_columns_does_not_change_the_optimum(covariance):
    rows, columns = np.random.default_rng(2).permutation(300), [2, 0, 3, 1]
    here = GaussianMixture(3, covariance_type=covariance, random_state=0).fit(BLOBS)
    there = GaussianMixture(3, covariance_type=covariance, random_state=0).fit(BLOBS[rows][:, columns])
    np.testing.assert_allclose(there.means_, here.means_[:, columns], rtol=1e-5)


@pytest.mark.parametrize("n_long", [1, 9, 29], ids=["cigars", "pancakes", "pancakes in thirty dimensions"])
@pytest.mark.parametrize("covariance", ["full", "tied"])
def test_parallel_groups_far_longer_than_they_are_apart_are_found(covariance, n_long):
    """k-means cuts them across, from where EM does not return; what tells them apart is one direction's shape."""
    D = {1: 10, 9: 10, 29: 30}[n_long]
    for seed in range(3):
        rng = np.random.default_rng(seed)
        groups = rng.integers(2, size=1000)
        points = rng.normal(size=(1000, D)) * np.where(np.arange(D) < n_long, 30.0, 0.3)
        points[:, -1] += 1.8 * groups
        points = points @ np.linalg.qr(rng.normal(size=(D, D)))[0]
        labels = GaussianMixture(2, covariance_type=covariance, random_state=seed).fit_predict(points)
        assert adjusted_rand_score(groups, labels) > 0.95
