"""Fits to fewer rows than columns, seen in the space that the rows span.

Beyond that space no component can differ from another: rows have no deviations there, so all that a free covariance
has is the ridge, as much in every direction once columns are measured by its root. There every density is the one in
the space of the rows times a constant, and every step of EM the same step, for a square of the columns' number less
work.
"""

from dataclasses import dataclass, field, replace
from math import log, pi

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import em, race
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.race import Plan, Search
from mixtura.runners.contract import Measured, Runner
from mixtura.sources.array import ArraySource

_MANY_COLUMNS = 64  # with fewer a step takes little time anyway
_FREE = "VVV", "EEE"  # models that no rotation changes and whose ridge nothing shares out
_FLAT = 1e-6  # roots of the ridge: what the rows deviate by less in some direction, in all, changes no density


@dataclass(frozen=True, eq=False)
class RowSpace:
    """Coordinates in the space that rows span about their mean, in units of the root of the ridge."""

    centre: Float[ndarray, " D"]
    unit: Float[ndarray, " D"]
    basis: Float[ndarray, "D M"]  # orthonormal

    @classmethod
    def of(cls, points: Float[ndarray, "N D"], unit: Float[ndarray, " D"]) -> "RowSpace":
        """The space of these rows."""
        centre = points.mean(0, dtype=np.float64)
        _, deviations, directions = np.linalg.svd((points - centre) / unit, full_matrices=False)
        return cls(centre, unit, np.ascontiguousarray(directions[deviations > _FLAT].T))

    def apply(self, points: Float[ndarray, "N D"]) -> Float[ndarray, "N M"]:
        return np.ascontiguousarray((points - self.centre) / self.unit @ self.basis)

    def undo(self, points: Float[ndarray, "N M"]) -> Float[ndarray, "N D"]:
        return self.centre + self.unit * (points @ self.basis.T)

    def widen(self, parameters: MixtureParameters) -> MixtureParameters:
        """The parameters in the columns; to every variance beyond the space the ridge is all there is."""
        means, covariances = parameters.emission
        own = self.basis @ (covariances - np.eye(self.basis.shape[1])) @ self.basis.T + np.eye(len(self.basis))
        own = (own + own.transpose(0, 2, 1)) / 2 * (self.unit[:, None] * self.unit)
        return parameters._replace(emission=GaussianParameters(self.undo(means), own))

    @property
    def shift(self) -> float:
        """What the log-density of a row is more in the space than in the columns."""
        D, M = self.basis.shape
        return (D - M) / 2 * log(2 * pi) + float(np.log(self.unit).sum())


@dataclass(frozen=True)
class InRowSpace(Gaussian):
    """Gaussian components in the space of the rows, whose starts look at the columns."""

    space: RowSpace = field(kw_only=True)

    def view(self, points: Float[ndarray, "N M"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N D"]:
        return self.space.undo(points)


def run(model: Mixture, source: Measured, plan: Plan, *, runner: Runner, rng: np.random.Generator) -> Search:
    """`race.run`, in the space of the rows where that is narrower and nobody looks on."""
    narrow = None if plan.callbacks or plan.known or not isinstance(source, ArraySource) else _narrowed(model, source)
    if narrow is None:
        return race.run(model, source, plan, runner=runner, rng=rng)
    family, rows = narrow
    found = race.run(replace(model, emission=family), rows, plan, runner=runner, rng=rng)
    return _widened(found, family.space, family.space.shift * source.total_weight)


def _narrowed(model: Mixture, source: ArraySource) -> tuple[InRowSpace, ArraySource] | None:
    """Components and rows in their space, if there are fewer rows than columns, many of these, and covariances free."""
    family = model.emission
    if (
        type(model) is not Mixture
        or model.noise is not None
        or type(family) is not Gaussian
        or family.prior is not None
    ):
        return None
    is_wide = _MANY_COLUMNS < source.n_columns >= source.n_rows and family.model.name in _FREE
    unit = np.sqrt(np.full(source.n_columns, family.ridge))
    if not is_wide or not unit.all() or np.isnan(source.points).any():
        return None
    space = RowSpace.of(source.points, unit)
    rows = space.apply(source.points)
    return (InRowSpace(family.covariance, 1.0, space=space), ArraySource(rows, source.weights)) if rows.size else None


def _widened(search: Search, space: RowSpace, shift: float) -> Search:
    records = tuple(
        record._replace(objective=record.objective - shift, trace=_less(record.trace, shift))
        for record in search.records
    )
    best = search.best
    is_lost = best.outcome is em.Outcome.COLLAPSED
    parameters = best.parameters if is_lost else space.widen(best.parameters)
    return search._replace(best=best._replace(parameters=parameters, trace=_less(best.trace, shift)), records=records)


def _less(trace: tuple[float, ...], shift: float) -> tuple[float, ...]:
    return tuple(objective - shift for objective in trace)
