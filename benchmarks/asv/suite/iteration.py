"""One pass over the rows and what the M-step makes of it, of every covariance type and size."""

import numpy as np

from mixtura.emissions.gaussian import Gaussian
from mixtura.kmeans import CentreModel
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.statistics import Block

from . import data


class Pass:
    """An iteration of EM on two threads."""

    params = (data.SIZES, data.TYPES, ["float64", "float32"])
    param_names = ("size", "covariance", "dtype")

    def setup(self, size: str, covariance: str, dtype: str) -> None:
        points, means = data.overlapping(size)
        self.source = ArraySource(points.astype(dtype))
        self.model = Mixture(Gaussian(covariance))
        emission = self.model.emission.pooled(points, np.ones(len(points)), len(means))
        self.parameters = MixtureParameters(np.full(len(means), 1 / len(means)), emission._replace(means=means))
        self.time_iteration(size, covariance, dtype)  # compiles

    def time_iteration(self, size: str, covariance: str, dtype: str) -> None:
        statistics = Local(2)(self.source, self.model.statistics(self.parameters))
        self.model.maximise(statistics, self.parameters)


class Lloyd:
    """An iteration of k-means on two threads."""

    params = (data.SIZES,)
    param_names = ("size",)

    def setup(self, size: str) -> None:
        points, self.centres = data.overlapping(size)
        self.source = ArraySource(points)
        self.model = CentreModel(Block(points, np.ones(len(points))))
        self.time_iteration(size)  # compiles

    def time_iteration(self, size: str) -> None:
        self.model.maximise(Local(2)(self.source, self.model.statistics(self.centres)), self.centres)
