"""Families whose components of several fits to the same few rows can be taken through a step abreast.

What Python does in a step is much more than the arithmetic of few rows, and hardly more for the components of eight
fits than for those of one. And what rows are like, such as which cells have which level, is found out once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.emissions.contract import Emission


@runtime_checkable
class Sight(Protocol):
    """Rows under the components of a density."""

    def log_density(self) -> Float[ndarray, "N K"]:
        """What `Emission.log_density` gives."""
        ...

    def accumulate(self, responsibilities: Float[ndarray, "N K"]) -> Any:
        """What `Emission.accumulate` gives."""
        ...


See = Callable[[Any], Sight]


@runtime_checkable
class Abreast(Protocol):
    """What such a family gives besides: its parameters are arrays with a row for every component."""

    def see(self, points: Float[ndarray, "N D"]) -> See:
        """The rows as they look under a density, which they do again and again."""
        ...

    def abreast(self, n_fits: int) -> Emission | None:
        """The family for the components of so many fits one after the other; None if some block of columns has none.

        Only its `density` and `maximise` are asked for, and each fit is estimated by itself.
        """
        ...


@dataclass(frozen=True)
class Seen:
    """Rows about which there is nothing to be found out beforehand."""

    family: Emission
    points: Float[ndarray, "N D"]
    density: Any

    def log_density(self) -> Float[ndarray, "N K"]:
        return self.family.log_density(self.points, self.density)

    def accumulate(self, responsibilities: Float[ndarray, "N K"]) -> Any:
        return self.family.accumulate(self.points, responsibilities, self.density)


def see(family: Emission, points: Float[ndarray, "N D"]) -> See:
    """The rows as they look under a density of any family."""
    return family.see(points) if isinstance(family, Abreast) else partial(Seen, family, points)


class Lookup:
    """Which of P values each cell has, as a sparse matrix of ones: rows look up what is known of values, and add up.

    A cell of the value P, behind them all, is missing.
    """

    def __init__(self, places: Int[ndarray, "N D"], n_values: int) -> None:
        from scipy.sparse import csr_array  # 0.1 s to import, and most fits have numbers only

        known = places < n_values
        ends = np.concatenate([[0], np.cumsum(known.sum(1))])
        columns = places[known]
        self._ones = csr_array((np.ones(len(columns)), columns, ends), shape=(len(places), n_values))
        self._turned = self._ones.T

    def add_up(self, table: Float[ndarray, "P K"]) -> Float[ndarray, "N K"]:
        """For every row the sum of what is known of its values."""
        found: ndarray = self._ones @ np.ascontiguousarray(table)
        return found

    def share_out(self, shares: Float[ndarray, "N K"]) -> Float[ndarray, "P K"]:
        """For every value the sum over the rows that have it."""
        found: ndarray = self._turned @ shares
        return found
