"""Clusters seen in columns that they were not made from."""

import numpy as np
import pytest

from mixtura.profile import profile

LABELS = np.array([0, 0, 0, 1, 1])


def test_means_leave_missing_cells_out():
    told = profile({"age": np.array([10.0, np.nan, 20.0, np.nan, np.nan])}, LABELS, 2, np.ones(len(LABELS)))
    assert told == [{"age": {"mean": 15.0}}, {"age": {"mean": None}}]


def test_flags_are_numbers():
    assert (
        profile({"member": np.array([True, False, True, False, False])}, LABELS, 2, np.ones(len(LABELS)))[0]["member"][
            "mean"
        ]
        == 2 / 3
    )


def test_shares_of_the_known_values_most_frequent_first():
    towns = np.array(["Oslo", "Rom", "Oslo", None, "Rom"], dtype=object)
    told = profile({"town": towns}, LABELS, 2, np.ones(len(LABELS)))
    assert list(told[0]["town"]["shares"].items()) == [("Oslo", pytest.approx(2 / 3)), ("Rom", pytest.approx(1 / 3))]
    assert told[1] == {"town": {"shares": {"Rom": 1.0}}}


def test_only_the_most_frequent_values_are_told():
    values = np.array([f"v{n}" for n in range(50)], dtype=object)
    (told,) = profile({"x": values}, np.zeros(50, dtype=int), 1, np.ones(50))
    assert list(told["x"]["shares"]) == ["v0", "v1", "v10", "v11", "v12"]


def test_empty_clusters_and_no_columns():
    assert profile({"x": np.array(["a"], dtype=object)}, np.array([0]), 2, np.ones(1))[1] == {"x": {"shares": {}}}
    assert profile({}, LABELS, 2, np.ones(len(LABELS))) == [{}, {}]
