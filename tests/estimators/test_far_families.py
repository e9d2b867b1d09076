"""StudentMixture and KMeans on files: the parameters of the fit in memory, and an answer about every row."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from sklearn.base import clone

import mixtura
from mixtura import GaussianMixture, KMeans, StudentMixture
from mixtura.errors import DataError
from mixtura.sources.roles import Roles
from mixtura.sources.streamed import StreamedSource

K, D, N = 3, 3, 6000
_rng = np.random.default_rng(0)
MEANS = _rng.normal(scale=3, size=(K, D))
POINTS = MEANS[_rng.integers(K, size=N)] + _rng.standard_t(4, size=(N, D))
HOLED = np.where((_rng.uniform(size=(N, D)) < 0.1) & [False, True, True], np.nan, POINTS)
WEIGHTS = _rng.integers(0, 4, N).astype(float)
NAMES = [f"x{d}" for d in range(D)]

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def written(path, points=POINTS, **others):
    columns = {name: pa.array(cells, from_pandas=True) for name, cells in zip(NAMES, points.T, strict=True)}
    parquet.write_table(pa.table(columns | others), path, row_group_size=1000)
    return str(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("far")


@pytest.fixture(scope="module")
def file(folder):
    return written(folder / "rows.parquet")


@pytest.fixture(scope="module")
def holed(folder):
    return written(folder / "holed.parquet", HOLED)


@pytest.fixture(scope="module")
def weighted(folder):
    return mixtura.stream(written(folder / "weighted.parquet", w=WEIGHTS), Roles(NAMES, weight="w"))


def assert_same(far, near, names):
    for name in names:
        np.testing.assert_array_equal(getattr(far, name), getattr(near, name), err_msg=name)


# --- Student's mixtures ----------------------------------------------------------------------------------------------

OF_STUDENT = ("weights_", "means_", "covariances_", "dof_", "lower_bounds_")


@pytest.mark.parametrize(("covariance", "dof"), [("full", "shared"), ("tied", "free"), ("VVI", 5)])
def test_student_is_the_fit_in_memory(file, holed, covariance, dof):
    student = StudentMixture(K, covariance_type=covariance, dof=dof, max_iter=5, random_state=0)
    assert_same(clone(student).fit(file), clone(student).fit(POINTS), OF_STUDENT)
    far, near = clone(student).fit(holed), clone(student).fit(HOLED)
    for name in OF_STUDENT:  # rows that lack the same cells come together per block there, from all rows here
        np.testing.assert_allclose(getattr(far, name), getattr(near, name), rtol=1e-10, err_msg=name)


def test_student_with_weights_and_batches(weighted, file):
    far = StudentMixture(K, max_iter=5, random_state=0).partial_fit(weighted).partial_fit(file)
    near = StudentMixture(K, max_iter=5, random_state=0).partial_fit(POINTS, sample_weight=WEIGHTS).partial_fit(POINTS)
    assert_same(far, near, OF_STUDENT)
    assert far.n_samples_seen_ == WEIGHTS.sum() + N


def test_student_answers_about_every_row(holed, file):
    student = StudentMixture(K, random_state=0, max_iter=5).fit(file)
    assert student.feature_names_in_.tolist() == NAMES
    near = StudentMixture(K, random_state=0, max_iter=5).fit(POINTS)
    for question in ("predict", "predict_proba", "score_samples", "score", "bic"):
        there, here = getattr(student, question)(holed), getattr(near, question)(HOLED)
        np.testing.assert_allclose(there, here, rtol=1e-12, err_msg=question)


def test_several_students_are_for_rows_in_memory(file):
    with pytest.raises(ValueError, match="one each for rows that are read block by block"):
        StudentMixture([1, 2]).fit(file)


# --- k-means ---------------------------------------------------------------------------------------------------------

OF_KMEANS = ("cluster_centers_", "n_iter_")


@pytest.mark.parametrize("how", [{"init": POINTS[:K]}, {"random_state": 0}, {"init": "random", "n_init": 2}])
def test_kmeans_is_the_fit_in_memory(file, how):
    kmeans = KMeans(K, **{"random_state": 3} | how)
    far, near = clone(kmeans).fit(file), clone(kmeans).fit(POINTS)
    assert_same(far, near, OF_KMEANS)
    assert far.inertia_ == pytest.approx(near.inertia_, rel=1e-12)
    assert not hasattr(far, "labels_")
    np.testing.assert_array_equal(clone(kmeans).fit_predict(file), near.labels_)


def test_kmeans_where_clusters_lose_all_their_rows(file):
    begin = np.concatenate([POINTS[: K - 1], np.full((2, D), 1e3)])
    far, near = (KMeans(K + 1, init=begin).fit(rows) for rows in (file, POINTS))
    assert_same(far, near, OF_KMEANS)


def test_kmeans_with_weights_and_batches(weighted, file):
    far, near = KMeans(K, init=POINTS[:K]), KMeans(K, init=POINTS[:K])
    far.partial_fit(weighted).partial_fit(file)
    near.partial_fit(POINTS, sample_weight=WEIGHTS).partial_fit(POINTS)
    np.testing.assert_allclose(far.cluster_centers_, near.cluster_centers_, rtol=1e-12)
    assert far.n_samples_seen_ == near.n_samples_seen_
    assert far.score(weighted) == pytest.approx(near.score(POINTS, sample_weight=WEIGHTS), rel=1e-12)


def test_kmeans_answers_about_every_row(file):
    far, near = (KMeans(K, init=POINTS[:K]).fit(rows) for rows in (file, POINTS))
    np.testing.assert_array_equal(far.predict(file), near.predict(POINTS))
    np.testing.assert_array_equal(far.transform(mixtura.stream(file)), near.transform(POINTS))
    assert far.score(file) == pytest.approx(near.score(POINTS), rel=1e-12)
    again = far.relabel_to(near.cluster_centers_[::-1])
    np.testing.assert_array_equal(again.predict(file), K - 1 - near.labels_)


def test_kmeans_names_what_lacks_cells(holed, file):
    with pytest.raises(DataError, match=rf"holed\.parquet lacks {np.isnan(HOLED).sum()} cells"):
        KMeans(K).fit(holed)
    with pytest.raises(DataError, match="a row that lacks cells"):
        KMeans(K).fit(file).predict(holed)


def test_kmeans_leaves_no_row_out_unasked(folder):
    path = written(folder / "one_empty_row.parquet", np.concatenate([POINTS[:50], np.full((1, D), np.nan)]))
    with pytest.raises(DataError, match=rf"one_empty_row\.parquet lacks {D} cells"):
        KMeans(K).fit(path)
    near = KMeans(K, init=POINTS[:K]).fit(POINTS[:50])
    far = KMeans(K, init=POINTS[:K]).fit(mixtura.stream(path, missing="drop"))
    np.testing.assert_array_equal(far.cluster_centers_, near.cluster_centers_)


def test_kmeans_keeps_the_best_so_far_where_rows_are_lost(folder, monkeypatch):
    source = mixtura.stream(written(folder / "lost.parquet"))
    passes, whole = [], StreamedSource.blocks

    def blocks(self):
        passes.append(1)
        if len(passes) == 4:
            (folder / "lost.parquet").unlink()
        return whole(self)

    monkeypatch.setattr(StreamedSource, "blocks", blocks)
    kmeans = KMeans(K, init=POINTS[:K], tol=0)
    with pytest.raises(DataError, match=r"lost\.parquet cannot be read any more"):
        kmeans.fit(source)
    assert 1 <= kmeans.n_iter_ <= 3
    assert np.isfinite(kmeans.cluster_centers_).all() and np.isfinite(kmeans.inertia_)


# --- answers of any estimator ----------------------------------------------------------------------------------------


def test_a_row_without_any_cell_is_answered_too(folder, file):
    points = POINTS[:100].copy()
    points[[3, 50]] = np.nan
    path = written(folder / "empty_rows.parquet", points)
    mixture = GaussianMixture(K, random_state=0).fit(path)
    assert len(mixture.predict(path)) == 100
    np.testing.assert_array_equal(mixture.predict(path), mixture.predict(parquet.read_table(path)))
    near = GaussianMixture(K, random_state=0).fit(points)
    np.testing.assert_array_equal(near.means_, mixture.means_)
