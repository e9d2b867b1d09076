"""Density estimation: how often which eruption of Old Faithful comes with which wait.

A mixture is a formula for the density: it can be evaluated anywhere, drawn from, and cut at any share. Judged on rows
that it has not seen, it beats a single Gaussian and the usual kernel density estimate.

python examples/density.py [PICTURE]
"""

import sys

import numpy as np
from matplotlib.figure import Figure
from scipy.stats import gaussian_kde, multivariate_normal
from sklearn.model_selection import KFold

from mixtura import GaussianMixture, assemble, datasets, select
from mixtura.plots import ContourDisplay, DensityDisplay, SurfaceDisplay

faithful = datasets.load("faithful")


def held_out(fit):
    """The mean log-density (nats) of rows that a density was not fitted to."""
    folds = KFold(10, shuffle=True, random_state=0).split(faithful.data)
    return np.mean(np.concatenate([fit(faithful.data[seen])(faithful.data[unseen]) for seen, unseen in folds]))


def mixture(rows):
    n_components, covariance = select(rows, n_components=range(1, 6)).best.setting
    return GaussianMixture(n_components, covariance_type=covariance, random_state=0).fit(rows).score_samples


def kernels(rows):
    return lambda points: gaussian_kde(rows.T).logpdf(points.T)


def gaussian(rows):
    return multivariate_normal(rows.mean(0), np.cov(rows.T)).logpdf


for fit in (mixture, kernels, gaussian):
    print(f"{fit.__name__}: {held_out(fit):.3f} nats a row")

fitted = assemble(select(faithful.data), faithful.feature_names)
figure = Figure(figsize=(11, 8), layout="constrained")
above, below = figure.subfigures(2, 1, height_ratios=(2, 3))
DensityDisplay.from_estimator(fitted, faithful.data, figure=above)
left, right = below.add_subplot(1, 2, 1), below.add_subplot(1, 2, 2, projection="3d")
ContourDisplay.from_estimator(fitted, faithful.data, ax=left)
SurfaceDisplay.from_estimator(fitted, ax=right)
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "density.png", dpi=90)
