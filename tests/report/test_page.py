import json
import re
import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from mixtura import assemble, classify, datasets, report, select
from mixtura.explain import explain
from mixtura.explain.numbers import brief, percent, rounded
from mixtura.options import Options

HOSTILE = (
    "<script>alert(1)</script>",
    '"quo\'ted" & <b>bold</b>',
    "two\nlines\r\n\x00\x1b[31m",
    "📏" * 60,
    "x" * 300,
    "\u202eright to left",
    "{{ 7 * 7 }}{% raw %}",
    "broken \ud800 surrogate",
    "-->]]></style></svg>",
    "",
)


def test_the_page_says_every_fact(faithful, parse, tmp_path):
    about, text = faithful.about, parse(faithful.page(tmp_path / "r.html", command="mixtura fit me.csv")).text
    said = [about["answer"]["headline"], "mixtura fit me.csv", "faithful.csv", "0a1b2c3d", "9.8.7", "17"]
    for cluster in about["clusters"]:
        said += [cluster["name"], cluster["description"][1:], f"{cluster['n_rows']} rows", percent(cluster["weight"])]
        for d, column in enumerate(about["columns"]):
            said += [rounded(cluster["means"][d], column["sd"]), f"± {rounded(cluster['sds'][d], column['sd'])}"]
            said += [f"{cluster['differences'][d]:+.1f} sd"]
    for column in about["columns"]:
        said += [
            column["name"],
            *(rounded(column[key], column["sd"]) for key in ("mean", "median", "minimum", "maximum")),
        ]
    for fit in about["choice"]["fits"]:
        said += [f"{fit[key]:,.1f}" for key in ("bic", "icl", "aic", "log_likelihood")]
    said += [f"{start['log_likelihood']:,.1f}" for start in about["checks"]["starts"]]
    said += [percent(part["share"]) for part in about["probability_shares"]]
    said += [f"{row['probability']:.3f}" for row in about["doubtful_rows"]]
    said += [f"{row['deviation']:+.1f} sd" for row in about["outlying_rows"]]
    for cluster in about["clusters"]:
        said += [percent(share) for share in cluster["separation"]["shares"] if share >= 0.05]
        said += [percent(rule[key]) for rule in cluster["rules"] for key in ("coverage", "precision")]
    said += [percent(share) for share in about["importance"]]
    said += [brief(number) for number in about["checks"]["condition_numbers"]]
    same, n_runs = about["checks"]["agreement"]
    said += [f"{same} of the {n_runs} runs"] if n_runs > 1 else []
    said += ["ICL, which asks for clusters that lie apart, would choose"]
    said += [
        f"{about['truth']['adjusted_rand']:.3f}",
        f"{about['truth']['mutual_information']:.3f}",
        "1 row of no known group",
        "long",
        "short",
    ]
    assert [fact for fact in said if fact not in text] == []


@pytest.mark.parametrize(
    ("covariance", "words_of_it"),
    [("spherical", "a sphere of its own size"), ("VVE", "each of its own size and shape")],
)
def test_what_holds_in_scaled_columns_is_not_said_of_those_of_the_data(parse, tmp_path, covariance, words_of_it):
    data = datasets.load("faithful")

    def words(scale):
        selection = select(data.data, n_components=[1, 2], covariances=[covariance], options=Options(scale=scale))
        fitted = assemble(selection, data.feature_names)
        found, weights = classify(fitted, data.data), np.ones(len(data.data))
        rows = report.Rows(data.data, weights, found)
        report.write(tmp_path / "r.html", fitted, rows, explain(fitted, data.data, weights, found))
        page = parse((tmp_path / "r.html").read_text(encoding="utf-8")).text
        return re.search(rf"{words_of_it}([^)]*)\)", page).group(1)

    assert words("standard") == " in scaled columns"
    assert words("none") == ""


def test_other_columns_and_what_was_left_out_are_told(typed, parse, tmp_path):
    town = np.array(["<b>Rom</b>", "Oslo", "Oslo"] * 20)
    case = typed(2, 2, 60)
    rows = case.rows._replace(extra={"age": np.arange(60.0), "town": town})
    left_out = {"columns": [{"name": "kind", "reason": "text: 2 different values"}], "n_rows_with_missing_cells": 3}
    text = parse(case._replace(rows=rows).page(tmp_path / "r.html", left_out=left_out)).text
    for profile in report.facts(case.fitted, case.explanation, rows)["profiles"]:
        assert brief(profile["age"]["mean"]) in text
        assert all(f"{name} {percent(share)}" in text for name, share in profile["town"]["shares"].items())
    assert "Left out: kind (text: 2 different values), 3 rows with missing cells." in text


def test_the_discriminant_view_is_there_where_columns_are_many(typed, parse, tmp_path):
    case = typed(4, 5, 200)
    page = case.page(tmp_path / "r.html")
    text = parse(page).text
    for axis in case.about["discriminant"]["loadings"]:
        heaviest = max(range(5), key=lambda d: abs(axis[d]))
        assert f"rises with column {heaviest} ({axis[heaviest]:+.1f})" in text
    assert "Pairs of columns: axis 1, axis 2" in text
    assert typed(4, 2, 200).about["discriminant"] is None


def test_warnings_come_before_the_answer(typed, parse, tmp_path):
    case = typed(2, 2, 60)
    case = case._replace(explanation=case.explanation._replace(warnings=("Beware of the dog.",)))
    text = parse(case.page(tmp_path / "r.html")).text
    assert 0 < text.index("Beware of the dog.") < text.index("cluster 0")


def test_the_lowest_value_is_not_claimed_where_lower_ones_were_set_aside(faithful, parse, tmp_path):
    page = parse(faithful.page(tmp_path / "sound.html"))
    assert "considered" not in page.text
    history = faithful.fitted.history
    selection = [
        row | {"remark": "A column takes few values."} if i == history["ranking"][-1] else row
        for i, row in enumerate(history["selection"])
    ]
    changed = history | {"selection": selection, "ranking": history["ranking"][:-1]}
    case = faithful._replace(fitted=replace(faithful.fitted, history=changed))
    text = parse(case.page(tmp_path / "spike.html")).text
    assert "have the lowest BIC of those that were considered" in text
    assert "Not considered: 1 fit (" in text
    assert text.count("A column takes few values.") == 1  # in full; the caution says it where it matters
    assert "accident" not in text


def test_the_page_asks_nothing_of_anyone(faithful, parse, tmp_path):
    text = faithful.page(tmp_path / "r.html")
    page = parse(text)
    assert not {"link", "img", "iframe", "object", "embed", "form", "base"} & set(page.tags)
    assert {name for name, _ in page.attributes} & {"src", "srcset", "action", "xlink:href"} == set()
    assert all(value.startswith("#") for name, value in page.attributes if name == "href")
    assert re.findall(r"https?:|url\(|@import", text) == []
    assert "default-src 'none'" in text


def test_only_the_program_of_the_page_may_run(faithful, tmp_path):
    text = faithful.page(tmp_path / "r.html")
    data, program = re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL)
    assert f"script-src 'sha256-{b64encode(sha256(program.encode()).digest()).decode()}'" in text
    assert "unsafe-inline'; script-src" in text and "unsafe-eval" not in text
    assert set(json.loads(data)) == {"clusters", "n_colours", "shapes", "rows", "steps"}


@pytest.mark.parametrize("show_rows", [True, False])
def test_hostile_names_do_no_harm(typed, parse, tmp_path, show_rows):
    ids = np.array([f"<i onclick=x>{i}</i>" for i in range(200)])
    truth = np.array(["<img src=x onerror=alert(1)>", "b"] * 100)
    case = typed(3, len(HOSTILE), 200, features=HOSTILE, ids=ids, truth=truth)
    fitted = case.fitted.renamed({0: "</title><script>x</script>", 1: "a" * 300})
    text = case._replace(fitted=fitted).page(tmp_path / "r.html", show_rows=show_rows, command="</pre><script>")
    page = parse(text)
    assert not {"img", "i", "b"} & set(page.tags)
    assert page.tags.count("script") == text.count("<script") == text.count("</script") == 2
    assert [name for name, _ in page.attributes if name.startswith("on")] == []
    for name in (HOSTILE[0], HOSTILE[1], HOSTILE[6], HOSTILE[8]):
        assert name in "".join(page.words)
    assert not re.search("[\x00-\x08\x0e-\x1f]", text)


def test_long_names_are_cut_wherever_they_stand(typed, parse, tmp_path):
    case = typed(2, 2, 60, features=["y" * 10_000, "b"])
    named = replace(case.fitted, cluster_names=("z" * 10_000, "b"))
    page = parse(case._replace(fitted=named, explanation=explain(named, *case.rows[:3])).page(tmp_path / "r.html"))
    assert not re.search("y{301}|z{301}", page.text)
    titles = [value for name, value in page.attributes if name == "title" and "zzz" in value]
    assert titles
    assert max(map(len, titles)) <= 300


def test_private_rows_stay_private(typed, parse, tmp_path):
    ids = np.array([f"person-{i}" for i in range(200)])
    text = typed(3, 2, 200, ids=ids).page(tmp_path / "r.html", show_rows=False)
    page = parse(text)
    assert "person-" not in text
    pictures, checks = text.split('id="checks"')
    assert {path.count("M") for path in re.findall(r'd="([^"]*)" class="c\d sign', pictures)} == {1}  # keys, no points
    data = json.loads(re.search(r'id="data">(.*?)</script>', checks).group(1))
    assert "rows" not in data
    assert data["steps"]["points"] == data["steps"]["em"][0]["labels"] == []
    assert "brushable" not in checks.split("<script>")[0]
    assert "Outliers" not in page.text
    assert "doubtful rows" not in page.text


@pytest.mark.parametrize(("n_clusters", "n_columns"), [(1, 1), (1, 3), (2, 1), (15, 1), (20, 2), (4, 30)])
def test_pages_of_all_sizes_are_whole(typed, parse, tmp_path, n_clusters, n_columns):
    page = parse(typed(n_clusters, n_columns, 300).page(tmp_path / "r.html"))
    assert ("Pairs of columns" in page.text) == (n_columns > 1)
    assert ("Certainty" in page.text) == (n_clusters > 1)
    assert not re.search(r"\b(nan|inf|None)\b", page.text)
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = [value for name, value in page.attributes if name in ("href", "aria-labelledby")]
    assert {target.removeprefix("#") for target in targets} <= set(ids)


@pytest.mark.parametrize(("n_clusters", "n_columns", "n_rows"), [(15, 10, 100_000), (20, 60, 20_000)])
def test_a_large_table_makes_no_large_page(typed, tmp_path, n_clusters, n_columns, n_rows):
    ids = np.array([f"person {i}" for i in range(n_rows)])
    typed(n_clusters, n_columns, n_rows, ids=ids).page(tmp_path / "r.html")
    assert (tmp_path / "r.html").stat().st_size <= 2_000_000


def test_the_same_fit_makes_the_same_page(faithful, tmp_path):
    assert faithful.page(tmp_path / "a.html") == faithful.page(tmp_path / "b.html")


def test_columns_that_are_left_out_are_said_to_be(typed, parse, tmp_path):
    text = parse(typed(3, 70, 200).page(tmp_path / "r.html")).text
    for most in (60, 12, 6):
        assert f"Shown are the {most} columns, of 70, that tell the clusters apart best." in text


def test_profiles_are_laid_out_evenly_and_no_longer_than_people_read(typed, tmp_path):
    page = typed(11, 40, 330).page(tmp_path / "r.html")
    heads = re.findall(r'<table class="profiles">(.*?)</thead>', page, re.DOTALL)
    assert [head.count('class="who"') for head in heads] == [4, 3, 4]
    assert "Shown are the 21 columns, of 40, that tell the clusters apart best." in page


def test_a_report_loads_nothing_heavy():
    code = "import sys, mixtura.report.page as p; p._environment(); print(' '.join(sys.modules))"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "jinja2" in modules
    assert not {"sklearn", "scipy.linalg", "scipy.stats", "matplotlib", "pandas", "pyarrow"} & set(modules)
