"""`mixtura compare`: two models, or models against known groups; on the screen, as JSON, as a page."""

import json
import re
import shutil

import pytest

from mixtura.persistence import load, save


@pytest.fixture(scope="module")
def three(run, faithful, tmp_path_factory):
    folder = tmp_path_factory.mktemp("three") / "out"
    assert run("fit", faithful, "-k", "3", "--covariance", "tied", "-o", folder).exit_code == 0
    return folder / "model.safetensors"


@pytest.fixture
def two(output):
    return output / "model.safetensors"


def test_rows_of_the_fit_are_compared_by_themselves(run, two, three, faithful):
    alone, named = run("compare", three, two), run("compare", three, two, "--data", faithful)
    assert alone.exit_code == 0
    assert alone.stdout == named.stdout
    lines = alone.stdout.splitlines()
    assert alone.stdout.index("3 clusters") < alone.stdout.index("2 clusters")
    assert max(map(len, lines[4:])) <= 80
    assert any(line.startswith("Gone: cluster") for line in lines)


def test_moves_are_told_whole_on_eighty_columns(run, tmp_path):
    iris = tmp_path / "iris.csv"
    run("datasets", "get", "iris", "-o", iris)
    for k in (2, 3):
        fitted = run("fit", iris, "-k", k, "--covariance", "tied", "-o", tmp_path / f"{k}", "--no-report")
        assert fitted.exit_code == 0, fitted.output
    paths = [tmp_path / f"{k}" / "model.safetensors" for k in (3, 2)]
    result = run("compare", *paths, "--data", iris)
    assert max(map(len, result.stdout.splitlines()[4:])) <= 80
    (moved,) = [line for line in result.stdout.splitlines() if " moved: " in line and line.startswith("cluster 0")]
    assert "…" not in moved


def test_json_holds_what_is_on_the_screen(run, two, three):
    told = json.loads(run("compare", three, two, "--json").stdout)
    comparison = told["comparison"]
    assert comparison["n_rows"] == 272 == sum(map(sum, comparison["flow"]))
    assert f"adjusted Rand index {comparison['adjusted_rand']:.3f}" in run("compare", three, two).stdout
    assert [model["n_components"] for model in told["models"]] == [3, 2]
    assert told["truth"] is None


def test_known_groups(run, two, faithful, tmp_path):
    header, *lines = faithful.read_text().splitlines()
    kinds = ["long" if float(line.split(",")[0]) > 3 else "short" for line in lines]
    (tmp_path / "known.csv").write_text("\n".join([f"{header},kind", *map(",".join, zip(lines, kinds, strict=True))]))
    result = run("compare", two, "--data", tmp_path / "known.csv", "--labels", "kind", "--json")
    (truth,) = json.loads(result.stdout)["truth"]
    assert truth["adjusted_rand"] > 0.9
    assert truth["groups"] == ["long", "short"]
    both = run("compare", two, two, "--data", tmp_path / "known.csv", "--labels", "kind", "-o", tmp_path / "c.html")
    assert both.stdout.count("Known groups and") == 2
    assert (tmp_path / "c.html").read_text().count(f"{truth['mutual_information']:.3f}") >= 2


def test_without_rows_parameters_are_compared(run, two, three, tmp_path):
    elsewhere = load(three)
    elsewhere.provenance["data"]["digest"] = "0" * 64
    save(elsewhere, tmp_path / "other")
    result = run("compare", two, tmp_path / "other")
    assert result.exit_code == 0
    assert "By their parameters alone" in result.stdout
    told = json.loads(run("compare", two, tmp_path / "other", "--json").stdout)["comparison"]
    assert told["flow"] is told["adjusted_rand"] is None
    assert len(told["matches"]) == 2


def test_columns_that_only_one_model_looks_at_are_named(run, two, faithful, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # long paths are shortened
    assert run("fit", faithful, "--features", "waiting", "-k", 2, "-o", "one").exit_code == 0
    shutil.copy(two, "two")
    for first, second in (("two", "one/model.safetensors"), ("one/model.safetensors", "two")):
        assert "Only two looks at eruptions." in " ".join(run("compare", first, second).stdout.split())
    assert "looks at" not in run("compare", "two", "two").stdout


def test_the_page_says_it_all_and_asks_nothing(run, two, three, tmp_path):
    names = load(three).renamed({0: "<script>alert(1)</script>"})
    save(names, tmp_path / "three")
    assert run("compare", tmp_path / "three", two, "-o", tmp_path / "c.html").exit_code == 0
    page = (tmp_path / "c.html").read_text()
    assert "<script" not in page and "&lt;script&gt;" in page
    assert re.findall(r"https?:|url\(|@import| src=", page) == []
    comparison = json.loads(run("compare", three, two, "--json").stdout)["comparison"]
    for said in (f"{comparison['adjusted_rand']:.3f}", f"{comparison['mutual_information']:.3f}"):
        assert said in page
    ribbons = re.findall(r"→ cluster \d: ([\d,]+) rows</title>", page)
    assert sum(map(int, ribbons)) == 272
    assert run("compare", three, two, "-o", tmp_path / "c.html").exit_code == 6
    assert run("compare", three, two, "-o", tmp_path / "c.html", "--overwrite").exit_code == 0


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ((), 2, "One model compares with nothing"),
        (("--labels", "kind"), 3, "no column 'kind'"),
        (("--labels", "waiting"), 3, "Rows were clustered on the column 'waiting': --labels takes another one."),
        (("none.safetensors",), 3, "does not exist"),
    ],
)
def test_what_cannot_be_compared(run, two, options, code, said):
    result = run("compare", two, *options)
    assert result.exit_code == code
    assert said in result.stderr
