"""What a display is given, and what it needs: a mixture as a value, and the rows with what the mixture says of them."""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import labels, tables
from mixtura.assembly import assemble
from mixtura.covariance import MODELS
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.errors import DataError
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture, default_names, fitted_of
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.selection import Selection
from mixtura.sources.array import ArraySource

_ATTRIBUTES = ("weights_", "means_", "covariances_")


class Scene(NamedTuple):
    """A mixture and the rows it is shown with."""

    fitted: FittedMixture
    rows: Rows

    @property
    def responsibilities(self) -> Float[ndarray, "N K"]:
        """The probability of every cluster for each row."""
        return labels.responsibilities(self.fitted, ArraySource(np.ascontiguousarray(self.rows.points)))


def see(model: Any, X: Any, sample_weight: Any = None) -> Scene:
    """The mixture, and what it says of the rows."""
    fitted = as_fitted(model)
    return Scene(fitted, tables.label_rows(fitted, tables.read_rows(fitted, X, sample_weight)))


def see_perhaps(model: Any, X: Any = None, sample_weight: Any = None) -> tuple[FittedMixture, Rows | None]:
    """The same, where rows may be left out."""
    return (as_fitted(model), None) if X is None else see(model, X, sample_weight)


def as_fitted(model: Any) -> FittedMixture:
    """The mixture of whatever holds one: a value, an estimator, a selection, scikit-learn's attributes.

    Raises
    ------
    DataError
        If it holds none.
    """
    if isinstance(model, Selection):
        return assemble(model)
    if isinstance(model, FittedMixture) or hasattr(model, "to_fitted"):
        return fitted_of(model)
    if all(hasattr(model, name) for name in _ATTRIBUTES):
        return _from_attributes(model)
    raise DataError(
        f"{type(model).__name__} holds no fitted mixture: give a fitted GaussianMixture, a FittedMixture, a Selection, "
        f"or anything with {', '.join(_ATTRIBUTES)}."
    )


def _from_attributes(model: Any) -> FittedMixture:
    weights, means, covariances = (np.array(getattr(model, name), dtype=np.float64) for name in _ATTRIBUTES)
    K, D = means.shape
    covariance = getattr(model, "covariance_type", None) or _covariance_type(covariances, means.shape)
    own = np.repeat(covariances[None], K, axis=0) if MODELS[covariance].is_shared else covariances
    names = getattr(model, "feature_names_in_", [f"x{d}" for d in range(D)])
    return FittedMixture(
        Mixture(Gaussian(covariance)),
        MixtureParameters(weights / weights.sum(), GaussianParameters(means, own)),
        tuple(map(str, names)),
        default_names(K),
    )


def _covariance_type(covariances: ndarray, shape: tuple[int, ...]) -> str:
    if covariances.ndim == 2:
        return "diag" if covariances.shape == shape else "tied"
    return "full" if covariances.ndim == 3 else "spherical"
