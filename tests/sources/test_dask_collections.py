"""Dask's collections where there is no cluster: Dask computes them here, and they are read as files are."""

import numpy as np
import pytest

import mixtura
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
