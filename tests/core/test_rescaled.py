"""Far rows in the units of a fit, and posteriors that are found for them: as if the rows were scaled in memory."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

import mixtura
from mixtura.em import Outcome
from mixtura.errors import DataError
from mixtura.finding import find, find_far
from mixtura.rescaled import rescaled
from mixtura.runners.anywhere import Anywhere
from mixtura.runners.contract import Distant
from mixtura.scaling import choose_scaling, seen_mass
from mixtura.sources.array import ArraySource
from mixtura.sources.distant import DistantSource
from mixtura.sources.streamed import StreamedSource

N = 4200
_rng = np.random.default_rng(0)
POINTS = np.array([[0.0, 0], [7, 0], [9, -5]])[_rng.integers(3, size=N)] * 10 + _rng.normal(size=(N, 2))
HOLED = np.where(_rng.uniform(size=(N, 2)) < [0.0, 0.2], np.nan, POINTS)


class Parts:
    """Rows elsewhere, in two parts."""

    def __init__(self, points):
        self.parts = [ArraySource(part) for part in np.split(points, [N // 3])]

    def reduce(self, function, join):
        first, second = self.apply(function)
        return join(first, second)

    def apply(self, function):
        return map(function, self.parts)


@pytest.fixture(params=["complete", "holed"])
def points(request):
    return POINTS if request.param == "complete" else HOLED


@pytest.fixture(params=["file", "elsewhere"])
def source(request, points, tmp_path):
    columns = {f"x{d}": pa.array(column, from_pandas=True) for d, column in enumerate(points.T)}
    parquet.write_table(pa.table(columns), tmp_path / "rows.parquet", row_group_size=700)
    found = mixtura.stream(tmp_path / "rows.parquet", missing="model")
    if request.param == "file":
        return found
    return DistantSource(found.names, found.facts, found.origin, (), found.found, found.cut, Parts(points))


def sums(block):
    return np.nan_to_num(block.points).sum(0), block.weights.sum()


def test_sums_are_those_of_scaled_rows(source, points):
    scaling = choose_scaling(points, np.ones(N))
    far, near = rescaled(source, scaling), ArraySource(scaling.apply(points))
    assert isinstance(far, Distant) == isinstance(source, DistantSource)
    for function in (sums, seen_mass):
        for one, other in zip(Anywhere()(far, function), Anywhere()(near, function), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(far.sample.points, scaling.apply(source.sample.points))
    assert sum(n for _, n in Anywhere().each(far, sums)) == far.n_rows == N


@pytest.mark.parametrize("n_components", [None, [2, 3]])
def test_the_posterior_is_that_of_rows_in_memory(source, points, n_components):
    (far, error), near = find_far(source, n_components=n_components), find(points, n_components=n_components)
    assert error is None and far.is_complete
    assert [c.setting for c in far.candidates] == [c.setting for c in near.candidates]
    assert far.best.criteria["bound"] == pytest.approx(near.best.criteria["bound"], rel=1e-10)
    for one, other in zip(far.best.parameters.emission, near.best.parameters.emission, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-7)


@pytest.mark.parametrize("n_passes", [4, 6])
def test_rows_that_are_lost_leave_the_best_so_far(tmp_path, monkeypatch, n_passes):
    path = tmp_path / "rows.parquet"
    parquet.write_table(pa.table({f"x{d}": column for d, column in enumerate(POINTS.T)}), path)
    source, passes, whole = mixtura.stream(path), [], StreamedSource.blocks

    def blocks(self):
        passes.append(1)
        if len(passes) == n_passes:
            path.unlink()
        return whole(self)

    monkeypatch.setattr(StreamedSource, "blocks", blocks)
    found, error = find_far(source)
    assert isinstance(error, DataError) and "rows.parquet cannot be read any more" in str(error)
    assert not found.is_complete
    assert found.best.search.best.outcome is Outcome.INTERRUPTED
    assert found.best.setting.n_components == 3
    assert found.best.criteria["bound"] == pytest.approx(find(POINTS).best.criteria["bound"], rel=1e-3)
