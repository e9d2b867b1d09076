"""Penguins of which some flippers were not measured: filled with the mean, with what is expected, and with draws."""

import matplotlib.pyplot as plt
import numpy as np
from pictures._style import COLOURS, GREY, draw_ellipse

from mixtura import assemble, classify, datasets, impute, select

X, Y = "bill_depth_mm", "flipper_length_mm"


def draw():
    penguins = datasets.load("penguins").frame("pyarrow").select([X, Y]).drop_null()
    complete = np.column_stack([penguins[name].to_numpy() for name in (X, Y)]).astype(float)
    lost = np.random.default_rng(0).uniform(size=len(complete)) < 0.3
    holes = complete.copy()
    holes[lost, 1] = np.nan
    fitted = assemble(select(holes, n_components=[2], covariances=["full"]), [X, Y])
    labels, (means, covariances) = classify(fitted, holes).labels, fitted.parameters.emission
    ways = {
        "the mean of the column": np.where(np.isnan(holes), np.nanmean(holes, axis=0), holes),
        "expected cells": impute(fitted, holes),
        "a draw": impute(fitted, holes, n_draws=1)[0],
    }
    figure, panels = plt.subplots(1, 3, figsize=(9, 3.2), sharex=True, sharey=True)
    for panel, (title, filled) in zip(panels, ways.items(), strict=True):
        panel.plot(*complete[~lost].T, "o", color=GREY, ms=3, alpha=0.5, mew=0)
        panel.scatter(*filled[lost].T, s=12, c=[COLOURS[k] for k in labels[lost]], zorder=3)
        for k in range(2):
            draw_ellipse(panel, means[k], covariances[k], COLOURS[k])
        panel.set_title(title, fontsize="medium")
    panels[1].set_xlabel("bill depth (mm)")
    panels[0].set_ylabel("flipper length (mm)")
    return figure
