"""`mixtura fit --select-columns`: only columns that tell of clusters are clustered on."""

import json

import numpy as np
import pytest

from mixtura.persistence import load

QUICK = ("-k", "1-3", "--covariance", "tied", "--exclude", "visits")


@pytest.fixture(scope="module")
def noisy(tmp_path_factory):
    """Two groups in one column, and two columns that know nothing of them."""
    rng = np.random.default_rng(0)
    length = np.repeat([0, 6], 60) + rng.normal(size=120)
    visits = rng.poisson(3, 120)
    rows = np.column_stack([rng.normal(size=120), length, rng.normal(size=120), visits])
    path = tmp_path_factory.mktemp("noisy") / "noisy.csv"
    np.savetxt(
        path, rows, delimiter=",", header="noise,length,more noise,visits", comments="", fmt=["%.4f"] * 3 + ["%d"]
    )
    return path


@pytest.mark.parametrize("search", ["greedy", "headlong"])
def test_the_fit_is_that_of_the_columns_chosen(run, noisy, tmp_path, search):
    result = run("fit", noisy, *QUICK, "--select-columns", search, "--json", "-o", tmp_path / "out", "--no-report")
    told = json.loads(result.stdout)
    assert [column["name"] for column in told["columns"]] == ["length"]
    reason = "no evidence of clusters beside the others"
    assert told["left_out"]["columns"] == [{"name": name, "reason": reason} for name in ("noise", "more noise")]
    alone = json.loads(run("fit", noisy, *QUICK, "--features", "length", "--json").stdout)
    assert told["answer"]["value"] == alone["answer"]["value"]
    fitted = load(tmp_path / "out" / "model.safetensors")
    assert fitted.features == ("length",)
    assert f"--select-columns {search}" in fitted.provenance["command"]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("-k", "1"), 2, "give -k numbers above 1"),
        (("--bayes", "--covariance", "full"), 2, "leave out --bayes"),
        (("--memory", "1GB"), 2, "--select-columns takes the whole table"),
        (("--features", "noise", "-k", "2"), 3, "No column tells of clusters"),
        (("--counts", "visits", "-k", "2"), 3, "is for numbers as they are"),
    ],
)
def test_where_columns_cannot_be_chosen(run, noisy, options, code, said):
    result = run("fit", noisy, "--select-columns", "greedy", *options)
    assert (result.exit_code, said in result.stderr) == (code, True), result.output


def test_rows_with_holes_are_left_to_the_user(run, noisy, tmp_path):
    lines = noisy.read_text().splitlines()
    holes = tmp_path / "holes.csv"
    holes.write_text("\n".join([lines[0], ",1.0,2.0,3", *lines[1:]]) + "\n")
    refused = run("fit", holes, *QUICK, "--select-columns", "greedy")
    assert refused.exit_code == 3 and "--missing drop" in refused.stderr
    assert run("fit", holes, *QUICK, "--select-columns", "greedy", "--missing", "drop").exit_code == 0
