"""The numbers that the page's program works with are those of the rows."""

import json
from base64 import b64decode

import numpy as np
import pytest

from mixtura import report
from mixtura.drawing.sample import draw_sample
from mixtura.report.embedded import LIVE_ROWS, embed, live_data, live_rows, live_sample


def unpacked(text, kind):
    return np.frombuffer(b64decode(text), kind)


def test_rows_come_back_as_they_were(typed):
    case = typed(3, 4, 500, ids=np.array([f"p{i}" for i in range(500)]))
    packed = live_data(case.explanation, case.rows, [0, 2])["rows"]
    values = unpacked(packed["values"], "<f4").reshape(2, -1)
    for column, found in zip(packed["columns"], values, strict=True):
        np.testing.assert_allclose(column["mean"] + column["sd"] * found, case.rows.points[:, column["at"]], atol=1e-5)
    assert [column["name"] for column in packed["columns"]] == ["column 0", "column 2"]
    assert unpacked(packed["labels"], "<u2").tolist() == case.rows.classification.labels.tolist()
    np.testing.assert_allclose(
        unpacked(packed["sure"], "<u2") / 65535, case.rows.classification.probabilities, atol=2e-5
    )
    assert packed["names"] == [f"p{i}" for i in range(500)]


def test_a_far_offset_costs_no_digits(typed):
    case = typed(2, 1, 200)
    rows = case.rows._replace(points=case.rows.points + 1e9)
    column = case.explanation.columns[0]
    explanation = case.explanation._replace(columns=(column._replace(mean=column.mean + 1e9),))
    packed = live_data(explanation, rows, [0])["rows"]
    values = packed["columns"][0]["mean"] + column.sd * unpacked(packed["values"], "<f4").astype(float)
    np.testing.assert_allclose(values - 1e9, case.rows.points[:, 0], atol=1e-5)


def test_numbers_of_rows_are_their_names(typed):
    case = typed(2, 2, 100)
    assert unpacked(live_data(case.explanation, case.rows, [0])["rows"]["names"], "<f8").tolist() == list(range(1, 101))
    long = case.rows._replace(ids=np.array(["x" * 39 + "y"] * 100), points=case.rows.points)
    assert live_data(case.explanation, long, [0])["rows"]["names"][0] == "x" * 39 + "y"


def test_names_that_would_take_too_much_room_give_way_to_numbers(typed):
    case = typed(2, 1, 9000, ids=np.array([f"{i:039d}" for i in range(9000)]))
    assert isinstance(live_data(case.explanation, case.rows, [0])["rows"]["names"], str)


def test_nothing_in_the_data_ends_the_script():
    text = embed({"name": "</script><!-- & --> \u2028 \ud800"})
    assert not {"<", ">", "&"} & set(text)
    assert json.loads(text)["name"].startswith("</script><!-- & -->")


@pytest.mark.parametrize(("n_columns", "n_rows"), [(2, LIVE_ROWS), (6, LIVE_ROWS), (12, 12_000)])
def test_there_is_room_for_many_rows(n_columns, n_rows):
    assert live_rows(n_columns) >= n_rows


def test_drawn_rows_stand_for_all(typed):
    case = typed(4, 2, 50_000)
    rng = np.random.default_rng(0)
    rows = case.rows._replace(weights=rng.integers(1, 4, 50_000).astype(float))
    for n_rows in (300, 5000):
        sample = draw_sample(rows, n_rows)
        assert sample.weights.sum() == pytest.approx(rows.weights.sum())
        for k in range(4):
            theirs, ours = rows.classification.labels == k, sample.labels == k
            assert sample.weights[ours].sum() == pytest.approx(rows.weights[theirs].sum())
        np.testing.assert_array_equal(rows.points[sample.positions], sample.points)
    assert len(live_sample(case.explanation, rows, [0, 1]).labels) == pytest.approx(LIVE_ROWS, abs=3)


def test_the_facts_say_how_many_rows_are_on_the_page(typed):
    case = typed(3, 6, 30_000)
    drawn = report.facts(case.fitted, case.explanation, case.rows)["drawn"]
    assert drawn["n_rows"] == pytest.approx(800, abs=3)
    assert drawn["n_live_rows"] == pytest.approx(LIVE_ROWS, rel=0.02)
