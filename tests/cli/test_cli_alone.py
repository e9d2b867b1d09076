"""`mixtura fit --outliers trim` and `--fixed`: one fit by an estimator, under the command line."""

import json

import numpy as np
import pytest

from mixtura import TrimmedMixture, datasets
from mixtura.persistence import load

X = datasets.load("faithful").data
HELD = {"means": [{"waiting": 54, "eruptions": 2.0}, None], "covariances": [None, [[0.17, 0.9], [0.9, 36.0]]]}


@pytest.fixture
def held(tmp_path):
    def write(told):
        path = tmp_path / "held.json"
        path.write_text(told if isinstance(told, str) else json.dumps(told))
        return path

    return write


def test_trimming_is_that_of_the_estimator(run, faithful, tmp_path):
    result = run(
        "fit", faithful, "-k", "2", "--outliers", "trim", "--trim", "0.1", "-o", tmp_path / "out", "--no-report"
    )
    assert result.exit_code == 0, result.output
    assert "27 rows are trimmed" in result.stdout
    own = TrimmedMixture(2, trim=0.1, random_state=0).fit(X)
    fitted = load(tmp_path / "out" / "model.safetensors")
    np.testing.assert_array_equal(fitted.parameters.emission.means, own.means_)
    assert fitted.features == ("eruptions", "waiting")
    again = " ".join(run("show", tmp_path / "out" / "model.safetensors").stdout.split())
    assert "--outliers trim --trim 0.1" in again  # the command on record


def test_what_is_fixed_stays_and_the_rest_is_fitted(run, faithful, held, tmp_path):
    result = run("fit", faithful, "-k", "2", "--fixed", held(HELD), "-o", tmp_path / "out", "--no-report")
    assert result.exit_code == 0, result.output
    fitted = load(tmp_path / "out" / "model.safetensors")
    means, covariances = fitted.parameters.emission
    assert means[0].tolist() == [2.0, 54.0] and covariances[1].tolist() == HELD["covariances"][1]
    labels = np.where(X[:, 0] < 3, 0, 1)  # the groups are far apart
    np.testing.assert_allclose(means[1], X[labels == 1].mean(0), rtol=0.01)
    assert fitted.history["n_free"] == 1 + 2 + 3


@pytest.mark.parametrize(
    ("covariance", "told"),
    [("tied", [[0.2, 0.5], [0.5, 30.0]]), ("diag", [None, [0.2, 30.0]]), ("spherical", [2.0, 3.0])],
)
def test_covariances_have_the_shape_of_the_model(run, faithful, held, covariance, told):
    path = held({"covariances": told, "weights": [0.25, 0.75]})
    result = run("fit", faithful, "-k", "2", "--covariance", covariance, "--fixed", path, "--json", "-q")
    assert result.exit_code == 0, result.output
    fitted = json.loads(result.stdout)
    assert fitted["answer"]["covariance"] == covariance


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ([1], "must hold an object"),
        ({"sizes": [1, 2]}, "must hold an object"),
        ({"means": [[1, 2]]}, r"means must be numbers of the shape (2, 2)"),
        ({"means": [[1e300, 2], None]}, "means must be numbers"),
        ({"means": [["a", 2], None]}, "means must be numbers"),
        ({"means": [{"eruptions": 2}, None]}, "it needs eruptions, waiting"),
        ({"weights": [0.5, 0.6]}, "add up to one"),
        ({"covariances": [[[1, 2], [2, 1]], None]}, "symmetric and positive definite"),
    ],
)
def test_what_cannot_be_fixed_is_told(run, faithful, held, told, message):
    result = run("fit", faithful, "-k", "2", "--fixed", held(told))
    assert result.exit_code == 3 and message in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--trim", "0.1"), "give both"),
        (("--outliers", "trim"), "give -k one number"),
        (("--outliers", "trim", "-k", "2", "--covariance", "full,tied"), "give --covariance one name"),
        (("--outliers", "trim", "-k", "2", "--select-columns", "greedy"), "leave out --select-columns"),
        (("--outliers", "trim", "-k", "2", "--memory", "1GB"), "leave out --memory"),
    ],
)
def test_what_does_not_go_together_is_told(run, faithful, options, message):
    result = run("fit", faithful, *options)
    assert result.exit_code == 2 and message in result.stderr


def test_rows_that_lack_cells_are_named(run, table):
    text = table.read_text().splitlines()
    text[3] = text[3].replace(text[3].split(",")[1], "")
    table.write_text("\n".join(text) + "\n")
    result = run("fit", table, "-k", "2", "--outliers", "trim", "--features", "width,height")
    assert result.exit_code == 3 and "--missing drop" in result.stderr
