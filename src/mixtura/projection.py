"""The directions in which the clusters of a mixture differ.

With Σ the covariance of the mixture, B that of the component means and C = sum_k p_k (S_k - S) Σ⁻¹ (S_k - S) the
differences of the component covariances from their mean S, directions a maximise aᵀ M a / aᵀ Σ a, where

    M = 2 (1 - s) B Σ⁻¹ B + 2 s C,

and s says how much shapes count (Scrucca 2010, Stat. Comput. 20, 471-484; 2014, Adv. Data Anal. Classif. 8, 147-165;
R's MclustDR has λ = 1 - s). There are at most K - 1 of them with s = 0.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.explain.profiles import component_moments
from mixtura.fitted import AnyFitted, fitted_of

_FLAT = 1e-10  # variances smaller than this, beside the largest, are none
_NONE = 1e-8  # eigenvalues below tell nothing


class Projection(NamedTuple):
    """Directions of the columns' space, the one that tells most of the clusters first.

    Attributes
    ----------
    features : tuple of str
        The D columns.
    matrix : array of shape (D, M)
        One direction in each column; together with the rows they give coordinates that are uncorrelated over all
        rows and have variance one within clusters.
    eigenvalues : array of shape (M,)
        How much each tells; those of MclustDR.
    of_means : array of shape (M,)
        The part of each eigenvalue that tells of locations; the rest tells of shapes.
    centre : array of shape (D,)
        The mean of the mixture, which projects to zero.
    """

    features: tuple[str, ...]
    matrix: Float[ndarray, "D M"]
    eigenvalues: Float[ndarray, " M"]
    of_means: Float[ndarray, " M"]
    centre: Float[ndarray, " D"]

    @property
    def n_directions(self) -> int:
        """How many there are."""
        return len(self.eigenvalues)

    def transform(self, points: Float[ndarray, "N D"]) -> Float[ndarray, "N M"]:
        """Rows, in the columns of the mixture, as coordinates along the directions."""
        return np.asarray((np.asarray(points, dtype=float) - self.centre) @ self.matrix)


def discriminant_directions(fitted: AnyFitted, n_directions: int | None = None, *, shapes: float = 0.0) -> Projection:
    """The directions in which the clusters of a mixture differ most.

    Parameters
    ----------
    fitted : FittedMixture or fitted estimator
        A mixture whose components have means and covariances.
    n_directions : int, optional
        How many at most; by default all that tell anything.
    shapes : float
        How much differences of covariances count beside those of means: from 0, not at all, to 1, alone.

    Returns
    -------
    Projection
        `transform` gives coordinates of rows; `eigenvalues` say how much each direction tells.

    Raises
    ------
    ValueError
        If `shapes` is not between 0 and 1, fewer than one direction is asked for, or no direction tells anything:
        with one cluster, or where all have one mean and shapes do not count.

    Examples
    --------
    >>> from mixtura import GaussianMixture, datasets, discriminant_directions
    >>> iris = datasets.load("iris").data
    >>> projection = discriminant_directions(GaussianMixture(3, random_state=0).fit(iris))
    >>> projection.n_directions, projection.transform(iris).shape
    (2, (150, 2))
    """
    if not 0 <= shapes <= 1:
        raise ValueError(f"shapes={shapes!r} is not between 0 and 1.")
    if n_directions is not None and n_directions < 1:
        raise ValueError(f"{n_directions} directions are asked for: ask for one at least.")
    fitted = fitted_of(fitted)
    weights, (means, covariances) = fitted.parameters.weights, component_moments(fitted)
    centre, within = weights @ means, np.tensordot(weights, covariances, 1)
    total = within + ((means - centre).T * weights) @ (means - centre)
    of_means, of_shapes = differences(weights, means, covariances)
    kernels = 2 * (1 - shapes) * of_means, 2 * shapes * of_shapes
    matrix, values = directions(total, kernels[0] + kernels[1])
    telling = values > _NONE * max(float(values[0]), 1.0)
    if not telling.any():
        raise ValueError(
            "No direction tells the clusters apart: they have one mean. Shapes may differ: give shapes=0.5, or ask a "
            "mixture of several clusters."
        )
    kept = np.flatnonzero(telling)[:n_directions]
    matrix = matrix[:, kept]
    by_means = np.einsum("di,de,ei->i", matrix, kernels[0], matrix)
    matrix = turned(matrix / np.sqrt(np.einsum("di,de,ei->i", matrix, within, matrix)), total)
    return Projection(fitted.features, matrix, values[kept], by_means, centre)


def differences(
    weights: Float[ndarray, " K"], means: Float[ndarray, "K D"], covariances: Float[ndarray, "K D D"]
) -> tuple[Float[ndarray, "D D"], Float[ndarray, "D D"]]:
    """B Σ⁻¹ B and C of the module's formula: what directions tell of means, and of shapes."""
    deviations = means - weights @ means
    within = np.tensordot(weights, covariances, 1)
    between = (deviations.T * weights) @ deviations
    root = inverse_root(within + between)
    precision = root @ root.T
    apart = covariances - within
    shapes = np.einsum("k,kij,jl,klm->im", weights, apart, precision, apart, optimize=True)
    return between @ precision @ between, shapes


def directions(
    total: Float[ndarray, "D D"], kernel: Float[ndarray, "D D"]
) -> tuple[Float[ndarray, "D R"], Float[ndarray, " R"]]:
    """Directions a with aᵀ Σ a = 1 that maximise aᵀ M a, and these values, the largest first."""
    root = inverse_root(total)
    values, vectors = np.linalg.eigh(root.T @ kernel @ root)
    return root @ vectors[:, ::-1], values[::-1]


def inverse_root(covariance: Float[ndarray, "D D"]) -> Float[ndarray, "D R"]:
    """A with Aᵀ S A = I, one column for each direction in which there is any spread."""
    sds = np.sqrt(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance / np.outer(sds, sds))
    kept = values > _FLAT * values[-1]
    return vectors[:, kept] / np.sqrt(values[kept]) / sds[:, None]


def turned(matrix: Float[ndarray, "D M"], total: Float[ndarray, "D D"]) -> Float[ndarray, "D M"]:
    """The directions with the sign that the column that moves them most has."""
    loadings = matrix * np.sqrt(np.diag(total))[:, None]
    return matrix * np.sign(loadings[np.abs(loadings).argmax(0), np.arange(matrix.shape[1])])
