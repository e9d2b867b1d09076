"""GaussianMixture on a Dask cluster of processes: the parameters of the fit in memory, whatever becomes of workers."""

import os
import signal
import time
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from sklearn.base import clone

import mixtura
from mixtura import BayesianGaussianMixture, GaussianMixture, KMeans, MixedMixture, StudentMixture
from mixtura.covariance import ALIASES, MODELS
from mixtura.errors import DataError, EngineError
from mixtura.sources.distant import DistantSource
from mixtura.sources.roles import Roles

pytest.importorskip("distributed")
import dask
import dask.array
import dask.dataframe
import distributed
import pandas as pd

K, D, N, N_PARTS = 3, 4, 6000, 3
_rng = np.random.default_rng(0)
MEANS = _rng.normal(scale=3, size=(K, D))
LABELS = _rng.integers(K, size=N)
POINTS = MEANS[LABELS] + _rng.normal(size=(N, D)) * _rng.uniform(0.5, 2, (K, D))[LABELS]
HOLED = np.where(_rng.uniform(size=(N, D)) < 0.1, np.nan, POINTS)
WEIGHTS = _rng.integers(0, 4, N).astype(float)
NAMES = [f"x{d}" for d in range(D)]
ATTRIBUTES = ("weights_", "means_", "covariances_", "lower_bounds_")
QUIET = {"silence_logs": 50, "dashboard_address": ":0"}

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@contextmanager
def workers(number):
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "5s"}),
        distributed.LocalCluster(n_workers=number, threads_per_worker=1, **QUIET) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def client():
    with workers(2) as client:
        yield client


def frame(points=POINTS, **columns):
    return pd.DataFrame(dict(zip(NAMES, points.T, strict=True)) | columns)


def parted(rows, n_parts=N_PARTS):
    return dask.dataframe.from_pandas(rows, npartitions=n_parts)


def assert_close(one, other, rtol=1e-10):
    for name in ATTRIBUTES:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=rtol, atol=rtol, err_msg=name)


def brief(**options):
    return GaussianMixture(K, init_params="random_from_data", random_state=3, **{"max_iter": 2} | options)


@pytest.fixture(scope="module")
def sources(client):
    """Weighted rows, some of weight zero, without holes and with."""
    roles = Roles(NAMES, weight="w")
    return {
        is_holed: mixtura.stream(parted(frame(points, w=WEIGHTS)), roles, missing="model")
        for is_holed, points in ((False, POINTS), (True, HOLED))
    }


@pytest.mark.parametrize("name", [name for name in MODELS if name not in ALIASES])
@pytest.mark.parametrize("is_holed", [False, True], ids=["complete", "holed"])
def test_every_covariance_model_from_the_same_start(sources, name, is_holed):
    mixture = brief(covariance_type=name)
    points = HOLED if is_holed else POINTS
    assert_close(clone(mixture).fit(sources[is_holed]), clone(mixture).fit(points, sample_weight=WEIGHTS))


@pytest.mark.parametrize("name", ["full", "tied", "VVE"])
@pytest.mark.parametrize("is_holed", [False, True], ids=["complete", "holed"])
def test_a_posterior_from_the_same_start(sources, name, is_holed):
    start = {"init_params": "random_from_data", "random_state": 3, "max_iter": 2}
    bayes = BayesianGaussianMixture(n_components=K, covariance_type=name, **start)
    points = HOLED if is_holed else POINTS
    far, near = clone(bayes).fit(sources[is_holed]), clone(bayes).fit(points, sample_weight=WEIGHTS)
    assert_close(far, near)
    np.testing.assert_allclose(far.covariance_prior_, near.covariance_prior_, rtol=1e-10)
    assert far.n_effective_ == pytest.approx(near.n_effective_)
    assert far.score(parted(frame(points))) == pytest.approx(near.score(points), rel=1e-10)


@pytest.mark.parametrize("is_holed", [False, True], ids=["complete", "holed"])
def test_student_from_the_same_start(sources, is_holed):
    student = StudentMixture(K, dof="free", random_state=3, max_iter=2)
    far = clone(student).fit(sources[is_holed])
    near = clone(student).fit(HOLED if is_holed else POINTS, sample_weight=WEIGHTS)
    assert_close(far, near)
    np.testing.assert_allclose(far.dof_, near.dof_, rtol=1e-10)


def test_columns_of_all_kinds(client, tmp_path):
    others = {"town": np.array(["Oslo", "Rom", "Bonn"])[LABELS], "visits": LABELS + 1, "half": LABELS / 2}
    near = frame(HOLED, **others)
    mixed = MixedMixture(K, max_iter=2, random_state=3, counts=["visits"], categorical=["half"])
    here = clone(mixed).fit(near)
    parquet.write_table(pa.Table.from_pandas(near), tmp_path / "rows.parquet", row_group_size=N // 3)
    roles = Roles([*NAMES, *others], categorical=["town", "half"], counts=["visits"])
    files = mixtura.stream(tmp_path / "rows.parquet", roles, missing="model", engine=client)
    assert isinstance(files, DistantSource)
    for far in (clone(mixed).fit(parted(near)), MixedMixture(K, max_iter=2, random_state=3).fit(files)):
        assert far.levels_ == here.levels_ == {"town": ["Bonn", "Oslo", "Rom"], "half": ["0", "0.5", "1"]}
        assert_close(far, here)
    with pytest.raises(DataError, match=r"partition 0: column 'half' holds 0\.5 in row \d+, which is no count"):
        mixtura.stream(parted(near), Roles(counts=["half"]), missing="model")


@pytest.mark.parametrize("init", [POINTS[:K], "k-means++"], ids=["given", "drawn"])
def test_kmeans_from_the_same_start(sources, init):
    kmeans = KMeans(K, init=init, random_state=0)
    far, near = clone(kmeans).fit(sources[False]), clone(kmeans).fit(POINTS, sample_weight=WEIGHTS)
    assert far.n_iter_ == near.n_iter_ > 2
    np.testing.assert_allclose(far.cluster_centers_, near.cluster_centers_, rtol=1e-10)
    assert far.inertia_ == pytest.approx(near.inertia_, rel=1e-10)


@pytest.mark.usefixtures("client")
def test_the_default_fit_of_frames_and_arrays():
    near = GaussianMixture(K, random_state=0).fit(POINTS)
    rows = parted(frame(name=[f"r{n}" for n in range(N)]), 10)
    far = GaussianMixture(K, random_state=0).fit(rows)
    assert_close(far, near, rtol=1e-9)
    assert far.feature_names_in_.tolist() == NAMES  # the column of text is none to cluster on


@pytest.mark.usefixtures("client")
def test_arrays_with_columns_in_several_chunks():
    assert_close(brief().fit(dask.array.from_array(POINTS, chunks=(3000, 3))), brief().fit(POINTS))


@pytest.mark.usefixtures("client")
def test_the_sample_is_that_of_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr("mixtura.sources._budget._NUMBERS", 0)
    monkeypatch.setattr("mixtura.sources._budget._FEWEST_ROWS", 500)
    parquet.write_table(pa.table(frame(w=WEIGHTS)), tmp_path / "rows.parquet", row_group_size=700)
    roles = Roles(NAMES, weight="w")
    near, far = mixtura.stream(tmp_path / "rows.parquet", roles), mixtura.stream(parted(frame(w=WEIGHTS)), roles)
    assert len(far.sample.points) == 500
    for one, other in zip(near.sample, far.sample, strict=True):
        np.testing.assert_array_equal(one, other)
    assert near.facts.n_left_out == far.facts.n_left_out > 0


def test_files_are_read_by_workers(client, tmp_path):
    for number, some in enumerate(np.split(POINTS, 3)):
        parquet.write_table(pa.table(frame(some)), tmp_path / f"{number}.parquet", row_group_size=300)
    source = mixtura.stream(tmp_path / "*.parquet", engine=client)
    assert isinstance(source, DistantSource)
    assert_close(brief().fit(source), brief().fit(POINTS))
    (tmp_path / "1.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"1\.parquet"):
        mixtura.stream(tmp_path / "*.parquet", engine=client)


@pytest.mark.usefixtures("client")
def test_partitions_without_rows_are_no_trouble():
    rows = parted(frame())
    rest = rows[rows.x0 > np.quantile(POINTS[:, 0], 0.999)]
    near = GaussianMixture(1).fit(POINTS[POINTS[:, 0] > np.quantile(POINTS[:, 0], 0.999)])
    assert_close(GaussianMixture(1).fit(rest), near)
    with pytest.raises(DataError, match="the Dask data frame has column names but no rows"):
        GaussianMixture(1).fit(rows[rows.x0 > 1e9])


def test_any_number_of_workers_gives_the_same_bits(sources):
    with distributed.Client(processes=False, n_workers=1, threads_per_worker=3, **QUIET):
        alone = brief().fit(mixtura.stream(parted(frame(w=WEIGHTS)), Roles(NAMES, weight="w")))
    two = brief().fit(sources[False])
    for name in ATTRIBUTES:
        np.testing.assert_array_equal(getattr(alone, name), getattr(two, name), err_msg=name)


def test_a_worker_that_is_killed_costs_nothing_but_time(client, sources):
    source, fallen = sources[False], []

    def kill(step):
        if len(step.trace) == 2:
            fallen.extend(client.run(os.getpid).values())
            os.kill(fallen[0], signal.SIGKILL)

    one, other = brief(max_iter=4, callbacks=[kill]).fit(source), brief(max_iter=4).fit(source)
    assert fallen
    for name in ATTRIBUTES:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def test_workers_that_are_lost_for_good_leave_the_best_so_far(monkeypatch):
    monkeypatch.setattr("mixtura.sources.dask_parts._PATIENCE", 0.0)
    monkeypatch.setattr("mixtura.sources.dask_parts._LOOK", 0.1)
    with workers(1) as client:
        source = mixtura.stream(parted(frame()))

        def dismiss(step):
            if len(step.trace) == 2:
                client.cluster.scale(0)
                while client.nthreads():
                    time.sleep(0.05)

        mixture = brief(max_iter=4, callbacks=[dismiss])
        with pytest.raises(EngineError, match="has had no workers for"):
            mixture.fit(source)
    assert mixture.n_iter_ == 2
    assert mixture.to_fitted().n_components == K


def test_a_scheduler_that_is_lost(client):
    with distributed.Client(processes=False, n_workers=1, threads_per_worker=1, **QUIET) as short:
        source = mixtura.stream(dask.array.from_array(POINTS, chunks=(900, 3)), engine=short)
    with pytest.raises(EngineError, match="scheduler is lost"):
        brief().fit(source)


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    ("column", "told"),
    [
        ({"x1": np.where(np.arange(N) == N - 1, np.inf, 1.0)}, r"partition 2: column 'x1' is infinite in row 2000"),
        ({"w": -1.0}, r"the weight in column 'w' is -1 in row 1"),
        ({"w": 0.0}, "the weight is zero in every row"),
        ({"w": "much"}, "weights in column 'w' must be numbers, not text"),
    ],
)
def test_cells_that_cannot_be_used_are_named(column, told):
    rows = frame(w=1.0).assign(**column)
    with pytest.raises(DataError, match=told):
        mixtura.stream(parted(rows), Roles(weight="w"))
