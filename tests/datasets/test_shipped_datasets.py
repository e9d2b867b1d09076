"""The sets that travel as files, against published facts, another library's copy and their origin."""

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import mixtura.datasets
from mixtura import datasets

ROOT = Path(__file__).parents[2]
FOLDER = Path(mixtura.datasets.__file__).parent
SHIPPED = ["faithful", "iris", "penguins"]


def test_faithful_has_the_size_and_means_that_r_prints():
    faithful = datasets.load("faithful")
    assert faithful.data.shape == (272, 2)
    np.testing.assert_allclose(faithful.data.mean(axis=0), [3.487783, 70.89706], rtol=1e-6)
    assert faithful.target is None


def test_iris_has_the_means_of_fishers_table():
    iris = datasets.load("iris")
    means = [iris.data[iris.target == species].mean(axis=0) for species in range(3)]
    fisher = [[5.006, 3.428, 1.462, 0.246], [5.936, 2.770, 4.260, 1.326], [6.588, 2.974, 5.552, 2.026]]
    np.testing.assert_allclose(means, fisher, atol=1e-9)
    assert iris.target_names == ("setosa", "versicolor", "virginica")


def test_iris_equals_the_copy_in_scikit_learn():
    from sklearn.datasets import load_iris

    ours, theirs = datasets.load("iris"), load_iris()
    np.testing.assert_array_equal(ours.data, theirs.data)
    np.testing.assert_array_equal(ours.target, theirs.target)


def test_penguins_lack_the_cells_that_are_known_to_be_missing():
    penguins = datasets.load("penguins")
    assert penguins.data.shape == (344, 4)
    assert np.isnan(penguins.data).sum(axis=1).tolist().count(4) == 2
    assert np.isnan(penguins.data).sum() == 8
    assert Counter(penguins.extras["sex"]) == {"male": 168, "female": 165, None: 11}


def test_penguins_have_the_published_counts():
    penguins = datasets.load("penguins")
    assert dict(zip(penguins.target_names, np.bincount(penguins.target), strict=True)) == {
        "Adelie": 152,
        "Chinstrap": 68,
        "Gentoo": 124,
    }
    assert Counter(penguins.extras["island"]) == {"Biscoe": 168, "Dream": 124, "Torgersen": 52}
    assert set(penguins.extras["year"]) == {2007, 2008, 2009}


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_read_is_written_back_to_the_byte(name):
    assert datasets.load(name).to_csv_text().encode() == (FOLDER / f"{name}.csv").read_bytes()


def test_the_example_is_the_shipped_file():
    assert (ROOT / "examples/faithful.csv").read_bytes() == (FOLDER / "faithful.csv").read_bytes()


def test_shipped_files_are_small():
    assert all((FOLDER / f"{name}.csv").stat().st_size < 300_000 for name in SHIPPED)


def test_r_writes_the_same_files(tmp_path):
    if not r_has_the_sources():
        pytest.skip("needs R with palmerpenguins")
    subprocess.run(["Rscript", ROOT / "tools/make_datasets.R", tmp_path], check=True, capture_output=True)
    for name in SHIPPED:
        assert (tmp_path / f"{name}.csv").read_bytes() == (FOLDER / f"{name}.csv").read_bytes()


def r_has_the_sources() -> bool:
    if shutil.which("Rscript") is None:
        return False
    return subprocess.run(["Rscript", "-e", "palmerpenguins::penguins"], capture_output=True).returncode == 0
