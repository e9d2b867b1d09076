"""What `KMeans` does beyond what scikit-learn's own tests ask."""

import numpy as np
import pytest

from mixtura import KMeans, race
from mixtura.em import Outcome
from mixtura.estimators import _lloyd
from mixtura.kmeans import CentreModel
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource

RNG = np.random.default_rng(1)
X = np.concatenate([RNG.normal(9 * k, 1, (size, 2)) for k, size in enumerate((30, 90, 60))])


@pytest.mark.parametrize("init", ["k-means++", "random"])
@pytest.mark.parametrize(("order", "sizes"), [("weight", [90, 60, 30]), ("means", [30, 90, 60])])
def test_clusters_are_numbered_alike_for_every_seed(init, order, sizes):
    for seed in range(3):
        kmeans = KMeans(3, init=init, n_init=10, order=order, random_state=seed).fit(X)
        assert np.bincount(kmeans.labels_).tolist() == sizes
        np.testing.assert_array_equal(kmeans.predict(X), kmeans.labels_)


def test_weights_decide_which_cluster_is_the_largest():
    kmeans = KMeans(3, n_init=5, random_state=0).fit(X, sample_weight=np.repeat([10.0, 1.0, 1.0], [30, 90, 60]))
    assert np.bincount(kmeans.labels_).tolist() == [30, 90, 60]


@pytest.mark.parametrize(
    ("init", "n_starts"), [("k-means++", 1), ("random", 10), (X[:3], 1), (lambda X, k, random_state: X[:k], 10)]
)
def test_starts_are_counted_by_kind(init, n_starts):
    kmeans = KMeans(3, init=init, random_state=0).fit(X)
    assert len(kmeans.inertias_) == n_starts
    assert kmeans.inertia_ <= kmeans.inertias_.min() * (1 + 1e-12)


@pytest.mark.parametrize("init", ["k-means++", "random"])
def test_centres_begin_where_weight_is(init):
    weights = RNG.uniform(size=len(X))
    weights[::2] = 0
    begun = KMeans(9, init=init, random_state=0, max_iter=1, n_init=1).fit(X, sample_weight=weights)
    used = X[1::2]
    distances = np.linalg.norm(used[:, None] - begun.cluster_centers_, axis=2)
    assert len(np.unique(distances.argmin(1))) == 9


def test_relabelling_follows_an_earlier_fit():
    earlier = KMeans(3, order="means", n_init=5, random_state=0).fit(X)
    for reference in (earlier, earlier.cluster_centers_):
        later = KMeans(3, n_init=5, random_state=1).fit(X).relabel_to(reference)
        np.testing.assert_array_equal(later.labels_, earlier.labels_)
        np.testing.assert_array_equal(later.predict(X), earlier.labels_)


def test_an_interrupt_leaves_the_best_so_far(monkeypatch):
    def interrupt(line):
        if line.startswith("Iteration 1,"):
            raise KeyboardInterrupt

    monkeypatch.setattr(_lloyd, "_say", interrupt)
    kmeans = KMeans(3, init=X[:3], tol=0, verbose=1)
    with pytest.raises(KeyboardInterrupt):
        kmeans.fit(X)
    assert kmeans.outcome_ is Outcome.INTERRUPTED
    assert kmeans.n_iter_ == 2
    np.testing.assert_array_equal(
        kmeans.cluster_centers_, KMeans(3, init=X[:3], tol=0, max_iter=2).fit(X).cluster_centers_
    )


def test_verbose_tells_why_it_stopped(capsys):
    KMeans(3, random_state=0, tol=0, verbose=1).fit(X)
    assert "strict convergence" in capsys.readouterr().out
    KMeans(3, random_state=0, tol=10, verbose=1).fit(X)
    assert "within tolerance" in capsys.readouterr().out


@pytest.mark.parametrize("offset", [0, 1e8])
def test_the_tolerance_is_a_part_of_the_mean_variance(offset):
    """Also where some rows, here every second one, do not lie about the mean of all."""
    points = offset + np.concatenate([np.tile([[0.0, 1.0], [9.0, 3.0]], (1500, 1)), RNG.normal(5, 1, (600, 2))])
    ending = _lloyd.rest(ArraySource(points), 1e-3, 4, Local(2))
    assert ending.tolerance == pytest.approx(1e-3 * points.var(0).mean(), rel=1e-12)
    assert ending.rounding == 8 * (16 * np.finfo(float).eps * np.abs(points).max()) ** 2


@pytest.fixture
def tiny_sample(monkeypatch):
    monkeypatch.setattr(race, "SAMPLE_ROWS", 1600)


def test_a_large_table_is_tried_out_on_a_sample(tiny_sample, monkeypatch):
    """Groups on a grid, where many fits end at a poor optimum."""
    grid = np.stack(np.meshgrid(np.arange(4.0), np.arange(4.0)), axis=-1).reshape(-1, 2)
    points = np.repeat(grid, 1000, axis=0) + np.random.default_rng(0).normal(0, 0.2, (16000, 2))
    tried = [KMeans(16, random_state=seed).fit(points) for seed in range(10)]
    monkeypatch.setattr(_lloyd, "_MANY_ROWS", np.inf)
    plain = [KMeans(16, random_state=seed).fit(points) for seed in range(10)]
    assert sum(fit.inertia_ for fit in tried) < sum(fit.inertia_ for fit in plain)
    assert sum(fit.n_iter_ for fit in tried) < sum(fit.n_iter_ for fit in plain)


@pytest.mark.parametrize("sample_rows", [1600, 20_000])
def test_seeds_do_not_depend_on_threads(monkeypatch, sample_rows):
    monkeypatch.setattr(race, "SAMPLE_ROWS", sample_rows)
    monkeypatch.setattr("mixtura.kmeans._NUMBERS", 2000)
    monkeypatch.setattr(_lloyd, "_MANY_NUMBERS", 2000)
    points = np.random.default_rng(0).normal(size=(16_000, 3))
    one, more = (KMeans(7, random_state=0, n_jobs=n_jobs, max_iter=1).fit(points) for n_jobs in (1, 3))
    assert (one.cluster_centers_ == more.cluster_centers_).all()


@pytest.mark.parametrize(("offset", "scale"), [(1e9, 1.0), (0.0, 1e-30), (0.0, 1e100)])
def test_many_rows_are_seeded_well_wherever_zero_is_and_in_whatever_unit(monkeypatch, offset, scale):
    """One seed in each of 64 groups, which single precision could not tell apart about zero, or not square."""
    monkeypatch.setattr(_lloyd, "_MANY_NUMBERS", 2000)
    corners = np.stack(np.meshgrid(*3 * [np.arange(4.0)]), axis=-1).reshape(-1, 3)
    points = offset + scale * (np.repeat(corners, 50, axis=0) + np.random.default_rng(0).normal(0, 0.01, (3200, 3)))
    fit = KMeans(64, random_state=0, max_iter=1).fit(points)
    assert (np.bincount(fit.labels_) == 50).all()


def test_an_interrupt_of_a_trial_is_one_of_the_fit(tiny_sample, monkeypatch):
    monkeypatch.setattr(CentreModel, "maximise", interrupted)
    with pytest.raises(KeyboardInterrupt):
        KMeans(3, random_state=0).fit(np.tile(X, (90, 1)))


def interrupted(*_):
    raise KeyboardInterrupt


def test_clusters_are_features():
    pytest.importorskip("pandas")
    table = KMeans(3, random_state=0).set_output(transform="pandas").fit_transform(X)
    assert list(table.columns) == ["kmeans0", "kmeans1", "kmeans2"]
