"""A fit to files that was killed goes on from the middle of a pass, to the bits that it would have had."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

import mixtura
from mixtura import streaming
from mixtura.among import among_all
from mixtura.checkpoint import read_checkpoint, write_checkpoint
from mixtura.runners.anywhere import Anywhere
from mixtura.runners.stepwise import Begun, Stepwise
from mixtura.selection import select
from mixtura.sources.roles import Roles
from mixtura.statistics import leaves

N, D, BLOCK = 20_000, 2, 1500


@pytest.fixture(params=["whole", "weights", "holes", "dropped"])
def source(request, tmp_path, monkeypatch):
    """Rows in two files, of two kinds, in blocks and groups that end at different rows; a fifth is at hand."""
    monkeypatch.setattr("mixtura.sources._budget._NUMBERS", 0)
    monkeypatch.setattr("mixtura.sources._budget._FEWEST_ROWS", 4000)
    monkeypatch.setattr("mixtura.sources._survey.default_block_rows", lambda *_: BLOCK)
    rng = np.random.default_rng(2)
    points = rng.normal(scale=4, size=(3, D))[rng.integers(3, size=N)] + rng.normal(size=(N, D))
    if request.param in ("holes", "dropped"):
        points[rng.uniform(size=(N, D)) < 0.1] = np.nan
    columns = {f"c{d}": pa.array(column, from_pandas=True) for d, column in enumerate(points.T)}
    table = pa.table(columns | {"w": rng.integers(3, size=N) / 2})
    parquet.write_table(table[:15_000], tmp_path / "a.parquet", row_group_size=2000)
    feather.write_feather(table[15_000:], tmp_path / "b.feather", chunksize=700)
    missing = {"holes": "model", "dropped": "drop"}.get(request.param, "error")
    weight = "w" if request.param == "weights" else None
    roles = Roles(["c0", "c1"], weight=weight)
    return mixtura.stream([tmp_path / "a.parquet", tmp_path / "b.feather"], roles, missing=missing)


def sums(block):
    return np.nansum(block.points.T @ block.weights), (len(block.points), block.weights.sum())


def test_a_sum_goes_on_from_any_block_to_the_same_bits(source):
    told = []
    whole = Stepwise(Anywhere(2), None, told.append)(source, sums)
    assert whole == Anywhere()(source, sums) and len(told) == -(-source.n_rows // BLOCK) - 1
    for begun in told[::3]:
        more = []
        stepwise = Stepwise(Anywhere(2), begun, more.append)
        assert stepwise(source, sums) == whole
        assert more == told[told.index(begun) + 1 :]
        assert stepwise(source, sums) == whole  # the next sum begins with the first row


def test_a_sum_of_another_kind_is_refused(source):
    with pytest.raises(ValueError, match="is of another kind than its next part"):
        Stepwise(Anywhere(), Begun(2000, (1.0,)), print)(source, sums)


def bits(found):
    arrays = [array.tobytes() for i in found.ranking for array in leaves(found.candidates[i].parameters)]
    return arrays, found.ranking, str([candidate.evidence for candidate in found.candidates])


@pytest.mark.parametrize(
    "how", [{}, {"outliers": "uniform", "prior": mixtura.Prior(), "n_init": 1}], ids=["plain", "noise"]
)
def test_a_fit_goes_on_from_any_block_of_any_pass_to_the_same_bits(source, tmp_path, how):
    """Through the file in which it is kept."""
    if how and (source.facts.n_missing.any() or source.cut.drops_incomplete):
        pytest.skip("noise and priors want every cell, and two tables tell enough")
    options, path, states = among_all(source, mixtura.Options(**how)), tmp_path / "fit.json", []
    asked = {"n_components": [2] if how else [2, 3], "covariances": ["full", "tied"], "options": options}
    found = select(*streaming.rows_to_choose_on(source), **asked)

    def keep(found, finals):
        write_checkpoint(path, "key", found, finals)
        states.append((path.read_bytes(), finals))

    whole, _ = streaming.finish(source, found, options, keep=keep)
    assert whole.is_complete and len(states) > 4 * source.n_rows // BLOCK
    for content, written in states[:: len(states) // 7] + states[-2:]:
        path.write_bytes(content)
        kept, finals = read_checkpoint(path, "key", options)
        np.testing.assert_equal(finals, written)
        again, _ = streaming.finish(source, kept, options, finals=finals)
        assert bits(again) == bits(whole)
