"""GaussianMixture on a Spark data frame: the parameters of the fit in memory, and answers as more columns."""

import json
import os
import shutil
import socket
import sys

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow import parquet
from sklearn.base import clone

import mixtura
from mixtura import GaussianMixture, KMeans, LatentClassMixture, MixedMixture, StudentMixture
from mixtura.cli.main import program
from mixtura.errors import DataError, EngineError
from mixtura.sources.distant import DistantSource
from mixtura.sources.roles import Roles

sql = pytest.importorskip("pyspark.sql")
pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]

K, D, N, N_PARTS = 3, 3, 6000, 3
_rng = np.random.default_rng(0)
MEANS = _rng.normal(scale=3, size=(K, D))
LABELS = _rng.integers(K, size=N)
POINTS = MEANS[LABELS] + _rng.normal(size=(N, D)) * _rng.uniform(0.5, 2, (K, D))[LABELS]
HOLED = np.where((_rng.uniform(size=(N, D)) < 0.1) & [False, True, True], np.nan, POINTS)
WEIGHTS = _rng.integers(0, 4, N).astype(float)
NAMES = ["x.0", "x 1", "x2"]  # such as Spark reads only where they are quoted
ATTRIBUTES = ("weights_", "means_", "covariances_", "lower_bounds_")


@pytest.fixture(scope="module")
def port():
    """Where a server of Spark Connect is to listen."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def spark(tmp_path_factory, port):
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", str(N // N_PARTS))  # a partition for each batch
        .config("spark.sql.execution.arrow.localRelationThreshold", "0")  # in a small table too
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.log.level", "FATAL")
        .config("spark.plugins", "org.apache.spark.sql.connect.SparkConnectPlugin")
        .config("spark.connect.grpc.binding.port", str(port))
        .config("spark.local.dir", str(tmp_path_factory.mktemp("spark")))
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="module")
def frame(spark):
    """Rows in partitions, with a column of weights and one of text."""

    def make(points=POINTS, **columns):
        columns = {"w": WEIGHTS, "name": [f"r{n}" for n in range(N)]} | columns
        columns = dict(zip(NAMES, points.T, strict=True)) | columns
        table = pa.table({name: pa.array(values, from_pandas=True) for name, values in columns.items()})
        return spark.createDataFrame(table)

    return make


def brief(**options):
    return GaussianMixture(K, init_params="random_from_data", random_state=3, **{"max_iter": 2} | options)


def assert_close(one, other, rtol=1e-10):
    for name in ATTRIBUTES:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=rtol, atol=rtol, err_msg=name)


@pytest.fixture(scope="module")
def sources(frame):
    roles = Roles(NAMES, weight="w")
    return {
        is_holed: mixtura.stream(frame(points), roles, missing="model")
        for is_holed, points in ((False, POINTS), (True, HOLED))
    }


@pytest.mark.parametrize("name", ["VVV", "EEE", "VVE", "EVI", "VII"])
def test_covariance_models_from_the_same_start(sources, name):
    mixture = brief(covariance_type=name, max_iter=1)
    assert_close(clone(mixture).fit(sources[False]), clone(mixture).fit(POINTS, sample_weight=WEIGHTS))


@pytest.mark.parametrize("name", ["full", "spherical"])
def test_rows_that_lack_cells(sources, name):
    mixture = brief(covariance_type=name)
    assert_close(clone(mixture).fit(sources[True]), clone(mixture).fit(HOLED, sample_weight=WEIGHTS))


def test_other_estimators_from_the_same_start(sources):
    student = StudentMixture(K, max_iter=1, random_state=3)
    assert_close(clone(student).fit(sources[True]), clone(student).fit(HOLED, sample_weight=WEIGHTS))
    kmeans = KMeans(K, init=POINTS[:K], max_iter=2)
    far, near = clone(kmeans).fit(sources[False]), clone(kmeans).fit(POINTS, sample_weight=WEIGHTS)
    np.testing.assert_allclose(far.cluster_centers_, near.cluster_centers_, rtol=1e-10)


def test_columns_of_all_kinds(frame):
    others = {"town": np.array(["Oslo", "Rom", "Bonn"])[LABELS], "visits": LABELS + 1, "half": LABELS / 2}
    rows = frame(HOLED, **others).drop("w", "name")
    near = pa.table({name: pa.array(x, from_pandas=True) for name, x in zip(NAMES, HOLED.T, strict=True)} | others)
    mixed = MixedMixture(K, max_iter=1, random_state=3, counts=["visits"], categorical=["half"])
    far, near = clone(mixed).fit(rows), clone(mixed).fit(near)
    assert far.levels_ == near.levels_ == {"town": ["Bonn", "Oslo", "Rom"], "half": ["0", "0.5", "1"]}
    assert_close(far, near)
    np.testing.assert_allclose(far.rates_["visits"], near.rates_["visits"], rtol=1e-10)
    with pytest.raises(DataError, match=r"partition 0: column 'half' holds 0\.5 in row \d+, which is no count"):
        mixtura.stream(rows, Roles(counts=["half"]), missing="model")
    with pytest.raises(DataError, match="it names rows instead of grouping them"):
        mixtura.stream(frame(), Roles(categorical=["name"]))


def test_a_sum_of_many_partitions_is_made_in_branches(sources, monkeypatch):
    assert isinstance(sources[False], DistantSource)
    assert sources[False].parts.n_parts == N_PARTS
    whole = brief().fit(sources[False])
    monkeypatch.setattr("mixtura.sources.spark._FAN_IN", 2)
    assert_close(brief().fit(sources[False]), whole)


def test_the_default_fit_and_its_answers(frame):
    rows = frame().drop("w")
    far, near = (GaussianMixture(K, random_state=0).fit(data) for data in (rows, POINTS))
    assert_close(far, near, rtol=1e-9)
    assert far.feature_names_in_.tolist() == NAMES  # the column of text is none to cluster on
    labels, shares = far.predict(rows).toArrow(), far.predict_proba(rows.select("x2", "x 1", "`x.0`")).toArrow()
    assert labels.column_names == [*NAMES, "name", "label"]
    np.testing.assert_array_equal(labels["label"].to_numpy(), near.predict(POINTS))
    assert shares.column_names == ["x2", "x 1", "x.0", *(f"probability_{k}" for k in range(K))]
    found = np.column_stack([shares[name].to_numpy() for name in shares.column_names[3:]])
    np.testing.assert_allclose(found, near.predict_proba(POINTS), rtol=1e-6, atol=1e-9)
    assert far.score(rows) == pytest.approx(near.score(POINTS), rel=1e-9)
    kmeans = KMeans(K, init=POINTS[:K]).fit(POINTS[:500])
    joined = kmeans.predict(rows.drop("name")).toArrow()["label"].to_numpy()
    np.testing.assert_array_equal(joined, kmeans.predict(POINTS))


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"x2": np.where(np.arange(N) == N - 1, np.inf, 1.0)}, r"partition 2: column 'x2' is infinite in row 2000"),
        ({"w": np.full(N, -1.0)}, r"partition 0: the weight in column 'w' is -1 in row 1"),
        ({"w": np.zeros(N)}, "the weight is zero in every row"),
    ],
)
def test_cells_that_cannot_be_used_are_named(frame, columns, told):
    with pytest.raises(DataError, match=told):
        mixtura.stream(frame(**columns), Roles(NAMES, weight="w"))


def test_answers_are_counted_by_spark(frame):
    answers = {"tea": np.where(POINTS[:, 0] > 0, "yes", "no").tolist(), "milk": (LABELS > 0).tolist(), "n": LABELS}
    rows = frame(**answers).select(*answers)
    far, near = (LatentClassMixture(2, random_state=0).fit(data) for data in (rows, pa.table(answers)))
    np.testing.assert_array_equal(far.weights_, near.weights_)
    assert far.log_likelihood_ == near.log_likelihood_
    np.testing.assert_array_equal(far.predict(rows).toArrow()["label"].to_numpy(), near.predict(pa.table(answers)))


def test_partitions_without_rows_are_no_trouble(frame):
    rows = frame().where("`x2` > 1e9 or name like 'r1%'").select("x2", "x 1")
    near = POINTS[np.char.startswith([f"r{n}" for n in range(N)], "r1")][:, [2, 1]]
    assert_close(GaussianMixture(1).fit(rows), GaussianMixture(1).fit(near))


def test_a_pass_that_fails_leaves_the_best_so_far(frame):
    source = mixtura.stream(frame(), Roles(NAMES))

    def lose(step):
        if len(step.trace) == 2:
            source.parts.frame = source.parts.frame.where("assert_true(c0 > 1e9) is null")

    mixture = brief(max_iter=4, callbacks=[lose])
    with pytest.raises(EngineError, match="Spark could not do a pass over the rows"):
        mixture.fit(source)
    assert mixture.n_iter_ == 2


@pytest.fixture
def remote(spark, port):
    """The same session by Spark Connect, whose frames are of another class and know no Java."""
    pytest.importorskip("grpc")
    from pyspark.sql.connect.session import SparkSession

    session = SparkSession(f"sc://127.0.0.1:{port}")
    yield session
    session.stop()


def test_frames_of_spark_connect(remote):
    table = pa.table(dict(zip(NAMES, POINTS.T, strict=True)) | {"name": ["text"] * N})
    rows = remote.createDataFrame(table)
    mixture = brief(weights_init=np.full(K, 1 / K), means_init=MEANS, precisions_init=np.stack([np.eye(D)] * K))
    far, near = clone(mixture).fit(rows), clone(mixture).fit(POINTS)
    assert_close(far, near)
    labels = far.predict(rows).toArrow()
    here = near.predict(np.column_stack([labels[name].to_numpy() for name in NAMES]))
    np.testing.assert_array_equal(labels["label"].to_numpy(), here)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    for number, part in enumerate(np.split(POINTS, [N // 3])):
        table = pa.table(dict(zip(NAMES, part.T, strict=True)))
        parquet.write_table(table, folder / f"{number}.parquet", row_group_size=1000)
    return folder


def test_files_that_executors_read(spark, folder, monkeypatch):
    monkeypatch.setattr("mixtura.sources.spark_files.PART_ROWS", 3000)
    source = mixtura.stream(folder, engine=spark)
    assert source.parts.frame.rdd.getNumPartitions() == 3
    assert_close(brief().fit(source), brief().fit(POINTS))
    (folder / "1.parquet").touch()
    with pytest.raises(DataError, match=r"1\.parquet changed while it was being read"):
        brief().fit(source)


def test_the_command_line_takes_a_session_that_is_there(spark, folder):
    how = ("-k", "3", "--covariance", "full", "--engine", "spark", "--json", "-q")
    found = CliRunner().invoke(program, ["fit", str(folder), *how])
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["answer"]["n_rows"] == N
    assert spark.range(3).count() == 3


@pytest.mark.parametrize("address", ["sc://127.0.0.1:1", "spark://127.0.0.1:1"])
def test_an_address_where_nobody_answers(folder, address):
    found = CliRunner().invoke(program, ["fit", str(folder), "--engine", "spark", "--address", address])
    assert (found.exit_code, f"No Spark answers at {address}" in found.stderr) == (5, True)
