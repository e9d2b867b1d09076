"""Mixtures typed in by hand, rows drawn from them, and what ellipses are judged by."""

from math import cos, radians, sin

import numpy as np

from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture, default_names
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import Block


def share_inside(points, x, y, major, minor, angle):
    """How many points lie in an ellipse, worked out by turning the points instead of the ellipse."""
    dx, dy = points[:, 0] - x, points[:, 1] - y
    c, s = cos(radians(angle)), sin(radians(angle))
    return np.mean(((dx * c + dy * s) / major) ** 2 + ((dy * c - dx * s) / minor) ** 2 <= 1)


def mixture(n_clusters, n_columns, spread=5.0, features=None):
    """Clusters anywhere, of any shape."""
    rng = np.random.default_rng(n_clusters * 1000 + n_columns)
    means = rng.normal(0, spread, (n_clusters, n_columns))
    roots = rng.normal(0, 0.7, (n_clusters, n_columns, n_columns))
    covariances = roots @ roots.transpose(0, 2, 1) + np.eye(n_columns)
    return FittedMixture(
        Mixture(Gaussian("full")),
        MixtureParameters(rng.dirichlet(np.full(n_clusters, 9.0)), GaussianParameters(means, covariances)),
        tuple(features or (f"column {d}" for d in range(n_columns))),
        default_names(n_clusters),
    )


def sample(fitted, n_rows, seed=0):
    """Rows of the mixture, and the component that each was drawn from."""
    rng = np.random.default_rng(seed)
    origins = rng.choice(fitted.n_components, n_rows, p=fitted.parameters.weights)
    means, covariances = fitted.parameters.emission
    roots = np.linalg.cholesky(covariances)
    noise = rng.standard_normal((n_rows, means.shape[1]))
    return means[origins] + np.einsum("nij,nj->ni", roots[origins], noise), origins


def rows_of(fitted, points):
    """The rows as explanations and pictures see them."""
    weights = np.ones(len(points))
    return Rows(points, weights, fitted.model.classify(fitted.parameters)(Block(points, weights)))
