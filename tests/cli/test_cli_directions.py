"""`mixtura directions`: what tells clusters apart, and rows as coordinates."""

import csv
import json

import numpy as np
import pytest

from mixtura import datasets, discriminant_directions
from mixtura.persistence import load


@pytest.fixture(scope="module")
def model(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("iris")
    run("datasets", "get", "iris", "-o", folder / "iris.csv")
    fitted = run("fit", folder / "iris.csv", "-k", "3", "--covariance", "tied", "-o", folder / "out", "--no-report")
    assert fitted.exit_code == 0, fitted.output
    return folder / "out" / "model.safetensors"


def test_it_prints_what_the_library_finds(run, model):
    own = discriminant_directions(load(model))
    told = json.loads(run("directions", model, "--json").stdout)
    np.testing.assert_allclose([one["weights"] for one in told["directions"]], own.matrix.T)
    np.testing.assert_allclose([one["eigenvalue"] for one in told["directions"]], own.eigenvalues)
    assert sum(one["share"] for one in told["directions"]) == pytest.approx(1)
    lines = run("directions", model).stdout.splitlines()
    assert lines[0] == "2 directions in which the 3 clusters differ in 4 columns"
    assert f"{told['directions'][0]['loadings'][2]:+.2f}" in run("directions", model).stdout
    assert len(json.loads(run("directions", model, "--json", "--most", "1").stdout)["directions"]) == 1


def test_rows_are_written_as_coordinates(run, model, tmp_path):
    result = run("directions", model, "-o", tmp_path / "rows.csv", "--json")
    assert result.exit_code == 0, result.output
    with (tmp_path / "rows.csv").open() as file:
        rows = list(csv.DictReader(file))
    own = discriminant_directions(load(model)).transform(datasets.load("iris").data)
    written = [[float(row["direction_1"]), float(row["direction_2"])] for row in rows]
    np.testing.assert_allclose(written, own, rtol=1e-6)
    assert run("directions", model, "-o", tmp_path / "rows.csv").exit_code == 6


def test_rows_that_nobody_would_read_are_refused(run, model, tmp_path):
    result = run("directions", model, tmp_path / "nowhere.csv")
    assert result.exit_code == 2 and "-o FILE writes the coordinates of the rows of DATA" in result.stderr


def test_where_there_are_no_directions(run, table, tmp_path):
    fitted = run("fit", table, "-k", "1", "--covariance", "full", "-o", tmp_path / "one", "--no-report")
    assert fitted.exit_code == 0, fitted.output
    alone = run("directions", tmp_path / "one" / "model.safetensors")
    assert alone.exit_code == 3 and "No direction tells the clusters apart" in alone.stderr
    words = ("--categorical", "kind", "-k", "2", "--covariance", "tied", "-o", tmp_path / "two", "--no-report")
    assert run("fit", table, *words).exit_code == 0
    mixed = run("directions", tmp_path / "two" / "model.safetensors")
    assert mixed.exit_code == 3 and "combinations of numbers" in mixed.stderr
