"""The one place that decides how kernels are compiled.

Numba would optimise every function, and translate it to machine code, once by itself and once more in each function
that calls it. Here that is done once, for the kernels that Python calls.
"""

import gc
from collections.abc import Callable
from typing import Any

import numba
from numba import config
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler

from mixtura._kernels.cache import KernelCache, cache_folder

OPTIONS = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}, "no_cfunc_wrapper": True}


class _Part(JITCodeLibrary):  # type: ignore[misc]
    """Code of a kernel that only kernels call: optimised and translated within each of them, never by itself."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalized = True

    @property
    def codegen(self) -> Any:
        return self

    def set_env(self, name: str, env: Any) -> None:
        """What Numba asks of `codegen` for a function that Python may call."""


class _Whole(JITCodeLibrary):  # type: ignore[misc]
    """Code of a kernel that Python calls, with that of all its parts.

    LLVM vectorises no loops here: those that take time have SIMD values, the others would only take it to compile.
    """

    def _optimize_final_module(self) -> None:
        usual = config.LOOP_VECTORIZE
        config.LOOP_VECTORIZE = False  # Numba compiles one function at a time, in whatever thread
        try:
            super()._optimize_final_module()
        finally:
            config.LOOP_VECTORIZE = usual


class _PartCompiler(Compiler):  # type: ignore[misc]
    library_class: type[JITCodeLibrary] = _Part

    def __init__(self, typing_context: Any, target_context: Any, library: Any, *rest: Any) -> None:
        library = self.library_class(target_context.codegen(), "kernel")
        library.enable_object_caching()
        super().__init__(typing_context, target_context, library, *rest)


class _WholeCompiler(_PartCompiler):
    library_class = _Whole

    def compile_extra(self, func: Callable[..., Any]) -> Any:
        """Without looking for garbage, which would take a sixth of the time."""
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            return super().compile_extra(func)
        finally:
            if was_enabled:
                gc.enable()


# What lets Python call a kernel takes longer to compile than many a kernel.
PART = OPTIONS | {"no_cpython_wrapper": True, "pipeline_class": _PartCompiler}
INLINE = PART | {"forceinline": True}
BORROWING = PART | {"_nrt": False}

# Called by other kernels only.
kernel = numba.njit(**PART)
# The same, called once for every tile. It makes no arrays, and returns at most its caller's, to a caller of its own
# kind, so it need not count references to them: that would take longer than the arithmetic of a small tile.
tile_kernel = numba.njit(**BORROWING)
# A piece of a kernel that returns SIMD values, which would travel through memory if it were called.
piece = numba.njit(**INLINE)


def cached_kernel(function: Callable[..., Any]) -> Any:
    """A kernel that Python calls; its machine code, with that of all the kernels it calls, is kept on disk."""
    dispatcher = numba.njit(**OPTIONS, pipeline_class=_WholeCompiler)(function)
    folder = cache_folder()
    if folder is not None:
        dispatcher._cache = KernelCache(function, folder)
    return dispatcher
