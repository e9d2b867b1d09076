"""Which compiled code makes the sums of a block, and of many at once."""

from collections.abc import Callable
from functools import partial
from typing import Any

from jaxtyping import Float
from numpy import ndarray

from mixtura import _kernels as kernels
from mixtura.statistics import Block, Incomplete, MixtureStatistics, Neighbours, Stretch


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


class Sums(partial[MixtureStatistics]):
    """The statistics of a block of a mixture, of many at once, and what they cost where rows lie close together."""

    @property
    def n_components(self) -> int:
        return len(self.keywords["log_weights"])

    @property
    def n_sums(self) -> int:
        """How many numbers the statistics of a block are, if `of_each` takes many blocks at once; else zero."""
        density, is_noisy = self.keywords["density"], "log_noise" in self.keywords
        return kernels.n_sums(density) if isinstance(density, kernels.COMPILED) and not is_noisy else 0

    def of_each(self, stretch: Stretch) -> Float[ndarray, "B L"]:
        """The statistics of every block, as a row of numbers."""
        return kernels.collect_each(*stretch, self.keywords["log_weights"], self.keywords["density"])

    def of_all(self, row: Float[ndarray, " L"]) -> MixtureStatistics:
        """The statistics that a row, or the sum of several, stands for."""
        return MixtureStatistics(*kernels.sums_of(row, self.keywords["density"]))

    def active_share(self, points: Float[ndarray, "N D"]) -> float:
        """The share of the components that matter to neighbours, on average: what is left of the work."""
        density = self.keywords["density"]
        if not isinstance(density, kernels.SKIPPING):
            return 1.0
        return kernels.active_share(points, self.keywords["log_weights"], density)
