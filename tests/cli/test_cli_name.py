"""`mixtura name`: names are kept in the model, and every output uses them."""

import csv
import io
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from mixtura.persistence import load


@pytest.fixture
def model(output, tmp_path):
    return shutil.copy(output / "model.safetensors", tmp_path / "model.safetensors")


def test_nothing_but_the_names_changes(run, model, output):
    result = run("name", model, "0=Long wait", "1=Short wait")
    assert (result.exit_code, result.stderr) == (0, "")
    before, after = load(output / "model.safetensors"), load(model)
    assert after.cluster_names == ("Long wait", "Short wait")
    assert replace(after, cluster_names=before.cluster_names, parameters=None) == replace(before, parameters=None)
    assert np.array_equal(after.parameters.weights, before.parameters.weights)


def test_every_output_uses_the_names(run, model, faithful):
    assert json.loads(run("name", model, "1=Short wait", "--json").stdout) == {
        "cluster_names": ["cluster 0", "Short wait"]
    }
    assert "1 Short wait" in run("show", model).stdout
    assert "1 Short wait" in run("show", model, faithful).stdout
    rows = list(csv.DictReader(io.StringIO(run("predict", model, faithful, "--proba", "none").stdout)))
    assert list(rows[0]) == ["row", "label", "cluster"]
    assert {(row["label"], row["cluster"]) for row in rows} == {("0", "cluster 0"), ("1", "Short wait")}


def test_an_empty_name_gives_back_the_number(run, model):
    run("name", model, "0=Long")
    assert run("name", model, "0=").exit_code == 0
    assert load(model).cluster_names == ("cluster 0", "cluster 1")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["2=Third"], "There is no cluster 2: the model has 2"),
        (["Long"], "'Long' is not a cluster's number and its name"),
        (["-1=Long"], "No such option"),
        (["0=Short", "1=Long", "0=Brief"], "cluster 0 is given two names, 'Short' and 'Brief'"),
        (["0=Same", "1=Same"], "Two clusters would be called 'Same'"),
        (["0=cluster 1"], "Two clusters would be called 'cluster 1'"),
        (["0=two\nlines"], "must be one line"),
        ([], "Missing argument"),
    ],
)
def test_names_that_cannot_be(run, model, names, said):
    before = model.read_bytes()
    result = run("name", model, *names)
    assert result.exit_code == 2
    assert said in result.stderr
    assert model.read_bytes() == before


def test_a_file_that_is_no_model(run, faithful):
    assert run("name", faithful, "0=x").exit_code == 3
