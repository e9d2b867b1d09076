"""The faces in scikit-learn's shape. Importing this package imports scikit-learn; nothing below it does."""

from mixtura.estimators.bayesian import BayesianGaussianMixture
from mixtura.estimators.detector import MixtureOutlierDetector
from mixtura.estimators.discriminant import MixtureDiscriminant
from mixtura.estimators.gaussian import GaussianMixture
from mixtura.estimators.kmeans import KMeans
from mixtura.estimators.latent import LatentClassMixture
from mixtura.estimators.mixed import MixedMixture
from mixtura.estimators.semisupervised import SemiSupervisedMixture
from mixtura.estimators.student import StudentMixture
from mixtura.estimators.trimmed import TrimmedMixture

__all__ = [
    "BayesianGaussianMixture",
    "GaussianMixture",
    "KMeans",
    "LatentClassMixture",
    "MixedMixture",
    "MixtureDiscriminant",
    "MixtureOutlierDetector",
    "SemiSupervisedMixture",
    "StudentMixture",
    "TrimmedMixture",
]
