"""What every emission family gives to a mixture."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray


@runtime_checkable
class Emission(Protocol):
    """A family of K component densities: a frozen dataclass of settings; parameters travel beside it.

    Parameters, densities and statistics are NamedTuples of arrays, so they add, pickle and cross into compiled code.
    """

    def check(self, parameters: Any) -> None:
        """Raise ValueError, in words, unless these arrays are parameters: they may come from any file."""
        ...

    def density(self, parameters: Any) -> Any:
        """What a pass needs to know, worked out once: cheap to use N times. NaN where parameters are degenerate."""
        ...

    def log_density(self, points: Float[ndarray, "N D"], density: Any) -> Float[ndarray, "N K"]:
        """Log-density of every row under every component, in nats."""
        ...

    def accumulate(self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: Any) -> Any:
        """Expected sufficient statistics; responsibilities include the weights of the rows."""
        ...

    def maximise(self, statistics: Any, counts: Float[ndarray, " K"], parameters: Any) -> Any:
        """The parameters that maximise the expected log-likelihood, given statistics collected under `parameters`."""
        ...

    def recentre(self, statistics: Any, counts: Float[ndarray, " K"], before: Any, after: Any) -> Any:
        """What was collected under `before`, as sums of the same shares would be about the places of `after`."""
        ...

    def implied(self, counts: Float[ndarray, " K"], parameters: Any) -> Any:
        """Statistics of so many rows whose moments are those of `parameters`, which `maximise` gives back; or None."""
        ...

    def expect(
        self, points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: Any
    ) -> Float[ndarray, "N D"]:
        """The rows, where cells are missing (NaN) what is expected of them: means, or the most probable level."""
        ...

    def draw(
        self, points: Float[ndarray, "N D"], labels: Int[ndarray, " N"], density: Any, rng: np.random.Generator
    ) -> Float[ndarray, "N D"]:
        """The rows, missing cells drawn from the components that `labels` name, given the cells that are there."""
        ...

    def log_prior(self, parameters: Any) -> float:
        """What `maximise` adds to the expected log-likelihood, up to a constant: zero without a prior."""
        ...

    def ascent(self, log_weights: Float[ndarray, "M K"], starts: Sequence[Any], holes: Any = None) -> Any:
        """Where fits from M starts begin that `kernels.climb` makes; None if that does not know this family's M-step.

        Starts of fewer components than others have room for as many. The log weights become part of it; it shares no
        memory with the starts. `holes` are those of the rows, as kernels know them, None if these are complete.
        """
        ...

    def arrived(self, ascent: Any, number: int, n_components: int) -> Any:
        """The parameters where the fit of that number stands, of so many components, in memory of their own."""
        ...

    def coordinates(self, parameters: Any, like: Any) -> ndarray | None:
        """The parameters as numbers that may take any value, in units of `like`; None if leaps would leave the family.

        Any numbers near these, too, stand for parameters of the family.
        """
        ...

    def at(self, coordinates: ndarray, like: Any) -> Any:
        """The parameters that have these coordinates; not a number where they have none."""
        ...

    def view(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N M"]:
        """The rows as places whose distances mean something, without holes: where starts are drawn."""
        ...

    def pooled(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int) -> Any:
        """The one-component fit, `n_components` times: where every start begins."""
        ...

    def reorder(self, parameters: Any, order: ndarray) -> Any:
        """The same components in another order (or a selection of them)."""
        ...

    def join(self, several: Sequence[Any]) -> Any:
        """The components of several mixtures, one after the other."""
        ...

    def place(
        self, parameters: Any, mixture: Float[ndarray, " K"], component: int, points: Float[ndarray, "N D"],
        around: tuple[int, int],
    ) -> Any:  # fmt: skip
        """The same, but for a component that now holds the (row, number) row of `points` and so many of its neighbours.

        What is near is a matter of what components are like on average, by the weights of the `mixture`.
        """
        ...

    def split(self, parameters: Any, component: int, other: int, rng: np.random.Generator) -> Any:
        """The same, but for a component that is cut in two at random; `other` becomes the second half."""
        ...

    def recast(self, parameters: Any, weights: Float[ndarray, " K"]) -> Any:
        """Parameters that a family like this one found, of other covariances, in the form that this one's have.

        What is to be shared is averaged by the `weights`. A fit begins there, not under this family's model yet.
        """
        ...

    def place_each(
        self, parameters: Any, mixture: Float[ndarray, " K"], components: Int[ndarray, " M"],
        points: Float[ndarray, "N D"], around: Int[ndarray, "M 2"],
    ) -> list[Any]:  # fmt: skip
        """What `place` gives, for each of some components and of as many rows and numbers."""
        ...

    def split_each(self, parameters: Any, pairs: Int[ndarray, "M 2"], rng: np.random.Generator) -> list[Any]:
        """What `split` gives, for each of some pairs of a component and the other."""
        ...

    def spread(self, points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Any:
        """How far the rows spread: what is wide or narrow in their table, for `spurious`."""
        ...

    def spurious(self, parameters: Any, counts: Float[ndarray, " K"], spread: Any) -> Int[ndarray, " M"]:
        """The components that are accidents of a few rows, in a table of this `spread`."""
        ...

    def spurious_of_each(
        self, several: Sequence[Any], counts: Sequence[Float[ndarray, " _"]], spread: Any
    ) -> list[Int[ndarray, " _"]]:
        """The same of each of several mixtures."""
        ...

    def widened(self, parameters: Any, spread: Any) -> Any:
        """The components, with a width in directions in which they have none."""
        ...

    def shape(self, parameters: Any) -> tuple[int, int]:
        """How many components there are, and in how many columns."""
        ...

    def locations(self, parameters: Any) -> Float[ndarray, "K M"]:
        """Where components are, for those who number or match them: means, shares of levels and the like."""
        ...

    def arrays(self, parameters: Any) -> dict[str, ndarray]:
        """The parameters as arrays by name: what a model file holds."""
        ...

    def from_arrays(self, arrays: Mapping[str, ndarray]) -> Any:
        """The parameters that `arrays` has named so; ValueError, in words, where these are not their names."""
        ...

    def rescale(self, parameters: Any, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]) -> Any:
        """The parameters for x of a fit to (x - centre) / scale."""
        ...

    def n_free(self, parameters: Any) -> int:
        """How many numbers a fit of this shape leaves free, mixing weights apart."""
        ...

    def sample(self, parameters: Any, counts: ndarray, rng: np.random.Generator) -> Float[ndarray, "N D"]:
        """`counts[k]` rows of each component, in the order of the components."""
        ...


class Plain:
    """What families share that have no prior, and whose steps are taken singly, by the loop; so are kicks."""

    place: Callable[..., Any]
    split: Callable[..., Any]

    def log_prior(self, parameters: Any) -> float:
        """Zero: nothing is thought of the parameters before."""
        return 0.0

    def recentre(self, statistics: Any, counts: Float[ndarray, " K"], before: Any, after: Any) -> Any:
        """The same: sums that are about no place."""
        return statistics

    def implied(self, counts: Float[ndarray, " K"], parameters: Any) -> Any:
        """None: parameters say less than the rows that they came from."""

    def recast(self, parameters: Any, weights: Float[ndarray, " K"]) -> Any:
        """The same: among covariance models of such a family nobody chooses."""
        return parameters

    def ascent(self, log_weights: Float[ndarray, "M K"], starts: Sequence[Any], holes: Any = None) -> Any:
        """None: no compiled call knows the M-step."""

    def arrived(self, ascent: Any, number: int, n_components: int) -> Any:
        """Never asked for, because no ascent begins."""
        return ascent

    def spurious_of_each(
        self, several: Sequence[Any], counts: Sequence[Float[ndarray, " _"]], spread: Any
    ) -> list[Any]:
        """One after the other."""
        family: Any = self
        return [family.spurious(*own, spread) for own in zip(several, counts, strict=True)]

    def widened(self, parameters: Any, spread: Any) -> Any:
        """The same: what cannot be flat needs no width."""
        return parameters

    def coordinates(self, parameters: Any, like: Any) -> ndarray | None:
        """None: no leaps are taken."""
        return None

    def at(self, coordinates: ndarray, like: Any) -> Any:
        """Never asked for, because there are no coordinates."""
        return like

    def place_each(
        self, parameters: Any, mixture: Float[ndarray, " K"], components: Int[ndarray, " M"],
        points: Float[ndarray, "N D"], around: Int[ndarray, "M 2"],
    ) -> list[Any]:  # fmt: skip
        """One after the other."""
        asked = zip(components.tolist(), around.tolist(), strict=True)
        return [self.place(parameters, mixture, component, points, tuple(place)) for component, place in asked]

    def split_each(self, parameters: Any, pairs: Int[ndarray, "M 2"], rng: np.random.Generator) -> list[Any]:
        """One after the other."""
        return [self.split(parameters, component, other, rng) for component, other in pairs.tolist()]


class ByComponent:
    """What families share whose parameters are a NamedTuple of arrays, each with a row for every component.

    The first array says where components lie in every column.
    """

    parameters: ClassVar[Any]

    def reorder(self, parameters: Any, order: ndarray) -> Any:
        """The same rows of every array, in another order."""
        return self.parameters(*(array[order] for array in parameters))

    def join(self, several: Sequence[Any]) -> Any:
        """The rows of every array, one mixture's after the other's."""
        return self.parameters(*map(np.concatenate, zip(*several, strict=True)))

    def shape(self, parameters: Any) -> tuple[int, int]:
        """That of the first array."""
        return self.locations(parameters).shape

    def locations(self, parameters: Any) -> Float[ndarray, "K M"]:
        """The first array."""
        first: ndarray = parameters[0]
        return first

    def arrays(self, parameters: Any) -> dict[str, ndarray]:
        """The arrays, by the names of the fields."""
        named: dict[str, ndarray] = parameters._asdict()
        return named

    def from_arrays(self, arrays: Mapping[str, ndarray]) -> Any:
        """A NamedTuple of the arrays that have the names of its fields; ValueError, in words, if others are there."""
        if arrays.keys() != set(self.parameters._fields):
            held, wanted = (", ".join(sorted(names)) or "none" for names in (arrays, self.parameters._fields))
            raise ValueError(f"it holds the arrays {held} for its components, not {wanted}")
        return self.parameters(**arrays)


def draw_labels(shares: Float[ndarray, "N K"], rng: np.random.Generator) -> Int[ndarray, " N"]:
    """For each row one of its components, as likely as its share is large."""
    passed = shares.cumsum(1) < rng.uniform(size=(len(shares), 1))
    return np.minimum(passed.sum(1), shares.shape[1] - 1)


def draw_alone(
    family: Emission, points: Float[ndarray, "N D"], labels: Int[ndarray, " N"], parameters: Any,
    rng: np.random.Generator,
) -> Float[ndarray, "N D"]:  # fmt: skip
    """What `draw` is where columns are independent within a component: the other cells do not matter."""
    order, counts = np.argsort(labels, kind="stable"), np.bincount(labels, minlength=family.shape(parameters)[0])
    drawn = np.empty(points.shape)
    drawn[order] = family.sample(parameters, counts, rng)
    return np.where(np.isnan(points), drawn, points)
