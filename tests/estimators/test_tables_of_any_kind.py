"""Tables that scikit-learn cannot turn into an array go through Arrow, and keep the names of their columns."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from mixtura import GaussianMixture, KMeans, datasets

FAITHFUL = datasets.load("faithful")
both = pytest.mark.parametrize("kind", [GaussianMixture, KMeans])


class Relation:
    """What a database hands out: it speaks Arrow, and is indexed by the names of its columns alone."""

    def __init__(self, table):
        self._table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)

    def __len__(self):
        return self._table.num_rows

    def __getitem__(self, name):
        if not isinstance(name, str):
            raise TypeError("a relation is indexed by one column name")
        return self._table[name]


TABLES = {
    "relation": lambda: Relation(FAITHFUL.frame("pyarrow")),
    "lazy": lambda: FAITHFUL.frame("polars").lazy(),
    "batches": lambda: FAITHFUL.frame("pyarrow").to_reader(),
}


@both
@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_fit_is_that_of_the_array(kind, table):
    found, expected = kind(2, random_state=0).fit(table()), kind(2, random_state=0).fit(FAITHFUL.data)
    assert list(found.feature_names_in_) == list(FAITHFUL.feature_names)
    assert np.array_equal(found.predict(table()), expected.predict(FAITHFUL.data))


def test_decimals_of_a_database_are_numbers():
    cents = pa.array([Decimal(n**2) for n in range(20)])
    found = KMeans(2, random_state=0).fit(Relation(pa.table({"price": cents})))
    expected = KMeans(2, random_state=0).fit(np.arange(20.0)[:, None] ** 2)
    assert np.array_equal(found.cluster_centers_, expected.cluster_centers_)


@both
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"kind": ["a", "b", "c"]}, "could not convert string to float"),
        ({"size": [1.0, 2.0, 3.0], "tags": [[1], [2], [3]]}, "setting an array element with a sequence"),
    ],
)
def test_cells_that_cannot_be_used(kind, columns, message):
    with pytest.raises(ValueError, match=message):
        kind(2).fit(Relation(pa.table(columns)))


def test_missing_cells_are_named():
    holes = Relation(pa.table({"width": [1.0, None, 3.0]}))
    with pytest.raises(ValueError, match=r"NaN in 1 of 3 rows, first in row 2, column 'width'"):
        KMeans(2).fit(holes)


def test_missing_cells_are_clustered():
    is_missing = np.arange(len(FAITHFUL.data)) % 5 == 0
    eruptions, waiting = FAITHFUL.data.T
    holes = pa.table({"eruptions": eruptions, "waiting": pa.array(waiting, mask=is_missing)})
    found = GaussianMixture(2, random_state=0).fit(Relation(holes))
    array = np.column_stack([eruptions, np.where(is_missing, np.nan, waiting)])
    assert np.array_equal(found.means_, GaussianMixture(2, random_state=0).fit(array).means_)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_cells_under_a_mask_are_missing(dtype):
    masked = np.ma.masked_greater(FAITHFUL.data.astype(dtype), 90)
    holed = np.where(masked.mask, np.nan, masked.data)
    means = [GaussianMixture(2, random_state=0, tol=1.0).fit(X).means_ for X in (masked, holed)]
    np.testing.assert_allclose(*means, rtol=1e-5)
    with pytest.raises(ValueError, match="Input X contains NaN in 6 of 272 rows"):
        KMeans(2).fit(masked)


@both
def test_what_is_no_table_is_refused(kind):
    with pytest.raises((TypeError, ValueError), match=r"Expected 2D array|must be a string or a real number"):
        kind(2).fit(object())
