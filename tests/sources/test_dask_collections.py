"""Dask's collections where there is no cluster: Dask computes them here, and they are read as files are."""

import numpy as np
import pytest

import mixtura
from mixtura import GaussianMixture
from mixtura.errors import DataError
from mixtura.sources.roles import Roles
from mixtura.sources.streamed import StreamedSource

pytest.importorskip("dask.dataframe")
import dask.array
import dask.dataframe
import pandas as pd

POINTS = np.random.default_rng(0).normal(size=(50, 2))


def rows_of(source):
    return np.concatenate([block.points for block in source.blocks()])


def test_arrays_and_frames():
    frame = dask.dataframe.from_pandas(pd.DataFrame({0: POINTS[:, 0], "b": POINTS[:, 1], "c": "text"}), npartitions=3)
    array = dask.array.from_array(POINTS, chunks=(20, 1))
    for data, names in ((frame, ("0", "b")), (array, ("x0", "x1"))):
        source = mixtura.stream(data)
        assert (type(source), source.names) == (StreamedSource, names)
        np.testing.assert_array_equal(rows_of(source), POINTS)
    weighted = mixtura.stream(abs(array), Roles(weight="x1"))
    assert weighted.total_weight == pytest.approx(np.abs(POINTS[:, 1]).sum())


@pytest.mark.parametrize("data", [dask.array.ones(10), dask.array.from_array(np.array([["a"]]))])
def test_what_is_no_table(data):
    with pytest.raises(DataError, match="is not a table: give a Dask data frame, or an array of numbers with two axes"):
        mixtura.stream(data)


@pytest.fixture(scope="module")
def mixture():
    return GaussianMixture(2, random_state=0, outliers="uniform").fit(pd.DataFrame(POINTS, columns=["a", "b"]))


def test_answers_are_collections_with_the_index_of_the_rows(mixture):
    rows = pd.DataFrame({"b": POINTS[:, 1], "other": "text", "a": POINTS[:, 0]}, index=np.arange(50) * 2)
    frame, here = dask.dataframe.from_pandas(rows, npartitions=3), rows[["a", "b"]]
    labels, scores, shares = mixture.predict(frame), mixture.score_samples(frame), mixture.predict_proba(frame)
    assert isinstance(labels, dask.dataframe.Series)
    pd.testing.assert_series_equal(labels.compute(), pd.Series(mixture.predict(here), rows.index, name="label"))
    np.testing.assert_array_equal(scores.compute(), mixture.score_samples(here))
    assert list(shares.columns) == ["probability_0", "probability_1", "probability_noise"]
    np.testing.assert_array_equal(shares.compute(), mixture.predict_proba(here))
    assert (scores.name, mixture.score(frame)) == ("log_density", pytest.approx(mixture.score(here), rel=1e-12))
    assert mixture.bic(frame) == pytest.approx(mixture.bic(here), rel=1e-12)
    nothing = frame[frame.a > 1e9]
    assert mixture.predict(nothing).compute().empty


def test_answers_about_arrays_are_arrays():
    mixture = GaussianMixture(2, random_state=0).fit(POINTS)
    holed = np.where(POINTS > 1, np.nan, POINTS)
    array = dask.array.from_array(holed, chunks=(20, 1))
    for question in ("predict", "score_samples", "predict_proba"):
        there, here = getattr(mixture, question)(array), getattr(mixture, question)(holed)
        assert isinstance(there, dask.array.Array)
        assert (there.shape, there.dtype) == (here.shape, here.dtype)
        np.testing.assert_allclose(there.compute(), here, rtol=1e-12)


def test_columns_that_a_mixture_does_not_know(mixture):
    frame = dask.dataframe.from_pandas(pd.DataFrame({"a": [1.0, 2.0], "c": [1.0, 2.0]}), npartitions=1)
    with pytest.raises(DataError, match="the Dask data frame has no column 'b'"):
        mixture.predict(frame)
    with pytest.raises(DataError, match="column 'b' holds values of type"):
        mixture.predict(frame.assign(b="text"))
    with pytest.raises(DataError, match="has 3 columns, but the fit was to 2"):
        GaussianMixture().fit(POINTS).predict(dask.array.ones((4, 3)))
    with pytest.raises(DataError, match="column 'b' is infinite in row 1"):
        mixture.predict(frame.assign(b=np.inf)).compute()
