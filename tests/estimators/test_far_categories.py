"""Tables of answers in files and collections: the classes of the fit in memory, from counts of the different rows."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from sklearn.base import clone

import mixtura
from mixtura import LatentClassMixture, MixedMixture
from mixtura.errors import DataError
from mixtura.sources.tallies import tallied

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

N = 2000
_rng = np.random.default_rng(0)
CLASSES = _rng.integers(2, size=N)
WORDS = np.array(["never", "rarely", "often", None], dtype=object)
TABLE = pa.table(
    {f"q{d}": WORDS[np.minimum(_rng.geometric(0.35 + 0.4 * CLASSES), 4) - 1].tolist() for d in range(3)}
    | {"n": _rng.integers(0, 2 + CLASSES).tolist(), "is so": (_rng.uniform(size=N) < 0.3 + 0.4 * CLASSES).tolist()}
)
OURS = ("weights_", "log_likelihood_", "g_squared_", "df_", "lower_bounds_")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("answers") / "answers.parquet"
    parquet.write_table(TABLE, path, row_group_size=300)
    return str(path)


@pytest.fixture(scope="module")
def near():
    return LatentClassMixture(2, random_state=0).fit(TABLE)


def collection():
    frames = pytest.importorskip("dask.dataframe")
    return frames.from_pandas(TABLE.to_pandas(), npartitions=3)


def assert_same(far, near):
    for name in OURS:
        np.testing.assert_array_equal(getattr(far, name), getattr(near, name), err_msg=name)
    assert far.levels_ == near.levels_
    for one, other in zip(far.item_probabilities_, near.item_probabilities_, strict=True):
        np.testing.assert_array_equal(one, other)
    assert far.feature_names_in_.tolist() == near.feature_names_in_.tolist() == TABLE.column_names
    assert far.to_fitted().history["n_rows"] == N


def test_classes_of_a_file_are_those_of_the_table(file, near, monkeypatch):
    monkeypatch.setattr("mixtura.sources.tallies._MOST", 100)
    assert_same(LatentClassMixture(2, random_state=0).fit(file), near)


def test_classes_of_a_dask_collection(near):
    rows = collection()
    far = LatentClassMixture(2, random_state=0).fit(rows)
    assert_same(far, near)
    answered = far.predict(rows)
    assert type(answered).__module__.startswith("dask")
    np.testing.assert_array_equal(answered.compute(), near.predict(TABLE))


def test_answers_about_a_file(file, near):
    for question in ("predict", "predict_proba", "score_samples", "bic", "score"):
        there, here = getattr(near, question)(file), getattr(near, question)(TABLE)
        np.testing.assert_allclose(there, here, rtol=1e-12, err_msg=question)


def test_batches_of_files(file, near):
    far = LatentClassMixture(2, random_state=0).partial_fit(file).partial_fit(file)
    here = LatentClassMixture(2, random_state=0).partial_fit(TABLE).partial_fit(TABLE)
    np.testing.assert_allclose(far.weights_, here.weights_, rtol=1e-12)
    assert far.n_samples_seen_ == here.n_samples_seen_ == 2 * N


def test_a_mixed_mixture_of_files_and_collections(file):
    mixed = MixedMixture(2, random_state=0, counts=["n"], max_iter=5)
    here = clone(mixed).fit(TABLE)
    for rows in (file, collection()):
        far = clone(mixed).fit(rows)
        assert far.levels_ == here.levels_
        np.testing.assert_array_equal(far.weights_, here.weights_)
    np.testing.assert_array_equal(here.predict(file), here.predict(TABLE))
    np.testing.assert_array_equal(here.predict_proba(collection()).compute(), here.predict_proba(TABLE))


def test_what_cannot_be_counted(file, tmp_path):
    assert tallied(file, ["is so"])[1].sum() == N
    with pytest.raises(DataError, match="has no column 'q9'"):
        tallied(file, ["q9"])
    with pytest.raises(DataError, match="is a source of numbers"):
        LatentClassMixture(2).fit(mixtura.stream(file, missing="model"))
    with pytest.raises(ValueError, match="weights of files are one of their columns"):
        LatentClassMixture(2).fit(file, sample_weight=np.ones(N))
    parquet.write_table(TABLE.slice(0, 0), tmp_path / "none.parquet")
    with pytest.raises(DataError, match="has column names but no rows"):
        LatentClassMixture(2).fit(tmp_path / "none.parquet")
