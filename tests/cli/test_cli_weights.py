"""Weights on the command line: a row of weight three is three rows, in all that is told."""

import json

import numpy as np
import pytest

ABOUT_ROWS = {"n_rows", "medians", "prototype", "doubtful", "headline"}  # numbers of rows are those of the file


@pytest.fixture(scope="module")
def told(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    rng = np.random.default_rng(3)
    groups = np.concatenate([rng.normal([0, 0], 1, (60, 2)), rng.normal([6, 2], 1, (40, 2))])
    towns = np.where((np.arange(100) >= 60) ^ (rng.uniform(size=100) < 0.1), "Rom", "Oslo")
    counts = rng.integers(0, 4, 100)
    rows = [f"{a:.6f},{b:.6f},{town}" for (a, b), town in zip(groups, towns, strict=True)]
    weighted = [f"{row},{count}" for row, count in zip(rows, counts, strict=True)]
    repeated = [f"{row},1" for row, count in zip(rows, counts, strict=True) for _ in range(count)]

    def fit(name, lines, *options):
        path = folder / f"{name}.csv"
        path.write_text("\n".join(["a,b,town,times", *lines]) + "\n")
        result = run("fit", path, *options, "-k", "2", "--covariance", "full", "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    both = {}
    for kind, options in {"numbers": [], "categories": ["--categorical", "town"]}.items():
        both[kind] = (
            fit(f"weighted-{kind}", weighted, *options, "--weight", "times"),
            fit(f"repeated-{kind}", repeated, *options, "--exclude", "times"),
        )
    return both


def test_weights_are_noted(run, tmp_path):
    rows = [f"{a:.4f},{1 + n % 3}" for n, a in enumerate(np.random.default_rng(0).normal(size=40))]
    (tmp_path / "table.csv").write_text("\n".join(["a,times", *rows]) + "\n")
    result = run("fit", tmp_path / "table.csv", "--weight", "times", "-k", "1", "-o", tmp_path / "out")
    note = "Rows count by their weights, which add up to 79"
    assert note in result.stdout and note in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    plain = run("fit", tmp_path / "table.csv", "--exclude", "times", "-k", "1", "-o", tmp_path / "plain")
    page = (tmp_path / "plain" / "report.html").read_text(encoding="utf-8")
    assert "weights, which add up" not in plain.stdout + page


def test_rows_of_weight_zero_are_told_of_where_they_are_not_counted(run, tmp_path):
    rows = [f"{a:.4f},{n % 4}" for n, a in enumerate(np.random.default_rng(0).normal(size=40))]
    (tmp_path / "table.csv").write_text("\n".join(["a,times", *rows]) + "\n")
    result = run("fit", tmp_path / "table.csv", "--weight", "times", "-k", "1", "-o", tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert [summary["clusters"][0]["n_rows"], summary["answer"]["n_weightless"]] == [30, 10]
    for text in (result.stdout, (tmp_path / "out" / "report.html").read_text(encoding="utf-8")):
        assert "10 rows of weight 0 count for no cluster" in " ".join(text.split())


def numbers(value):
    """What is said, without what counts the lines of a file."""
    if isinstance(value, dict):
        return {key: numbers(part) for key, part in value.items() if key not in ABOUT_ROWS}
    return [numbers(part) for part in value] if isinstance(value, list) else value


def assert_same(one, other, where):
    if isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            assert_same(one[key], other[key], f"{where}.{key}")
    elif isinstance(one, list):
        assert len(one) == len(other), where
        for i, (left, right) in enumerate(zip(one, other, strict=True)):
            assert_same(left, right, f"{where}[{i}]")
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-5, abs=1e-5), where
    else:
        assert one == other, where


@pytest.mark.parametrize("kind", ["numbers", "categories"])
@pytest.mark.parametrize(
    "key", ["clusters", "columns", "certainty", "overlaps", "importance", "items", "outliers", "profiles"]
)
def test_weights_are_repetition_in_all_that_is_told(told, kind, key):
    weighted, repeated = told[kind]
    assert_same(numbers(weighted[key]), numbers(repeated[key]), key)


@pytest.mark.parametrize("kind", ["numbers", "categories"])
def test_weights_are_repetition_in_the_choice(told, kind):
    weighted, repeated = told[kind]
    assert weighted["answer"]["total_weight"] == repeated["answer"]["n_rows"]
    for name in ("log_likelihood", "n_free"):
        assert weighted["checks"][name] == pytest.approx(repeated["checks"][name], rel=1e-8)
    assert weighted["checks"]["criteria"] == pytest.approx(repeated["checks"]["criteria"], rel=1e-6)
