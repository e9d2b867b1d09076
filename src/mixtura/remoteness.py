"""How far out rows lie under a mixture: the share of its own rows whose density is no higher."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.student import Student
from mixtura.fitted import FittedMixture
from mixtura.labels import classify
from mixtura.sources.array import ArraySource

DRAWS = 20_000
OWN_SHARE = 0.001  # of a mixture's own rows, which are called outliers
_LEVELS = (0.05, 0.01, OWN_SHARE)


class Level(NamedTuple):
    """How many rows (weights) have a p-value below a bound: expected if the mixture is right, and found."""

    below: float
    expected: float
    found: float


@dataclass(frozen=True, eq=False)
class Remoteness:
    """Compares rows with those of a mixture; see `remoteness`."""

    groups: FittedMixture
    drawn: Float[ndarray, "M D"] | None  # None where the law of the density is known
    n_threads: int
    sorted: dict[bytes, Float[ndarray, " M"]] = field(default_factory=dict)  # log-densities of these, by missing cells

    def p_values(self, points: Float[ndarray, "N D"]) -> Float[ndarray, " N"]:
        """Of each row the share of the mixture's own rows, lacking the same cells, whose density is no higher."""
        found, holes = self._log_density(points), np.isnan(points)
        values = self._of_one(holes, found) if self.drawn is None else self._among(self.drawn, holes, found)
        return np.where(holes.all(1), 1.0, values)

    def _log_density(self, points: Float[ndarray, "N D"]) -> Float[ndarray, " N"]:
        return classify(self.groups, ArraySource(np.ascontiguousarray(points)), self.n_threads).log_density

    def _of_one(self, holes: Bool[ndarray, "N D"], found: Float[ndarray, " N"]) -> Float[ndarray, " N"]:
        """Distances of Mahalanobis, by how much lower the density is than at the mean, by the cells that are there."""
        from scipy.special import chdtrc, fdtrc  # takes a while to load, which few need

        emission = self.groups.parameters.emission
        drop = np.maximum(self._log_density(np.where(holes, np.nan, emission.means)) - found, 0.0)
        n_seen = np.maximum((~holes).sum(1), 1)
        if isinstance(self.groups.model.emission, Gaussian):
            return np.asarray(chdtrc(n_seen, 2 * drop))
        dof = emission.dof[0]
        return np.asarray(fdtrc(n_seen, dof, dof * np.expm1(2 * drop / (dof + n_seen)) / n_seen))

    def _among(
        self, drawn: Float[ndarray, "M D"], holes: Bool[ndarray, "N D"], found: Float[ndarray, " N"]
    ) -> Float[ndarray, " N"]:
        """The ranks of log-densities among those of rows that are drawn, which lack the same cells."""
        values = np.empty(len(found))
        patterns, which = np.unique(holes, axis=0, return_inverse=True)
        for number, pattern in enumerate(patterns):
            mine, key = which.reshape(-1) == number, pattern.tobytes()
            if key not in self.sorted:
                self.sorted[key] = np.sort(self._log_density(np.where(pattern, np.nan, drawn)))
            values[mine] = (1 + np.searchsorted(self.sorted[key], found[mine], side="right")) / (1 + len(drawn))
        return values


def remoteness(fitted: FittedMixture, n_draws: int, rng: np.random.Generator, n_threads: int = 1) -> Remoteness:
    """What compares rows with so many of the mixture's own, noise apart; of one bell the law is known."""
    if n_draws < 1:
        raise ValueError(f"n_draws={n_draws} asks for no rows at all: use 1 or more.")
    groups = _without_noise(fitted.middle)
    if groups.n_components == 1 and isinstance(groups.model.emission, Gaussian | Student):
        return Remoteness(groups, None, n_threads)
    rows, _ = groups.model.sample(groups.parameters, n_draws, rng)
    return Remoteness(groups, rows, n_threads)


def expected_and_found(p_values: Float[ndarray, " N"], weights: Float[ndarray, " N"]) -> tuple[Level, ...]:
    """How many rows lie how far out, and how many were to be expected.

    Examples
    --------
    >>> expected_and_found(np.array([0.003, 0.2, 0.5, 0.9]), np.full(4, 25.0))[1]
    Level(below=0.01, expected=1.0, found=25.0)
    """
    total = float(weights.sum())
    return tuple(Level(below, below * total, float(weights[p_values < below].sum())) for below in _LEVELS)


def outlier_columns(
    p_values: Float[ndarray, " N"], log_density: Float[ndarray, " N"], share: float | None = None
) -> dict[str, ndarray]:
    """Columns to write: how far out rows lie, and which are outliers.

    These are the rows farthest out that make up a share of all, or else those beyond 999 of 1000 of the mixture's own.

    Examples
    --------
    >>> outlier_columns(np.array([0.0009, 0.0011]), np.array([-12.0, -11.5]))["outlier"].tolist()
    [True, False]
    """
    are_out = p_values < OWN_SHARE if share is None else farthest(p_values, log_density, share)
    return {"outlier_score": -log_density, "outlier_p_value": p_values, "outlier": are_out}


def farthest(p_values: Float[ndarray, " N"], log_density: Float[ndarray, " N"], share: float) -> Bool[ndarray, " N"]:
    """The rows farthest out that make up a share of all; where p-values are equal, those of lower density.

    Examples
    --------
    >>> farthest(np.array([0.2, 0.01, 0.01, 0.9]), np.array([-2.0, -7.0, -9.0, -1.0]), 0.25).tolist()
    [False, False, True, False]
    """
    chosen = np.zeros(len(p_values), dtype=bool)
    chosen[np.lexsort((log_density, p_values))[: round(share * len(p_values))]] = True
    return chosen


def _without_noise(fitted: FittedMixture) -> FittedMixture:
    weights = fitted.parameters.weights
    parameters = fitted.parameters._replace(weights=weights / weights.sum())
    return replace(fitted, model=replace(fitted.model, noise=None), parameters=parameters)
