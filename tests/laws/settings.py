"""Every family under every covariance model, with data and parameters to try it on."""

from typing import Any, NamedTuple

import numpy as np

from mixtura.covariance import ALIASES, MODELS
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.mixture import Mixture, MixtureParameters

K, D, N = 3, 4, 1500
NAMES = [name for name in MODELS if name not in ALIASES]
LETTERED = [
    name for name in NAMES if set(name) <= set("EVI")
]  # volume, shape and orientation: Equal, Varying, Identity
_rng = np.random.default_rng(0)
_centres = _rng.normal(scale=4, size=(K, D))
POINTS = np.concatenate([c + _rng.standard_normal((N // K, D)) * _rng.uniform(0.5, 2, D) for c in _centres])
POINTS = POINTS[_rng.permutation(N)]


class Setting(NamedTuple):
    model: Mixture
    parameters: MixtureParameters
    points: Any


def _covariances(kind: str) -> np.ndarray:
    return {"spherical": np.ones(K), "diagonal": np.ones((K, D)), "full": np.tile(np.eye(D), (K, 1, 1))}[kind]


def _gaussian(name: str) -> Setting:
    emission = GaussianParameters(_centres + 0.5, _covariances(MODELS[name].kind))
    return Setting(Mixture(Gaussian(name, ridge=0.0)), MixtureParameters(np.array([0.5, 0.3, 0.2]), emission), POINTS)


SETTINGS = {f"gaussian {name}": _gaussian(name) for name in NAMES}


def flat(values: Any) -> list[Any]:
    """The arrays and numbers of nested tuples."""
    return [leaf for field in values for leaf in (flat(field) if isinstance(field, tuple) else [field])]


def assert_close(left: Any, right: Any, rtol: float = 1e-9) -> None:
    for a, b in zip(flat(left), flat(right), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * (1 + np.abs(b).max()))
