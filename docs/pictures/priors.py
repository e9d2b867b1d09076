"""Few rows, many components: spikes without a prior, none with it."""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from pictures._style import COLOURS, GREY, draw_ellipse

from mixtura import GaussianMixture


def _rows():
    rng = np.random.default_rng(4)
    centres = np.array([[0, 0], [5, 1], [2, 5]])
    return np.concatenate([centre + rng.standard_normal((14, 2)) * (1.0, 0.7) for centre in centres])


def draw():
    points = _rows()
    figure, panels = plt.subplots(1, 2, figsize=(9, 4), sharex=True, sharey=True)
    for axes, prior, title in zip(panels, (None, "default"), ("without a prior", "with mclust's prior"), strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of spikes, which are what the picture shows
            found = GaussianMixture(7, prior=prior, reg_covar=1e-9, random_state=0, init_params="kmeans").fit(points)
        axes.plot(*points.T, "o", color=GREY, ms=4, lw=0)
        for k, (mean, covariance) in enumerate(zip(found.means_, found.covariances_, strict=True)):
            draw_ellipse(axes, mean, covariance, COLOURS[k % len(COLOURS)])
        axes.set(title=title, xticks=[], yticks=[])
    return figure
