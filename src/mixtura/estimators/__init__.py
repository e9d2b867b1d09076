"""The faces in scikit-learn's shape. Importing this package imports scikit-learn; nothing below it does."""

from mixtura.estimators.gaussian import GaussianMixture

__all__ = ["GaussianMixture"]
