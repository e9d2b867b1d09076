"""What the prior of variational Bayes does: five groups under four priors, components that explain rows only."""

import matplotlib.pyplot as plt
import numpy as np
from pictures._style import COLOURS, GREY, draw_ellipse

from mixtura import BayesianGaussianMixture

CENTRES = np.array([[0, 0], [3.6, 1], [0.5, 4], [9, 8], [12, 0]])
VAGUE = {"mean_precision_prior": 0.01, "covariance_prior": 2 * np.eye(2)}
PRIORS = {
    "scikit-learn's, concentration 0.01": {"weight_concentration_prior": 0.01},
    "the same, concentration 10": {"weight_concentration_prior": 10.0},
    "means anywhere, narrow groups": VAGUE | {"weight_concentration_prior": 0.01},
    'n_components="auto"': {"n_components": "auto"},
}


def draw():
    rng = np.random.default_rng(4)
    points = np.concatenate([centre + 0.8 * rng.standard_normal((60, 2)) for centre in CENTRES])
    figure, panels = plt.subplots(2, 2, figsize=(7.2, 6.4), sharex=True, sharey=True)
    for axes, (name, prior) in zip(panels.flat, PRIORS.items(), strict=True):
        bayes = BayesianGaussianMixture(**{"n_components": 12, "random_state": 0} | prior).fit(points)
        axes.scatter(*points.T, s=7, color=GREY, alpha=0.6, lw=0)
        shown = np.flatnonzero(bayes.mean_precision_ - bayes.mean_precision_prior_ > 0.5)
        for i, k in enumerate(shown):
            draw_ellipse(axes, bayes.means_[k], bayes.covariances_[k], COLOURS[i % len(COLOURS)])
        axes.set_title(f"{name}\n{len(shown)} components explain rows", fontsize=9)
    return figure
