"""Labels as columns: one value for each row of the table, in its order."""

import numpy as np
import pytest

from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.fitted import FittedMixture, default_names
from mixtura.labels import classify, kept_rows, label_columns, responsibilities
from mixtura.mixture import Classification, Mixture, MixtureParameters
from mixtura.sources.array import ArraySource
from mixtura.sources.table import Table

FITTED = FittedMixture(
    Mixture(Gaussian("full")),
    MixtureParameters(np.array([0.6, 0.4]), GaussianParameters(np.array([[0.0], [3.0]]), np.ones((2, 1, 1)))),
    ("a",),
    default_names(2),
)
FOUND = Classification(np.array([1, 0, 1]), np.array([0.9, 0.8, 0.7]), np.array([-1.0, -2.0, -3.0]))


@pytest.mark.parametrize("n_threads", [1, 2])
def test_rows_come_back_in_order_however_they_are_cut(n_threads):
    points = np.random.default_rng(0).normal(1, 2, (50, 1))
    source = ArraySource(points, block_rows=7)
    found, shares = classify(FITTED, source, n_threads), responsibilities(FITTED, source, n_threads)
    # Bayes' theorem by hand; the normal constant cancels in the shares
    joint = np.array([0.6, 0.4]) * np.exp(-0.5 * (points - [0.0, 3.0]) ** 2)
    expected = joint / joint.sum(1, keepdims=True)
    assert shares == pytest.approx(expected)
    assert np.array_equal(found.labels, expected.argmax(1))
    assert found.probabilities == pytest.approx(expected.max(1))
    assert found.log_density == pytest.approx(np.log(joint.sum(1) / np.sqrt(2 * np.pi)))


def test_columns_and_their_order():
    shares = {"probability_0": np.array([0.1, 0.8, 0.3]), "probability_1": np.array([0.9, 0.2, 0.7])}
    columns = label_columns(FOUND, np.ones(3, dtype=bool), others=shares)
    assert list(columns) == ["row", "label", "probability", "log_density", "probability_0", "probability_1"]
    assert columns["probability_1"].tolist() == [0.9, 0.2, 0.7]
    assert list(label_columns(FOUND, np.ones(3, dtype=bool), probabilities=False)) == ["row", "label"]


def test_rows_that_were_left_out_have_masked_cells():
    complete = np.array([True, False, True, False, True])
    columns = label_columns(FOUND, complete)
    assert columns["row"].tolist() == [1, 2, 3, 4, 5]
    for name, expected in (("label", FOUND.labels), ("probability", FOUND.probabilities)):
        assert np.ma.getmaskarray(columns[name]).tolist() == (~complete).tolist()
        assert columns[name].compressed().tolist() == expected.tolist()


@pytest.mark.parametrize(("name", "kept"), [("plate", "plate"), ("label", "id"), ("probability", "id")])
def test_names_of_rows_never_hide_a_result(name, kept):
    columns = label_columns(FOUND, np.ones(3, dtype=bool), names=(name, np.array(["x", "y", "z"])))
    assert columns[kept].tolist() == ["x", "y", "z"]
    assert columns["label"].tolist() == FOUND.labels.tolist()


def test_kept_rows():
    table = Table(("a", "b"), np.array([[1.0, 2.0], [np.nan, 1.0]]))
    assert kept_rows(table, "drop").tolist() == [True, False]
    assert kept_rows(table, "model").tolist() == [True, True]


def test_clusters_go_by_their_names_if_wanted():
    columns = label_columns(FOUND, np.array([True, False, True, True]), cluster_names=("low", "high"))
    assert list(columns)[:3] == ["row", "label", "cluster"]
    assert columns["cluster"].tolist() == ["high", None, "low", "high"]
