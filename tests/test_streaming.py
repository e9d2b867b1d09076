"""A choice among fits to files: made on a sample, ended on all rows."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

import mixtura
from mixtura import streaming
from mixtura.em import Outcome
from mixtura.errors import DataError
from mixtura.selection import select

N, D = 40_000, 2
TRY = {"n_components": [2, 3], "covariances": ["full"]}


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr("mixtura.sources._budget._NUMBERS", 0)
    monkeypatch.setattr("mixtura.sources._budget._FEWEST_ROWS", 4000)
    rng = np.random.default_rng(1)
    points = rng.normal(scale=4, size=(3, D))[rng.integers(3, size=N)] + rng.normal(size=(N, D))
    parquet.write_table(pa.table({f"c{d}": points[:, d] for d in range(D)}), tmp_path / "rows.parquet")
    return tmp_path / "rows.parquet"


def test_the_choice_is_that_of_all_rows(file):
    source = mixtura.stream(file)
    far, near = mixtura.select(source, **TRY), mixtura.select(file, **TRY)
    assert far.best.setting == near.best.setting
    assert far.features == near.features
    assert far.is_complete
    assert abs(far.best.evidence.log_likelihood - near.best.evidence.log_likelihood) < 1e-4 * N
    assert far.best.evidence.map_entropy == pytest.approx(near.best.evidence.map_entropy, rel=1e-2)
    assert far.n_rows == near.n_rows == N
    np.testing.assert_allclose(np.sort(far.best.parameters.weights), np.sort(near.best.parameters.weights), atol=1e-2)


def test_criteria_of_a_sample_foretell_those_of_all_rows(file):
    """Up to what chance does: the standard error of the log-likelihood of a sample."""
    source = mixtura.stream(file)
    rows = streaming.rows_to_choose_on(source)
    told = streaming.for_all_rows(select(*rows, **TRY), source)
    exact = mixtura.select(file, **TRY)
    error = N / np.sqrt(4000) * 1.5  # of a row's log-density, about
    for one, other in zip(told.candidates, exact.candidates, strict=True):
        assert one.evidence.n_rows == other.evidence.n_rows == N
        assert abs(one.criteria["bic"] - other.criteria["bic"]) < 2 * 4 * error


def test_rows_that_cannot_be_read_any_more(file):
    source = mixtura.stream(file)
    file.unlink()
    with pytest.raises(DataError, match=r"rows\.parquet cannot be read any more"):
        mixtura.select(source, **TRY)


def test_an_interrupt_leaves_the_best_so_far(file):
    source = mixtura.stream(file)
    rows = streaming.rows_to_choose_on(source)
    options = mixtura.Options()
    seen = []

    def press(step):
        seen.append(step.trace[-1])
        if len(seen) == 2:
            raise KeyboardInterrupt

    found, error = streaming.finish(source, select(*rows, **TRY), options, on_pass=press)
    assert error is None
    assert not found.is_complete
    assert found.best.search.best.outcome is Outcome.INTERRUPTED
    assert len(found.best.search.best.trace) == 2


@pytest.mark.parametrize("how", [{"outliers": "uniform"}, {"prior": mixtura.Prior()}], ids=str)
def test_noise_and_priors_go_by_all_rows(file, how):
    """Two groups that are far apart, among noise."""
    rng = np.random.default_rng(2)
    points = rng.normal(9.0 * rng.integers(2, size=(12_000, 1)), 1, size=(12_000, D))
    points[::20] = rng.uniform(-40, 40, size=points[::20].shape)
    parquet.write_table(pa.table({f"c{d}": points[:, d] for d in range(D)}), file)
    asked = {"n_components": [2], "covariances": ["full"], "options": mixtura.Options(n_init=2, **how)}
    far, near = (mixtura.select(rows, **asked).best for rows in (mixtura.stream(file), file))
    one, other = far.model, near.model
    if "prior" in how:
        one, other = one.emission.prior, other.emission.prior
        np.testing.assert_allclose(one.mean, other.mean, atol=0.1)  # in units of the sample, and of all rows
        np.testing.assert_allclose(one.scale, other.scale, rtol=0.1)
    else:
        assert one.noise.log_volume == pytest.approx(other.noise.log_volume, rel=1e-12)
    assert abs(far.evidence.log_likelihood - near.evidence.log_likelihood) < 1e-4 * far.evidence.n_rows
    np.testing.assert_allclose(np.sort(far.parameters.weights), np.sort(near.parameters.weights), atol=1e-2)


def test_noise_and_priors_want_every_cell_of_all_rows(file, tmp_path):
    table = parquet.read_table(file)
    cells = table["c1"].to_numpy().copy()
    cells[7] = np.nan
    parquet.write_table(table.set_column(1, "c1", pa.array(cells, from_pandas=True)), tmp_path / "holed.parquet")
    source = mixtura.stream(tmp_path / "holed.parquet", missing="model")
    for how in {"outliers": "uniform"}, {"prior": mixtura.Prior()}:
        with pytest.raises(DataError, match="missing cells"):
            mixtura.select(source, **TRY, options=mixtura.Options(**how))
