"""The density of a mixture as bells, and as contours."""

import matplotlib.pyplot as plt

from mixtura import assemble, datasets, select
from mixtura.plots import ContourDisplay, SurfaceDisplay


def draw():
    faithful = datasets.load("faithful")
    fitted = assemble(select(faithful.data, n_components=[2], covariances=["full"]), faithful.feature_names)
    figure = plt.figure(figsize=(11, 4.2), layout="constrained")
    left, right = figure.add_subplot(1, 2, 1, projection="3d"), figure.add_subplot(1, 2, 2)
    SurfaceDisplay.from_estimator(fitted, ax=left).surface_.set_rasterized(True)
    ContourDisplay.from_estimator(fitted, faithful.data, ax=right)
    return figure
