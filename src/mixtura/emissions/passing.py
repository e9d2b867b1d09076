"""Which compiled code makes the sums of a block."""

from collections.abc import Callable
from typing import Any

from mixtura import _kernels as kernels
from mixtura.statistics import Block, Incomplete, Neighbours


def has_kernel(block: Block, density: Any) -> bool:
    """Whether sums of rows like these are made by compiled code."""
    return pass_over(block, density) is not None


def pass_over(block: Block, density: Any) -> Callable[..., Any] | None:
    """The kernel that makes sums of rows like these, if there is one."""
    if isinstance(block, Incomplete):
        return kernels.collect_incomplete if isinstance(density, kernels.COMPILED) else None
    if isinstance(block, Neighbours) and isinstance(density, kernels.SKIPPING):
        return kernels.collect_neighbours
    return kernels.collect if isinstance(density, kernels.COMPILED) else None
