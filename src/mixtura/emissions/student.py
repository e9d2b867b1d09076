"""Student-t components: Gaussians with heavy tails, which rows far away hardly move (Peel & McLachlan 2000).

A row x of component k is Gaussian with the covariance S_k / u, and u, its precision, has a gamma distribution of shape
and rate v_k / 2. Given x, at the distance δ = (x - m_k)ᵀ S_k⁻¹ (x - m_k), the mean of u is (v_k + D) / (v_k + δ): small
for rows far away, so they weigh little in means and scatters. The M-step for v_k is that of a gamma distribution.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura import spaces
from mixtura._kernels import Holes, conditional, reference, tails
from mixtura._kernels.densities import Heavy, HeavyAscent, HeavyHoled, HeavyMoments
from mixtura._kernels.tails import FEWEST, MOST
from mixtura.covariance import CovarianceModel
from mixtura.emissions import _several as several
from mixtura.emissions import _straight as straight
from mixtura.emissions import incomplete
from mixtura.emissions._moments import estimate, move, recentre
from mixtura.emissions.contract import ByComponent, Plain
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.spaces import Spread

_BEGIN = 10.0  # degrees of freedom that are to be found


def is_dof(value: str | float) -> bool:
    """Whether degrees of freedom may be said so: "free", "shared" or a number above zero, as text or not."""
    try:
        return value in ("free", "shared") or 0 < float(value) < np.inf
    except (TypeError, ValueError):
        return False


class StudentParameters(NamedTuple):
    """Means, scale matrices S, of whatever shape covariances have, and degrees of freedom of K components.

    The covariance of a component is S v / (v - 2), if v is larger than 2.
    """

    means: Float[ndarray, "K D"]
    covariances: ndarray
    dof: Float[ndarray, " K"]

    @property
    def ellipses(self) -> GaussianParameters:
        """The Gaussians that the components would be, were all precisions one."""
        return GaussianParameters(self.means, self.covariances)


@dataclass(frozen=True)
class Student(ByComponent, Plain):
    """Student-t components whose scale matrices follow a covariance model.

    `dof` is "shared" by all, "free", of each component its own, or a number as text. `ridge` as in `Gaussian`.
    """

    parameters: ClassVar = StudentParameters

    covariance: str = "full"
    dof: str = "shared"
    ridge: float | tuple[float, ...] = 1e-6

    @property
    def inner(self) -> Gaussian:
        """The family of the ellipses."""
        return Gaussian(self.covariance, self.ridge)

    @property
    def model(self) -> CovarianceModel:
        """What scale matrices follow."""
        return self.inner.model

    @property
    def known_dof(self) -> float | None:
        """The degrees of freedom, unless they are to be found."""
        return None if self.dof in ("free", "shared") else float(self.dof)

    def check(self, parameters: StudentParameters) -> None:
        if not is_dof(self.dof):
            raise ValueError(f"its dof {self.dof!r} is neither 'free' nor 'shared' nor a number above zero")
        self.inner.check(parameters.ellipses)
        if parameters.dof.shape != (len(parameters.means),) or not (parameters.dof > 0).all():
            raise ValueError(f"its degrees of freedom are not {len(parameters.means)} numbers above zero")

    def density(self, parameters: StudentParameters) -> Heavy:
        return Heavy(parameters.means, self.inner.density(parameters.ellipses), parameters.dof)

    def log_density(self, points: Float[ndarray, "N D"], density: Heavy) -> Float[ndarray, "N K"]:
        return tails.log_density(points, density)

    def accumulate(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: Heavy
    ) -> HeavyMoments:
        if not np.isnan(points).any():
            return reference.heavy_moments(points, responsibilities, density)
        return tails.moments(points, responsibilities, density)

    def expect(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: Heavy
    ) -> Float[ndarray, "N D"]:
        """As for Gaussians: precisions have no say in means."""
        return incomplete.expect(points, responsibilities, density.ellipses)

    def draw(
        self, points: Float[ndarray, "N D"], labels: Int[ndarray, " N"], density: Heavy,
        rng: np.random.Generator,
    ) -> Float[ndarray, "N D"]:  # fmt: skip
        """A precision for each row, given the cells that are there, then cells about their means."""
        drawn = incomplete.draw(points, labels, density.ellipses, rng)
        middle = incomplete.expect(points, np.eye(len(density.dof))[labels], density.ellipses)
        widths = tails.draw(conditional.look(points, density.ellipses), labels, density.dof, rng) ** -0.5
        return np.where(np.isnan(points), middle + widths[:, None] * (drawn - middle), points)

    def maximise(
        self, statistics: HeavyMoments, counts: Float[ndarray, " K"], parameters: StudentParameters
    ) -> StudentParameters:
        mass = np.maximum(statistics.mass, np.finfo(np.float64).eps)
        means, scatter = move(parameters.means, mass, statistics.moments)
        covariances = estimate(self.model, scatter, counts, self.ridge, parameters.covariances)
        return StudentParameters(means, covariances, self._find_dof(statistics.evenness, counts, parameters.dof))

    def recentre(
        self, statistics: HeavyMoments, counts: Float[ndarray, " K"], before: StudentParameters,
        after: StudentParameters,
    ) -> HeavyMoments:  # fmt: skip
        return statistics._replace(moments=recentre(statistics.moments, statistics.mass, after.means - before.means))

    def implied(self, counts: Float[ndarray, " K"], parameters: StudentParameters) -> HeavyMoments:
        moments = self.inner.implied(counts, parameters.ellipses)
        return HeavyMoments(counts, moments, counts * tails.evenness(parameters.dof))

    def _find_dof(
        self, evenness: Float[ndarray, " K"], counts: Float[ndarray, " K"], before: Float[ndarray, " K"]
    ) -> Float[ndarray, " K"]:
        if self.known_dof is not None:
            return before
        if self.dof == "shared":
            evenness, counts = (np.full(len(before), part.sum()) for part in (evenness, counts))
        return tails.solve(evenness / counts)

    def ascent(
        self, log_weights: Float[ndarray, "M K"], starts: Sequence[StudentParameters], holes: Holes | None = None
    ) -> HeavyAscent | None:
        ellipses = self.inner.ascent(log_weights, [start.ellipses for start in starts], holes)
        if ellipses is None:
            return None
        own: Any = ellipses.density
        parts = own.means, own, several.stacked([start.dof for start in starts])
        density = Heavy(*parts) if holes is None else HeavyHoled(*parts, holes.groups, holes.there.sum(0))
        return HeavyAscent(log_weights, density, ellipses, self.known_dof is not None, self.dof == "shared")

    def arrived(self, ascent: HeavyAscent, number: int, n_components: int) -> StudentParameters:
        dof = ascent.density.dof[number, :n_components].copy()
        return StudentParameters(*self.inner.arrived(ascent.ellipses, number, n_components), dof)

    def coordinates(self, parameters: StudentParameters, like: StudentParameters) -> ndarray | None:
        """Those of the ellipses, and the logarithms of the degrees of freedom."""
        own = self.inner.coordinates(parameters.ellipses, like.ellipses)
        return None if own is None else np.concatenate([own, np.log(parameters.dof)])

    def at(self, coordinates: ndarray, like: StudentParameters) -> StudentParameters:
        own, logarithms = np.split(coordinates, [-len(like.dof)])
        dof = like.dof if self.known_dof is not None else np.exp(np.clip(logarithms, np.log(FEWEST), np.log(MOST)))
        return StudentParameters(*straight.at(own, *like.ellipses), dof)

    def view(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N D"]:
        """Rows far outside come nearer, so that starts need not be among them."""
        return spaces.within_reach(incomplete.fill(points, weights), weights)

    def pooled(
        self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int
    ) -> StudentParameters:
        """Of the rows as they are seen where starts are drawn."""
        ellipses = self.inner.pooled(self.view(points, weights), weights, n_components)
        return StudentParameters(*ellipses, np.full(n_components, self.known_dof or _BEGIN))

    def place(
        self, parameters: StudentParameters, mixture: Float[ndarray, " K"], component: int,
        points: Float[ndarray, "N D"], around: tuple[int, int],
    ) -> StudentParameters:  # fmt: skip
        return self.place_each(parameters, mixture, np.array([component]), points, np.array([around]))[0]

    def split(
        self, parameters: StudentParameters, component: int, other: int, rng: np.random.Generator
    ) -> StudentParameters:
        return self.split_each(parameters, np.array([[component, other]]), rng)[0]

    def place_each(
        self, parameters: StudentParameters, mixture: Float[ndarray, " K"], components: Int[ndarray, " M"],
        points: Float[ndarray, "N D"], around: Int[ndarray, "M 2"],
    ) -> list[StudentParameters]:  # fmt: skip
        """As heavy in the tails as the others are on average."""
        placed = self.inner.place_each(parameters.ellipses, mixture, components, points, around)
        dof = np.repeat(parameters.dof[None], len(placed), axis=0)
        if self.known_dof is None:
            dof[np.arange(len(placed)), components] = np.exp(mixture @ np.log(parameters.dof))
        return [StudentParameters(*ellipses, own) for ellipses, own in zip(placed, dof, strict=True)]

    def split_each(
        self, parameters: StudentParameters, pairs: Int[ndarray, "M 2"], rng: np.random.Generator
    ) -> list[StudentParameters]:
        halved = self.inner.split_each(parameters.ellipses, pairs, rng)
        dof = np.repeat(parameters.dof[None], len(halved), axis=0)
        dof[np.arange(len(halved)), pairs[:, 1]] = parameters.dof[pairs[:, 0]]
        return [StudentParameters(*ellipses, own) for ellipses, own in zip(halved, dof, strict=True)]

    def recast(self, parameters: StudentParameters, weights: Float[ndarray, " K"]) -> StudentParameters:
        return StudentParameters(*self.inner.recast(parameters.ellipses, weights), parameters.dof)

    def spread(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Spread:
        """Of the rows as they are seen where starts are drawn: beside an outlier everything would be narrow."""
        return spaces.spread(self.view(points, weights), weights)

    def spurious(
        self, parameters: StudentParameters, counts: Float[ndarray, " K"], spread: Spread
    ) -> Int[ndarray, " M"]:
        return self.inner.spurious(parameters.ellipses, counts, spread)

    def widened(self, parameters: StudentParameters, spread: Spread) -> StudentParameters:
        return StudentParameters(*self.inner.widened(parameters.ellipses, spread), parameters.dof)

    def n_free(self, parameters: StudentParameters) -> int:
        n_dof = {"free": len(parameters.dof), "shared": 1}.get(self.dof, 0)
        return self.inner.n_free(parameters.ellipses) + n_dof

    def rescale(
        self, parameters: StudentParameters, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]
    ) -> StudentParameters:
        """The parameters for x of a fit to (x - centre) / scale."""
        return StudentParameters(*self.inner.rescale(parameters.ellipses, centre, scale), parameters.dof)

    def sample(self, parameters: StudentParameters, counts: ndarray, rng: np.random.Generator) -> Float[ndarray, "N D"]:
        means, dof = np.repeat(parameters.means, counts, axis=0), np.repeat(parameters.dof, counts)
        noise = self.inner.sample(parameters.ellipses, counts, rng) - means
        return means + noise * np.sqrt(dof / rng.chisquare(dof))[:, None]
