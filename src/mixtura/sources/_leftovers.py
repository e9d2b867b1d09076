"""What a process that is killed leaves half-written: held while it is worked on, cleared away by who comes next."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import time

try:
    import fcntl
except ImportError:  # on Windows nothing is held, and nothing cleared away
    fcntl = None  # type: ignore[assignment]

_SOON = 2.0  # seconds between making something and holding it, at most


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a file or folder until the block ends, or the process does, whatever ends it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems know no locks: there nothing is cleared away either
            _lock(handle)
        yield
    finally:
        os.close(handle)


def clear(folder: Path, pattern: str) -> None:
    """Remove what has a name of this pattern and is held by nobody."""
    for path in folder.glob(pattern):
        with suppress(OSError):
            if not path.is_symlink() and time() - path.stat().st_mtime > _SOON and _is_free(path):
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()


def _is_free(path: Path) -> bool:
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        _lock(handle)
    finally:
        os.close(handle)
    return True


def _lock(handle: int) -> None:
    """OSError where somebody else has it, or nobody can."""
    if fcntl is None:
        raise OSError
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
