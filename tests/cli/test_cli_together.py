"""Options of `mixtura fit` that change how rows are read or what components are, and what other commands make of it."""

import json

import pytest

from mixtura.persistence import load


@pytest.fixture(scope="module")
def holed(faithful, tmp_path_factory):
    """Old Faithful with a weight, a level and holes: in both numbers of row 4, and one in row 9."""
    lines = [line.split(",") for line in faithful.read_text().splitlines()]
    rows = [[*cells, str(1 + n % 2), "long" if float(cells[0]) > 3 else "short"] for n, cells in enumerate(lines[1:])]
    rows[3][:2], rows[8][1] = ["", ""], "-9"
    path = tmp_path_factory.mktemp("holed") / "holed.csv"
    path.write_text("\n".join(map(",".join, [["eruptions", "waiting", "many", "kind"], *rows])) + "\n")
    return path


@pytest.fixture(scope="module")
def fit(run, holed, tmp_path_factory):
    def call(*options):
        folder = tmp_path_factory.mktemp("fit") / "out"
        words = ("--exclude", "many", "--na", "-9", "-k", "2", "--covariance", "tied", "-o", folder)
        result = run("fit", holed, *words, *options)
        assert result.exit_code == 0, result.output
        return folder / "model.safetensors"

    return call


@pytest.fixture(scope="module")
def mixed(fit):
    return fit("--categorical", "kind", "--features", "eruptions,waiting")


@pytest.fixture(scope="module")
def bayes(fit):
    return fit("--bayes")


def test_rows_of_the_fit_are_read_again_as_they_were(run, fit):
    model = fit("--missing", "drop", "--weight", "many")
    assert load(model).provenance["data"]["how"] == {"missing": "drop", "weight": "many", "na": ["-9"]}
    for command in (["show", model, "--row", "1"], ["merge", model], ["stability", model, "--replicates", "2"]):
        result = run(*command)
        assert result.exit_code == 0, result.stderr


def test_categories_are_filled_by_name(run, mixed, holed):
    for options in ((), ("--draws", "1")):
        result = run("impute", mixed, holed, "--keep", "kind,many", *options)
        assert result.exit_code == 0, result.stderr
        header, *rows = result.stdout.splitlines()
        assert header.endswith("row,eruptions,waiting,kind,many")
        assert {row.split(",")[-2] for row in rows} == {'"long"', '"short"'}


def test_typical_rows_are_complete(run, mixed, holed):
    told = json.loads(run("show", mixed, holed, "--na", "-9", "--json").stdout)
    assert not {cluster["prototype"] for cluster in told["clusters"]} & {4, 9}


def test_mixed_columns_have_a_covariance_to_compare(run, mixed):
    assert "2 clusters, tied covariance" in " ".join(run("compare", mixed, mixed).stdout.split())


def test_errors_of_other_columns_are_not_known(run, mixed):
    result = run("errors", mixed)
    assert result.exit_code == 3
    assert "columns of numbers, and some columns hold levels or counts" in result.stderr


def test_the_likelihood_does_not_tell_errors_under_a_prior(run, fit):
    result = run("errors", fit("--prior", "default", "--missing", "drop"), "--method", "information")
    assert result.exit_code == 2
    assert 'the fit had a prior: use "bootstrap"' in result.stderr


def test_variational_mixtures_answer_about_rows_with_holes(run, bayes, holed, tmp_path):
    from pyarrow import csv, parquet

    table = tmp_path / "holed.parquet"
    read = csv.read_csv(holed, convert_options=csv.ConvertOptions(null_values=["", "-9"]))
    parquet.write_table(read, table)
    labels = [run("predict", bayes, data, "--na", "-9").stdout for data in (table, holed)]
    assert labels[0] == labels[1]
    assert labels[0].splitlines()[4].startswith("4,0,0.6")  # no cell: the share of the larger
    assert labels[0].splitlines()[9].startswith("9,1,0.999")  # 1.95 minutes
    filled = run("impute", bayes, holed, "--na", "-9").stdout.splitlines()
    assert 45 < float(filled[9].split(",")[2]) < 65


@pytest.mark.parametrize("command", ["stability", "errors"])
def test_merged_clusters_are_not_found_again(run, fit, command, tmp_path):
    merged = tmp_path / "merged.safetensors"
    assert run("merge", fit("-k", "3"), "--clusters", "2", "-o", merged).exit_code == 0
    result = run(command, merged)
    assert result.exit_code == 3
    assert "ask the model before merging" in result.stderr


@pytest.mark.parametrize("method", ["entropy", "demp", "modes"])
def test_noise_is_no_component_to_merge(run, fit, method):
    noisy = fit("-k", "3", "--outliers", "uniform", "--missing", "drop")
    result = run("merge", noisy, "--method", method)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("3 components in")


def test_noise_of_no_row_is_not_worth_a_warning(run, table):
    words = (table, "--features", "width,height", "-k", "2", "--covariance", "tied", "--outliers", "uniform")
    result = run("fit", *words, "--json")
    told = json.loads(result.stdout)
    assert told["answer"]["noise_share"] * 20 < 0.5
    assert not any("noise" in warning for warning in told["warnings"])


ASKING = {
    "the test": ("test",),
    "--outliers uniform": ("fit", "--outliers", "uniform"),
    "--outliers trim": ("fit", "--outliers", "trim", "-k", "2"),
    "--prior default": ("fit", "--prior", "default"),
    "--select-columns greedy": ("fit", "--select-columns", "greedy"),
    "mixtura learn": ("learn", "--labels", "kind"),
}


@pytest.mark.parametrize("asker", ASKING)
def test_who_asks_for_complete_rows_says_so_with_the_columns(run, holed, asker):
    command, *options = ASKING[asker]
    result = run(command, holed, "--na", "-9", "--features", "eruptions,waiting", *options)
    assert result.exit_code == 3, result.output
    told = (
        f"1 missing cell in waiting, first in row 8; {asker} takes complete rows only: --missing drop"  # row 4 has none
    )
    assert told in result.stderr


@pytest.mark.parametrize("asker", ["--bayes", "--prior=default", "--outliers=uniform", "--select-columns=headlong"])
def test_what_is_for_numbers_names_the_columns_that_hold_none(run, faithful, asker):
    result = run("fit", faithful, asker, "--counts", "waiting", "--transform", "eruptions=log")
    assert result.exit_code == 3, result.output
    told = "is for numbers as they are, and eruptions, waiting are none (log, a count): leave these out."
    assert result.stderr.rstrip().endswith(told)
