"""`show`, `check`, `datasets` and `info`."""

import csv
import json
import re

import numpy as np
import pytest
from click.testing import CliRunner

from mixtura.cli.main import program
from mixtura.datasets import load as load_data
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.fitted import FittedMixture
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.persistence import load, save


def test_show_tells_what_the_file_holds(run, output):
    fitted = load(output / "model.safetensors")
    lines = run("show", output / "model.safetensors").stdout.splitlines()
    assert lines[0] == "2 clusters in 2 columns, tied covariance"
    assert len(lines) <= 24 and max(map(len, lines)) <= 80
    table = [line.split() for line in lines if line.startswith("cluster ")]
    assert table[0] == ["cluster", "weight", "eruptions", "waiting"]  # shares of rows are another thing
    means = [[float(cell) for cell in (row[4], row[7])] for row in table[1:]]
    assert np.allclose(means, fitted.parameters.emission.means, rtol=1e-3)
    assert any("examples/faithful.csv" in line for line in lines)


@pytest.mark.parametrize(
    ("options", "environment", "is_coloured"),
    [((), {}, True), (("--no-color",), {}, False), ((), {"NO_COLOR": "1"}, False)],
)
def test_colours_on_a_terminal_unless_unwanted(output, options, environment, is_coloured):
    words = ["show", str(output / "model.safetensors"), *options]
    result = CliRunner(env={"NO_COLOR": None, **environment}).invoke(program, words, color=True)
    assert ("\x1b[" in result.stdout) == is_coloured


def test_show_json(run, output):
    fitted = load(output / "model.safetensors")
    told = json.loads(run("show", output / "model.safetensors", "--json").stdout)
    assert [cluster["means"] for cluster in told["clusters"]] == fitted.parameters.emission.means.tolist()
    sds = np.sqrt(np.einsum("kdd->kd", fitted.parameters.emission.covariances))
    assert [cluster["sds"] for cluster in told["clusters"]] == sds.tolist()
    assert told["provenance"] == fitted.provenance


def test_show_verbose_has_the_starts(run, output):
    assert "log-likelihood  " in run("show", output / "model.safetensors", "-v").stdout


@pytest.mark.parametrize("options", [(), ("--json",), ("-v",)])
def test_show_a_mixture_without_a_record(run, tmp_path, options):
    parameters = MixtureParameters(np.ones(1), GaussianParameters(np.zeros((1, 40)), np.ones((1, 40))))
    names = tuple(f"column {d}" for d in range(40))
    save(FittedMixture(Mixture(Gaussian("diag")), parameters, names, ("one",)), tmp_path / "model")
    result = run("show", tmp_path / "model", *options)
    assert result.exit_code == 0
    assert "--json" in options or re.search(r"^and \d\d more columns: see --json$", result.stdout, re.MULTILINE)


def test_check_finds_and_does_not_fail(run, tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("same,gap,kind\n1,2,a\n1,,b\n1,inf,c\n1,2,a\n")
    result = run("check", path)
    assert result.exit_code == 0
    assert "4 rows, 3 columns" in " ".join(result.stdout.split()) and "1 row (25 %) repeats" in result.stdout
    told = json.loads(run("check", path, "--json").stdout)
    facts = {column["name"]: column for column in told["columns"]}
    assert facts["gap"]["n_missing"] == 1 and facts["kind"]["kind"] == "category"
    assert told["findings"][0]["about"] == "infinite" and "x gap is infinite in 1 cell" in result.stdout


def test_check_tells_the_first_of_many_and_counts_the_rest(run, tmp_path):
    path = tmp_path / "steps.csv"
    rows = [",".join(str((n * d) % 3) for d in range(1, 8)) for n in range(60)]
    path.write_text("\n".join([",".join("abcdefg"), *rows]) + "\n")
    assert "few values: 1 more column" in run("check", path, "--exclude", "c,f").stdout


def test_check_writes_large_numbers_as_people_do(run, tmp_path):
    path = tmp_path / "large.csv"
    path.write_text("\n".join(["near,far,year", *(f"{n**0.5},{25_118 * n**1.5},{2000 + n}" for n in range(1, 21))]))
    told = " ".join(run("check", path).stdout.split())
    assert " 2001 " in told and " 25,118 " in told and " 4.472 " in told
    assert re.search(r"far varies \d{3},\d{3} times as much as near", told)


def test_check_has_nothing_to_say_of_a_sound_table(run, tmp_path):
    path = tmp_path / "sound.csv"
    path.write_text("\n".join(["a,b", *(f"{a},{b}" for a, b in np.random.default_rng(0).normal(size=(50, 2)))]))
    assert "Nothing stands in the way of a fit." in run("check", path).stdout


def test_check_cannot_read_what_is_not_there(run, tmp_path):
    assert run("check", tmp_path / "none.csv").exit_code == 3


def test_datasets_are_listed_and_written(run, tmp_path):
    listed = json.loads(run("datasets", "list", "--json").stdout)
    assert listed["faithful"]["n_rows"] == 272
    assert all(name in run("datasets", "list").stdout for name in listed)
    result = run("datasets", "get", "faithful", "-o", tmp_path / "f.csv")
    assert result.exit_code == 0 and "mixtura fit" in result.stdout
    with (tmp_path / "f.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == len(load_data("faithful").data)


def test_datasets_that_are_not_there_and_files_that_are(run, tmp_path):
    (tmp_path / "f.csv").write_text("precious")
    assert run("datasets", "get", "unfaithful").exit_code == 3
    assert run("datasets", "get", "faithful", "-o", tmp_path / "f.csv").exit_code == 6
    assert (tmp_path / "f.csv").read_text() == "precious"


def test_info(run):
    facts = json.loads(run("info", "--json").stdout)
    assert facts["packages"]["numpy"] == np.__version__
    assert facts["threads"] >= 1
    assert np.__version__ in run("info").stdout
