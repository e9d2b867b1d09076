"""Which cells of a table are missing together."""

import numpy as np

from mixtura import datasets
from mixtura.plots import MissingDisplay


def draw():
    iris, rng = datasets.load("iris"), np.random.default_rng(0)
    cells = dict(zip(iris.feature_names, iris.data.T.copy(), strict=True))
    lost = rng.uniform(size=150) < 0.15
    cells["petal_width_cm"][lost | (rng.uniform(size=150) < 0.05)] = np.nan
    cells["petal_length_cm"][lost] = np.nan
    cells["sepal_width_cm"][rng.uniform(size=150) < 0.04] = np.nan
    return MissingDisplay.from_data(cells).figure_
