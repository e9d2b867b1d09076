"""What it takes until something happens: imports, the command line, and the first run of all."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from comparison.clock import median_seconds, seconds
from comparison.table import LABEL, TIME, Effort, Table
from mixtura import datasets

NOTE = """\
New processes, from start to end. The first fit of all compiles the kernels and keeps their machine code; later ones
load it."""

_MAIN = "import sys; from mixtura.cli.main import main; sys.exit(main())"
_FIT = ["-c", _MAIN, "fit", "rows.csv", "-o", "out", "--overwrite"]
COMMANDS = {
    "python": ["-c", "pass"],
    "import mixtura": ["-c", "import mixtura"],
    "import sklearn.mixture": ["-c", "import sklearn.mixture"],
    "mixtura --help": ["-c", _MAIN, "--help"],
    "mixtura fit, 272 × 2, a later run": _FIT,
}


def table(effort: Effort) -> Table:
    """Every command, and the first fit."""
    return Table("Starting up", NOTE, [("command", LABEL), ("ms", TIME)], _rows(effort))


def _rows(effort: Effort) -> Iterator[tuple[str | float, ...]]:
    with tempfile.TemporaryDirectory() as folder:
        datasets.get("faithful", Path(folder, "rows.csv"))
        run = partial(_run, folder=folder)
        for words, command in COMMANDS.items():
            yield words, 1e3 * median_seconds(partial(run, command), effort.repeats)
        yield "mixtura fit, the first run of all", 1e3 * seconds(partial(run, _FIT, cache=f"{folder}/kernels"))


def _run(arguments: list[str], folder: str, cache: str | None = None) -> None:
    environment = os.environ | ({"MIXTURA_KERNEL_CACHE": cache} if cache else {})
    subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, check=True, capture_output=True)
