"""`mixtura errors`: how far the numbers of a model may be off."""

import json

import pytest

from mixtura.cli.errors import METHODS
from mixtura.resampling import parameters


def test_all_methods_can_be_asked_for():
    assert METHODS == parameters.METHODS


@pytest.mark.parametrize("method", ["sandwich", "bootstrap"])
def test_screen_and_json_say_the_same(run, output, faithful, method):
    words = (
        "errors",
        output / "model.safetensors",
        faithful,
        "--method",
        method,
        "--replicates",
        "9",
        "--level",
        "0.9",
    )
    told, shown = json.loads(run(*words, "--json").stdout), run(*words).stdout
    assert shown.splitlines()[0].startswith(f"2 clusters: standard errors by {method}")
    assert "intervals of 90 %" in shown
    assert told["n_fits"] == (0 if method == "sandwich" else 9) and told["noise_share"] is None
    for own in told["clusters"]:
        weight, mean = own["weights"], own["means"]
        assert weight["low"] < weight["estimate"] < weight["high"]
        assert f"{100 * weight['estimate']:.1f} ± {100 * weight['error']:.1f} %" in shown
        assert len(mean["low"]) == 2 == len(own["covariances"]["error"])
    assert run("errors", output / "model.safetensors", *words[3:]).stdout == shown


def test_noise_has_a_line(run, faithful, tmp_path):
    grid = [f"{1 + x},{38 + 14 * y}" for x in range(6) for y in range(5)]
    (tmp_path / "noisy.csv").write_text("\n".join([*faithful.read_text().splitlines(), *grid]))
    made = run(
        "fit", tmp_path / "noisy.csv", "-k", "2", "--covariance", "tied", "--outliers", "uniform", "-o", tmp_path / "o"
    )
    assert made.exit_code == 0
    shown = run("errors", tmp_path / "o" / "model.safetensors", "--method", "information").stdout
    assert shown.splitlines()[-1].startswith("noise: ")


def test_what_cannot_be(run, output):
    assert run("errors", output / "model.safetensors", "--level", "1").exit_code == 2
    assert run("errors", output / "model.safetensors", "nowhere.csv").exit_code == 3
