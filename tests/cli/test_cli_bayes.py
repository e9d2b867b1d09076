"""`mixtura fit --bayes`: the number is found, the model file answers, and what does not go together is refused."""

import json

import numpy as np
import pytest

from mixtura.bayesian import BayesianMixture
from mixtura.persistence import load


@pytest.fixture(scope="module")
def groups(tmp_path_factory):
    """Three groups of fifty rows."""
    rng = np.random.default_rng(0)
    rows = np.concatenate([rng.normal(centre, 1, (50, 2)) for centre in ([0, 0], [8, 1], [3, 9])])
    path = tmp_path_factory.mktemp("bayes") / "groups.csv"
    np.savetxt(path, rows, fmt="%.4f", delimiter=",", header="width,height", comments="")
    return path


@pytest.fixture(scope="module")
def out(run, groups):
    folder = groups.parent / "out"
    result = run("fit", groups, "--bayes", "-o", folder)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("3 clusters in 150 rows")
    assert "−2 bound" in result.stdout
    return folder


def test_the_files_tell_the_same_story(out):
    fitted, summary = load(out / "model.safetensors"), json.loads((out / "summary.json").read_text())
    assert isinstance(fitted.model, BayesianMixture)
    assert summary["answer"]["n_clusters"] == fitted.n_components == 3
    assert summary["choice"]["criterion"] == "bound"
    assert summary["answer"]["value"] == pytest.approx(fitted.history["criteria"]["bound"])
    assert summary["reproduce"]["command"].endswith("--bayes")


def test_the_report_shows_the_bound_by_number(out):
    page = (out / "report.html").read_text()
    assert "lowest −2 bound" in page


@pytest.mark.parametrize("command", ["show", "predict", "report", "compare"])
def test_the_model_answers(run, out, groups, command):
    model = out / "model.safetensors"
    others = {"predict": [groups], "report": [groups, "-o", out / "again.html"], "compare": [model]}
    result = run(command, model, *others.get(command, []))
    assert result.exit_code == 0, result.output


def test_labels_are_those_of_the_fit(run, out, groups):
    told = run("predict", out / "model.safetensors", groups).stdout.splitlines()[1:]
    labels = np.array([int(line.split(",")[1]) for line in told])
    assert sorted(np.bincount(labels).tolist()) == [50, 50, 50]
    assert all(len(np.unique(part)) == 1 for part in np.split(labels, 3))


def test_numbers_can_be_compared(run, groups):
    result = run("fit", groups, "--bayes", "-k", "2-4", "--covariance", "diag", "--json", "-q")
    choice = json.loads(result.stdout)["choice"]
    assert [fit["n_components"] for fit in choice["fits"]] == [2, 3, 4]
    assert choice["best"]["n_components"] == 3


def test_rows_that_are_read_block_by_block(run, groups, out, tmp_path):
    far = run("fit", groups, "--bayes", "--memory", "1GB", "-o", tmp_path / "far", "--no-report")
    assert far.exit_code == 0, far.output
    one, other = (json.loads((folder / "summary.json").read_text()) for folder in (tmp_path / "far", out))
    assert one["answer"]["headline"] == other["answer"]["headline"]
    assert one["answer"]["value"] == pytest.approx(other["answer"]["value"], rel=1e-9)
    assert [c["n_rows"] for c in one["clusters"]] == [c["n_rows"] for c in other["clusters"]]


def test_a_checkpoint_goes_on_to_the_same_answer(run, groups, tmp_path):
    fit = ("fit", groups, "--bayes", "-k", "1", "--checkpoint", tmp_path / "fit.json", "--json")
    first, again = run(*fit), run(*fit, "--resume")
    assert first.exit_code == again.exit_code == 0, again.output
    assert json.loads(first.stdout)["answer"] == json.loads(again.stdout)["answer"]
    refused = run(*fit, "--resume", "-k", "2")
    assert (refused.exit_code, "another request" in refused.stderr) == (3, True)


def test_a_dry_run_says_that_the_number_is_open(run, groups):
    result = run("fit", groups, "--bayes", "--dry-run")
    assert "as many clusters as the rows ask for (full) to 150 rows" in result.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--criterion", "bic"], "leave out --criterion"),
        (["--equal-weights"], "leave out --equal-weights"),
        (["--covariance", "full,diag"], "name one"),
    ],
)
def test_what_does_not_go_together_is_refused(run, groups, options, message):
    result = run("fit", groups, "--bayes", *options)
    assert result.exit_code == 2
    assert message in result.stderr


def test_the_bound_is_no_criterion_of_other_fits(run, groups):
    assert run("fit", groups, "--criterion", "bound").exit_code == 2


def test_the_same_seed_gives_the_same_bytes(run, groups, out):
    assert run("fit", groups, "--bayes", "-o", groups.parent / "twice", "--no-report").exit_code == 0
    again = groups.parent / "twice" / "model.safetensors"
    assert again.read_bytes() == (out / "model.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("covariance", "size", "said"),
    [
        ("full", (60, 8), "36 numbers to learn of its shape in 8 columns, and there are 60 rows"),
        ("VVE", (60, 8), ""),
        ("diag", (60, 8), ""),
        ("full", (2, 1), ""),
    ],
)
def test_few_rows_in_many_columns_get_a_word(run, tmp_path, covariance, size, said):
    rows = np.random.default_rng(0).normal(size=size)
    np.savetxt(tmp_path / "few.csv", rows, delimiter=",", header=",".join("abcdefgh"[: size[1]]), comments="")
    told = " ".join(run("fit", tmp_path / "few.csv", "--bayes", "--covariance", covariance).stdout.split())
    assert said in told
    assert ("may stay hidden" in told) is bool(said)


def test_a_column_of_years_makes_no_groups(run, groups):
    lines = groups.read_text().splitlines()
    years = [f"{line},{('year', 2007 + n % 3)[n > 0]}" for n, line in enumerate(lines)]
    path = groups.parent / "years.csv"
    path.write_text("\n".join(years) + "\n")
    told = " ".join(run("fit", path, "--bayes").stdout.split())
    assert told.startswith("3 clusters in 150 rows, 3 columns")
    assert "Set aside, though of lower −2 bound" in told
    assert "rows of one value in some column" in told
