"""Two mixtures side by side: components are matched, their moves measured, rows counted."""

import json

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from mixtura import classify, compare
from mixtura.comparison.drift import distances, shared_moments
from mixtura.errors import DataError
from mixtura.explain.separation import separate
from mixtura.report.facts import plain

MEANS = [[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]]


def test_a_mixture_agrees_with_itself(mixture, draw):
    fitted = mixture([0.5, 0.3, 0.2], MEANS)
    told = compare(fitted, fitted, draw(fitted, 300))
    assert (told.adjusted_rand, told.mutual_information, told.share_kept) == (1.0, 1.0, 1.0)
    for match in told.matches:
        assert (match.first, match.distance) == (match.second, pytest.approx(0))
        assert match.shifts == (0.0, 0.0) and match.spreads == (1.0, 1.0)


@pytest.mark.parametrize("with_rows", [True, False])
def test_components_are_found_again_in_another_order(mixture, draw, with_rows):
    first = mixture([0.5, 0.3, 0.2], MEANS)
    second = mixture([0.4, 0.35, 0.25], np.array(MEANS)[[2, 0, 1]] + [0.5, 0.0], sds=2.0)
    told = compare(first, second, draw(first, 500) if with_rows else None)
    assert [(match.first, match.second) for match in told.matches] == [(0, 1), (1, 2), (2, 0)]
    for match in told.matches:
        assert match.shifts == pytest.approx((0.5, 0.0))
        assert match.spreads == pytest.approx((2.0, 2.0))
        assert match.weights == (first.parameters.weights[match.first], second.parameters.weights[match.second])


def test_indices_and_flow_are_those_of_the_labels(mixture, draw):
    first, second = mixture([0.5, 0.3, 0.2], MEANS), mixture([0.6, 0.4], [[1.0, 1.0], [8.0, 1.0]])
    points = draw(first, 400)
    told = compare(first, second, points)
    labels = [classify(fitted, points).labels for fitted in (first, second)]
    assert told.n_rows == 400
    assert told.adjusted_rand == pytest.approx(adjusted_rand_score(*labels))
    assert told.mutual_information == pytest.approx(normalized_mutual_info_score(*labels))
    for i in range(3):
        assert told.flow[i] == tuple(int(((labels[0] == i) & (labels[1] == j)).sum()) for j in range(2))
    assert sum(match.n_kept for match in told.matches) == pytest.approx(400 * told.share_kept)
    assert (told.gone, told.new) == ((2,), ())
    assert json.loads(json.dumps(plain(told)))["flow"]


def test_components_that_share_no_row_are_gone_and_new(mixture):
    first, second = mixture([0.5, 0.5], [[0.0, 0.0], [50.0, 0.0]]), mixture([0.5, 0.5], [[0.0, 0.0], [0.0, 90.0]])
    told = compare(first, second, np.zeros((5, 2)))
    assert [(match.first, match.second) for match in told.matches] == [(0, 0)]
    assert (told.gone, told.new) == ((1,), (1,))


def test_distances_are_separations(mixture):
    first, second = mixture([0.5, 0.5], [[0.0, 0.0], [3.0, 1.0]]), mixture([1.0], [[1.0, 1.0]], sds=0.5)
    found = distances(*(shared_moments(fitted, ("a", "b")) for fitted in (first, second)))
    one = np.stack([first.parameters.emission.means[1], [1.0, 1.0]]), np.stack([np.eye(2), 0.25 * np.eye(2)])
    assert found.shape == (2, 1)
    assert found[1, 0] == pytest.approx(separate(*one).total)


def test_columns_are_matched_by_name(mixture, draw):
    first = mixture([0.5, 0.5], [[0.0, 0.0], [9.0, 1.0]], ("a", "b"))
    second = mixture([0.5, 0.5], [[5.0, 9.0], [5.0, 0.0]], ("c", "a"))
    told = compare(first, second)
    assert told.features == ("a",)
    assert [(match.first, match.second) for match in told.matches] == [(0, 1), (1, 0)]
    points = draw(first, 50)
    told = compare(first, second, {"a": points[:, 0], "b": points[:, 1], "c": np.full(50, 5.0)})
    assert told.adjusted_rand == 1.0


def test_mixtures_without_a_column_in_common_need_rows(mixture):
    first, second = mixture([1.0], [[0.0]], ("a",)), mixture([1.0], [[0.0]], ("b",))
    with pytest.raises(DataError, match="no column in common"):
        compare(first, second)
    told = compare(first, second, {"a": [1.0, 2.0], "b": [3.0, 4.0]})
    assert told.flow == ((2,),)
    assert told.matches[0].shifts == ()
