"""Clusters that are groups of Gaussian components: what merging leaves, and what a class is that has several parts.

The density of a cluster is sum_j s_j N(x; m_j, S_j) over the components j of its group, with shares s_j that add up to
one. As a whole it is no ellipse; `means` and `covariances` are its moments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura._kernels.densities import Ellipses, Moments
from mixtura.emissions._moments import matrices
from mixtura.emissions.contract import ByComponent, Plain, draw_labels
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.spaces import Spread

_SPECK = 10 * np.finfo(np.float64).eps  # a component that explains nothing keeps a speck of its cluster


class GroupedParameters(NamedTuple):
    """J Gaussian components in K groups: the number of its group for each, in order, and its share of that."""

    groups: Float[ndarray, " J"]
    shares: Float[ndarray, " J"]
    centres: Float[ndarray, "J D"]
    spreads: ndarray

    @property
    def parts(self) -> GaussianParameters:
        """The components."""
        return GaussianParameters(self.centres, self.spreads)

    @property
    def membership(self) -> Float[ndarray, "J K"]:
        """One where a component belongs to a group."""
        return np.eye(int(self.groups.max()) + 1)[self.groups.astype(int)]

    @property
    def means(self) -> Float[ndarray, "K D"]:
        """The mean of every cluster."""
        return (self.membership * self.shares[:, None]).T @ self.centres

    @property
    def covariances(self) -> Float[ndarray, "K D D"]:
        """The covariance of every cluster: within its components, and between them."""
        means = self.means
        apart = self.centres - means[self.groups.astype(int)]
        both = matrices(self.spreads, means.shape[1]) + apart[:, :, None] * apart[:, None]
        return np.einsum("jk,j,jde->kde", self.membership, self.shares, both)


class GroupedDensity(NamedTuple):
    """What a pass needs: where each group begins, the logarithms of the shares, and the components."""

    starts: Int[ndarray, " K"]
    log_shares: Float[ndarray, " J"]
    parts: Ellipses


class GroupedStatistics(NamedTuple):
    """How much every component explains, and what."""

    counts: Float[ndarray, " J"]
    parts: Moments


@dataclass(frozen=True)
class Grouped(ByComponent, Plain):
    """Clusters of one or more Gaussian components each, all of these under one covariance model."""

    parameters: ClassVar = GroupedParameters

    covariance: str = "full"
    ridge: float | tuple[float, ...] = 1e-6

    @property
    def inner(self) -> Gaussian:
        """The family of the components."""
        return Gaussian(self.covariance, self.ridge)

    def check(self, parameters: GroupedParameters) -> None:
        groups, shares, centres, spreads = parameters
        self.inner.check(GaussianParameters(centres, spreads))
        if groups.shape != (len(centres),) or shares.shape != (len(centres),):
            raise ValueError(f"its groups and shares are not {len(centres)} numbers each")
        if groups[0] != 0 or not np.isin(np.diff(groups), (0, 1)).all():
            raise ValueError("its groups are not numbered 0, 1, … in order")
        totals = parameters.membership.T @ shares
        if (shares < 0).any() or np.abs(totals - 1).max() > 1e-6:
            raise ValueError("the shares of a group do not add up to one")

    def density(self, parameters: GroupedParameters) -> GroupedDensity:
        starts = np.flatnonzero(np.diff(parameters.groups, prepend=-1))
        with np.errstate(divide="ignore"):
            log_shares = np.log(parameters.shares)
        return GroupedDensity(starts, log_shares, self.inner.density(parameters.parts))

    def log_density(self, points: Float[ndarray, "N D"], density: GroupedDensity) -> Float[ndarray, "N K"]:
        return np.logaddexp.reduceat(self._log_parts(points, density), density.starts, axis=1)

    def _log_parts(self, points: Float[ndarray, "N D"], density: GroupedDensity) -> Float[ndarray, "N J"]:
        return density.log_shares + self.inner.log_density(points, density.parts)

    def accumulate(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: GroupedDensity
    ) -> GroupedStatistics:
        shares = self._shared_out(points, responsibilities, density)
        return GroupedStatistics(shares.sum(0), self.inner.accumulate(points, shares, density.parts))

    def _shared_out(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: GroupedDensity
    ) -> Float[ndarray, "N J"]:
        """A cluster's part in a row, among its components."""
        log_parts = self._log_parts(points, density)
        sizes = np.diff(density.starts, append=log_parts.shape[1])
        whole = np.repeat(np.logaddexp.reduceat(log_parts, density.starts, axis=1), sizes, axis=1)
        return np.exp(log_parts - whole) * np.repeat(responsibilities, sizes, axis=1)

    def expect(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: GroupedDensity
    ) -> Float[ndarray, "N D"]:
        return self.inner.expect(points, self._shared_out(points, responsibilities, density), density.parts)

    def draw(
        self, points: Float[ndarray, "N D"], labels: Int[ndarray, " N"], density: GroupedDensity,
        rng: np.random.Generator,
    ) -> Float[ndarray, "N D"]:  # fmt: skip
        shares = self._shared_out(points, np.eye(len(density.starts))[labels], density)
        return self.inner.draw(points, draw_labels(shares, rng), density.parts, rng)

    def maximise(
        self, statistics: GroupedStatistics, counts: Float[ndarray, " K"], parameters: GroupedParameters
    ) -> GroupedParameters:
        held = statistics.counts + _SPECK
        shares = held / (parameters.membership @ (parameters.membership.T @ held))
        return GroupedParameters(
            parameters.groups, shares, *self.inner.maximise(statistics.parts, held, parameters.parts)
        )

    def recentre(
        self, statistics: GroupedStatistics, counts: Float[ndarray, " K"], before: GroupedParameters,
        after: GroupedParameters,
    ) -> GroupedStatistics:  # fmt: skip
        parts = self.inner.recentre(statistics.parts, statistics.counts, before.parts, after.parts)
        return statistics._replace(parts=parts)

    def implied(self, counts: Float[ndarray, " K"], parameters: GroupedParameters) -> GroupedStatistics:
        held = parameters.shares * (parameters.membership @ counts)
        return GroupedStatistics(held, self.inner.implied(held, parameters.parts))

    def view(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N D"]:
        return points

    def pooled(
        self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int
    ) -> GroupedParameters:
        """Groups of one component each."""
        return _alone(self.inner.pooled(points, weights, n_components))

    def reorder(self, parameters: GroupedParameters, order: ndarray) -> GroupedParameters:
        groups = parameters.groups.astype(int)
        members = [np.flatnonzero(groups == k) for k in order]
        rows = np.concatenate(members)
        numbers = np.repeat(np.arange(len(members)), [len(group) for group in members]).astype(float)
        return GroupedParameters(numbers, *(array[rows] for array in parameters[1:]))

    def join(self, several: Sequence[GroupedParameters]) -> GroupedParameters:
        before = np.cumsum([0, *(len(parameters.means) for parameters in several[:-1])])
        numbered = [own._replace(groups=own.groups + first) for own, first in zip(several, before, strict=True)]
        return super().join(numbered)

    def place(
        self, parameters: GroupedParameters, mixture: Float[ndarray, " K"], component: int,
        points: Float[ndarray, "N D"], around: tuple[int, int],
    ) -> GroupedParameters:  # fmt: skip
        """All components of the cluster go there."""
        weights = mixture[parameters.groups.astype(int)] * parameters.shares
        parts = parameters.parts
        for j in np.flatnonzero(parameters.groups == component):
            parts = self.inner.place(parts, weights, int(j), points, around)
        return GroupedParameters(parameters.groups, parameters.shares, *parts)

    def split(
        self, parameters: GroupedParameters, component: int, other: int, rng: np.random.Generator
    ) -> GroupedParameters:
        """Both halves are one component, of the moments of the cluster."""
        whole = GaussianParameters(parameters.means, parameters.covariances)
        first, second = (np.flatnonzero(parameters.groups == k) for k in (component, other))
        halves = Gaussian("full").split(whole, component, other, rng)
        centres, spreads = parameters.centres.copy(), parameters.spreads.copy()
        for rows, k in ((first, component), (second, other)):
            centres[rows] = halves.means[k]
            if not self.inner.model.is_shared:
                spreads[rows] = self._of_kind(halves.covariances[k])
        return parameters._replace(centres=centres, spreads=spreads)

    def _of_kind(self, covariance: Float[ndarray, "D D"]) -> ndarray:
        variances = np.diag(covariance)
        return np.asarray(
            {"full": covariance, "diagonal": variances, "spherical": variances.mean()}[self.inner.model.kind]
        )

    def spread(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Spread:
        return self.inner.spread(points, weights)

    def spurious(
        self, parameters: GroupedParameters, counts: Float[ndarray, " K"], spread: Spread
    ) -> Int[ndarray, " M"]:
        """Clusters that hold such a component."""
        held = counts[parameters.groups.astype(int)] * parameters.shares
        return np.unique(parameters.groups[self.inner.spurious(parameters.parts, held, spread)]).astype(int)

    def shape(self, parameters: GroupedParameters) -> tuple[int, int]:
        return int(parameters.groups.max()) + 1, parameters.centres.shape[1]

    def locations(self, parameters: GroupedParameters) -> Float[ndarray, "K D"]:
        return parameters.means

    def n_free(self, parameters: GroupedParameters) -> int:
        n_parts = len(parameters.groups)
        return self.inner.n_free(parameters.parts) + n_parts - len(np.unique(parameters.groups))

    def rescale(
        self, parameters: GroupedParameters, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]
    ) -> GroupedParameters:
        """The parameters for x of a fit to (x - centre) / scale."""
        return GroupedParameters(
            parameters.groups, parameters.shares, *self.inner.rescale(parameters.parts, centre, scale)
        )

    def sample(self, parameters: GroupedParameters, counts: ndarray, rng: np.random.Generator) -> Float[ndarray, "N D"]:
        groups, shares = parameters.groups.astype(int), parameters.shares
        held = [rng.multinomial(n, shares[groups == k] / shares[groups == k].sum()) for k, n in enumerate(counts)]
        return self.inner.sample(parameters.parts, np.concatenate(held), rng)


def _alone(parts: GaussianParameters) -> GroupedParameters:
    K = len(parts.means)
    return GroupedParameters(np.arange(K, dtype=float), np.ones(K), *parts)
