"""A place for files that are needed for a while."""

import shutil
import weakref
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp


class Scratch:
    """A folder that is made when it is asked for, and goes with this value or with the process."""

    @cached_property
    def path(self) -> Path:
        """The folder."""
        folder = mkdtemp(prefix="mixtura-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return Path(folder)
