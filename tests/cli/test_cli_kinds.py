"""Counts and transformed numbers on the command line, from a check to new rows."""

import json
import re

import numpy as np
import pytest

from mixtura import MixedMixture, load


@pytest.fixture(scope="module")
def visitors():
    rng = np.random.default_rng(0)
    group = np.arange(300) % 3 == 0
    visits = rng.poisson(np.where(group, 9.0, 2.0))
    income = np.exp(rng.normal(np.where(group, 9.0, 7.0), 0.7))
    return {"visits": visits, "income": income, "age": rng.normal(40, 9, 300)}, group


@pytest.fixture(scope="module")
def table(visitors, tmp_path_factory):
    path = tmp_path_factory.mktemp("kinds") / "visitors.csv"
    rows = zip(*(values.tolist() for values in visitors[0].values()), strict=True)
    path.write_text("\n".join(["visits,income,age", *(f"{v},{i!r},{a!r}" for v, i, a in rows)]) + "\n")
    return path


@pytest.fixture(scope="module")
def output(run, table):
    folder = table.parent / "out"
    options = ["--counts", "visits", "--transform", "income=log", "-k", "2", "--covariance", "diag"]
    result = run("fit", table, *options, "-o", folder, "--json")
    assert result.exit_code == 0, result.output
    return folder, json.loads(result.stdout)


def test_a_fit_is_that_of_the_estimator(output, visitors):
    mixed = MixedMixture(
        2, covariance_type="diag", counts=["visits"], transforms={"income": "log"}, random_state=0, n_init=3
    ).fit(visitors[0])
    assert output[1]["checks"]["log_likelihood"] == pytest.approx(mixed.score(visitors[0]) * 300, abs=1e-2)
    assert [column["name"] for column in output[1]["columns"]] == ["log income", "age"]
    rates = [profile["visits"]["mean"] for profile in output[1]["profiles"]]
    np.testing.assert_allclose(sorted(rates), sorted(mixed.rates_["visits"]), rtol=0.1)


def test_the_model_reads_new_rows_in_the_same_way(run, output, visitors, table):
    model = output[0] / "model.safetensors"
    labels = run("predict", model, table, "--proba", "none").stdout.splitlines()[1:]
    found = np.array([int(line.split(",")[1]) for line in labels])
    assert max(np.mean(found == visitors[1]), np.mean(found != visitors[1])) > 0.97
    assert load(model).model.emission.names == ("numbers", "counts")
    for command in (("show", model, table), ("show", model), ("report", model, table, "-o", table.parent / "r.html")):
        assert run(*command).exit_code == 0


@pytest.mark.parametrize("unit", [1e-200, 1e200])
def test_logarithms_are_taken_of_columns_of_any_size(run, output, visitors, tmp_path, unit):
    columns = visitors[0] | {"income": visitors[0]["income"] * unit}
    rows = zip(*(values.tolist() for values in columns.values()), strict=True)
    path = tmp_path / "units.csv"
    path.write_text("\n".join(["visits,income,age", *(f"{v},{i!r},{a!r}" for v, i, a in rows)]) + "\n")
    options = ["--counts", "visits", "--transform", "income=log", "-k", "2", "--covariance", "diag"]
    told = json.loads(run("fit", path, *options, "--json").stdout)
    means = [[cluster["means"][0] for cluster in facts["clusters"]] for facts in (told, output[1])]
    np.testing.assert_allclose(means[0], np.add(means[1], np.log(unit)), rtol=1e-3)


def test_show_tells_covariance_and_rates(run, output):
    shown = run("show", output[0] / "model.safetensors").stdout
    assert "2 clusters in 3 columns, diag covariance" in shown and "log income" in shown
    told = json.loads(run("show", output[0] / "model.safetensors", "--json").stdout)
    rates = load(output[0] / "model.safetensors").parameters.emission[1].rates
    assert [own["visits"] for own in told["rates"]] == rates[:, 0].tolist()
    assert "visits: cluster 0 " in shown and " ± " in shown.partition("visits: ")[2]


def test_errors_are_those_of_the_transformed_column(run, table, tmp_path):
    options = ["--features", "income,age", "--transform", "income=log", "-k", "1", "--covariance", "diag"]
    assert run("fit", table, *options, "-o", tmp_path / "out", "-q").exit_code == 0
    result = run("errors", tmp_path / "out" / "model.safetensors", table, "--method", "jackknife")
    assert result.exit_code == 0 and "log income" in result.stdout


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("-1,100,30", "column 'visits' holds -1 in row 1, which is no count"),
        ("1.5,100,30", "column 'visits' holds 1.5 in row 1"),
        ("1,0,30", "column 'income' holds 0 in row 1, which has no log: that takes numbers above 0"),
    ],
)
def test_cells_of_another_kind_are_refused(run, output, table, tmp_path, row, message):
    (tmp_path / "new.csv").write_text(f"visits,income,age\n{row}\n")
    result = run("predict", output[0] / "model.safetensors", tmp_path / "new.csv")
    assert result.exit_code == 3 and message in " ".join(result.stderr.split())
    (tmp_path / "old.csv").write_text(f"visits,income,age\n{row}\n{table.read_text().partition(chr(10))[2]}")
    result = run("fit", tmp_path / "old.csv", "--counts", "visits", "--transform", "income=log", "-k", "2")
    assert result.exit_code == 3 and message in " ".join(result.stderr.split())


@pytest.mark.parametrize("value", ["income", "income=cube", "=log"])
def test_transforms_have_names(run, table, value):
    result = run("fit", table, "--transform", value)
    assert result.exit_code == 2 and "there are log, logit, sqrt" in " ".join(result.stderr.split())


def test_a_column_is_of_one_kind(run, table):
    result = run("fit", table, "--counts", "visits", "--categorical", "visits")
    assert result.exit_code == 3 and "column 'visits' cannot be of two kinds" in " ".join(result.stderr.split())


def test_columns_that_are_not_there_are_told(run, table):
    for option in (("--counts", "vists"), ("--transform", "incom=log")):
        result = run("fit", table, *option)
        assert result.exit_code == 3 and "did you mean" in result.stderr


def test_a_check_has_the_remedy_and_takes_it(run, table):
    told = json.loads(run("check", table, "--json").stdout)
    remedies = {finding["about"]: finding["remedy"] for finding in told["findings"]}
    assert remedies["skewed"].startswith("--transform income=log")
    told = json.loads(run("check", table, "--transform", "income=log", "--counts", "visits", "--json").stdout)
    assert "skewed" not in {finding["about"] for finding in told["findings"]}
    assert {column["role"] for column in told["columns"]} == {"feature"}


def test_the_command_on_record_says_them(output):
    command = load(output[0] / "model.safetensors").provenance["command"]
    assert "--counts visits --transform income=log" in command


def test_counts_that_vary_more_have_a_law_of_their_own(run, tmp_path):
    rng = np.random.default_rng(0)
    (tmp_path / "calls.csv").write_text("\n".join(["calls", *map(str, rng.negative_binomial(2, 0.2, 300))]) + "\n")
    asked = ("fit", tmp_path / "calls.csv", "--counts", "calls", "-k", "1", "--json", "-o", tmp_path / "out")
    narrow = json.loads(run(*asked).stdout)
    assert any("--count-family negative-binomial" in warning for warning in narrow["warnings"])
    wide = json.loads(run(*asked, "--overwrite", "--count-family", "negative-binomial").stdout)
    assert not any("--count-family" in warning for warning in wide["warnings"])
    assert wide["answer"]["value"] < narrow["answer"]["value"]
    assert "--count-family negative-binomial" in wide["reproduce"]["command"]
    model = load(tmp_path / "out" / "model.safetensors")
    told = json.loads(run("show", tmp_path / "out" / "model.safetensors", "--json").stdout)
    assert told["family"] == "negative_binomial"
    assert told["count_sds"][0]["calls"] ** 2 == pytest.approx(model.parameters.emission.variances.item())


def test_a_law_of_counts_needs_counts(run, table):
    result = run("fit", table, "--count-family", "negative-binomial")
    assert result.exit_code == 2 and "name their columns by --counts" in " ".join(result.stderr.split())


def test_powers_are_found(run, table, tmp_path):
    how = ["--transform", "income=box-cox,age=yeo-johnson", "--counts", "visits", "-k", "2", "--covariance", "diag"]
    result = run("fit", table, *how, "-o", tmp_path / "out", "--json")
    assert result.exit_code == 0, result.output
    names = [column["name"] for column in json.loads(result.stdout)["columns"]]
    assert names == ["box-cox income", "yeo-johnson age"]
    model = tmp_path / "out" / "model.safetensors"
    shown = " ".join(run("show", model).stdout.split())
    assert re.search(
        r"Seen through: income box-cox\(-?[0-9.]+, [0-9.]+\), age yeo-johnson\([0-9.]+, [0-9.]+\)\.", shown
    )
    assert len(run("predict", model, table, "--proba", "none").stdout.splitlines()) == 301


def test_what_has_no_power_is_said(run, tmp_path):
    path = tmp_path / "changes.csv"
    path.write_text("change\n" + "\n".join(f"{x}" for x in range(-3, 9)) + "\n")
    refused = run("fit", path, "--transform", "change=box-cox", "-k", "2")
    assert refused.exit_code == 3
    assert "which has no box-cox: that takes numbers above 0" in " ".join(refused.stderr.split())
