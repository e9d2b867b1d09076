"""Soft assignment in one dimension: two weighted densities, and the share of each in their sum."""

import matplotlib.pyplot as plt
import numpy as np
from pictures._style import COLOURS

WEIGHTS, MEANS, SD = (0.4, 0.6), (2.0, 4.3), 0.5


def draw():
    x = np.linspace(0.3, 6, 400)
    joint = [
        weight * np.exp(-0.5 * ((x - mean) / SD) ** 2) / (SD * np.sqrt(2 * np.pi))
        for weight, mean in zip(WEIGHTS, MEANS, strict=True)
    ]
    figure, (above, below) = plt.subplots(2, 1, figsize=(6.5, 4), sharex=True, height_ratios=(3, 2))
    for name, curve, colour in zip("AB", joint, COLOURS, strict=False):
        above.fill_between(x, curve, color=colour, alpha=0.25, lw=0)
        above.plot(x, curve, color=colour, label=f"{name}: weight × density")
        below.plot(x, curve / sum(joint), color=colour)
    above.plot(x, sum(joint), color="black", lw=1, ls=":", label="their sum")
    for axes in (above, below):
        axes.axvline(3, color="black", lw=0.8)
    above.legend(frameon=False, fontsize=9, loc="upper left")
    above.set(yticks=[], ylabel="density")
    below.set(ylabel="responsibility", xlabel="minutes", ylim=(-0.03, 1.03), yticks=[0, 0.5, 1])
    return figure
