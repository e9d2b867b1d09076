"""A search by posteriors over far rows that is killed goes on from what was kept of it, to the same end."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

import mixtura
from mixtura.checkpoint import FORMAT, read_stages, write_stages
from mixtura.em import Outcome
from mixtura.errors import DataError
from mixtura.finding import find_far
from mixtura.stages import Log

N = 3000
_rng = np.random.default_rng(0)
POINTS = np.array([[0.0, 0], [5, -4]])[_rng.integers(2, size=N)] + _rng.normal(size=(N, 2))


@pytest.fixture
def source(tmp_path, monkeypatch):
    """Rows of which a sixth is at hand."""
    monkeypatch.setattr("mixtura.sources._survey.sample_rows", lambda *_: 500)
    parquet.write_table(pa.table({f"x{d}": column for d, column in enumerate(POINTS.T)}), tmp_path / "rows.parquet")
    return mixtura.stream(tmp_path / "rows.parquet")


@pytest.mark.parametrize(("n_components", "n_kept"), [(None, 2), ([1, 2], 1)])
def test_it_goes_on_where_it_was_killed(source, tmp_path, n_components, n_kept):
    path, told = tmp_path / "fit.json", []

    def keep(stages):
        told.append({place: stage.fit.outcome for place, stage in stages.items()})
        if len(told) == n_kept:  # as if it were killed before the next
            write_stages(path, "key", stages)

    whole, _ = find_far(source, n_components=n_components, log=Log(keep=keep))
    kept = read_stages(path, "key")
    assert {place: stage.fit.outcome for place, stage in kept.items()} == told[n_kept - 1] != told[-1]
    if n_components is None:
        assert (kept[0].fit.outcome, len(kept[0].fit.trace)) == (Outcome.INTERRUPTED, n_kept)
    again, _ = find_far(source, n_components=n_components, log=Log(kept))
    assert [candidate.setting for candidate in again.candidates] == [c.setting for c in whole.candidates]
    assert again.best.criteria["bound"] == pytest.approx(whole.best.criteria["bound"], abs=0.1)
    traces = [candidate.search.best.trace for candidate in again.candidates]
    assert kept[0].fit.trace in [trace[: len(kept[0].fit.trace)] for trace in traces]


def test_of_fits_that_had_ended_nothing_is_made_again(source, monkeypatch):
    stages = {}
    whole, _ = find_far(source, n_components=[1, 2], log=Log(keep=stages.update))
    assert [stage.fit.outcome for stage in stages.values()] == [Outcome.CONVERGED] * 2
    monkeypatch.setattr("mixtura.race.run", None)
    again, _ = find_far(source, n_components=[1, 2], log=Log(stages))
    for one, other in zip(again.candidates, whole.candidates, strict=True):
        assert one.criteria == other.criteria
        np.testing.assert_array_equal(one.parameters.emission.means, other.parameters.emission.means)


def test_what_is_no_record_of_stages(tmp_path):
    assert read_stages(tmp_path / "none.json", "key") is None
    write_stages(tmp_path / "fit.json", "key", {})
    with pytest.raises(DataError, match="is of other rows or another request"):
        read_stages(tmp_path / "fit.json", "other")
    for told in (f'{{"format": {FORMAT}, "key": "key", "stages": [[0, {{}}]]}}', "[" * 100_000):
        (tmp_path / "fit.json").write_text(told)
        with pytest.raises(DataError, match="is not a checkpoint of mixtura"):
            read_stages(tmp_path / "fit.json", "key")
