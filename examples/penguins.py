"""Penguins: what four measurements know of species and sex, without being told of either.

There are three species, and BIC prefers four clusters: two of them share the Adelie penguins, most females in one and
half of the males in the other. Sizes alone tell the species apart but for a few birds.

python examples/penguins.py [PICTURE]
"""

import sys
from collections import Counter

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import adjusted_rand_score

from mixtura import assemble, classify, datasets, describe, select
from mixtura.plots import ClassificationDisplay

penguins = datasets.load("penguins")
is_measured = ~np.isnan(penguins.data).any(axis=1)  # two birds got away
rows, species = penguins.data[is_measured], penguins.target[is_measured]
sex = np.array([word or "unknown" for word in penguins.extras["sex"]])[is_measured]

selection = select(rows)
fitted = assemble(selection, penguins.feature_names)
labels = classify(fitted, rows).labels
print(f"{selection.best.setting}; adjusted Rand index with the species {adjusted_rand_score(species, labels):.2f}")
for cluster in describe(fitted, rows).clusters:
    mine = labels == cluster.label
    kinds = Counter(f"{penguins.target_names[s]} {x}" for s, x in zip(species[mine], sex[mine], strict=True))
    print(f"{cluster.name}: {cluster.description}")
    print("   " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))

COLOURS = "#d55e00", "#009e73", "#0072b2"  # those of the clusters that hold most of each species
figure = Figure(figsize=(12, 4.8), layout="constrained")
left, right = figure.subplots(1, 2, sharex=True, sharey=True)
display = ClassificationDisplay.from_estimator(fitted, rows, ax=left)
for s, (name, sign, colour) in enumerate(zip(penguins.target_names, "^so", COLOURS, strict=True)):
    for word, fill in (("male", "full"), ("female", "none")):
        mine = (species == s) & (sex == word)
        right.plot(*display.plane.points[mine].T, sign, color=colour, fillstyle=fill, ms=4, label=f"{name}, {word}")
right.set_xlabel(left.get_xlabel())
right.spines[["top", "right"]].set_visible(False)
right.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.01, 1))
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "penguins.png", dpi=90)
