"""Gaussian components of which none may be much thinner than another is wide."""

from dataclasses import dataclass

from mixtura.covariance import MODELS, CovarianceModel
from mixtura.covariance.bounded import bounded
from mixtura.emissions.gaussian import Gaussian


@dataclass(frozen=True)
class BoundedGaussian(Gaussian):
    """The largest variance in any direction of any component is at most `ratio` times the smallest."""

    ratio: float = 1.0

    @property
    def model(self) -> CovarianceModel:
        return bounded(MODELS[self.covariance], self.ratio)
