"""A bent cluster takes several Gaussians: components, the entropies of merging them, the tree, and the clusters."""

import matplotlib.pyplot as plt
import numpy as np
from pictures._style import COLOURS, draw_ellipse

from mixtura import GaussianMixture, combine
from mixtura.plots import ClassificationDisplay, EntropyDisplay, MergingDisplay


def bent_and_round():
    """400 rows along a corner, 200 in a round cluster inside it."""
    rng = np.random.default_rng(0)
    along = rng.uniform(0, 8, 400)
    corner = np.stack([np.minimum(along, 4), np.maximum(along - 4, 0)], axis=1)
    return np.concatenate([corner + rng.normal(0, 0.3, (400, 2)), rng.normal([0.5, 4], 0.4, (200, 2))])


def draw():
    points = bent_and_round()
    mixture = GaussianMixture(5, random_state=0).fit(points)
    combination = combine(mixture, points, method="demp")
    figure, axes = plt.subplots(2, 2, figsize=(11, 7.6), layout="constrained")
    ClassificationDisplay.from_estimator(mixture, points, ax=axes[0, 0])
    EntropyDisplay.from_combination(combine(mixture, points), ax=axes[0, 1])
    MergingDisplay.from_combination(combination, ax=axes[1, 0])
    labels = combination.probabilities(points, 2).argmax(1)
    axes[1, 1].scatter(*points.T, c=[COLOURS[label] for label in labels], s=14, alpha=0.8)
    for k, group in enumerate(combination.groups(2)):
        for j in group:
            draw_ellipse(axes[1, 1], mixture.means_[j], mixture.covariances_[j], COLOURS[k])
    axes[1, 1].set_title("2 clusters", loc="left", fontsize="small")
    return figure
