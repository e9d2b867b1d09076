"""`mixtura fit`: one answer, in words, in files and as JSON."""

import csv
import json
import re
import subprocess
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest

from mixtura.persistence import load

QUICK = ("-k", "2", "--covariance", "tied")


def labels(folder):
    return pq.read_table(folder / "labels.parquet").to_pydict()


def test_the_main_job(run, faithful, tmp_path):
    result = run("fit", faithful, "-k", "1-4", "-o", tmp_path / "out")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) <= 24 and max(map(len, lines)) <= 80 + len(str(tmp_path)) * 2
    assert re.match(r"\d clusters in 272 rows, 2 columns", lines[0])
    assert "BIC" in lines[1] and "runner-up" in lines[1]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "model.safetensors", "labels.parquet", "summary.json", "report.html",
    }  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_files_tell_the_same_story(faithful, output):
    fitted, columns = load(output / "model.safetensors"), labels(output)
    summary = json.loads((output / "summary.json").read_text())
    assert list(columns) == ["row", "label", "probability", "log_density"]
    assert columns["row"] == list(range(1, 273))
    sizes = np.bincount(columns["label"]).tolist()
    assert sizes == [cluster["n_rows"] for cluster in summary["clusters"]]
    assert fitted.history["log_likelihood"] == pytest.approx(sum(columns["log_density"]))
    assert summary["reproduce"]["command"] == fitted.provenance["command"]
    assert summary["reproduce"]["command"].endswith("faithful.csv -k 2 --covariance tied")
    assert fitted.provenance["data"]["origin"] == str(faithful)


def test_json_is_what_the_summary_holds(run, faithful, tmp_path):
    result = run("fit", faithful, *QUICK, "--json", "-o", tmp_path / "out")
    assert json.loads(result.stdout) == json.loads((tmp_path / "out" / "summary.json").read_text())


def test_same_seed_same_bytes_whatever_the_workers(run, faithful, output, tmp_path):
    result = run("fit", faithful, *QUICK, "-o", tmp_path / "again", "--workers", "1", "--progress", "none", "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    for path in output.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_without_a_folder_nothing_is_written(run, faithful, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("fit", faithful, *QUICK)
    assert result.exit_code == 0
    assert "Nothing was written" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_roles(run, table, tmp_path):
    roles = ("--id", "plate", "--weight", "weight", "--truth", "kind", "--features", "width,h*")
    result = run("fit", table, *QUICK, *roles, "--proba", "all", "--labels", "csv", "--no-report", "-o", tmp_path / "o")
    assert result.exit_code == 0, result.stderr
    assert "adjusted Rand index 1.000" in result.stdout
    with (tmp_path / "o" / "labels.csv").open(newline="") as file:
        header, first, *_ = csv.reader(file)
    assert header == ["plate", "label", "probability", "log_density", "probability_0", "probability_1"]
    assert first[0] == "p0"
    assert not (tmp_path / "o" / "report.html").exists()
    summary = json.loads((tmp_path / "o" / "summary.json").read_text())
    assert summary["answer"]["total_weight"] == sum(1 + n % 3 for n in range(20))
    assert summary["truth"]["adjusted_rand"] == 1
    assert {cluster["prototype"][0] for cluster in summary["clusters"]} == {"p"}


def test_profiles_are_shown_and_not_clustered_on(run, table):
    result = run("fit", table, *QUICK, "--profile", "kind,weight", "--json")
    facts = json.loads(result.stdout)
    assert [column["name"] for column in facts["columns"]] == ["width", "height"]
    kinds = {next(iter(p["kind"]["shares"].items())) for p in facts["profiles"]}
    assert kinds == {("a", 1.0), ("b", 1.0)}
    assert {p["weight"]["mean"] for p in facts["profiles"]} <= {1.9, 2.0}


def test_columns_left_out_are_named(run, table):
    result = run("fit", table, *QUICK)
    assert re.search(r"Left out: plate \(text: 20 different\s+values\), kind", result.stdout)


def test_probabilities_may_be_left_out(run, table, tmp_path):
    run("fit", table, *QUICK, "--proba", "none", "-o", tmp_path / "o")
    assert list(labels(tmp_path / "o")) == ["row", "label"]


def test_rows_with_missing_cells_keep_their_place(run, table, tmp_path):
    lines = table.read_text().splitlines()
    lines[3] = "p2,,1.0,1,a"
    table.write_text("\n".join(lines))
    result = run("fit", table, *QUICK, "--missing", "drop", "-o", tmp_path / "o")
    assert "1 row with missing cells" in " ".join(result.stdout.split())
    columns = labels(tmp_path / "o")
    assert [n for n, label in enumerate(columns["label"]) if label is None] == [2]
    assert columns["row"] == list(range(1, 21))
    summary = json.loads((tmp_path / "o" / "summary.json").read_text())
    assert summary["answer"]["n_rows"] == 19
    assert {row["row"] for row in summary["outlying_rows"]} <= set(columns["row"]) - {3}
    assert all(columns["label"][row["row"] - 1] == row["label"] for row in summary["outlying_rows"])


def test_rows_with_missing_cells_are_labelled_by_the_others(run, table, tmp_path):
    lines = table.read_text().splitlines()
    lines[3] = "p2,,1.0,1,a"
    table.write_text("\n".join(lines))
    result = run("fit", table, *QUICK, "-o", tmp_path / "o")
    assert "of the cells are missing, in 1 of 20 rows" in " ".join(result.stdout.split())
    assert None not in labels(tmp_path / "o")["label"]
    summary = json.loads((tmp_path / "o" / "summary.json").read_text())
    assert (summary["answer"]["n_rows"], summary["missing"]["n_rows"]) == (20, 1)
    assert summary["missing"]["patterns"] == [{"columns": [0], "n_rows": 1}]
    assert summary["missing"]["sentence"] in (tmp_path / "o" / "report.html").read_text()


def test_several_files_are_put_below_each_other(run, table, tmp_path):
    (tmp_path / "second.csv").write_text(table.read_text())
    result = run("fit", table, tmp_path / "second.csv", *QUICK)
    assert "2 clusters in 40 rows" in result.stdout


def test_standard_input(table):
    command = [sys.executable, "-m", "mixtura", "fit", "-", *QUICK, "--progress", "none"]
    result = subprocess.run(command, input=table.read_bytes(), capture_output=True, check=True)
    assert result.stdout.decode().startswith("2 clusters in 20 rows")
    assert result.stderr == b""


def test_auto_never_tries_as_many_clusters_as_rows(run, tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("a\n1\n2\n5\n5\n")
    facts = json.loads(run("fit", path, "--json").stdout)
    assert {fit["n_components"] for fit in facts["choice"]["fits"]} == {1, 2}


def test_what_is_asked_for_is_tried(run, table):
    result = run("fit", table, "-k", "2-3", "--covariance", "EEE, diag", "--criterion", "icl", "--json")
    choice = json.loads(result.stdout)["choice"]
    assert choice["criterion"] == "icl"
    assert [(fit["covariance"], fit["n_components"]) for fit in choice["fits"]] == [
        ("EEE", 2), ("EEE", 3), ("diag", 2), ("diag", 3),
    ]  # fmt: skip


def test_any_covariance_model_and_equal_weights(run, table, tmp_path):
    result = run("fit", table, "-k", "2", "--covariance", "VVE,tied_diag", "--equal-weights", "-o", tmp_path / "o")
    assert "covariance, equal weights, BIC" in result.stdout
    summary = json.loads((tmp_path / "o" / "summary.json").read_text())
    assert summary["answer"]["equal_weights"] is True
    assert {fit["covariance"]: fit["n_free"] for fit in summary["choice"]["fits"]} == {"VVE": 15, "tied_diag": 9}
    assert "--equal-weights" in summary["reproduce"]["command"].split()
    shown = run("show", tmp_path / "o" / "model.safetensors")
    assert "covariance, equal weights" in shown.stdout.splitlines()[0]


def test_a_prior_is_told_of_and_kept(run, table, tmp_path):
    result = run("fit", table, "-k", "2", "--covariance", "full", "--prior", "default", "-o", tmp_path / "o")
    assert "full covariance, a conjugate prior, BIC" in result.stdout
    assert json.loads((tmp_path / "o" / "summary.json").read_text())["answer"]["conditions"] == ["a conjugate prior"]
    assert "a conjugate prior" in run("show", tmp_path / "o" / "model.safetensors").stdout.splitlines()[0]


def test_noise_is_told_of_and_labelled(run, faithful, tmp_path):
    lines = faithful.read_text().splitlines()
    grid = [f"{1 + x},{38 + 14 * y}" for x in range(6) for y in range(5)]
    (tmp_path / "noisy.csv").write_text("\n".join([*lines, *grid]))
    result = run("fit", tmp_path / "noisy.csv", "-k", "2", "--outliers", "uniform", "--proba", "all", "--labels", "csv",
                 "-o", tmp_path / "o")  # fmt: skip
    assert "uniform noise, BIC" in result.stdout and "of the rows are noise" in " ".join(result.stdout.split())
    header, *rows = (tmp_path / "o" / "labels.csv").read_text().splitlines()
    assert header.endswith("probability_0,probability_1,probability_noise") and len(rows) == 302
    noise = [row for row in rows if row.split(",")[1] == "-1"]
    summary = json.loads((tmp_path / "o" / "summary.json").read_text())
    assert summary["answer"]["noise_share"] == pytest.approx(len(noise) / 302, abs=0.05)
    assert sum(cluster["n_rows"] for cluster in summary["clusters"]) + len(noise) == 302
    model = tmp_path / "o" / "model.safetensors"
    assert "belong to no cluster" in run("show", model).stdout
    assert run("name", model, "0=Long", "1=Short").exit_code == 0
    assert run("predict", model, tmp_path / "noisy.csv").stdout.count('"noise"') == len(noise)
    assert run("compare", model, model, "--data", tmp_path / "noisy.csv").exit_code == 0


def test_a_dry_run_says_what_would_be_done_and_does_not(run, table, tmp_path):
    result = run("fit", table, "-k", "1-3", "--dry-run", "-o", tmp_path / "o")
    assert result.exit_code == 0
    assert "Would fit 12 mixtures" in result.stdout and "width, height" in result.stdout
    assert not (tmp_path / "o").exists()
    plan = json.loads(run("fit", table, "-k", "1-3", "--dry-run", "--json").stdout)
    assert plan["n_components"] == [1, 2, 3] and plan["files"] == []
    assert "Would fit 42 mixtures" in run("fit", table, "-k", "1-3", "--covariance", "all", "--dry-run").stdout


@pytest.mark.parametrize(
    ("doubtful", "message"),
    [("-k 1-2", "largest"), ("-k 4-6", "smallest"), ("-k 3 --max-iter 1", "converge")],
)
def test_strict_fails_where_the_answer_is_doubtful_and_writes_nothing(run, faithful, tmp_path, doubtful, message):
    result = run("fit", faithful, *doubtful.split(), "--covariance", "full", "--strict", "-o", tmp_path / "o")
    assert result.exit_code == 4
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_verbose_prints_the_starts(run, faithful):
    assert re.search(r"^start +log-likelihood", run("fit", faithful, *QUICK, "-v").stdout, re.MULTILINE)


def test_many_columns_with_long_names_stay_on_the_screen(run, tmp_path):
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(mean, 1, (30, 12)) for mean in (0, 4)])
    path = tmp_path / "wide.csv"
    names = ",".join(f"a rather long name of a column 東京 {d}" for d in range(12))
    np.savetxt(path, points, delimiter=",", header=names, comments="", encoding="utf-8")
    lines = run("fit", path, *QUICK).stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 24


def test_the_choice_is_printed_where_it_fits_the_screen_or_is_asked_for(run, faithful):
    many = ("fit", faithful, "-k", "12-13", "--covariance", "tied")
    assert "BIC + by k" not in run(*many).stdout
    assert "BIC + by k" in run(*many, "-v").stdout
    assert "BIC + by k" in run("fit", faithful, "-k", "2-3", "--covariance", "tied").stdout


def test_one_cluster_is_not_said_to_be_sure(run, faithful):
    result = run("fit", faithful, "-k", "1", "--covariance", "full")
    assert result.exit_code == 0
    assert result.stdout.startswith("1 cluster in 272 rows") and "Sure" not in result.stdout


@pytest.mark.parametrize(("criterion", "label"), [("nec", "NEC"), ("cv", "CV deviance"), ("sabic", "SABIC")])
def test_any_criterion_is_told_by_its_name_wherever_it_is(run, faithful, tmp_path, criterion, label):
    said = run("fit", faithful, "-k", "1-2", "--covariance", "tied", "--criterion", criterion, "-o", tmp_path / "o")
    assert label in said.stdout.splitlines()[1] and f"{label} + by k" in said.stdout
    shown = run("show", tmp_path / "o" / "model.safetensors").stdout
    assert f"{label} + by k" in shown and re.search(r"BIC ([\d,.]+) \(mclust: -\1\)", shown)
    page = (tmp_path / "o" / "report.html").read_text()
    assert f"have the lowest {label}" in page and ("mclust gives" in page) is False


@pytest.mark.parametrize(("n_rows", "tried"), [(6, "full, tied, diag, spherical"), (5, "diag, spherical")])
def test_ellipses_are_tried_where_there_are_more_rows_than_columns(run, tmp_path, n_rows, tried):
    path = tmp_path / "wide.csv"
    cells = np.random.default_rng(0).normal(size=(n_rows, 5)).round(3)
    path.write_text("a,b,c,d,e\n" + "\n".join(",".join(map(str, row)) for row in cells))
    assert f"; {tried})" in run("fit", path, "--dry-run").stdout
    assert "; full)" in run("fit", path, "--dry-run", "--covariance", "full").stdout
