"""Columns of different kinds: within a component, blocks of columns are independent, each of its own family."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.emissions.abreast import Abreast, Sight, see
from mixtura.emissions.contract import Emission, Plain
from mixtura.spaces import standardise

Parts = tuple[Any, ...]  # one for each block: parameters, densities or statistics of its family


@dataclass(frozen=True)
class SideBySide:
    """The blocks of rows under the components of a density."""

    blocks: tuple[Sight, ...]

    def log_density(self) -> Float[ndarray, "N K"]:
        return reduce(np.add, [block.log_density() for block in self.blocks])

    def accumulate(self, responsibilities: Float[ndarray, "N K"]) -> Parts:
        return tuple(block.accumulate(responsibilities) for block in self.blocks)


@dataclass(frozen=True)
class Product(Plain):
    """Blocks of columns: what each is called, which columns (from 0 on) it has, and the family of its components."""

    names: tuple[str, ...] = ()
    columns: tuple[tuple[int, ...], ...] = ()
    families: tuple[Emission, ...] = ()

    def check(self, parameters: Parts) -> None:
        if not self.families or not len(self.names) == len(self.columns) == len(self.families) == len(parameters):
            raise ValueError("its blocks of columns lack names, columns, families or parameters")
        everywhere = [d for columns in self.columns for d in columns]
        if sorted(everywhere) != list(range(len(everywhere))):
            raise ValueError("its blocks do not share out the columns, each of them once")
        for family, part, columns in zip(self.families, parameters, self.columns, strict=True):
            family.check(part)
            if family.shape(part) != (self.shape(parameters)[0], len(columns)):
                raise ValueError("its blocks differ in clusters, or do not have as many columns as they should")

    def density(self, parameters: Parts) -> Parts:
        return tuple(family.density(part) for family, part in zip(self.families, parameters, strict=True))

    def log_density(self, points: Float[ndarray, "N D"], density: Parts) -> Float[ndarray, "N K"]:
        return self.see(points)(density).log_density()

    def accumulate(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: Parts
    ) -> Parts:
        return self.see(points)(density).accumulate(responsibilities)

    def see(self, points: Float[ndarray, "N D"]) -> Callable[[Parts], "SideBySide"]:
        sees = [see(family, block) for family, block, _ in self._blocks(points)]
        return lambda density: SideBySide(tuple(own(part) for own, part in zip(sees, density, strict=True)))

    def abreast(self, n_fits: int) -> "Product | None":
        """None where the family of a block is not `Abreast`."""
        found = (family.abreast(n_fits) for family in self.families if isinstance(family, Abreast))
        families = tuple(family for family in found if family is not None)
        return replace(self, families=families) if len(families) == len(self.families) else None

    def expect(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: Parts
    ) -> Float[ndarray, "N D"]:
        blocks = self._blocks(points, density)
        return self._joined(family.expect(block, responsibilities, own) for family, block, own in blocks)

    def draw(
        self, points: Float[ndarray, "N D"], labels: Int[ndarray, " N"], density: Parts, rng: np.random.Generator
    ) -> Float[ndarray, "N D"]:
        return self._joined(
            family.draw(block, labels, own, rng) for family, block, own in self._blocks(points, density)
        )

    def maximise(self, statistics: Parts, counts: Float[ndarray, " K"], parameters: Parts) -> Parts:
        parts = zip(self.families, statistics, parameters, strict=True)
        return tuple(family.maximise(own, counts, part) for family, own, part in parts)

    def recentre(self, statistics: Parts, counts: Float[ndarray, " K"], before: Parts, after: Parts) -> Parts:
        parts = zip(self.families, statistics, before, after, strict=True)
        return tuple(family.recentre(own, counts, old, new) for family, own, old, new in parts)

    def implied(self, counts: Float[ndarray, " K"], parameters: Parts) -> Parts | None:
        found = tuple(family.implied(counts, part) for family, part in zip(self.families, parameters, strict=True))
        return None if None in found else found

    def log_prior(self, parameters: Parts) -> float:
        return sum(family.log_prior(part) for family, part in zip(self.families, parameters, strict=True))

    def coordinates(self, parameters: Parts, like: Parts) -> ndarray | None:
        parts = zip(self.families, parameters, like, strict=True)
        found = (family.coordinates(part, own) for family, part, own in parts)
        numbers = [own for own in found if own is not None]
        return np.concatenate(numbers) if len(numbers) == len(self.families) else None

    def at(self, coordinates: ndarray, like: Parts) -> Parts:
        parts = list(zip(self.families, like, strict=True))
        known = (family.coordinates(own, own) for family, own in parts)
        ends = np.cumsum([0 if own is None else len(own) for own in known])[:-1]
        numbers = zip(parts, np.split(coordinates, ends), strict=True)
        return tuple(family.at(part, own) for (family, own), part in numbers)

    def view(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N M"]:
        """What the families see, side by side, each column with variance one."""
        seen = [family.view(block, weights) for family, block, _ in self._blocks(points)]
        return np.concatenate([standardise(part, weights) for part in seen], axis=1)

    def pooled(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int) -> Parts:
        return tuple(family.pooled(block, weights, n_components) for family, block, _ in self._blocks(points))

    def reorder(self, parameters: Parts, order: ndarray) -> Parts:
        return tuple(family.reorder(part, order) for family, part in zip(self.families, parameters, strict=True))

    def join(self, several: Sequence[Parts]) -> Parts:
        return tuple(family.join(parts) for family, *parts in zip(self.families, *several, strict=True))

    def place(
        self, parameters: Parts, mixture: Float[ndarray, " K"], component: int, points: Float[ndarray, "N D"],
        around: tuple[int, int],
    ) -> Parts:  # fmt: skip
        """Each block finds the neighbours of the row in its own columns."""
        return tuple(
            family.place(part, mixture, component, block, around)
            for family, block, part in self._blocks(points, parameters)
        )

    def split(self, parameters: Parts, component: int, other: int, rng: np.random.Generator) -> Parts:
        parts = zip(self.families, parameters, strict=True)
        return tuple(family.split(part, component, other, rng) for family, part in parts)

    def recast(self, parameters: Parts, weights: Float[ndarray, " K"]) -> Parts:
        return tuple(family.recast(part, weights) for family, part in zip(self.families, parameters, strict=True))

    def spread(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Parts:
        return tuple(family.spread(block, weights) for family, block, _ in self._blocks(points))

    def spurious(self, parameters: Parts, counts: Float[ndarray, " K"], spread: Parts) -> Int[ndarray, " M"]:
        """The components that are accidents in some block."""
        parts = zip(self.families, parameters, spread, strict=True)
        return np.unique(np.concatenate([family.spurious(part, counts, own) for family, part, own in parts]))

    def widened(self, parameters: Parts, spread: Parts) -> Parts:
        parts = zip(self.families, parameters, spread, strict=True)
        return tuple(family.widened(part, own) for family, part, own in parts)

    def shape(self, parameters: Parts) -> tuple[int, int]:
        return self.families[0].shape(parameters[0])[0], sum(map(len, self.columns))

    def locations(self, parameters: Parts) -> Float[ndarray, "K M"]:
        parts = zip(self.families, parameters, strict=True)
        return np.concatenate([family.locations(part) for family, part in parts], axis=1)

    def arrays(self, parameters: Parts) -> dict[str, ndarray]:
        """The arrays of all blocks, each under the block's name and its own: `numbers.means`."""
        return {
            f"{name}.{own}": array
            for name, family, part in zip(self.names, self.families, parameters, strict=True)
            for own, array in family.arrays(part).items()
        }

    def from_arrays(self, arrays: Mapping[str, ndarray]) -> Parts:
        if len(self.names) != len(self.families):
            raise ValueError("its blocks of columns lack names or families")
        mine = {name: _below(name, arrays) for name in self.names}
        if sum(map(len, mine.values())) < len(arrays):
            raise ValueError(f"it holds the arrays {', '.join(sorted(arrays))}, some of them for no block of columns")
        return tuple(family.from_arrays(mine[name]) for name, family in zip(self.names, self.families, strict=True))

    def n_free(self, parameters: Parts) -> int:
        return sum(family.n_free(part) for family, part in zip(self.families, parameters, strict=True))

    def rescale(self, parameters: Parts, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]) -> Parts:
        parts = zip(self.families, parameters, self.columns, strict=True)
        return tuple(family.rescale(part, centre[list(own)], scale[list(own)]) for family, part, own in parts)

    def sample(self, parameters: Parts, counts: ndarray, rng: np.random.Generator) -> Float[ndarray, "N D"]:
        parts = zip(self.families, parameters, strict=True)
        return self._joined(family.sample(part, counts, rng) for family, part in parts)

    def _joined(self, blocks: Iterable[Float[ndarray, "N _"]]) -> Float[ndarray, "N D"]:
        """The columns of all blocks, each in its place."""
        places = np.argsort(np.concatenate(self.columns))
        return np.concatenate(list(blocks), axis=1)[:, places]

    def _blocks(self, points: Float[ndarray, "N D"], parts: Parts = ()) -> Iterator[tuple[Emission, ndarray, Any]]:
        """Each family with its columns and its part of `parts`, if there are any."""
        for i, (family, columns) in enumerate(zip(self.families, self.columns, strict=True)):
            yield family, np.take(points, columns, axis=1), parts[i] if parts else None


def _below(name: str, arrays: Mapping[str, ndarray]) -> dict[str, ndarray]:
    """The arrays of one block, under their own names."""
    return {full.removeprefix(f"{name}."): array for full, array in arrays.items() if full.startswith(f"{name}.")}
