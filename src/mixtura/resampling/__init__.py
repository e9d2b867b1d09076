"""How sure a fit is: the same made again of other rows, that might as well have been seen."""

from mixtura.resampling.clusters import Stability, stability
from mixtura.resampling.parameters import Uncertainty, uncertainty

__all__ = ["Stability", "Uncertainty", "stability", "uncertainty"]
