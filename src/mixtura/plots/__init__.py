"""Pictures of mixtures with matplotlib, as displays in scikit-learn's manner.

Every display is made by a class method such as ``from_estimator`` and drawn by ``plot``, which may be called again on
other axes; afterwards ``ax_`` (or ``axes_``) and ``figure_`` hold what was drawn, to be changed or saved. Needs the
extra ``plot``: ``pip install "mixtura[plot]"``.
"""

from importlib.util import find_spec

from mixtura.errors import MissingExtraError

if find_spec("matplotlib") is None:
    raise MissingExtraError('Pictures need matplotlib, which is not installed: pip install "mixtura[plot]"')

from mixtura.plots.classification import ClassificationDisplay
from mixtura.plots.contours import ContourDisplay, SurfaceDisplay
from mixtura.plots.convergence import ConvergenceDisplay, StartsDisplay
from mixtura.plots.densities import DensityDisplay
from mixtura.plots.directions import ColumnsDisplay, DirectionsDisplay
from mixtura.plots.distances import QQDisplay
from mixtura.plots.em import EMDisplay
from mixtura.plots.kmeans import KMeansDisplay
from mixtura.plots.likelihood_ratio import LikelihoodRatioDisplay
from mixtura.plots.merging import EntropyDisplay, MergingDisplay
from mixtura.plots.missing import MissingDisplay
from mixtura.plots.overlaps import OverlapDisplay
from mixtura.plots.pairs import PairDisplay
from mixtura.plots.profiles import ProfileDisplay
from mixtura.plots.responsibilities import ResponsibilityDisplay
from mixtura.plots.selection import SelectionDisplay
from mixtura.plots.sureness import IntervalDisplay, StabilityDisplay
from mixtura.plots.uncertainty import UncertaintyDisplay

__all__ = [
    "ClassificationDisplay",
    "ColumnsDisplay",
    "ContourDisplay",
    "ConvergenceDisplay",
    "DensityDisplay",
    "DirectionsDisplay",
    "EMDisplay",
    "EntropyDisplay",
    "IntervalDisplay",
    "KMeansDisplay",
    "LikelihoodRatioDisplay",
    "MergingDisplay",
    "MissingDisplay",
    "OverlapDisplay",
    "PairDisplay",
    "ProfileDisplay",
    "QQDisplay",
    "ResponsibilityDisplay",
    "SelectionDisplay",
    "StabilityDisplay",
    "StartsDisplay",
    "SurfaceDisplay",
    "UncertaintyDisplay",
]
