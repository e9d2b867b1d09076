"""The plane in which clusters lie furthest apart: discriminant axes (Fisher 1936; Rao 1948).

The axes are directions a that maximise a'Ba / a'Wa, with W the average covariance within clusters and B the covariance
of their means; along each, W has variance one.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.explain.profiles import component_moments
from mixtura.fitted import FittedMixture
from mixtura.mixture import Mixture, MixtureParameters


def discriminant_axes(fitted: FittedMixture, n_axes: int = 2) -> Float[ndarray, "D A"]:
    """The axes along which clusters differ most, best first; fewer where clusters or columns are fewer.

    Each has the sign that makes its largest entry, in standard deviations within clusters, positive.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura.fitted import default_names
    >>> emission = GaussianParameters(np.array([[0.0, 0.0], [4.0, 0.0]]), np.stack([np.eye(2)] * 2))
    >>> parameters = MixtureParameters(np.array([0.5, 0.5]), emission)
    >>> fitted = FittedMixture(Mixture(Gaussian("full")), parameters, ("a", "b"), default_names(2))
    >>> discriminant_axes(fitted).round(6) + 0.0
    array([[1.],
           [0.]])
    """
    means, covariances = component_moments(fitted)
    weights = fitted.parameters.weights
    within = np.tensordot(weights, covariances, 1)
    units = np.sqrt(np.diag(within))
    values, vectors = np.linalg.eigh(within / np.outer(units, units))
    whiten = vectors / np.sqrt(values) @ vectors.T
    steps = np.sqrt(weights)[:, None] * ((means - weights @ means) / units) @ whiten
    _, sizes, directions = np.linalg.svd(steps, full_matrices=False)
    telling = directions[: min(n_axes, int((sizes > 1e-9 * sizes.max(initial=1e-300)).sum()))]
    axes = whiten @ telling.T
    signs = np.sign(axes[np.abs(axes).argmax(0), np.arange(axes.shape[1])])
    return axes * signs / units[:, None]


def project(fitted: FittedMixture, axes: Float[ndarray, "D A"], points: Float[ndarray, "N D"]) -> Float[ndarray, "N A"]:
    """Coordinates along some axes, from the mean of the mixture."""
    weights = fitted.parameters.weights
    return np.asarray((points - weights @ component_moments(fitted)[0]) @ axes)


def projected(fitted: FittedMixture, axes: Float[ndarray, "D A"]) -> FittedMixture:
    """The mixture of the coordinates along some axes: Gaussians stay Gaussians."""
    means, covariances = component_moments(fitted)
    emission = GaussianParameters(project(fitted, axes, means), axes.T @ covariances @ axes)
    return replace(
        fitted,
        model=Mixture(Gaussian("full")),
        parameters=MixtureParameters(fitted.parameters.weights, emission),
        features=tuple(f"discriminant {i + 1}" for i in range(axes.shape[1])),
        scaling={},
        history={},
    )


def loadings(fitted: FittedMixture, axes: Float[ndarray, "D A"]) -> Float[ndarray, "D A"]:
    """What a step of one standard deviation within clusters, of each column by itself, adds along each axis."""
    within = np.tensordot(fitted.parameters.weights, component_moments(fitted)[1], 1)
    return np.asarray(axes * np.sqrt(np.diag(within))[:, None])
