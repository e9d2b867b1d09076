"""What holds for every data set, by name; and the ways to ask for them."""

import dataclasses
import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import mixtura.datasets
from mixtura import datasets
from mixtura.errors import DataError, OutputError

every_set = pytest.mark.parametrize("name", datasets.names())


@every_set
def test_what_is_described_is_what_is_loaded(name):
    about, dataset = datasets.describe(name), datasets.load(name)
    assert dataset.about == about
    assert dataset.name == name
    assert dataset.data.shape == (about.n_rows, len(about.feature_names))
    assert dataset.data.dtype == np.float64
    assert (dataset.target is None) == (about.label is None)


@every_set
def test_columns_are_measurements_then_label_then_the_rest(name):
    dataset = datasets.load(name)
    label = [dataset.about.label] if dataset.about.label else []
    assert list(dataset.columns()) == [*dataset.feature_names, *label, *dataset.extras]
    assert {len(column) for column in dataset.columns().values()} == {len(dataset.data)}


@every_set
@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_frames_hold_the_same_measurements(name, backend):
    import narwhals

    dataset = datasets.load(name)
    frame = narwhals.from_native(dataset.frame(backend), eager_only=True)
    np.testing.assert_array_equal(frame.select(*dataset.feature_names).to_numpy(), dataset.data)
    assert frame.columns == list(dataset.columns())


@every_set
def test_sources_page_says_the_same(name):
    page = Path(mixtura.datasets.__file__).with_name("SOURCES.md").read_text(encoding="utf-8")
    about = datasets.describe(name)
    section = page.split(f"\n## {name}:")[1].split("\n## ")[0]
    assert f"| {about.citation} |" in section
    assert f"| {about.licence} |" in section
    assert all(f"`{column}`" in section for column in about.feature_names)


@every_set
def test_get_writes_the_table(name, tmp_path):
    written = datasets.get(name, tmp_path / "table.csv")
    assert written.read_bytes() == datasets.load(name).to_csv_text().encode()
    assert list(tmp_path.iterdir()) == [written]


def test_get_names_the_file_itself_in_a_folder(tmp_path, monkeypatch):
    assert datasets.get("iris", tmp_path) == tmp_path / "iris.csv"
    monkeypatch.chdir(tmp_path)
    assert datasets.get("faithful") == tmp_path / "faithful.csv"


def test_get_replaces_a_file_only_when_told(tmp_path):
    mine = tmp_path / "iris.csv"
    mine.write_text("mine")
    with pytest.raises(OutputError, match=r"iris\.csv exists already"):
        datasets.get("iris", mine)
    assert mine.read_text() == "mine"
    datasets.get("iris", mine, overwrite=True)
    assert mine.read_text().startswith("sepal_length_cm,")


def test_get_leaves_nothing_behind_when_it_cannot_write(tmp_path, monkeypatch):
    with pytest.raises(OutputError, match="cannot be written"):
        datasets.get("iris", tmp_path / "absent" / "iris.csv")

    def no_space(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", no_space)
    with pytest.raises(OutputError, match="No space left on device"):
        datasets.get("iris", tmp_path / "iris.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ask", [datasets.load, datasets.describe, datasets.get])
def test_an_unknown_name_is_answered_with_those_there_are(ask):
    with pytest.raises(DataError, match=r"no data set 'irsi'\. Did you mean 'iris'\? There are: faithful, iris"):
        ask("irsi")


def test_a_missing_frame_library_is_named():
    # In a process of its own: narwhals remembers the libraries that it has found.
    code = (
        "import sys; sys.modules['polars'] = None; from mixtura import datasets; datasets.load('iris').frame('polars')"
    )
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "MissingExtraError: A polars data frame needs polars" in outcome.stderr
    assert outcome.stderr.endswith("pip install polars\n")


def test_an_unknown_frame_library_is_refused():
    with pytest.raises(ValueError, match="choose one of pandas, polars, pyarrow"):
        datasets.load("iris").frame("excel")


def test_a_set_cannot_be_changed_and_changing_its_rows_changes_no_other():
    first = datasets.load("faithful")
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.target_names = ("short", "long")
    first.data[:] = 0
    assert datasets.load("faithful").data.min() > 0


def test_importing_is_cheap():
    heavy = "{'pandas', 'polars', 'pyarrow', 'narwhals', 'scipy', 'sklearn', 'numba', 'matplotlib'}"
    code = f"import sys, mixtura.datasets; print(sorted({heavy} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]"


@pytest.mark.parametrize("module", ["", ".record", ".generated"])
def test_examples_in_docstrings(module):
    outcome = doctest.testmod(importlib.import_module("mixtura.datasets" + module))
    assert outcome.attempted > 0
    assert outcome.failed == 0
