"""A command line in this process, and the files that commands are tried on."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from mixtura.cli.main import program

QUICK = ("-k", "2", "--covariance", "tied")


@pytest.fixture(scope="session")
def run():
    """Run `mixtura ARGUMENTS`: a result with exit_code, stdout and stderr."""

    def call(*arguments, stdin=None):
        words = [str(argument) for argument in arguments]
        return CliRunner().invoke(program, words, input=stdin, prog_name="mixtura")

    return call


@pytest.fixture(scope="session")
def faithful():
    return Path(__file__).parents[2] / "examples" / "faithful.csv"


@pytest.fixture(scope="session")
def output(run, faithful, tmp_path_factory):
    """The folder of a fit of Old Faithful; not to be written into."""
    folder = tmp_path_factory.mktemp("fit") / "out"
    result = run("fit", faithful, *QUICK, "-o", folder)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def table(tmp_path):
    """Two groups of ten rows, a name for each row, a weight, a label that agrees and one cell to spoil."""
    rng = np.random.default_rng(0)
    path = tmp_path / "table.csv"
    lines = ["plate,width,height,weight,kind"]
    for n in range(20):
        width, height = rng.normal(10 * (n % 2), 1, 2)
        lines.append(f"p{n},{width:.3f},{height:.3f},{1 + n % 3},{'ab'[n % 2]}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="session")
def snapshot():
    """Names of all that is below a folder, and times of the files: what must not change when a command fails."""

    def look(folder):
        paths = sorted(folder.rglob("*"))
        return {path.relative_to(folder): path.stat().st_mtime_ns if path.is_file() else None for path in paths}

    return look
