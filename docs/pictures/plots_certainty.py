"""How sure the classification is: rows that are shared, and how."""

import matplotlib.pyplot as plt

from mixtura import assemble, datasets, select
from mixtura.plots import ResponsibilityDisplay, UncertaintyDisplay


def draw():
    faithful = datasets.load("faithful")
    fitted = assemble(select(faithful.data), faithful.feature_names)
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
    UncertaintyDisplay.from_estimator(fitted, faithful.data, ax=left)
    ResponsibilityDisplay.from_estimator(fitted, faithful.data, ax=right)
    return figure
