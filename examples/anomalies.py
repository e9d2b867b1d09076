"""Anomalies: 25 weights that slipped into the wrong rows, each as ordinary as any other, but not for that height.

A mixture fitted to clean rows knows how likely each new row is. The limit is the density that one row in a hundred of
the mixture's own falls short of: so many false alarms are to be expected, and nothing else needs to be chosen.

python examples/anomalies.py [PICTURE]
"""

import sys

import numpy as np
from matplotlib.figure import Figure

from mixtura import GaussianMixture, datasets

FALSE_ALARMS = 0.01

clean = datasets.make_people(2000, seed=0).data
mixture = GaussianMixture(4, random_state=0).fit(clean)

new = datasets.make_people(500, seed=1).data
is_wrong = np.zeros(500, dtype=bool)
is_wrong[np.random.default_rng(0).choice(500, 25, replace=False)] = True
new[is_wrong, 0] = np.roll(new[is_wrong, 0], 1)

limit = np.quantile(mixture.score_samples(mixture.sample(100_000)[0]), FALSE_ALARMS)
is_flagged = mixture.score_samples(new) < limit
low, high = np.quantile(clean, [FALSE_ALARMS / 4, 1 - FALSE_ALARMS / 4], axis=0)  # 1 % in all, over two columns
is_out_of_range = ((new < low) | (new > high)).any(axis=1)
for name, found in (("density of the mixture", is_flagged), ("range of each column", is_out_of_range)):
    print(f"{name}: {found[is_wrong].sum()} of 25 wrong rows found, {found[~is_wrong].sum()} of 475 others flagged")

x, y = np.meshgrid(np.linspace(40, 105, 300), np.linspace(140, 205, 300))
log_density = mixture.score_samples(np.column_stack([x.ravel(), y.ravel()])).reshape(x.shape)
figure = Figure(figsize=(7.5, 5.5), layout="constrained")
axes = figure.subplots()
axes.contour(x, y, log_density, levels=[limit], colors="0.4", linestyles="dashed")
for rows, look in (
    (~is_flagged & ~is_wrong, {"s": 10, "color": "0.65", "label": "right"}),
    (is_flagged & ~is_wrong, {"s": 36, "facecolors": "none", "edgecolors": "0.2", "label": "right, but flagged"}),
    (is_flagged & is_wrong, {"s": 36, "color": "#d55e00", "marker": "D", "label": "wrong, and found"}),
    (~is_flagged & is_wrong, {"s": 40, "color": "#0072b2", "marker": "X", "label": "wrong, but not seen"}),
):
    axes.scatter(*new[rows].T, **look)
axes.set(xlabel="weight (kg)", ylabel="height (cm)")
axes.spines[["top", "right"]].set_visible(False)
axes.legend(frameon=False, title="99 % of the mixture lie\nwithin the dashed line", alignment="left")
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "anomalies.png", dpi=90)
