import json

import numpy as np
import pytest

from mixtura import report


def test_facts_are_plain_data(faithful):
    about = faithful.about
    assert json.loads(json.dumps(about, allow_nan=False)) == about


def test_facts_agree_with_the_fit(faithful):
    about, history = faithful.about, faithful.fitted.history
    answer, choice = about["answer"], about["choice"]
    assert (answer["n_clusters"], answer["n_rows"], answer["n_columns"]) == (faithful.fitted.n_components, 272, 2)
    assert answer["value"] == choice["best"]["bic"] == history["criteria"]["bic"]
    assert choice["difference"] == choice["runner_up"]["bic"] - choice["best"]["bic"] > 0
    assert [fit["rank"] for fit in choice["fits"]] == [history["ranking"].index(i) + 1 for i in range(6)]
    assert about["checks"]["trace"] == history["trace"]
    assert about["reproduce"]["seed"] == 17


def test_doubtful_rows_are_the_least_probable_ones(faithful):
    rows, probabilities = faithful.about["doubtful_rows"], faithful.rows.classification.probabilities
    assert [row["probability"] for row in rows] == np.sort(probabilities)[: len(rows)].tolist()
    for row in rows:
        assert row["label"] != row["second_label"]
        assert row["second_probability"] <= row["probability"] == probabilities[row["row"] - 1]
        assert row["probability"] + row["second_probability"] <= 1 + 1e-12


def test_certain_rows_are_not_called_doubtful(typed):
    case = typed(1, 2, 50)
    assert case.about["doubtful_rows"] == []


def test_outlying_rows_are_where_the_mixture_is_thinnest(faithful):
    rows, log_density = faithful.about["outlying_rows"], faithful.rows.classification.log_density
    assert [row["log_density"] for row in rows] == np.sort(log_density)[:10].tolist()
    for row in rows:
        assert row["value"] == faithful.rows.points[row["row"] - 1, row["column"]]
        cluster = faithful.explanation.clusters[row["label"]]
        mean, sd = cluster.means[row["column"]], cluster.sds[row["column"]]
        assert row["deviation"] == pytest.approx((row["value"] - mean) / sd)
        deviations = (faithful.rows.points[row["row"] - 1] - cluster.means) / cluster.sds
        assert abs(row["deviation"]) == pytest.approx(np.abs(deviations).max())


def test_rows_are_called_by_their_names(typed):
    ids = np.array([f"person {i}" for i in range(60)])
    about = typed(3, 2, 60, ids=ids).about
    named = [row["row"] for row in about["outlying_rows"]] + [cluster["prototype"] for cluster in about["clusters"]]
    assert set(named) <= set(ids.tolist())


def test_a_row_of_no_weight_is_not_listed(faithful):
    worst = int(faithful.rows.classification.log_density.argmin())
    weights = np.ones(272)
    weights[worst] = 0.0
    about = report.facts(faithful.fitted, faithful.explanation, faithful.rows._replace(weights=weights))
    assert worst + 1 not in [row["row"] for row in about["outlying_rows"]]


def test_shares_of_certainty_add_up(faithful):
    ranges = faithful.about["probability_shares"]
    assert sum(part["share"] for part in ranges) == pytest.approx(1)
    sure = sum(part["share"] for part in ranges if part["low"] >= 0.9)
    assert sure == pytest.approx(faithful.explanation.certainty.share_sure)


def test_without_rows_nothing_is_said_of_single_ones(faithful):
    about = report.facts(faithful.fitted, faithful.explanation, faithful.rows, show_rows=False)
    assert about["doubtful_rows"] == about["outlying_rows"] == []
    assert {cluster["prototype"] for cluster in about["clusters"]} == {None}
    assert (
        {column["minimum"] for column in about["columns"]}
        == {column["maximum"] for column in about["columns"]}
        == {None}
    )
    assert about["drawn"]["n_rows"] == 0
    model_alone = report.facts(faithful.fitted, faithful.explanation)
    assert model_alone["answer"] == faithful.about["answer"]


def test_a_mixture_without_a_record_has_facts_too(typed):
    about = typed(2, 3, 40).about
    assert about["choice"] is None
    assert about["answer"]["value"] is None
    assert about["reproduce"]["versions"] == {}


def test_few_rows_are_all_drawn(faithful):
    assert faithful.about["drawn"]["n_rows"] == 272


def test_what_keeps_clusters_apart_is_there_with_its_parts(faithful):
    about = faithful.about
    for cluster, told in zip(faithful.explanation.clusters, about["clusters"], strict=True):
        parts = told["separation"]
        assert sum(parts["location"]) + sum(parts["shape"]) == pytest.approx(parts["total"])
        assert [rule["precision"] for rule in told["rules"]] == [rule.precision for rule in cluster.rules]
        assert {"column", "above", "up_to"} == set(told["rules"][0]["conditions"][0])
    assert about["importance"] == list(faithful.explanation.importance)
