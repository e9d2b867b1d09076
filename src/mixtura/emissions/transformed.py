"""Numbers that are positive or bounded, seen where they are neither: x has the density f(T(x)) |T'(x)|."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.emissions.abreast import Abreast, Sight, see
from mixtura.emissions.contract import Emission, Plain
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.transforms import FIXED, transform


class Inner(NamedTuple):
    """The density of the family in transformed columns, which no compiled pass over the rows as they are may take."""

    density: Any


@dataclass(frozen=True)
class Forward:
    """Transformed rows under a density, and the logarithms of how much the transform stretches them."""

    slopes: Float[ndarray, " N"]
    inner: Sight

    def log_density(self) -> Float[ndarray, "N K"]:
        return self.inner.log_density() + self.slopes[:, None]

    def accumulate(self, responsibilities: Float[ndarray, "N K"]) -> Any:
        return self.inner.accumulate(responsibilities)


@dataclass(frozen=True)
class Transformed(Plain):
    """A family in transformed columns: for each the name of its transform, see `mixtura.emissions.transforms`.

    Parameters are those of the family in its own, transformed units; densities and samples are in those of the data.
    """

    transforms: tuple[str, ...] = ()
    inner: Emission = field(default_factory=Gaussian)

    def check(self, parameters: Any) -> None:
        self.inner.check(parameters)
        if len(self.transforms) != self.inner.shape(parameters)[1]:
            raise ValueError(f"its transforms {self.transforms} are not one for each column")
        for name in self.transforms:
            transform(name)

    def forward(self, points: Float[ndarray, "N D"]) -> Float[ndarray, "N D"]:
        """The rows as the family sees them."""
        return self._by_column(points, "apply")

    def log_slopes(self, points: Float[ndarray, "N D"]) -> Float[ndarray, "N D"]:
        """Of every transform, logarithms."""
        return self._by_column(points, "log_slope")

    def undone(self, value: float, column: int) -> float:
        """What a transformed value of one column is in the units of the data."""
        return float(transform(self.transforms[column]).undo(np.array([value]))[0])

    def log_prior(self, parameters: Any) -> float:
        return self.inner.log_prior(parameters)

    def density(self, parameters: Any) -> Inner:
        return Inner(self.inner.density(parameters))

    def log_density(self, points: Float[ndarray, "N D"], density: Inner) -> Float[ndarray, "N K"]:
        return self.see(points)(density).log_density()

    def accumulate(self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: Inner) -> Any:
        return self.see(points)(density).accumulate(responsibilities)

    def see(self, points: Float[ndarray, "N D"]) -> Callable[[Inner], "Forward"]:
        slopes = np.nansum(self.log_slopes(points), axis=1)  # a missing cell has no volume
        inner = see(self.inner, self.forward(points))
        return lambda density: Forward(slopes, inner(density.density))

    def abreast(self, n_fits: int) -> "Transformed | None":
        """None where the family is not `Abreast`."""
        inner = self.inner.abreast(n_fits) if isinstance(self.inner, Abreast) else None
        return None if inner is None else replace(self, inner=inner)

    def expect(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: Inner
    ) -> Float[ndarray, "N D"]:
        """What is expected of the transformed columns, in the units of the data."""
        found = self.inner.expect(self.forward(points), responsibilities, density.density)
        return np.where(np.isnan(points), self._by_column(found, "undo"), points)

    def draw(
        self, points: Float[ndarray, "N D"], labels: Int[ndarray, " N"], density: Inner, rng: np.random.Generator
    ) -> Float[ndarray, "N D"]:
        drawn = self.inner.draw(self.forward(points), labels, density.density, rng)
        return np.where(np.isnan(points), self._by_column(drawn, "undo"), points)

    def maximise(self, statistics: Any, counts: Float[ndarray, " K"], parameters: Any) -> Any:
        return self.inner.maximise(statistics, counts, parameters)

    def recentre(self, statistics: Any, counts: Float[ndarray, " K"], before: Any, after: Any) -> Any:
        return self.inner.recentre(statistics, counts, before, after)

    def implied(self, counts: Float[ndarray, " K"], parameters: Any) -> Any:
        return self.inner.implied(counts, parameters)

    def coordinates(self, parameters: Any, like: Any) -> ndarray | None:
        return self.inner.coordinates(parameters, like)

    def at(self, coordinates: ndarray, like: Any) -> Any:
        return self.inner.at(coordinates, like)

    def view(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N M"]:
        return self.inner.view(self.forward(points), weights)

    def pooled(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int) -> Any:
        return self.inner.pooled(self.forward(points), weights, n_components)

    def reorder(self, parameters: Any, order: ndarray) -> Any:
        return self.inner.reorder(parameters, order)

    def join(self, several: Sequence[Any]) -> Any:
        return self.inner.join(several)

    def place(
        self, parameters: Any, mixture: Float[ndarray, " K"], component: int, points: Float[ndarray, "N D"],
        around: tuple[int, int],
    ) -> Any:  # fmt: skip
        return self.inner.place(parameters, mixture, component, self.forward(points), around)

    def split(self, parameters: Any, component: int, other: int, rng: np.random.Generator) -> Any:
        return self.inner.split(parameters, component, other, rng)

    def recast(self, parameters: Any, weights: Float[ndarray, " K"]) -> Any:
        return self.inner.recast(parameters, weights)

    def place_each(
        self, parameters: Any, mixture: Float[ndarray, " K"], components: Int[ndarray, " M"],
        points: Float[ndarray, "N D"], around: Int[ndarray, "M 2"],
    ) -> list[Any]:  # fmt: skip
        return self.inner.place_each(parameters, mixture, components, self.forward(points), around)

    def split_each(self, parameters: Any, pairs: Int[ndarray, "M 2"], rng: np.random.Generator) -> list[Any]:
        return self.inner.split_each(parameters, pairs, rng)

    def spread(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Any:
        return self.inner.spread(self.forward(points), weights)

    def spurious(self, parameters: Any, counts: Float[ndarray, " K"], spread: Any) -> Int[ndarray, " M"]:
        return self.inner.spurious(parameters, counts, spread)

    def widened(self, parameters: Any, spread: Any) -> Any:
        return self.inner.widened(parameters, spread)

    def shape(self, parameters: Any) -> tuple[int, int]:
        return self.inner.shape(parameters)

    def locations(self, parameters: Any) -> Float[ndarray, "K M"]:
        return self.inner.locations(parameters)

    def arrays(self, parameters: Any) -> dict[str, ndarray]:
        return self.inner.arrays(parameters)

    def from_arrays(self, arrays: Mapping[str, ndarray]) -> Any:
        return self.inner.from_arrays(arrays)

    def rescale(self, parameters: Any, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]) -> Any:
        """Of the columns that are as they come; the units of the others are in the transform."""
        plain = np.array([name == "none" for name in self.transforms])
        return self.inner.rescale(parameters, np.where(plain, centre, 0.0), np.where(plain, scale, 1.0))

    def n_free(self, parameters: Any) -> int:
        """A power that was found counts as one."""
        return self.inner.n_free(parameters) + sum(name not in FIXED for name in self.transforms)

    def sample(self, parameters: Any, counts: ndarray, rng: np.random.Generator) -> Float[ndarray, "N D"]:
        return self._by_column(self.inner.sample(parameters, counts, rng), "undo")

    def _by_column(self, points: Float[ndarray, "N D"], what: str) -> Float[ndarray, "N D"]:
        parts = [getattr(transform(name), what)(column) for name, column in zip(self.transforms, points.T, strict=True)]
        return np.ascontiguousarray(np.stack(parts, axis=1))
