"""A small fit must not wait for libraries that it does not use."""

import json
import subprocess
import sys

SCRIPT = """
import json, sys
from mixtura.cli.main import program
try:
    program(sys.argv[1:], prog_name="mixtura")
except SystemExit as end:
    assert not end.code, end.code
print(json.dumps(sorted(sys.modules)))
"""
SLOW = {
    "sklearn",
    "scipy.linalg",
    "scipy.optimize",
    "scipy.sparse",
    "pandas",
    "polars",
    "matplotlib",
    "rich",
    "narwhals",
}


def loaded_by(*arguments):
    command = [sys.executable, "-c", SCRIPT, *map(str, arguments)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(answer.stdout.splitlines()[-1]))


def test_fit(faithful, tmp_path):
    fit = ("fit", faithful, "-k", "1-2", "-o", tmp_path / "out", "--overwrite", "-q")
    loaded_by(*fit)  # the first time on a machine kernels are compiled, and compilers load what they like
    loaded = loaded_by(*fit)
    assert "pyarrow" in loaded and "mixtura.report" in loaded
    assert loaded & SLOW == set()


def test_predict(faithful, output, tmp_path):
    loaded = loaded_by("predict", output / "model.safetensors", faithful, "-o", tmp_path / "labels.csv")
    assert loaded & (SLOW | {"jinja2", "mixtura.report"}) == set()


def test_show(output):
    assert loaded_by("show", output / "model.safetensors") & (SLOW | {"pyarrow", "jinja2"}) == set()
