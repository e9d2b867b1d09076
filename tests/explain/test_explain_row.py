import json

import numpy as np
import pytest

from mixtura.explain import explain_row
from mixtura.statistics import Block


@pytest.fixture
def three(mixture):
    covariances = [[[1.0, 0.5], [0.5, 1.0]], [[2.0, 0.0], [0.0, 0.5]], [[1.0, -0.3], [-0.3, 3.0]]]
    return mixture([0.5, 0.3, 0.2], [[0.0, 0.0], [5.0, 1.0], [0.0, 7.0]], covariances, ["width", "height"])


def posterior(fitted, points):
    return fitted.model.posterior(fitted.parameters)(Block(np.atleast_2d(points), np.ones(len(np.atleast_2d(points)))))


def test_probabilities_are_those_of_the_mixture(three, draw):
    for point in draw(three, 50):
        why = explain_row(three, point)
        shares, log_density = posterior(three, point)
        np.testing.assert_allclose(why.probabilities, shares[0], rtol=1e-9, atol=1e-12)
        assert why.log_density == pytest.approx(log_density[0])
        assert [why.label, why.second] == np.argsort(-shares[0])[:2].tolist()


def test_contributions_add_up_to_the_log_odds(three, draw):
    for point in draw(three, 50):
        why = explain_row(three, point)
        assert why.sizes + sum(why.contributions) == pytest.approx(why.log_odds)
        log_odds = np.log(why.probabilities[why.label] / why.probabilities[why.second])
        assert why.log_odds == pytest.approx(log_odds, rel=1e-6)


def test_of_columns_that_vary_by_themselves_each_says_its_own(mixture):
    fitted = mixture([0.5, 0.5], [[0.0, 0.0], [4.0, 0.0]], [np.eye(2), np.eye(2)])
    assert explain_row(fitted, [1.0, 3.0]).contributions == pytest.approx((4.0, 0.0))


def test_just_beyond_the_change_the_row_goes_over_and_before_it_stays(three, draw):
    for point in draw(three, 40):
        why = explain_row(three, point)
        for d, change in enumerate(why.changes):
            if change is None:
                continue
            step = np.eye(2)[d] * (change.value - point[d])
            assert explain_row(three, point + step * (1 + 1e-6)).label == change.label
            for share in np.linspace(0, 1 - 1e-6, 20):
                assert explain_row(three, point + step * share).label == why.label
        assert abs(why.change.distance) == min(abs(c.distance) for c in why.changes if c)


def test_where_no_value_would_do_there_is_no_change(mixture, draw):
    wide = mixture([0.5, 0.5], [[0.0, 0.0], [6.0, 0.0]], [np.diag([1.0, 1.0]), np.diag([1.0, 3.0])])
    told = [(point, d, explain_row(wide, point)) for point in draw(wide, 60) for d in range(2)]
    found = [(point, d, why.label) for point, d, why in told if why.changes[d] is None]
    assert {d for _, d, _ in found} == {1}
    for point, d, label in found:
        line = point + np.linspace(-1e3, 1e3, 20_001)[:, None] * np.eye(2)[d]
        assert set(posterior(wide, line)[0].argmax(1)) == {label}


def test_the_distance_is_in_standard_deviations_of_all_rows(three, draw):
    change = explain_row(three, [1.0, 1.0]).change
    sds = draw(three, 200_000).std(0)
    assert change.distance == pytest.approx((change.value - 1.0) / sds[change.column], rel=0.02)


def test_the_sentence_says_it(mixture):
    fitted = mixture([0.5, 0.5], [[0.0, 0.0], [10.0, 0.0]], [np.eye(2), np.eye(2)], ["width", "height"])
    assert explain_row(fitted.renamed({1: "Wide"}), [4.0, 0.0]).sentence == (
        "In cluster 0 with a probability of over 99.9 %, before Wide (under 0.1 %); for it: width. "
        "With width above 5.0 (it is 4.0), it would be in Wide."
    )


def test_far_from_everything_there_is_still_an_answer(three):
    why = explain_row(three, [1e6, -1e6])
    assert json.loads(json.dumps(why, allow_nan=False))
    assert "nan" not in why.sentence


def test_one_cluster_leaves_no_choice(mixture):
    why = explain_row(mixture([1.0], [[0.0, 0.0]], [np.eye(2)]), [1.0, 2.0])
    assert (why.label, why.second, why.change, why.log_odds) == (0, None, None, 0.0)
    assert why.sentence == "All rows are in cluster 0."


def test_a_component_of_no_weight_is_nowhere(mixture):
    why = explain_row(mixture([0.5, 0.5, 0.0], [[0.0], [4.0], [0.5]], [[[1.0]]] * 3), [0.0])
    assert (why.label, why.second, why.change.label) == (0, 1, 1)
    assert why.change.value == pytest.approx(2.0)


def test_rows_that_are_none_are_refused(three):
    with pytest.raises(ValueError, match=r"shape \(1,\): give one value for each of 2 columns"):
        explain_row(three, [1.0])
    with pytest.raises(ValueError, match="no finite value in column 'height'"):
        explain_row(three, [1.0, np.inf])
    with pytest.raises(ValueError, match="holds 'tall' in column 'height', which is no number"):
        explain_row(three, [1.0, "tall"])
    with pytest.raises(ValueError, match="no column 'height': give width, height"):
        explain_row(three, {"width": 1.0})
