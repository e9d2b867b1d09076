"""Sums may be taken over neighbours; whatever is said row by row keeps the user's order."""

from functools import partial

import numpy as np
import pytest

from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.runners.local import Local
from mixtura.sources import neighbours
from mixtura.sources.array import ArraySource
from mixtura.sources.neighbours import Neighbourhoods
from mixtura.statistics import Neighbours

N, K = 20_000, 64


def _mixture(covariance="full", spacing=30.0):
    """K clusters on a grid of the plane."""
    means = spacing * np.stack(np.divmod(np.arange(K), 8), axis=1).astype(float)
    covariances = {"full": np.tile(np.eye(2), (K, 1, 1)), "diag": np.ones((K, 2)), "spherical": np.ones(K)}[covariance]
    return Mixture(Gaussian(covariance)), MixtureParameters(np.full(K, 1 / K), GaussianParameters(means, covariances))


def _source(weights=None, spacing=30.0):
    rng = np.random.default_rng(2)
    points = _mixture(spacing=spacing)[1].emission.means[rng.integers(K, size=N)] + rng.normal(0, 1, (N, 2))
    return ArraySource(points, weights)


@pytest.fixture(autouse=True)
def little_work_is_enough(monkeypatch):
    monkeypatch.setattr(neighbours, "LITTLE_WORK", 0)


@pytest.mark.parametrize("covariance", ["full", "diag", "spherical"])
def test_sums_are_the_same(covariance):
    model, parameters = _mixture(covariance)
    source = _source(np.random.default_rng(3).uniform(0.5, 1.5, N))
    function = model.statistics(parameters)
    together = source.arranged(function)
    assert isinstance(together, Neighbourhoods)
    sums, expected = (Local()(rows, function) for rows in (together, ArraySource(source.points, source.weights, N)))
    np.testing.assert_allclose(sums.counts, expected.counts, rtol=1e-12)
    for one, other in zip(sums.emission, expected.emission, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12 * abs(other).max())
    assert sums.log_likelihood == pytest.approx(expected.log_likelihood, rel=1e-13)


def test_any_number_of_threads_gives_the_same_bits():
    model, parameters = _mixture()
    totals = [Local(n_threads)(_source(), model.statistics(parameters)) for n_threads in (1, 2, 3)]
    for total in totals[1:]:
        assert (total.counts == totals[0].counts).all()
        assert (total.emission.scatter == totals[0].emission.scatter).all()
        assert total.log_likelihood == totals[0].log_likelihood


@pytest.mark.parametrize("largest_copy", [0, 2**30], ids=["gathered", "copied"])
def test_rows_take_their_weights_with_them(largest_copy, monkeypatch):
    monkeypatch.setattr(neighbours, "LARGEST_COPY", largest_copy)
    source = _source(np.arange(N, dtype=float))
    blocks = list(Neighbourhoods(source.points, source.weights, 4096).blocks())
    assert all(isinstance(block, Neighbours) for block in blocks)
    rows = np.concatenate([block.weights for block in blocks]).astype(int)
    assert (np.sort(rows) == np.arange(N)).all()
    assert (np.concatenate([block.points for block in blocks]) == source.points[rows]).all()


def test_what_is_said_row_by_row_keeps_the_order():
    model, parameters = _mixture()
    source = _source()
    Local()(source, model.statistics(parameters))
    parts = Local(2).each(source, model.classify(parameters))
    labels = np.concatenate([part.labels for part in parts])
    nearest = np.rint(source.points / 30.0) @ [8, 1]
    assert (labels == nearest).all()


def test_overlapping_clusters_are_noticed_without_putting_the_rows_in_order():
    model, parameters = _mixture(spacing=0.5)
    source = _source(spacing=0.5)
    assert source.arranged(model.statistics(parameters)) is source
    assert "_order" not in vars(source._neighbourhoods)


def test_clusters_that_come_to_overlap_are_noticed_later():
    source = _source()
    apart, together = ((model := _mixture(spacing=width))[0].statistics(model[1]) for width in (30.0, 0.5))
    assert source.arranged(apart) is not source
    assert source.arranged(together) is source


class Counting:
    """A function that says how many components it has, and what share of them matters."""

    def __init__(self, n_components, share=0.0):
        self.n_components, self.share = n_components, share

    def active_share(self, points):
        return self.share


def test_the_order_of_all_rows_has_the_last_word():
    source = _source()
    too_many = (neighbours.LARGEST_SHARE + neighbours.SAMPLE_SHARE) / 2
    assert source.arranged(Counting(K, too_many)) is source
    assert "_order" in vars(source._neighbourhoods)
    assert source.arranged(Counting(K, neighbours.LARGEST_SHARE)) is not source


def test_small_work_few_components_and_other_functions_are_left_alone(monkeypatch):
    source = _source()
    assert source.arranged(Counting(neighbours.FEW_COMPONENTS)) is not source
    assert source.arranged(Counting(neighbours.FEW_COMPONENTS - 1)) is source
    assert source.arranged(len) is source
    monkeypatch.setattr(neighbours, "LITTLE_WORK", N * K + 1)
    assert source.arranged(Counting(K)) is source
    monkeypatch.setattr(neighbours, "LITTLE_WORK", 0)
    monkeypatch.setattr(neighbours, "MOST_ROWS", N - 1)
    assert source.arranged(Counting(K)) is source


def test_a_mixture_that_has_no_such_kernel_has_all_its_components_in_sight(monkeypatch):
    from mixtura import _kernels

    model, parameters = _mixture()
    function = model.statistics(parameters)
    monkeypatch.setattr(_kernels, "SKIPPING", ())
    assert function.active_share(_source().points) == 1.0


def test_functions_of_neighbours_travel():
    import pickle

    model, parameters = _mixture()
    function = pickle.loads(pickle.dumps(model.statistics(parameters)))
    assert function.n_components == K
    assert isinstance(_source().arranged(function), Neighbourhoods)
    assert isinstance(function, partial)


def test_rows_are_copied_once_and_only_if_they_are_small(monkeypatch):
    points = _source().points
    small = Neighbourhoods(points, None, 4096)
    assert next(small.blocks()).points is next(small.blocks()).points
    monkeypatch.setattr(neighbours, "LARGEST_COPY", points.nbytes - 1)
    large = Neighbourhoods(points, None, 4096)
    assert next(large.blocks()).points is not next(large.blocks()).points
