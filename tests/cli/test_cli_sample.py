"""`mixtura sample`: rows drawn from a model."""

import csv
import io

import numpy as np
import pytest
from pyarrow import parquet

from mixtura.persistence import load, save


@pytest.fixture(scope="module")
def model(output):
    return output / "model.safetensors"


@pytest.fixture(scope="module")
def kinds(run, tmp_path_factory):
    """A model of a level, a count, a positive number and one that has the name of what is said of rows."""
    folder, rng = tmp_path_factory.mktemp("kinds"), np.random.default_rng(0)
    lines = ["label,town,visits,income"]
    for n in range(120):
        k = n % 2
        lines.append(
            f"{rng.normal(9 * k):.3f},{'Oslo' if k else 'Rom'},{rng.poisson(2 + 9 * k)},{np.exp(rng.normal())}"
        )
    (folder / "kinds.csv").write_text("\n".join(lines) + "\n")
    roles = ("--features", "label", "--categorical", "town", "--counts", "visits", "--transform", "income=log")
    result = run("fit", folder / "kinds.csv", *roles, "-k", "2", "--covariance", "diag", "-o", folder / "out")
    assert result.exit_code == 0, result.output
    return folder / "out" / "model.safetensors"


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_rows_look_like_those_of_the_fit(run, model):
    drawn = rows(run("sample", model, "-n", "2000").stdout)
    assert len(drawn) == 2000 and list(drawn[0]) == ["eruptions", "waiting"]
    points = np.array([[float(cell) for cell in row.values()] for row in drawn])
    fitted = load(model)
    means = fitted.parameters.weights @ fitted.parameters.emission.means
    assert points.mean(0) == pytest.approx(means, rel=0.03)
    halves = np.split(points, 2)
    assert halves[0].mean(0) == pytest.approx(halves[1].mean(0), rel=0.05)  # not one component after the other


def test_the_seed_decides(run, model):
    first, again, other = (run("sample", model, *words).stdout for words in ([], ["--seed", "0"], ["--seed", "1"]))
    assert first == again != other
    assert len(rows(first)) == 100


def test_kinds_of_columns_come_back(run, kinds):
    drawn = rows(run("sample", kinds, "-n", "300", "--with-labels").stdout)
    assert {row["town"] for row in drawn} == {"Oslo", "Rom"}
    assert all(row["visits"].isdecimal() and float(row["income"]) > 0 for row in drawn)
    ends = {row["label_"]: row["town"] for row in drawn}
    assert sorted(ends) == ["0", "1"] and len(set(ends.values())) == 2


def test_what_is_drawn_can_be_read_as_what_was_fitted(run, kinds, tmp_path):
    path = tmp_path / "drawn.parquet"
    assert run("sample", kinds, "-n", "200", "--with-labels", "-o", path).exit_code == 0
    labels = rows(run("predict", kinds, path).stdout)
    known = parquet.read_table(path)["label_"].to_pylist()
    assert np.mean([int(row["label"]) == label for row, label in zip(labels, known, strict=True)]) > 0.95


def test_clusters_are_called_by_their_names(run, model, tmp_path):
    save(load(model).renamed({0: "Long wait"}), tmp_path / "named.safetensors")
    drawn = rows(run("sample", tmp_path / "named.safetensors", "--with-labels").stdout)
    assert {(row["label"], row["cluster"]) for row in drawn} == {("0", "Long wait"), ("1", "cluster 1")}


def test_many_rows_are_drawn_some_at_a_time(monkeypatch, run, model):
    monkeypatch.setattr("mixtura.simulation._AT_ONCE", 40)
    drawn = rows(run("sample", model, "-n", "100").stdout)
    assert len({tuple(row.values()) for row in drawn}) == 100


def test_files_are_not_replaced_unasked(run, model, tmp_path):
    path = tmp_path / "drawn.csv"
    assert [run("sample", model, "-o", path, *more).exit_code for more in ([], [], ["--overwrite"])] == [0, 6, 0]
    assert run("sample", model, "-n", "0").exit_code == 2
