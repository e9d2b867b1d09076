"""Gaussian mixture models: from a table to the groups in it.

Names are loaded when they are first used, so that importing the package costs nothing.
"""

TYPE_CHECKING = False  # but for type checkers: an import of typing would take longer than all of this
__version__ = "0.1.0"

_HOMES = {
    "BayesianGaussianMixture": "mixtura.estimators",
    "GaussianMixture": "mixtura.estimators",
    "KMeans": "mixtura.estimators",
    "LatentClassMixture": "mixtura.estimators",
    "MixtureDiscriminant": "mixtura.estimators",
    "MixtureOutlierDetector": "mixtura.estimators",
    "SemiSupervisedMixture": "mixtura.estimators",
    "StudentMixture": "mixtura.estimators",
    "TrimmedMixture": "mixtura.estimators",
    "Combination": "mixtura.combination",
    "MixedMixture": "mixtura.estimators",
    "FittedMixture": "mixtura.fitted",
    "Options": "mixtura.options",
    "Prior": "mixtura.priors",
    "Schedule": "mixtura.online",
    "assemble": "mixtura.assembly",
    "classify": "mixtura.tables",
    "combine": "mixtura.combination",
    "compare": "mixtura.comparison",
    "describe": "mixtura.tables",
    "discriminant_directions": "mixtura.projection",
    "drift_test": "mixtura.drifting",
    "explain_row": "mixtura.explain",
    "impute": "mixtura.tables",
    "likelihood_ratio_test": "mixtura.likelihood_ratio",
    "load": "mixtura.persistence",
    "outlier_p_values": "mixtura.outlying",
    "sample": "mixtura.simulation",
    "save": "mixtura.persistence",
    "select_columns": "mixtura.columns",
    "select": "mixtura.tables",
    "stability": "mixtura.resampling",
    "uncertainty": "mixtura.resampling",
    "update": "mixtura.updating",
    "stream": "mixtura.sources.streamed",
    "table_facts": "mixtura.sources.check",
    "write_report": "mixtura.report",
}
_MODULES = ("datasets", "explain", "plots")

if TYPE_CHECKING:
    from typing import Any

    from mixtura import datasets as datasets
    from mixtura import explain as explain
    from mixtura import plots as plots
    from mixtura.assembly import assemble as assemble
    from mixtura.columns import select_columns as select_columns
    from mixtura.combination import Combination as Combination
    from mixtura.combination import combine as combine
    from mixtura.comparison import compare as compare
    from mixtura.drifting import drift_test as drift_test
    from mixtura.estimators import BayesianGaussianMixture as BayesianGaussianMixture
    from mixtura.estimators import GaussianMixture as GaussianMixture
    from mixtura.estimators import KMeans as KMeans
    from mixtura.estimators import LatentClassMixture as LatentClassMixture
    from mixtura.estimators import MixedMixture as MixedMixture
    from mixtura.estimators import MixtureDiscriminant as MixtureDiscriminant
    from mixtura.estimators import MixtureOutlierDetector as MixtureOutlierDetector
    from mixtura.estimators import SemiSupervisedMixture as SemiSupervisedMixture
    from mixtura.estimators import StudentMixture as StudentMixture
    from mixtura.estimators import TrimmedMixture as TrimmedMixture
    from mixtura.explain import explain_row as explain_row
    from mixtura.fitted import FittedMixture as FittedMixture
    from mixtura.likelihood_ratio import likelihood_ratio_test as likelihood_ratio_test
    from mixtura.online import Schedule as Schedule
    from mixtura.options import Options as Options
    from mixtura.outlying import outlier_p_values as outlier_p_values
    from mixtura.persistence import load as load
    from mixtura.persistence import save as save
    from mixtura.priors import Prior as Prior
    from mixtura.projection import discriminant_directions as discriminant_directions
    from mixtura.report import write_report as write_report
    from mixtura.resampling import stability as stability
    from mixtura.resampling import uncertainty as uncertainty
    from mixtura.simulation import sample as sample
    from mixtura.sources.check import table_facts as table_facts
    from mixtura.sources.streamed import stream as stream
    from mixtura.tables import classify as classify
    from mixtura.tables import describe as describe
    from mixtura.tables import impute as impute
    from mixtura.tables import select as select
    from mixtura.updating import update as update

__all__ = [
    "BayesianGaussianMixture",
    "Combination",
    "FittedMixture",
    "GaussianMixture",
    "KMeans",
    "LatentClassMixture",
    "MixedMixture",
    "MixtureDiscriminant",
    "MixtureOutlierDetector",
    "Options",
    "Prior",
    "Schedule",
    "SemiSupervisedMixture",
    "StudentMixture",
    "TrimmedMixture",
    "assemble",
    "classify",
    "combine",
    "compare",
    "datasets",
    "describe",
    "discriminant_directions",
    "drift_test",
    "explain",
    "explain_row",
    "impute",
    "likelihood_ratio_test",
    "load",
    "outlier_p_values",
    "sample",
    "save",
    "select",
    "select_columns",
    "stability",
    "stream",
    "table_facts",
    "uncertainty",
    "update",
    "write_report",
]


def __getattr__(name: str) -> "Any":
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"mixtura.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'mixtura' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
