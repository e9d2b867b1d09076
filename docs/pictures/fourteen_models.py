"""Three groups as each of the fourteen covariance models sees them."""

import matplotlib.pyplot as plt
import numpy as np
from pictures._style import COLOURS, GREY, draw_ellipse

from mixtura.covariance import MODELS
from mixtura.emissions._moments import matrices

MEANS = np.array([[0.0, 0.0], [6.0, 1.0], [1.0, 6.5]])
OWN = np.array([[[1.0, 0.9], [0.9, 1.4]], [[0.5, -0.9], [-0.9, 2.6]], [[0.7, 0.1], [0.1, 0.3]]])
COUNTS = np.full(3, 100.0)
ROWS = ("EII VII", "EEI VEI EVI VVI", "EEE VEE EVE VVE", "EEV VEV EVV VVV")


def _covariances(name):
    full = OWN * COUNTS[:, None, None]
    diagonals = np.einsum("kdd->kd", full).copy()
    scatter = {"spherical": diagonals.mean(1), "diagonal": diagonals}.get(MODELS[name].scatter, full)
    return matrices(MODELS[name].maximise(scatter, COUNTS, None), 2)


def draw():
    figure, panels = plt.subplots(4, 4, figsize=(9, 8.6), sharex=True, sharey=True)
    for line, names in zip(panels, ROWS, strict=True):
        for axes in line:
            axes.set(xticks=[], yticks=[], aspect="equal", frame_on=False)
        for axes, name in zip(line, names.split(), strict=False):
            for mean, own, covariance, colour in zip(MEANS, OWN, _covariances(name), COLOURS, strict=False):
                draw_ellipse(axes, mean, own, GREY, width=0.7)
                draw_ellipse(axes, mean, covariance, colour)
            axes.set(title=name, frame_on=True)
    return figure
