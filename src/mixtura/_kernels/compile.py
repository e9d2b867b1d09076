"""The one place that decides how kernels are compiled, and where their machine code is kept.

Numba's own cache watches only the file a kernel stands in, and two processes that save different signatures at once can exchange
them. Here a file belongs to one signature for one processor, in a folder named after a hash of everything it was made from.
"""

import functools
import hashlib
import os
import pickle
import sys
import tempfile
from pathlib import Path

import numba
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

OPTIONS = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
INLINE = OPTIONS | {"forceinline": True}

kernel = numba.njit(**OPTIONS)


def cached_kernel(function):
    """A kernel that Python calls, with the kernels that it calls."""
    dispatcher = kernel(function)
    folder = cache_folder()
    if folder is not None:
        dispatcher._cache = KernelCache(function, folder)
    return dispatcher


@functools.cache
def cache_folder():
    """Where machine code is kept: None where MIXTURA_KERNEL_CACHE is 0 or nothing can be written."""
    wanted = os.environ.get("MIXTURA_KERNEL_CACHE", "")
    if wanted == "0":
        return None
    folder = (Path(wanted) if wanted else _user_cache() / "mixtura" / "kernels") / _fingerprint()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return None


def _user_cache():
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _fingerprint():
    sources = sorted(Path(__file__).parent.glob("*.py"))
    parts = [numba.__version__, sys.version, *(source.name for source in sources)]
    digest = hashlib.sha256("\n".join(parts).encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


class KernelCache:
    """What Numba asks of a function's cache."""

    def __init__(self, function, folder):
        self.cache_path, self._name = str(folder), function.__qualname__

    def load_overload(self, signature, target_context):
        target_context.refresh()
        try:
            payload = pickle.loads(self._file(signature, target_context.codegen()).read_bytes())
        except (OSError, EOFError, pickle.UnpicklingError):
            return None
        return CompileResult._rebuild(target_context, *payload)

    def save_overload(self, signature, result):
        target = self._file(signature, result.codegen)
        partial = target.with_name(f"{target.name}.{os.getpid()}")
        try:
            partial.write_bytes(dumps(result._reduce()))
            partial.replace(target)
        except OSError:
            partial.unlink(missing_ok=True)

    def _file(self, signature, codegen):
        key = hashlib.sha256(repr((signature, codegen.magic_tuple())).encode()).hexdigest()[:16]
        return Path(self.cache_path, f"{self._name}-{key}.bin")
