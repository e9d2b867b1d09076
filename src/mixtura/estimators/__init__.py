"""The faces in scikit-learn's shape. Importing this package imports scikit-learn; nothing below it does."""

from mixtura.estimators.gaussian import GaussianMixture
from mixtura.estimators.kmeans import KMeans
from mixtura.estimators.latent import LatentClassMixture
from mixtura.estimators.mixed import MixedMixture

__all__ = ["GaussianMixture", "KMeans", "LatentClassMixture", "MixedMixture"]
