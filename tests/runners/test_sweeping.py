"""Passes over rows in memory take many blocks in a call, and give what a call for each block gives."""

import numpy as np
import pytest

from kernels.cases import HEAVY, KINDS
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.passing import Sums
from mixtura.kmeans import CentreModel
from mixtura.mixture import block_statistics
from mixtura.runners import sweeping
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.statistics import Block, leaves, merge_all

K, D, N, SIZE = 3, 2, 10_600, 1024


def functions():
    """Everything that takes many blocks at once."""
    rng = np.random.default_rng(0)
    for name, make in (KINDS | HEAVY).items():
        log_weights, density = np.log(np.ones(K) / K), make(rng, K, D)
        yield name, Sums(block_statistics, emission=Gaussian("full"), log_weights=log_weights, density=density)
    points = rng.normal(size=(K, D))
    yield "k-means", CentreModel(Block(points, np.ones(K))).statistics(points)


FUNCTIONS = dict(functions())


def rows(dtype=np.float64):
    return np.random.default_rng(1).normal(size=(N, D)).astype(dtype)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("weighted", [False, True])
def test_the_bits_are_those_of_one_block_after_the_other(name, weighted):
    function = FUNCTIONS[name]
    source = ArraySource(rows(), np.random.default_rng(2).uniform(size=N) if weighted else None, SIZE)
    expected = merge_all(map(function, source.blocks()))
    for n_threads in (1, 2, 5):
        assert sweeping.lengths(source, function, n_threads)
        found = Local(n_threads)(source, function)
        assert type(found) is type(expected)
        assert all(np.array_equal(a, b) for a, b in zip(leaves(found), leaves(expected), strict=True))


@pytest.mark.parametrize(("n_threads", "shares"), [(1, [11]), (2, [2, 2, 1, 1, 1, 1, 1, 1, 1]), (8, [1] * 11)])
def test_calls_get_shorter_so_that_threads_end_together(n_threads, shares):
    assert sweeping.lengths(ArraySource(rows(), block_rows=SIZE), FUNCTIONS["full"], n_threads) == shares


def test_no_call_takes_long(monkeypatch):
    source, function = ArraySource(rows(), block_rows=SIZE), FUNCTIONS["full"]
    monkeypatch.setattr(sweeping, "MOST_WORK", 4 * SIZE * function.n_sums)
    assert sweeping.lengths(source, function, 1) == [4, 4, 3]
    monkeypatch.setattr(sweeping, "MOST_WORK", SIZE * function.n_sums)
    assert sweeping.lengths(source, function, 1) == []


@pytest.mark.parametrize(
    "source",
    [
        ArraySource(rows(), block_rows=500),  # kernels look at 512 or 1024 rows together
        ArraySource(rows(), block_rows=N),
        ArraySource(np.where(rows() > 2, np.nan, rows()), block_rows=SIZE),
    ],
    ids=["odd blocks", "one block", "missing cells"],
)
def test_some_rows_are_taken_block_by_block(source):
    assert sweeping.lengths(source, FUNCTIONS["full"], 2) == []


def test_some_sums_are_made_block_by_block():
    source, full = ArraySource(rows(), block_rows=SIZE), FUNCTIONS["full"]
    brief = CentreModel(Block(rows(), np.ones(N)), is_brief=True).statistics(rows()[:K])
    for function in (Sums(full, log_noise=0.0), Sums(full, density=None), brief, lambda block: len(block.points)):
        assert sweeping.lengths(source, function, 2) == []
