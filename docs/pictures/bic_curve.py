"""The choice for Old Faithful: BIC by the number of groups, a line for each covariance model."""

import matplotlib.pyplot as plt

from mixtura import datasets, select
from mixtura.plots import SelectionDisplay


def draw():
    figure, axes = plt.subplots(figsize=(7.2, 3.8), layout="constrained")
    SelectionDisplay.from_selection(select(datasets.load("faithful").data), ax=axes)
    return figure
