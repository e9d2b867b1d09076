"""Between a mixture value and scikit-learn's attributes: their shapes, and precisions by their Cholesky factors.

scikit-learn's `precisions_cholesky_` is the transpose of a whitener W (W S Wᵀ = I); a shared covariance is held once.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura._kernels.densities import Density, Diagonal, Full, Spherical
from mixtura.covariance import MODELS
from mixtura.emissions._moments import pooled
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.mixture import MixtureParameters

_DENSITIES: dict[str, Any] = {"full": Full, "diagonal": Diagonal, "spherical": Spherical}


def attributes(parameters: MixtureParameters, covariance: str, dtype: Any) -> dict[str, ndarray]:
    """The attributes that hold a mixture; NaN in the precisions where a covariance is not positive definite.

    Precisions are those of the covariances as they are held: in single precision that makes a difference.
    """
    weights, emission = parameters
    emission = emission._replace(covariances=emission.covariances.astype(dtype).astype(np.float64))
    factors = _factors(emission, covariance)
    arrays = {
        "weights_": weights,
        "means_": emission.means,
        "covariances_": _once(emission.covariances, covariance),
        "precisions_": _once(_square(factors), covariance),
        "precisions_cholesky_": _once(factors, covariance),
    }
    return {name: np.array(array, dtype=dtype) for name, array in arrays.items()}


def density_of(means: ndarray, factors: ndarray, covariance: str) -> Density:
    """What a pass needs, from the attributes `means_` and `precisions_cholesky_`."""
    means = np.array(means, dtype=np.float64)
    whiteners = _transpose(each(factors, covariance, len(means)))
    diagonals = np.diagonal(whiteners, axis1=1, axis2=2) if whiteners.ndim == 3 else whiteners
    log_det = np.log(diagonals).sum(1) if diagonals.ndim == 2 else means.shape[1] * np.log(diagonals)
    whiteners, model = np.ascontiguousarray(whiteners), MODELS[covariance]
    if model.scatter == "pooled":
        return pooled(means, whiteners[:1], log_det[:1])
    density: Density = _DENSITIES[model.kind](means, whiteners, log_det)
    return density


def parameters_of(values: Mapping[str, ndarray], covariance: str) -> MixtureParameters:
    """The mixture value that the attributes describe.

    `precisions_cholesky_` decides, as in `predict`; `covariances_` is taken where the two agree, which they do after a
    fit, because going back from the factors rounds.
    """
    means = np.array(values["means_"], dtype=np.float64)
    factors = each(values["precisions_cholesky_"], covariance, len(means))
    weights = np.array(values["weights_"], dtype=np.float64)
    if "covariances_" in values:
        emission = GaussianParameters(means, each(values["covariances_"], covariance, len(means)))
        if np.array_equal(_once(_factors(emission, covariance), covariance), _once(factors, covariance)):
            return MixtureParameters(weights, emission)
    return MixtureParameters(weights, GaussianParameters(means, _from_factors(factors)))


def _from_factors(factors: ndarray) -> ndarray:
    """Covariances whose precisions have these Cholesky factors: S = W⁻¹ W⁻ᵀ."""
    if factors.ndim < 3:
        return factors**-2.0
    roots = np.linalg.inv(_transpose(factors))
    return roots @ _transpose(roots)


def each(shared: ndarray, covariance: str, n_components: int) -> ndarray:
    """An attribute as one array (float64) with an entry for every component."""
    own = np.array(shared, dtype=np.float64)
    return np.repeat(own[None], n_components, axis=0) if MODELS[covariance].is_shared else own


def shape_of(covariance: str, n_components: int, n_columns: int) -> tuple[int, ...]:
    """The shape of `covariances_`."""
    components = () if MODELS[covariance].is_shared else (n_components,)
    columns = {"full": (n_columns, n_columns), "diagonal": (n_columns,), "spherical": ()}
    return components + columns[MODELS[covariance].kind]


def _factors(emission: GaussianParameters, covariance: str) -> ndarray:
    return _transpose(Gaussian(covariance).density(emission).whiteners)


def _once(own: ndarray, covariance: str) -> ndarray:
    return own[0] if MODELS[covariance].is_shared else own


def _transpose(matrices: Float[ndarray, "K ..."]) -> ndarray:
    return np.swapaxes(matrices, 1, 2) if matrices.ndim == 3 else matrices


def _square(factors: ndarray) -> ndarray:
    return factors @ _transpose(factors) if factors.ndim == 3 else factors**2
