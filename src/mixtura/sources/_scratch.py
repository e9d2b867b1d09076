"""A place for files that are needed for a while."""

import shutil
import weakref
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from mixtura.sources._leftovers import clear, held

_PREFIX = "mixtura-scratch-"  # and eight characters


class Scratch:
    """A folder that is made when it is asked for, and goes with this value or with the process.

    That of a process which was killed goes when the next one is made.
    """

    @cached_property
    def path(self) -> Path:
        """The folder."""
        clear(Path(gettempdir()), f"{_PREFIX}{'?' * 8}")
        folder, end = Path(mkdtemp(prefix=_PREFIX)), ExitStack()
        end.enter_context(held(folder))
        end.callback(shutil.rmtree, folder, ignore_errors=True)
        weakref.finalize(self, end.close)
        return folder

    @property
    def is_used(self) -> bool:
        """Whether anybody has asked for the folder."""
        return "path" in vars(self)
