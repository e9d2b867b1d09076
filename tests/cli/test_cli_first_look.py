"""`mixtura fit` marks the fits that a first look was enough for, and searches all where that is asked for."""

import json

import pytest

CHOICE = ("-k", "1-6", "--covariance", "tied,spherical")


def searched(result):
    return {(fit["covariance"], fit["n_components"]): fit["is_searched"] for fit in result["choice"]["fits"]}


@pytest.fixture(scope="module")
def both(run, faithful):
    """What is said of a choice with and without pruning, as JSON."""
    return [
        json.loads(run("fit", faithful, *CHOICE, "--json", "--workers", "1", *more).stdout)
        for more in ([], ["--no-prune"])
    ]


def test_the_answer_is_the_same(both):
    pruned, whole = both
    assert pruned["answer"]["n_clusters"] == whole["answer"]["n_clusters"] == 3
    assert pruned["answer"]["value"] == pytest.approx(whole["answer"]["value"], abs=0.01)
    assert all(searched(whole).values()) and whole["choice"]["n_pruned"] == 0
    assert pruned["choice"]["n_pruned"] == list(searched(pruned).values()).count(False) > 3


def test_the_command_on_record_says_that_all_were_searched(both):
    assert [" --no-prune" in told["reproduce"]["command"] for told in both] == [False, True]


def test_the_table_marks_first_looks(run, faithful, both):
    text = run("fit", faithful, *CHOICE).stdout
    table = [line for line in text.splitlines() if line.startswith(("tied ", "spherical "))]
    assert sum(line.count("~") for line in table) == both[0]["choice"]["n_pruned"]
    assert "With ~: by a first look" in text
    assert "~" not in run("fit", faithful, *CHOICE, "--no-prune").stdout


def test_the_report_says_so_too(run, faithful, tmp_path, both):
    run("fit", faithful, *CHOICE, "-o", tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text()
    number = both[0]["choice"]["n_pruned"]
    assert f"{number} fits could not win by a first look" in page
    assert page.count("<td>~") == page.count('<td class="name">a first look') == number


def test_a_saved_model_keeps_the_marks(run, faithful, tmp_path):
    run("fit", faithful, *CHOICE, "-o", tmp_path / "out")
    assert "With ~: by a first look" in run("show", tmp_path / "out" / "model.safetensors", "--verbose").stdout


def test_progress_counts_every_fit_once_and_tells_of_searches(run, faithful):
    result = run("fit", faithful, *CHOICE, "--progress", "json")
    told = [json.loads(line) for line in result.stderr.splitlines()]
    fits = [line for line in told if "done" in line]
    assert {line["total"] for line in fits} == {12} and fits[-1]["done"] == 12
    assert not fits[1]["is_searched"] and fits[-1]["is_searched"]
