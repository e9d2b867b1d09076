import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laws.settings import NAMES
from mixtura import _kernels as kernels
from mixtura import starts
from mixtura.emissions.gaussian import Gaussian
from mixtura.kmeans import seed
from mixtura.mixture import Mixture
from mixtura.sources.array import ArraySource
from mixtura.spaces import Spaces, whiten
from mixtura.statistics import Block


def blobs(n_blobs=3, n_rows=50, n_columns=2, distance=20.0):
    rng = np.random.default_rng(4)
    centres = distance * rng.permutation(np.eye(max(n_blobs, n_columns))[:n_blobs, :n_columns])
    return np.concatenate([centre + rng.standard_normal((n_rows, n_columns)) for centre in centres])


SAMPLE = Block(blobs(), np.ones(150))


@pytest.mark.parametrize("kind", starts.STARTS)
def test_every_kind_gives_every_row_to_a_component(kind):
    assignment = starts.STARTS[kind](Spaces(*SAMPLE), 3, np.random.default_rng(0))
    assert len(assignment) == 150
    if assignment.ndim == 1:
        assert set(assignment) <= {0, 1, 2}
    else:
        np.testing.assert_allclose(assignment.sum(1), 1)


@pytest.mark.parametrize("kind", starts.STARTS)
@pytest.mark.parametrize("covariance", NAMES)
def test_every_start_gives_a_usable_mixture(kind, covariance):
    model = Mixture(Gaussian(covariance))
    [candidate] = starts.draw(model, SAMPLE, 3, [kind], np.random.default_rng(0))
    assert candidate.parameters.weights.sum() == pytest.approx(1)
    assert np.isfinite(model.statistics(candidate.parameters)(SAMPLE).log_likelihood)


@pytest.mark.parametrize("kind", starts.STARTS)
def test_rows_without_weight_have_no_say(kind):
    points = np.concatenate([SAMPLE.points, np.full((30, 2), 1e6)])
    weights = np.repeat([1.0, 0.0], [150, 30])
    model = Mixture(Gaussian("full"))
    [candidate] = starts.draw(model, Block(points, weights), 3, [kind], np.random.default_rng(0))
    assert np.abs(candidate.parameters.emission.means).max() < 100


@pytest.mark.parametrize("kind", [kind for kind in starts.STARTS if kind != "random"])
def test_no_component_is_spent_on_rows_without_weight(kind):
    points = np.concatenate([SAMPLE.points, 1e3 + np.arange(60.0).reshape(30, 2)])
    weights = np.repeat([1.0, 0.0], [150, 30])
    for i in range(10):
        labels = starts.STARTS[kind](Spaces(points, weights), 3, np.random.default_rng(i))
        assert set(labels[:150]) == {0, 1, 2}


@pytest.mark.parametrize("kind", starts.STARTS)
@pytest.mark.parametrize("points", [np.ones((5, 3)), np.repeat(np.eye(2), 4, axis=0)], ids=["identical", "two places"])
def test_rows_that_coincide_are_no_obstacle(kind, points):
    model = Mixture(Gaussian("full"))
    [candidate] = starts.draw(model, Block(points, np.ones(len(points))), 3, [kind], np.random.default_rng(0))
    assert all(np.isfinite(values).all() for values in candidate.parameters.emission)


def test_kmeans_finds_separated_blobs():
    labels = starts.kmeans(*SAMPLE, 3, np.random.default_rng(1))
    assert all(len(set(labels[i : i + 50])) == 1 for i in (0, 50, 100))
    assert len(set(labels)) == 3


def test_seeds_are_spread_over_separated_blobs():
    """Uniform seeds hit all of six equal blobs in 1.5 % of draws, seeds by distance nearly always."""
    points = blobs(6, n_columns=6)
    hits = [len(set(seed(points, np.ones(300), 6, np.random.default_rng(i)) // 50)) == 6 for i in range(30)]
    assert np.mean(hits) > 0.9


def test_more_candidates_for_each_seed_leave_less_distance():
    rng = np.random.default_rng(0)
    points, weights = rng.uniform(size=(400, 2)), rng.uniform(size=400)

    def left(n_candidates):
        seeds = (seed(points, weights, 8, np.random.default_rng(i), n_candidates) for i in range(20))
        return np.mean([weights @ kernels.nearest(points, points[rows])[1] for rows in seeds])

    assert left(16) < 0.9 * left(1)


def test_given_labels_without_pseudo_rows_give_their_sample_moments():
    labels = np.repeat([0, 1, 2], [20, 50, 80])
    model = Mixture(Gaussian("full", ridge=0.0))
    found = starts.parameters_from(model, SAMPLE, labels, 3, pseudo_rows=0.0)
    np.testing.assert_allclose(found.weights, np.array([20, 50, 80]) / 150)
    for k in range(3):
        own = SAMPLE.points[labels == k]
        np.testing.assert_allclose(found.emission.means[k], own.mean(0))
        np.testing.assert_allclose(found.emission.covariances[k], np.cov(own.T, bias=True))


def test_parameters_do_not_depend_on_how_the_rows_are_chunked(monkeypatch):
    model = Mixture(Gaussian("full"))
    labels = starts.kmeans(*SAMPLE, 3, np.random.default_rng(1))
    whole = starts.parameters_from(model, SAMPLE, labels, 3)
    monkeypatch.setattr(starts, "_CHUNK", 21)
    chunked = starts.parameters_from(model, SAMPLE, labels, 3)
    np.testing.assert_allclose(chunked.emission.covariances, whole.emission.covariances)


@given(n_rows=st.integers(1, 60), size=st.integers(1, 70), block_rows=st.integers(1, 60))
@settings(max_examples=60)
def test_subsample_keeps_whole_rows_in_order(n_rows, size, block_rows):
    points = np.arange(n_rows * 2.0).reshape(n_rows, 2)
    source = ArraySource(points, np.arange(1.0, n_rows + 1), block_rows)
    sample = starts.subsample(source.blocks(), size, np.random.default_rng(0))
    assert len(sample.points) == min(n_rows, size)
    rows = sample.points[:, 0] / 2
    assert np.all(np.diff(rows) > 0)
    if n_rows <= size:
        np.testing.assert_array_equal(sample.weights, rows + 1)
    else:
        assert sample.weights.min() >= 1
    np.testing.assert_array_equal(sample.points[:, 1], sample.points[:, 0] + 1)


@given(n_rows=st.integers(1, 300), size=st.integers(1, 40), block_rows=st.integers(1, 60), seed=st.integers(0, 9))
@settings(max_examples=60)
def test_rows_set_aside_on_the_way_are_those_that_would_not_have_stayed(n_rows, size, block_rows, seed):
    weights = np.random.default_rng(seed).integers(0, 3, n_rows) + 0.5 * (np.arange(n_rows) == n_rows - 1)
    source = ArraySource(np.arange(float(n_rows))[:, None], weights, block_rows)
    sample = starts.subsample(source.blocks(), size, np.random.default_rng(seed))
    rows = np.flatnonzero(weights > 0)
    ratios = weights[rows] / np.random.default_rng(seed).uniform(size=len(rows))
    expected = np.sort(rows[np.argsort(-ratios)[:size]])
    np.testing.assert_array_equal(sample.points.ravel(), expected)
    if size < len(rows):
        np.testing.assert_array_equal(sample.weights, np.maximum(weights[expected] / np.sort(ratios)[-size - 1], 1))


@given(size=st.integers(1, 70), block_rows=st.integers(1, 60), seed=st.integers(0, 9))
@settings(max_examples=40)
def test_rows_of_an_array_are_drawn_as_those_of_its_blocks(size, block_rows, seed):
    rng = np.random.default_rng(seed)
    points = np.where(rng.uniform(size=(60, 2)) < 0.02, np.nan, rng.normal(size=(60, 2)))
    source = ArraySource(points, rng.integers(0, 3, 60).astype(float), block_rows)
    drawn = starts.some_rows(source, size, np.random.default_rng(seed))
    expected = starts.subsample(source.blocks(), size, np.random.default_rng(seed))
    assert type(drawn) is type(expected)
    for part, other in zip(drawn, expected, strict=True):
        np.testing.assert_array_equal(part, other)


def test_subsample_gives_every_row_the_same_chance():
    source = ArraySource(np.arange(40.0)[:, None], block_rows=7)
    drawn = [starts.subsample(source.blocks(), 10, np.random.default_rng(i)).points.ravel() for i in range(2000)]
    shares = np.bincount(np.concatenate(drawn).astype(int), minlength=40) / 2000
    assert np.abs(shares - 0.25).max() < 5 * np.sqrt(0.25 * 0.75 / 2000)


def test_rows_without_weight_are_not_drawn_and_heavy_ones_are():
    weights = np.zeros(5000)
    weights[[7, 4000]] = 3.0
    weights[100:200] = 1e-3
    sample = starts.subsample(ArraySource(np.arange(5000.0)[:, None], weights).blocks(), 20, np.random.default_rng(0))
    rows = sample.points.ravel().astype(int)
    assert {7, 4000} < set(rows) <= {7, 4000, *range(100, 200)}
    assert sample.weights[rows == 7] == sample.weights[rows == 4000] > 100


def test_a_sample_weighs_what_it_stands_for():
    """Sums over the sample are, up to a common factor, unbiased for sums over all rows."""
    rng = np.random.default_rng(1)
    weights, values = rng.exponential(size=300), rng.normal(2, 1, 300)
    source = ArraySource(values[:, None], weights, block_rows=64)
    means = []
    for i in range(400):
        sample = starts.subsample(source.blocks(), 60, np.random.default_rng(i))
        means.append(np.average(sample.points.ravel(), weights=sample.weights))
    error = np.std(means) / np.sqrt(len(means))
    assert abs(np.mean(means) - np.average(values, weights=weights)) < 4 * error + 0.005


def test_whitening_sees_through_elongation():
    """Two parallel cigars: k-means on the rows cuts them across, on whitened rows along."""
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.normal(0, 30, 400), np.repeat([0.0, 4.0], 200) + rng.normal(0, 0.3, 400)])
    truth = np.repeat([0, 1], 200)
    seen = Spaces(points, np.ones(400))
    agreement = {}
    for name, kind in {"rows": starts.plain, "whitened": starts.whitened}.items():
        labels = kind(starts.kmeans)(seen, 2, rng)
        agreement[name] = max(np.mean(labels == truth), np.mean(labels != truth))
    assert agreement["rows"] < 0.7 < 0.95 < agreement["whitened"]


def test_nearest_kernel_agrees_with_seeding_distances():
    labels, distances = kernels.nearest(SAMPLE.points, SAMPLE.points[[0, 60, 120]].copy())
    brute = ((SAMPLE.points[:, None] - SAMPLE.points[[0, 60, 120]]) ** 2).sum(2)
    np.testing.assert_array_equal(labels, brute.argmin(1))
    np.testing.assert_allclose(distances, brute.min(1))


@pytest.mark.parametrize("n_rows", [12, 40])
def test_few_rows_in_many_columns_are_whitened_as_many_are(n_rows):
    rng = np.random.default_rng(0)
    points, weights = rng.normal(size=(n_rows, 20)) * np.linspace(1, 9, 20), rng.uniform(0.5, 2, n_rows)
    white = whiten(points, weights)
    assert white.shape == (n_rows, min(n_rows - 1, 20))
    covariance = (white * weights[:, None]).T @ white / weights.sum()
    np.testing.assert_allclose(covariance, np.eye(white.shape[1]), atol=1e-8)
    np.testing.assert_allclose(weights @ white, 0, atol=1e-8)
