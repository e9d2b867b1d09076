from dataclasses import replace

import numpy as np
import pytest

from mixtura.explain import explain


def fit_row(n_components, value, n_free=5, covariance="full"):
    return {
        "n_components": n_components, "covariance": covariance, "n_free": n_free, "bic": value,
        "log_likelihood": -value / 2, "remark": "",
    }  # fmt: skip


def start(log_likelihood, n_rounds=1):
    return {"kind": "k-means", "log_likelihood": log_likelihood, "n_rounds": n_rounds}


SOUND = {
    "outcome": "converged", "is_complete": True, "remark": "", "criterion": "bic", "trace": [-9.0, -8.0],
    "selection": [fit_row(1, 300.0), fit_row(2, 200.0), fit_row(3, 250.0)], "ranking": [1, 2, 0],
    "starts": [start(-100.0), start(-100.001), start(-180.0)],
}  # fmt: skip


@pytest.fixture
def warnings(mixture, draw, classify):
    def of(distance=9.0, weight=0.5, **history):
        fitted = mixture([1 - weight, weight], [[0.0], [distance]], [[[1.0]], [[1.0]]], history=history)
        points = draw(fitted, 400)
        return explain(fitted, points, None, classify(fitted, points)).warnings

    return of


def test_a_sound_fit_has_no_warning(warnings):
    assert warnings(**SOUND) == ()


def test_a_mixture_without_a_record_has_no_warning(warnings):
    assert warnings() == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"outcome": "exhausted"}, "did not converge within 2 iterations"),
        ({"is_complete": False}, "was interrupted"),
        ({"outcome": "interrupted"}, "was interrupted"),
        ({"remark": "A component of 3 rows is a spike."}, "A component of 3 rows is a spike. Fewer clusters"),
        (
            {"selection": [fit_row(1, 300.0), fit_row(2, 200.0)], "ranking": [1, 0]},
            "2 is the largest number of clusters that was tried",
        ),
        (
            {"selection": [fit_row(2, 200.0), fit_row(3, 300.0)], "ranking": [0, 1]},
            "2 is the smallest number of clusters that was tried",
        ),
        (
            {"selection": [fit_row(1, 300.0), fit_row(2, 200.0), fit_row(3, 201.5)], "ranking": [1, 2, 0]},
            "3 clusters (full) would fit almost as well as 2 clusters (full): BIC differs by only 1.5.",
        ),
        ({"search": {"n_runs": 40, "n_agreeing": 1}}, "Only one of 40 runs found this optimum"),
        ({"starts": [start(-100.0), start(-120.0), start(-180.0)]}, "Only one of 3 runs found this optimum"),
        ({"distance": 1.0}, "cluster 0 and cluster 1 overlap: about 3"),
        ({"weight": 0.005}, "fewer than the 5 that could say anything"),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_what_is_wrong_is_said(warnings, change, said):
    found = warnings(**(SOUND | change))
    assert len(found) == 1
    assert said in found[0]


def test_the_same_fit_under_another_name_is_no_rival(warnings):
    same = fit_row(2, 200.001, covariance="diag")
    history = SOUND | {"selection": [*SOUND["selection"], same], "ranking": [1, 3, 2, 0]}
    assert warnings(**history) == ()


def test_the_shape_of_a_single_cluster_is_no_close_call(warnings):
    rows = [fit_row(1, 200.0), fit_row(1, 201.0, n_free=4, covariance="diag"), fit_row(3, 250.0)]
    assert warnings(**(SOUND | {"selection": rows, "ranking": [0, 1, 2]})) == ()


@pytest.mark.parametrize(
    ("covariance", "fewest"),
    [("full", 21), ("EEV", 21), ("tied", 5), ("VVE", 5), ("diag", 5), ("tied_diag", 5), ("spherical", 5)],
)
@pytest.mark.parametrize("n_clusters", [1, 2])
def test_how_few_rows_are_few_depends_on_the_shape(mixture, classify, covariance, fewest, n_clusters):
    shape = {"spherical": 1.0, "diag": np.ones(20), "tied_diag": np.ones(20)}.get(covariance, np.eye(20))
    means = np.zeros((n_clusters, 20)) + 50 * np.arange(n_clusters)[:, None]
    fitted = mixture(np.full(n_clusters, 1 / n_clusters), means, [shape] * n_clusters, covariance=covariance)
    points = np.repeat(means[:, None], fewest - 1, axis=1).reshape(-1, 20)
    found = explain(fitted, points, None, classify(fitted, points)).warnings
    assert len(found) == (0 if n_clusters == 1 else 2)
    assert all(f"holds {fewest - 1} rows, fewer than the {fewest} that" in text for text in found)


def test_starts_of_a_race_that_dropped_out_are_not_compared(warnings):
    history = SOUND | {"starts": [start(-100.0, n_rounds=3), start(-140.0, n_rounds=2), start(-180.0), start(None)]}
    assert warnings(**history) == ()


def test_a_start_that_failed_is_not_compared(warnings):
    assert warnings(**(SOUND | {"starts": [*SOUND["starts"], start(None)]})) == ()


def test_an_interrupted_fit_is_not_said_to_have_run_out_as_well(warnings):
    assert len(warnings(**(SOUND | {"is_complete": False, "outcome": "exhausted"}))) == 1


def test_the_gravest_comes_first(warnings):
    found = warnings(**(SOUND | {"outcome": "exhausted", "remark": "A spike.", "distance": 1.0}))
    assert [text.split()[0] for text in found] == ["The", "A", "cluster"]
    assert not any(np.char.find(found, "nan") >= 0)


def test_far_better_fits_that_were_set_aside_are_named_with_the_reason(warnings):
    aside = fit_row(3, 50.0, covariance="diag") | {"remark": "A column takes few values."}
    history = SOUND | {"selection": [*SOUND["selection"], aside]}
    (warning,) = warnings(**history)
    assert "1 fit" in warning and "3 clusters (diag)" in warning and "A column takes few values." in warning
    assert warnings(**history | {"selection": [*SOUND["selection"], aside | {"bic": 195.0}]}) == ()


def test_columns_of_few_values_are_named_where_they_may_be_the_reason(mixture, classify):
    """As far as they are known, for a cell that is missing holds what the mixture expects."""
    aside = fit_row(3, 50.0) | {"remark": "A column takes few values."}
    history = SOUND | {"selection": [*SOUND["selection"], aside]}
    fitted = mixture([0.5, 0.5], [[0, 2008], [9, 2008]], [np.eye(2)] * 2, ["size", "year"], history=history)
    points = np.column_stack([np.linspace(-1, 10, 60), np.tile([2007.0, 2008, 2009], 20)])
    holes = np.zeros((60, 2), dtype=bool)
    points[:20, 1], holes[:20, 1] = 2008 + np.arange(20) / 100, True
    (warning,) = explain(fitted, points, None, classify(fitted, points), holes=holes).warnings
    assert warning.endswith("leave them out: year takes only 3 different values.")
    fitted = replace(fitted, history=SOUND | {"remark": "A component has no width."})
    (warning,) = explain(fitted, points, None, classify(fitted, points), holes=holes).warnings
    assert warning.endswith("without columns that may be the reason: year takes only 3 different values.")


def test_weights_that_count_far_fewer_rows_than_there_are_get_a_word(warnings):
    (warning,) = warnings(**SOUND, n_rows=400, total_weight=1.0)
    assert "add up to 1 for 400 rows" in warning
    assert warnings(**SOUND, n_rows=400, total_weight=395.0) == ()


def test_many_clusters_with_one_fault_are_counted(mixture, classify):
    means = np.arange(8.0)[:, None] * 0.5
    fitted = mixture(np.full(8, 1 / 8), means, [[[1.0]]] * 8)
    found = explain(fitted, means, None, classify(fitted, means)).warnings
    tiny, overlapping = ([text for text in found if word in text] for word in ("holds", "overlap:"))
    assert len(tiny) == len(overlapping) == 3
    assert sum("So do 5 more clusters" in text for text in found) == 1
    shares = [float(text.split("about ")[1].split(" %")[0]) for text in overlapping]
    assert shares == sorted(shares, reverse=True)
    assert sum("more pairs of clusters" in text for text in found) == 1
