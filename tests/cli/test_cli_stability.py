"""`mixtura stability`: which clusters come back."""

import json
import signal

import numpy as np

from mixtura.persistence import load


def test_screen_and_json_say_the_same(run, output, faithful):
    words = ("stability", output / "model.safetensors", faithful, "--replicates", "5")
    told, shown = json.loads(run(*words, "--json").stdout), run(*words).stdout
    assert shown.startswith("2 clusters, 5 fits to rows drawn again")
    assert [own["verdict"] for own in told["clusters"]] == ["very stable"] * 2
    for own in told["clusters"]:
        assert f"{own['n_rows']}        {own['similarity']:.2f}" in shown
    assert sum(own["n_rows"] for own in told["clusters"]) == 272
    assert run("stability", output / "model.safetensors", "--replicates", "5").stdout == shown


def test_rows_that_waver_are_named(run, faithful, tmp_path):
    assert run("fit", faithful, "-k", "5", "--covariance", "full", "-o", tmp_path / "o").exit_code == 0
    result = run("stability", tmp_path / "o" / "model.safetensors", "--replicates", "8", "--json")
    told = json.loads(result.stdout)
    shown = run("stability", tmp_path / "o" / "model.safetensors", "--replicates", "8").stdout
    assert f"least steady are {told['shaky_rows'][0]['row']} (stayed in" in " ".join(shown.split())
    assert told["n_shaky_rows"] > 5 == len(told["shaky_rows"])
    assert all(1 <= row["row"] <= 272 and row["consistency"] < 0.8 for row in told["shaky_rows"])


def test_a_file_that_is_not_there(run, output):
    result = run("stability", output / "model.safetensors", "nowhere.csv")
    assert result.exit_code == 3 and "nowhere.csv" in result.stderr


def test_a_fit_can_ask_at_once(run, faithful, tmp_path):
    words = ("fit", faithful, "-k", "2", "--stability", "6", "-o", tmp_path / "o")
    shown = " ".join(run(*words).stdout.split())
    assert "Came back in 6 fits to rows drawn again: cluster 0 in 100 % and cluster 1 in 100 %." in shown
    at_once = json.loads((tmp_path / "o" / "summary.json").read_text())["stability"]
    later = tmp_path / "later.safetensors"
    run("stability", tmp_path / "o" / "model.safetensors", "--replicates", "6", "-o", later)
    assert load(later).history["stability"] == at_once
    page = (tmp_path / "o" / "report.html").read_text()
    assert "Do the clusters come back?" in page and at_once["clusters"][0]["verdict"] in page


def test_clusters_that_do_not_come_back_are_warned_of(run, tmp_path):
    """Nine clusters where there are none."""
    np.savetxt(
        tmp_path / "bell.csv", np.random.default_rng(0).normal(size=(200, 2)), delimiter=",", header="a,b", comments=""
    )
    result = run("fit", tmp_path / "bell.csv", "-k", "6", "--covariance", "diag", "--stability", "8", "--json")
    told = json.loads(result.stdout)
    lost = [own for own in told["stability"]["clusters"] if not own["is_real"]]
    assert lost and all(own["similarity"] < 0.6 for own in lost)
    (warning,) = (warning for warning in told["warnings"] if "drawn again" in warning)
    assert "did not come back" in warning


def test_an_interrupt_leaves_the_fit_and_no_record(run, faithful, tmp_path, monkeypatch):
    def cut_short(*_, **__):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("mixtura.cli._fitting.stability", cut_short)
    result = run("fit", faithful, "-k", "2", "--stability", "6", "-o", tmp_path / "o")
    assert result.exit_code == 130
    assert json.loads((tmp_path / "o" / "summary.json").read_text())["stability"] is None


def test_merged_clusters_are_others(run, faithful, tmp_path):
    model, merged, page = (tmp_path / name for name in ("o/model.safetensors", "merged.safetensors", "page.html"))
    run("fit", faithful, "-k", "4", "--stability", "4", "-o", tmp_path / "o", "--no-report")
    run("merge", model, "--clusters", "2", "-o", merged)
    run("report", merged, "-o", page)
    history = load(merged).history
    assert "stability" not in history
    page = page.read_text()
    assert "Do the clusters come back?" not in page
    for one in history["merged"]["merges"]:
        assert f"{', '.join(map(str, one['left']))} and {', '.join(map(str, one['right']))}" in page
