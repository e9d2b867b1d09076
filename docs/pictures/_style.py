"""What the pictures share: colours that colour-blind eyes tell apart (Okabe and Ito), and the outline of a Gaussian."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb

COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"]
GREY = "#8a8a8a"

plt.rcParams |= {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",  # the pages may be dark
}


def draw_ellipse(axes, mean, covariance, colour, share=0.95, width=2):
    """The line within which `share` of a Gaussian in two dimensions lies."""
    angle = np.linspace(0, 2 * np.pi, 200)
    radius = np.sqrt(-2 * np.log(1 - share))
    outline = mean + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1) @ np.linalg.cholesky(covariance).T
    axes.plot(*outline.T, color=colour, lw=width)


def draw_clusters(axes, found, points, title):
    """The rows by their clusters, crosses for those that belong to none, and the outlines of the components."""
    labels = found.predict(points)
    axes.plot(*points[labels < 0].T, "x", color=GREY, ms=5)
    for k, (mean, covariance) in enumerate(zip(found.means_, found.covariances_, strict=True)):
        axes.plot(*points[labels == k].T, "o", color=COLOURS[k], ms=4, alpha=0.7, mew=0)
        draw_ellipse(axes, mean, covariance, COLOURS[k])
    axes.set(title=title, xticks=[], yticks=[])


def mix_colours(responsibilities):
    """The colour of each row: those of the components, as much of each as the responsibilities say."""
    palette = np.array([to_rgb(colour) for colour in COLOURS[: responsibilities.shape[1]]])
    return np.clip(responsibilities @ palette, 0, 1)
