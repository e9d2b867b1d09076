"""Importing the package and asking for help load nothing heavy: read from `sys.modules` of a new process."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "sklearn", "pandas", "polars", "pyarrow", "narwhals", "scipy", "numba", "matplotlib", "rich", "jinja2", "dask",
    "distributed", "pyspark",
}  # fmt: skip

HELP = """
from contextlib import redirect_stdout, suppress
from io import StringIO
from mixtura.cli.main import main
sys.argv = ["mixtura", "--help"]
with redirect_stdout(StringIO()), suppress(SystemExit):
    main()
"""


def loaded_by(code):
    """The packages that a new process has loaded after running `code`."""
    listing = "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    script = f"import json, sys\n{code}\n{listing}"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(answer.stdout))


@pytest.mark.parametrize(
    "code",
    ["import mixtura", "from mixtura import datasets; datasets.load('faithful')", HELP],
    ids=["import mixtura", "a data set", "mixtura --help"],
)
def test_nothing_heavy_is_loaded(code):
    loaded = loaded_by(code)
    assert "mixtura" in loaded
    assert loaded & HEAVY == set()


def test_the_package_alone_does_not_even_load_numpy():
    assert "numpy" not in loaded_by("import mixtura")


def test_every_public_name_is_found():
    import mixtura

    assert {name for name in mixtura.__all__ if getattr(mixtura, name, None) is None} == set()
    assert set(mixtura.__all__) <= set(dir(mixtura))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = mixtura.nonsense


def test_the_program_is_there_at_once():
    """Until it is, Ctrl-C ends in a traceback: nothing else is imported before."""
    script = "import sys; before = set(sys.modules); import mixtura.__main__; print(*sorted(set(sys.modules) - before))"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["mixtura", "mixtura.__main__"]
