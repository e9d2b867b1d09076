"""The same rows under the four covariance models."""

import matplotlib.pyplot as plt
import numpy as np
from pictures._style import COLOURS, GREY, draw_ellipse

from mixtura import Options, select
from mixtura.emissions._moments import matrices

MODELS = {
    "full": "each its own ellipse",
    "tied": "one ellipse for all",
    "diag": "each its own, along the axes",
    "spherical": "each its own circle",
}


def _rows():
    rng = np.random.default_rng(3)
    groups = [([0, 0], [[1, 0.8], [0.8, 1]]), ([4, 0.5], [[1, -0.6], [-0.6, 0.5]]), ([1, 4], [[0.2, 0], [0, 0.2]])]
    return np.concatenate([rng.multivariate_normal(*group, 150) for group in groups])


def draw():
    points = _rows()
    figure, panels = plt.subplots(1, 4, figsize=(10, 2.9), sharex=True, sharey=True)
    for axes, (name, meaning) in zip(panels, MODELS.items(), strict=True):
        fit = select(points, n_components=[3], covariances=[name], options=Options(scale="none")).best
        means, covariances = fit.parameters.emission
        axes.scatter(*points.T, s=4, color=GREY, alpha=0.5, lw=0)
        for mean, covariance, colour in zip(means, matrices(covariances, 2), COLOURS, strict=False):
            draw_ellipse(axes, mean, covariance, colour)
        axes.set_title(f"{name}\n{meaning}", fontsize=10)
        axes.set(xticks=[], yticks=[], aspect="equal")
    return figure
