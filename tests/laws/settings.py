"""Every family under every covariance model, with data and parameters to try it on."""

from typing import Any, NamedTuple

import numpy as np

from mixtura.covariance import ALIASES, MODELS
from mixtura.emissions.categorical import Categorical, CategoricalParameters
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.emissions.grouped import Grouped, GroupedParameters
from mixtura.emissions.negative_binomial import NegativeBinomial, NegativeBinomialParameters
from mixtura.emissions.poisson import Poisson, PoissonParameters
from mixtura.emissions.product import Product
from mixtura.emissions.student import Student, StudentParameters
from mixtura.emissions.transformed import Transformed
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.priors import Prior, row_moments
from mixtura.statistics import Block, Incomplete

K, D, N = 3, 4, 1500
NAMES = [name for name in MODELS if name not in ALIASES]
LETTERED = [
    name for name in NAMES if set(name) <= set("EVI")
]  # volume, shape and orientation: Equal, Varying, Identity
_rng = np.random.default_rng(0)
_centres = _rng.normal(scale=4, size=(K, D))
POINTS = np.concatenate([c + _rng.standard_normal((N // K, D)) * _rng.uniform(0.5, 2, D) for c in _centres])
POINTS = POINTS[_rng.permutation(N)]

HOLED = np.where(np.random.default_rng(9).uniform(size=POINTS.shape) < 0.1, np.nan, POINTS)


class Setting(NamedTuple):
    model: Mixture
    parameters: MixtureParameters
    points: Any


def _covariances(kind: str) -> np.ndarray:
    return {"spherical": np.ones(K), "diagonal": np.ones((K, D)), "full": np.tile(np.eye(D), (K, 1, 1))}[kind]


def _gaussian(name: str, believed: Prior | None = None) -> Setting:
    kind = MODELS[name].kind
    emission = GaussianParameters(_centres + 0.5, _covariances(kind))
    prior = believed and believed.resolve(row_moments(lambda: [Block(POINTS, np.ones(N))]), K, kind)
    model = Mixture(Gaussian(name, ridge=0.0, prior=prior), concentration=believed.concentration if believed else 1.0)
    return Setting(model, MixtureParameters(np.array([0.5, 0.3, 0.2]), emission), POINTS)


SETTINGS = {f"gaussian {name}": _gaussian(name) for name in NAMES}
SETTINGS |= {f"gaussian {name} with a prior": _gaussian(name, Prior(20.0, dof=50.0)) for name in NAMES}

LEVELS = (2, 3, 5)
_groups = np.repeat(np.arange(K), N // K)
_answers = [(_rng.integers(0, levels, N) + _groups * (_rng.uniform(size=N) < 0.6)) % levels for levels in LEVELS]
ANSWERS = np.where(_rng.uniform(size=(N, len(LEVELS))) < 0.1, np.nan, np.stack(_answers, axis=1))
COUNTS = np.where(_rng.uniform(size=(N, 2)) < 0.1, np.nan, _rng.poisson(np.array([[1, 9], [4, 2], [20, 5]])[_groups]))
_THIRDS = np.array([0.5, 0.3, 0.2])


def _shares() -> CategoricalParameters:
    return CategoricalParameters(np.concatenate([_rng.dirichlet(np.full(c, 3.0), size=K) for c in LEVELS], axis=1))


def _product() -> Setting:
    mixed = np.concatenate([POINTS[:, :2], ANSWERS, COUNTS, POINTS[:, 2:]], axis=1)
    families = Gaussian("VVI", ridge=0.0), Categorical(LEVELS), Poisson()
    product = Product(("numbers", "answers", "counts"), ((0, 1, 7, 8), (2, 3, 4), (5, 6)), families)
    parts = SETTINGS["gaussian VVI"].parameters.emission, _shares(), PoissonParameters(_RATES)
    return Setting(Mixture(product), MixtureParameters(_THIRDS, parts), mixed)


def _grouped(name: str) -> Setting:
    """The last two of the Gaussians are halves of one cluster each."""
    whole, twice = _gaussian(name).parameters.emission, np.array([0, 1, 1, 2, 2])
    centres = whole.means[twice] + np.array([0.0, 0.4, -0.4, 0.3, -0.3])[:, None]
    shares = np.array([1.0, 0.6, 0.4, 0.5, 0.5])
    emission = GroupedParameters(twice.astype(float), shares, centres, whole.covariances[twice])
    return Setting(Mixture(Grouped(name, ridge=0.0)), MixtureParameters(_THIRDS, emission), POINTS)


def _transformed() -> Setting:
    """The Gaussian setting, its rows as they are before a logarithm and a logit."""
    family = Transformed(("none", "log", "logit", "sqrt"), Gaussian("VVV", ridge=0.0))
    raw = np.stack([POINTS[:, 0], np.exp(POINTS[:, 1] / 4), 1 / (1 + np.exp(-POINTS[:, 2] / 4)), POINTS[:, 3] ** 2], 1)
    means = np.array([[0.0, 1, 0, 4], [1, -1, 1, 8], [-1, 0, 2, 2]])
    return Setting(
        Mixture(family), MixtureParameters(_THIRDS, GaussianParameters(means, np.tile(4 * np.eye(4), (K, 1, 1)))), raw
    )


def _student(name: str, dof: str, points: np.ndarray = POINTS) -> Setting:
    emission = StudentParameters(*_gaussian(name).parameters.emission, np.array([3.0, 5.0, 30.0]))
    return Setting(Mixture(Student(name, dof, ridge=0.0)), MixtureParameters(_THIRDS, emission), points)


_RATES = np.array([[2.0, 8.0], [5.0, 3.0], [15.0, 4.0]])
_WIDE = NegativeBinomialParameters(_RATES, np.array([[1.0, 4.0], [9.0, 0.5], [2.0, 30.0]]))
_drawn = NegativeBinomial().sample(_WIDE, np.full(K, N // K), np.random.default_rng(10))
WIDER_COUNTS = np.where(np.isnan(COUNTS), np.nan, _drawn)
FAMILIES = SETTINGS | {
    "categorical": Setting(Mixture(Categorical(LEVELS)), MixtureParameters(_THIRDS, _shares()), ANSWERS),
    "poisson": Setting(Mixture(Poisson()), MixtureParameters(_THIRDS, PoissonParameters(_RATES)), COUNTS),
    "negative binomial": Setting(Mixture(NegativeBinomial()), MixtureParameters(_THIRDS, _WIDE), WIDER_COUNTS),
    "product": _product(),
    "transformed": _transformed(),
    **{f"grouped {name}": _grouped(name) for name in ("VVV", "EEE", "VII")},
    **{
        f"student {name} {dof}": _student(name, dof)
        for name, dof in (("VVV", "free"), ("EEE", "shared"), ("VII", "free"))
    },
    "student VVI 5.0": _student("VVI", "5.0"),
    **{f"student {name} with holes": _student(name, "free", HOLED) for name in ("VVV", "EEE", "VVI", "VII")},
}


def block_of(points: np.ndarray, weights: np.ndarray) -> Block:
    """The rows as sources give them: those that lack cells as such."""
    return (Incomplete if np.isnan(points).any() else Block)(points, weights)


def flat(values: Any) -> list[Any]:
    """The arrays and numbers of nested tuples."""
    return [leaf for field in values for leaf in (flat(field) if isinstance(field, tuple) else [field])]


def assert_close(left: Any, right: Any, rtol: float = 1e-9) -> None:
    for a, b in zip(flat(left), flat(right), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * (1 + np.abs(b).max()), equal_nan=False)
