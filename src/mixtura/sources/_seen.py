"""A column that was looked at, for those who look for faults in it."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Float
from numpy import ndarray

from mixtura.sources._arrays import missing
from mixtura.sources._select import Reason
from mixtura.sources.check import ColumnFacts

_LONGEST_NAME = 40


class Seen(NamedTuple):
    """The facts about a column, its cells, and its values or levels."""

    facts: ColumnFacts
    cells: pa.ChunkedArray
    values: Float[ndarray, " N"] | None  # of a column of numbers, NaN where a cell is missing
    levels: dict[str, int]  # of a category, each with its cells, the most frequent first
    reason: Reason | None  # why it is not clustered on, or would be refused
    is_plain: bool  # whether it would be taken for numbers as they are

    @property
    def called(self) -> str:
        """The name as it stands in a sentence."""
        return called(self.facts.name)

    @property
    def is_feature(self) -> bool:
        return self.facts.role == "feature"

    @property
    def is_measured(self) -> bool:
        """Whether it is clustered on as numbers."""
        return self.is_feature and self.is_plain and self.values is not None and self.reason is None

    @property
    def n_present(self) -> int:
        return len(self.cells) - self.facts.n_missing

    @property
    def finite(self) -> Float[ndarray, " M"]:
        """The cells that are numbers."""
        values = np.empty(0) if self.values is None else self.values
        return values[np.isfinite(values)]

    @property
    def holes(self) -> Bool[ndarray, " N"]:
        """Which cells are missing."""
        return missing(self.cells) if self.values is None else np.isnan(self.values)


def called(name: str) -> str:
    """A name on one line, cut where it is too long."""
    line = " ".join(name.split()) or "(no name)"
    return line if len(line) <= _LONGEST_NAME else f"{line[: _LONGEST_NAME - 1]}…"


def listed(names: Iterable[str], most: int = 8) -> str:
    """Names as one says them; of many the first few."""
    shown = [called(name) for name in names]
    if len(shown) > most:
        shown = [*shown[:most], f"{len(shown) - most} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def share(part: float, whole: float) -> str:
    """A part as a percentage of a whole."""
    return f"{100 * part / whole:.2g} %"


def skewness(values: Float[ndarray, " M"]) -> float | None:
    """The third moment in units of the standard deviation; None where nothing varies."""
    deviations = values - values.mean()
    sd = float(np.mean(deviations**2)) ** 0.5
    return float(np.mean((deviations / sd) ** 3)) if sd > 0 else None
