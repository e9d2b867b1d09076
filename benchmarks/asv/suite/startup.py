"""New processes, from start to end."""

import subprocess
import sys
import tempfile
from pathlib import Path

from mixtura import datasets

_MAIN = "import sys; from mixtura.cli.main import main; sys.exit(main())"


class Startup:
    """Imports, help, and fits of 272 × 2 rows from the command line."""

    timeout = 120

    def setup(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        datasets.get("faithful", Path(self.folder.name, "rows.csv"))
        self.time_fit()  # compiles

    def teardown(self) -> None:
        self.folder.cleanup()

    def time_import(self) -> None:
        self._run("-c", "import mixtura")

    def time_help(self) -> None:
        self._run("-c", _MAIN, "--help")

    def time_fit(self) -> None:
        self._run("-c", _MAIN, "fit", "rows.csv", "-o", "out", "--overwrite", "-k", "2")

    def _run(self, *arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], cwd=self.folder.name, check=True, capture_output=True)
