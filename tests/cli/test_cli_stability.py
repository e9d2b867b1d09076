"""`mixtura stability`: which clusters come back."""

import json


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
