"""`mixtura merge`: components of a model file into clusters, which every other command takes."""

import json
import shutil

import pytest

from mixtura.persistence import load


@pytest.fixture(scope="module")
def five(run, faithful, tmp_path_factory):
    folder = tmp_path_factory.mktemp("five") / "out"
    assert run("fit", faithful, "-k", "5", "--covariance", "full", "-o", folder, "--no-report").exit_code == 0
    return folder / "model.safetensors"


@pytest.fixture(scope="module")
def merged(run, five, faithful, tmp_path_factory):
    path = tmp_path_factory.mktemp("merged") / "merged.safetensors"
    result = run("merge", five, faithful, "--method", "demp", "--clusters", "2", "-o", path)
    assert (result.exit_code, result.stderr) == (0, f"Wrote {path}.\n")
    return path


@pytest.mark.parametrize("method", ["entropy", "demp", "modes"])
def test_stages_are_told(run, five, method):
    result = run("merge", five, "--method", method)
    assert (result.exit_code, result.stderr) == (0, "")
    told = json.loads(run("merge", five, "--method", method, "--json").stdout)
    assert [stage["n_clusters"] for stage in told["stages"]] == [4, 3, 2, 1]
    assert result.stdout.startswith(f"5 components in {told['suggested']} clusters")
    assert sum(cluster["weight"] for cluster in told["clusters"]) == pytest.approx(1)
    assert f"The method suggests {told['suggested']} clusters." in result.stdout


def test_a_merged_model_is_a_model(run, merged, faithful, tmp_path):
    kept = load(merged)
    assert kept.n_components == 2
    labels = [line.split(",")[1] for line in run("predict", merged, faithful).stdout.splitlines()[1:]]
    assert set(labels) == {"0", "1"}
    assert "Merged from 5 components (demp)" in run("show", merged).stdout
    assert "Merged from 5 components (demp)" in run("show", merged, faithful).stdout
    page = tmp_path / "report.html"
    assert run("report", merged, faithful, "-o", page).exit_code == 0
    assert "Merged from 5 components (demp)" in page.read_text(encoding="utf-8")
    assert run("compare", merged, merged).exit_code == 0
    again = run("merge", merged, "--method", "demp")
    assert again.stdout.startswith("5 components in 2 clusters")


def test_rows_of_merged_clusters_are_not_explained_by_columns(run, merged):
    result = run("show", merged, "--row", "3")
    assert result.exit_code == 3
    assert "merged components, which no sum over columns tells apart" in result.stderr


def test_a_merged_model_can_take_the_place_of_its_own(run, five, tmp_path):
    path = shutil.copy(five, tmp_path / "model.safetensors")
    assert run("merge", path, "-o", path).exit_code == 6
    assert run("merge", path, "--clusters", "3", "-o", path, "--overwrite").exit_code == 0
    assert load(path).n_components == 3


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--clusters", "6"], 2, "--clusters is 6, but the model has 5 components to merge"),
        (["--clusters", "0"], 2, "0 is not in the range x>=1"),
        (["--method", "size"], 2, "'size' is not one of 'entropy', 'demp', 'modes'"),
        (["--threshold", "nan"], 2, "'nan' is not a finite number"),
        (["-o", "no/where/m.safetensors"], 6, "there is no folder"),
        (["-o", ".", "--overwrite"], 6, ". is a folder"),
    ],
)
def test_bad_options(run, five, options, code, said):
    result = run("merge", five, *options)
    assert result.exit_code == code
    assert said in result.stderr


def test_a_threshold_ends_merging(run, five):
    told = json.loads(run("merge", five, "--method", "modes", "--threshold", "0", "--json").stdout)
    assert told["n_clusters"] == 1
