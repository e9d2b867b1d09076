"""Rows and components seen in two directions: two columns, or those that tell the components apart.

Directions a maximise aᵀ M a / aᵀ Σ a with M = B Σ⁻¹ B + ε C, where Σ is the covariance of the mixture, B that of the
component means, and C = sum_k p_k (S_k - S) Σ⁻¹ (S_k - S) the differences of the component covariances from their mean
(Scrucca 2010, Stat. Comput. 20, 471-484). ε is small: shapes decide only where the means leave directions open, as
those of two clusters do. What both leave open is decided by the principal components of the standardised columns.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.drawing.columns import chosen_columns, overall_moments
from mixtura.errors import DataError
from mixtura.explain.profiles import component_moments
from mixtura.explain.words import short
from mixtura.fitted import FittedMixture
from mixtura.projection import differences, directions, turned

_SHAPES, _SPREAD = 1e-3, 1e-6  # how much differences of shape, and spread, count beside differences of means


class Directions(NamedTuple):
    """Two directions of the columns' space, one in each column of the matrix, and what to call them."""

    matrix: Float[ndarray, "D 2"]
    names: tuple[str, ...]
    remark: str = ""  # what a reader has to know


class Plane(NamedTuple):
    """Rows, if there are any, and components as they look in two directions."""

    points: Float[ndarray, "N 2"] | None
    means: Float[ndarray, "K 2"]
    covariances: Float[ndarray, "K 2 2"]
    names: tuple[str, ...]
    remark: str = ""


def plane_of(
    fitted: FittedMixture, points: Float[ndarray, "N D"] | None, columns: Sequence[str | int] | None = None
) -> Plane | None:
    """The plane that shows most; None with one column."""
    if columns is None and len(fitted.features) == 1:
        return None
    return project(fitted, points, directions_of(fitted, columns))


def directions_of(fitted: FittedMixture, columns: Sequence[str | int] | None = None) -> Directions:
    """Two columns that are asked for or all there are; else the two directions that separate best.

    Raises
    ------
    DataError
        If the mixture has only one column, or not those, or not two are asked for.
    """
    n_columns = len(fitted.features)
    if columns is None and n_columns > 2:
        return discriminants(fitted)
    positions = chosen_columns(fitted, columns, most=2)
    if n_columns == 1:
        raise DataError("The mixture has one column, and a plane needs two: DensityDisplay shows it.")
    if len(positions) != 2:
        raise DataError(f"A plane shows two columns, not {len(positions)}: give two names or positions.")
    return along_columns(fitted, positions)


def project(fitted: FittedMixture, points: Float[ndarray, "N D"] | None, directions: Directions) -> Plane:
    """Gaussians stay Gaussians: seen along the columns of A, a covariance S is Aᵀ S A."""
    means, covariances = component_moments(fitted)
    matrix, names, remark = directions
    seen = None if points is None else points @ matrix
    return Plane(seen, means @ matrix, matrix.T @ covariances @ matrix, names, remark)


def along_columns(fitted: FittedMixture, columns: Sequence[int]) -> Directions:
    """Two columns as they are."""
    return Directions(np.eye(len(fitted.features))[:, columns], tuple(fitted.features[d] for d in columns))


def discriminants(fitted: FittedMixture) -> Directions:
    """The two directions in which the components differ most, in standard deviations within components."""
    covariance = overall_moments(fitted)[1]
    matrix = directions(covariance, _kernel(fitted, covariance))[0][:, :2]
    within = np.tensordot(fitted.parameters.weights, component_moments(fitted)[1], 1)
    matrix = turned(matrix / np.sqrt(np.einsum("di,de,ei->i", matrix, within, matrix)), covariance)
    loadings = matrix * np.sqrt(np.diag(covariance))[:, None]
    names = tuple(_name(i, column, fitted.features) for i, column in enumerate(loadings.T))
    return Directions(matrix, names, f"{len(loadings)} columns, seen where the clusters differ most")


def _kernel(fitted: FittedMixture, covariance: Float[ndarray, "D D"]) -> Float[ndarray, "D D"]:
    """What the directions are to show: differences of means, then of shapes, then spread."""
    of_means, of_shapes = differences(fitted.parameters.weights, *component_moments(fitted))
    return of_means + _SHAPES * of_shapes + _SPREAD * (covariance / np.diag(covariance)) @ covariance


def _name(i: int, loadings: Float[ndarray, " D"], features: Sequence[str]) -> str:
    return f"direction {i + 1}: mostly {short(features[int(np.abs(loadings).argmax())], 30)}"
