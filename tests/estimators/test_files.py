"""GaussianMixture on files: the parameters of the fit in memory, to the last bit."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from sklearn.base import clone

import mixtura
from mixtura import GaussianMixture
from mixtura.covariance import ALIASES, MODELS
from mixtura.errors import DataError
from mixtura.sources.roles import Roles

K, D, N = 3, 4, 20_000
_rng = np.random.default_rng(0)
MEANS = _rng.normal(scale=3, size=(K, D))
LABELS = _rng.integers(K, size=N)
POINTS = MEANS[LABELS] + _rng.normal(size=(N, D)) * _rng.uniform(0.5, 2, (K, D))[LABELS]
WEIGHTS = _rng.integers(1, 4, N).astype(float)
NAMES = [f"x{d}" for d in range(D)]
ATTRIBUTES = ("weights_", "means_", "covariances_", "lower_bounds_")

pytestmark = pytest.mark.filterwarnings("ignore:Best performing:sklearn.exceptions.ConvergenceWarning")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "rows.parquet"
    columns = dict(zip(NAMES, POINTS.T, strict=True)) | {"weight": WEIGHTS}
    parquet.write_table(pa.table(columns), path, row_group_size=3000)
    return path


@pytest.fixture(scope="module")
def source(file):
    return mixtura.stream(file, Roles(NAMES))


def assert_equal(one, other, names=ATTRIBUTES):
    for name in names:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@pytest.mark.parametrize("name", [name for name in MODELS if name not in ALIASES])
def test_every_covariance_model_from_the_same_start(source, name):
    mixture = GaussianMixture(K, covariance_type=name, init_params="random_from_data", random_state=3, max_iter=5)
    assert_equal(clone(mixture).fit(source), clone(mixture).fit(POINTS))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_the_default_fit(source, n_jobs):
    mixture = GaussianMixture(K, random_state=0, n_jobs=n_jobs)
    assert_equal(clone(mixture).fit(source), clone(mixture).fit(POINTS))


def test_weights_of_rows(file):
    mixture = GaussianMixture(K, init_params="random_from_data", random_state=3, max_iter=5)
    source = mixtura.stream(file, Roles(NAMES, weight="weight"))
    assert_equal(clone(mixture).fit(source), clone(mixture).fit(POINTS, sample_weight=WEIGHTS))
    with pytest.raises(ValueError, match="weights of files are one of their columns"):
        mixture.fit(source, sample_weight=WEIGHTS)


def test_a_fit_that_begins_from_a_sample_ends_where_one_on_all_rows_does(file, monkeypatch):
    """The best of a small sample, then passes over all rows: the same optimum, to what is left to gain."""
    monkeypatch.setattr("mixtura.sources._budget._NUMBERS", 0)
    monkeypatch.setattr("mixtura.sources._budget._FEWEST_ROWS", 2000)
    source = mixtura.stream(file, Roles(NAMES))
    assert len(source.sample.points) == 2000
    np.testing.assert_allclose(source.sample.weights.sum(), N, rtol=0.1)
    far = GaussianMixture(K, random_state=0).fit(source)
    near = GaussianMixture(K, random_state=0).fit(POINTS)
    assert abs(far.lower_bound_ - near.lower_bound_) < 1e-6
    assert far.n_iter_ <= 10
    kinds = [start["kind"] for start in far.fit_report_["starts"]]
    assert "best of these" in kinds[-1]


def test_answers_about_files(file, source):
    mixture = GaussianMixture(K, random_state=0).fit(source)
    assert mixture.feature_names_in_.tolist() == NAMES
    assert mixture.n_features_in_ == D
    frame = pa.table(dict(zip(NAMES, POINTS.T, strict=True))).to_pandas()
    for question in ("predict", "predict_proba", "score_samples", "score", "bic", "aic", "icl"):
        answer = getattr(mixture, question)
        np.testing.assert_array_equal(answer(str(file)), answer(frame), err_msg=question)
    assert mixture.to_fitted().features == tuple(NAMES)


def test_a_mixture_of_an_array_is_asked_about_a_file(file):
    mixture = GaussianMixture(K, random_state=0).fit(POINTS)
    np.testing.assert_array_equal(mixture.predict(mixtura.stream(file, Roles(NAMES))), mixture.predict(POINTS))
    with pytest.raises(ValueError, match=r"rows\.parquet has 5 columns, but the fit was to 4"):
        mixture.predict(file)


def test_too_few_rows(file, tmp_path):
    parquet.write_table(pa.table({"a": [1.0, 2.0]}), tmp_path / "few.parquet")
    with pytest.raises(ValueError, match="n_components = 3, n_samples = 2"):
        GaussianMixture(3).fit(tmp_path / "few.parquet")


def test_a_file_that_goes_away_leaves_the_best_so_far(file, tmp_path):
    path = tmp_path / "rows.parquet"
    path.write_bytes(file.read_bytes())
    source = mixtura.stream(path, Roles(NAMES))
    kept = []

    def watch(step):
        kept.append(step.after)
        if len(kept) == 2:
            path.unlink()

    mixture = GaussianMixture(K, init_params="random_from_data", random_state=3, callbacks=[watch])
    with pytest.raises(DataError, match=r"rows\.parquet cannot be read any more"):
        mixture.fit(source)
    assert mixture.n_iter_ == 2
    np.testing.assert_array_equal(np.sort(mixture.weights_), np.sort(kept[-1].weights))
    assert mixture.to_fitted().n_components == K
    with pytest.raises(DataError, match=r"rows\.parquet cannot be read any more"):
        GaussianMixture(K).fit(source)
