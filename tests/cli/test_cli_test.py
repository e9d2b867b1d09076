"""`mixtura test`: how many clusters, by likelihood-ratio tests."""

import json
import re

QUICK = ("--covariance", "EII", "--bootstrap", "9", "--level", "0.1", "-k", "1-2", "--features", "waiting")


def test_it_answers_in_words_and_in_json(run, faithful):
    result = run("test", faithful, *QUICK)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "2 clusters in 272 rows, 1 column"
    assert lines[1] == "EII covariance, level 0.1, 9 samples for a test at most."
    assert lines[3].split() == ["clusters", "against", "statistic", "to", "exceed", "p-value"]
    assert "1 against 2: p = 0.1" in result.stderr
    told = json.loads(run("test", faithful, *QUICK, "--json", "-q").stdout)
    assert told["n_components"] == 2 and told["is_decided"]
    assert [len(test["bootstrap"]) for test in told["tests"]] == [9, 9]
    assert [f"{test['statistic']:.2f}" for test in told["tests"]] == [line.split()[2] for line in lines[4:6]]


def test_a_page_shows_the_samples(run, faithful, tmp_path):
    page, hostile = tmp_path / "test.html", tmp_path / "hostile.csv"
    hostile.write_text(faithful.read_text().replace("waiting", "<script>alert(1)</script>"))
    words = (*QUICK[:-1], "<script>*")
    result = run("test", hostile, *words, "-o", page, "--json", "-q")
    assert result.exit_code == 0 and f"Wrote {page}." in result.stderr
    told, text = json.loads(result.stdout), page.read_text(encoding="utf-8")
    assert told["headline"] in text and text.count('role="img"') == len(told["tests"])
    for test in told["tests"]:
        assert f"{test['statistic']:.2f}" in text and f"{test['critical']:.2f}" in text
    assert re.findall(r"https?:|url\(|@import| src=|<script", text) == []
    assert "&lt;script&gt;" in text
    assert run("test", hostile, *words, "-o", page).exit_code == 6


def test_a_range_that_is_too_small_is_said(run, faithful):
    result = run("test", faithful, *QUICK, "-k", "1", "-q")
    assert result.stdout.startswith("At least 2 clusters in 272 rows") and "ask for more" in result.stdout
    assert result.stderr == ""


def test_more_than_one_model_is_refused(run, faithful):
    for names in ("auto", "EII,VVV"):
        result = run("test", faithful, "--covariance", names)
        assert result.exit_code == 2 and "give --covariance one name" in result.stderr


def test_samples_too_few_for_the_level_are_refused(run, faithful):
    result = run("test", faithful, "--bootstrap", "9")
    assert result.exit_code == 2 and "takes 19 samples or more" in result.stderr


def test_counts_and_categories_are_tested_too(run, tmp_path):
    path = tmp_path / "people.csv"
    rows = [f"{(7 * n) % 4 + 6 * (n % 2)},{'ab'[n % 2]}" for n in range(40)]
    path.write_text("\n".join(["visits,town", *rows]) + "\n")
    quick = ("--bootstrap", "1", "--level", "0.5", "-k", "1", "-q")
    law = ("--count-family", "negative-binomial")
    result = run("test", path, "--counts", "visits", *law, "--categorical", "town", *quick)
    assert result.exit_code == 0, result.output
    assert "independent answers, level 0.5" in result.stdout
    refused = run("test", path, *law, *quick)
    assert refused.exit_code == 2 and "name their columns by --counts" in refused.stderr
