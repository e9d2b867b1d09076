"""Where the machine code of kernels is kept.

Numba's own cache watches only the file that a kernel stands in, and two processes that save different signatures at
once can exchange them. Here a file belongs to one signature on one processor, in a folder named after a hash of
everything that it was made from.
"""

import functools
import hashlib
import os
import pickle
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba
from numba.core.compiler import CompileResult
from numba.core.runtime import rtsys
from numba.core.serialize import dumps

MONTH = 30 * 24 * 3600  # seconds
# A kernel and the key of its signature; the number of the process, while it writes.
FILE = r"\w+-[0-9a-f]{16}\.bin(\.\d+)?"


@functools.cache
def cache_folder() -> Path | None:
    """Where machine code is kept; None when MIXTURA_KERNEL_CACHE is 0 or the folder cannot be written."""
    wanted = os.environ.get("MIXTURA_KERNEL_CACHE", "")
    if wanted == "0":
        return None
    try:
        folder = Path(wanted or _user_cache(), _fingerprint())
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            os.utime(folder)  # `_forget_unused` goes by it
    except (OSError, RuntimeError):  # not writable; no home
        return None
    _forget_unused(folder.parent)
    return folder


def _forget_unused(parent: Path) -> None:
    """Delete what other versions left, if none has used it for a month.

    A process that still runs keeps what it has loaded, and compiles again what it has not.
    """
    with suppress(OSError):
        for folder in parent.iterdir():
            with suppress(OSError):  # another process was quicker, or it is not ours to delete
                if _is_ours(folder) and time.time() - folder.stat().st_mtime > MONTH:
                    shutil.rmtree(folder)


def _is_ours(folder: Path) -> bool:
    """Whether it holds nothing but what a `KernelCache` writes, under a name that `_fingerprint` gives."""
    named = re.fullmatch("[0-9a-f]{16}", folder.name) and folder.is_dir() and not folder.is_symlink()
    return bool(named) and all(re.fullmatch(FILE, file.name) for file in folder.iterdir())


def _user_cache() -> Path:
    if sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Caches"
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return folder / "mixtura" / "kernels"


def _fingerprint() -> str:
    digest = hashlib.sha256(f"{numba.__version__} {sys.version}".encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()[:16]


class KernelCache:
    """What Numba asks of a function's cache: one file per signature, a digest before the content."""

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        self.cache_path, self._name = str(folder), f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}"

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        try:
            found = self._file(signature, target_context.codegen()).read_bytes()
        except OSError:
            return None
        digest, content = found[:32], found[32:]
        if hashlib.sha256(content).digest() != digest:
            return None
        # Not target_context.refresh(): it imports all that a compiler needs, down to SciPy's linear algebra.
        rtsys.initialize(target_context)
        return CompileResult._rebuild(target_context, *pickle.loads(content))

    def save_overload(self, signature: Any, result: Any) -> None:
        content = dumps(result._reduce())
        file = self._file(signature, result.codegen)
        unfinished = file.with_name(f"{file.name}.{os.getpid()}")
        try:
            unfinished.write_bytes(hashlib.sha256(content).digest() + content)
            unfinished.replace(file)
        except OSError:  # a full disk: the next process compiles again
            unfinished.unlink(missing_ok=True)

    def _file(self, signature: Any, codegen: Any) -> Path:
        key = hashlib.sha256(repr((signature, codegen.magic_tuple())).encode()).hexdigest()
        return Path(self.cache_path, f"{self._name}-{key[:16]}.bin")
