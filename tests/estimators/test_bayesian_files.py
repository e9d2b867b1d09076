"""`BayesianGaussianMixture` on files: the posterior of the fit in memory, to the last bit."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from sklearn.base import clone

import mixtura
from mixtura import BayesianGaussianMixture
from mixtura.concentrations import CONCENTRATIONS
from mixtura.errors import DataError
from mixtura.sources.roles import Roles

K, D, N = 3, 3, 12_000
_rng = np.random.default_rng(0)
_means = np.array([[0.0, 0, 0], [5, 1, 0], [0, 6, 4]])
POINTS = _means[_rng.integers(K, size=N)] + _rng.normal(size=(N, D))
HOLED = np.where(_rng.uniform(size=POINTS.shape) < 0.1, np.nan, POINTS)
WEIGHTS = _rng.integers(1, 4, N).astype(float)
NAMES = [f"x{d}" for d in range(D)]
ATTRIBUTES = (
    "weights_", "means_", "covariances_", "mean_precision_", "degrees_of_freedom_", "weight_concentration_",
    "lower_bounds_", "mean_prior_", "covariance_prior_", "n_effective_",
)  # fmt: skip
START = {"n_components": K, "init_params": "random_from_data", "random_state": 3, "max_iter": 5}

pytestmark = pytest.mark.filterwarnings("ignore:Best performing:sklearn.exceptions.ConvergenceWarning")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "rows.parquet"
    holed = {f"h{d}": column for d, column in enumerate(HOLED.T)}
    columns = dict(zip(NAMES, POINTS.T, strict=True)) | {"weight": WEIGHTS} | holed
    parquet.write_table(pa.table(columns), path, row_group_size=3000)
    return path


@pytest.fixture
def few_at_hand(monkeypatch):
    monkeypatch.setattr("mixtura.sources._budget._NUMBERS", 0)
    monkeypatch.setattr("mixtura.sources._budget._FEWEST_ROWS", 2000)


def assert_equal(one, other):
    for name in ATTRIBUTES:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@pytest.mark.parametrize("prior", CONCENTRATIONS)
@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_the_posterior_from_the_same_start(file, covariance, prior):
    bayes = BayesianGaussianMixture(covariance_type=covariance, weight_concentration_prior_type=prior, **START)
    assert_equal(clone(bayes).fit(mixtura.stream(file, Roles(NAMES))), clone(bayes).fit(POINTS))


def test_weights_of_rows(file):
    far = BayesianGaussianMixture(**START).fit(mixtura.stream(file, Roles(NAMES, weight="weight")))
    assert_equal(far, BayesianGaussianMixture(**START).fit(POINTS, sample_weight=WEIGHTS))


def test_rows_that_lack_cells(file):
    source = mixtura.stream(file, Roles(["h0", "h1", "h2"]), missing="model")
    far, near = BayesianGaussianMixture(**START).fit(source), BayesianGaussianMixture(**START).fit(HOLED)
    for name in ATTRIBUTES:  # patterns are gathered block by block, or all together
        np.testing.assert_allclose(getattr(far, name), getattr(near, name), rtol=1e-8, atol=1e-10, err_msg=name)


def test_the_number_is_found_on_a_sample_and_the_rest_on_all_rows(file, few_at_hand):
    source = mixtura.stream(file, Roles(NAMES))
    assert len(source.sample.points) == 2000
    far, near = (BayesianGaussianMixture(n_components="auto", random_state=0).fit(rows) for rows in (source, POINTS))
    assert far.n_components_ == near.n_components_ == K
    assert far.lower_bound_ == pytest.approx(near.lower_bound_, abs=0.1)
    np.testing.assert_allclose(far.means_, near.means_, atol=1e-3)
    assert far.mean_precision_.sum() == pytest.approx(N, rel=1e-4)


def test_answers_about_files(file):
    source = mixtura.stream(file, Roles(NAMES))
    bayes = BayesianGaussianMixture(**START).fit(source)
    for question in ("predict", "predict_proba", "score_samples", "score", "bic"):
        answer = getattr(bayes, question)
        frame = pa.table(dict(zip(NAMES, POINTS.T, strict=True))).to_pandas()
        np.testing.assert_array_equal(answer(source), answer(frame), err_msg=question)


def test_responsibilities_of_rows_that_are_read_block_by_block_are_refused(file):
    with pytest.raises(ValueError, match="responsibilities_init goes with an array"):
        BayesianGaussianMixture(responsibilities_init=np.zeros(N, dtype=int)).fit(mixtura.stream(file, Roles(NAMES)))


def test_a_file_that_goes_away_leaves_the_best_so_far(file, tmp_path):
    path = tmp_path / "rows.parquet"
    path.write_bytes(file.read_bytes())
    kept = []

    def watch(step):
        kept.append(step.after)
        if len(kept) == 2:
            path.unlink()

    bayes = BayesianGaussianMixture(**START | {"callbacks": [watch]})
    with pytest.raises(DataError, match=r"rows\.parquet cannot be read any more"):
        bayes.fit(mixtura.stream(path, Roles(NAMES)))
    assert bayes.n_iter_ == 2
    np.testing.assert_array_equal(np.sort(bayes.weights_), np.sort(kept[-1].weights))
    assert bayes.to_fitted().n_components == K
