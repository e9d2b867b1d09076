"""EM at work on Old Faithful: the start, and what some of the steps make of it."""

import matplotlib.pyplot as plt
import numpy as np
from pictures._style import COLOURS, draw_ellipse, mix_colours

from mixtura import datasets, em
from mixtura.acceleration import SmallRemainder
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import Block


def _step(model, block, parameters, n_steps):
    return em.fit(
        model, parameters, lambda function: function(block), stop=SmallRemainder(1e-3), max_iterations=n_steps
    ).parameters


def draw():
    points = datasets.load("faithful").data
    block, model = Block(points, np.ones(len(points))), Mixture(Gaussian("full"))
    covariance = np.diag(points.var(0))
    start = MixtureParameters(
        np.array([0.5, 0.5]), GaussianParameters(np.array([[3.0, 90.0], [4.0, 50.0]]), np.array([covariance] * 2))
    )
    figure, panels = plt.subplots(1, 5, figsize=(11, 2.8), sharex=True, sharey=True)
    titles = {0: "the start", 1: "1 step", 3: "3 steps", 6: "6 steps", 200: "converged"}
    for axes, (n_steps, title) in zip(panels, titles.items(), strict=True):
        parameters = _step(model, block, start, n_steps)
        responsibilities, _ = model.posterior(parameters)(block)
        axes.scatter(*points.T, s=8, c=mix_colours(responsibilities), lw=0)
        for mean, shape, colour in zip(*parameters.emission, COLOURS, strict=False):
            draw_ellipse(axes, mean, shape, colour)
        axes.set_title(title)
        axes.set_xlabel("eruption (minutes)")
    panels[0].set_ylabel("wait (minutes)")
    return figure
