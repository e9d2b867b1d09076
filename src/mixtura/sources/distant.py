"""Rows that stay on the machines of a cluster, in parts; `mixtura.stream` makes sources of them."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from operator import add
from typing import Any, Protocol, TypeVar

from mixtura.errors import DataError
from mixtura.sources import _candidates, _scout
from mixtura.sources._budget import sample_rows
from mixtura.sources._floats import Cut
from mixtura.sources._parts import Glance, Part, join_some, look, tally, where_rows
from mixtura.sources._scout import Facts
from mixtura.sources._survey import why_nothing
from mixtura.sources.array import default_block_rows
from mixtura.sources.column import of_levels
from mixtura.sources.roles import Roles
from mixtura.sources.streamed import StreamedSource
from mixtura.sources.table import Missing
from mixtura.statistics import Block

Result = TypeVar("Result")

_SPARE = 1.2  # times the rows of a sample are brought together, so that these are surely among them


class Parts(Protocol):
    """Rows as numbers, where they lie."""

    def reduce(self, function: Callable[[Any], Result], join: Callable[[Result, Result], Result]) -> Result:
        """What `join` makes of `function(part)` of all parts, always in the same order, whatever runs where."""
        ...

    def apply(self, function: Callable[[Any], Result]) -> Iterator[Result]:
        """`function(part)` for each part, in order."""
        ...


class Cluster(_candidates.Fields, Protocol):
    """A table whose parts lie on other machines."""

    def hold(self, cut: Cut) -> Parts:
        """Its rows as numbers; cells that cannot be used raise DataError at the first pass."""
        ...


@dataclass(frozen=True, eq=False)
class DistantSource(StreamedSource):
    """Rows on the machines of a cluster as a source: passes send functions there, and get sums back.

    A sum is made part by part, and the parts' sums are added in a fixed order: it depends on how the rows are parted,
    by rounding, but not on how many machines there are or what becomes of them.
    """

    parts: Parts

    def reduce(self, function: Callable[[Any], Result], join: Callable[[Result, Result], Result]) -> Result:
        """What `join` makes of `function(part)` of all parts."""
        (found,) = self.parts.reduce(partial(where_rows, function=function), partial(join_some, join=join))
        return found

    def apply(self, function: Callable[[Any], Result]) -> Iterator[Result]:
        """`function(part)` for each part, in order."""
        return (found for some in self.parts.apply(partial(where_rows, function=function)) for found in some)

    def blocks(self) -> Generator[Block, None, None]:
        """Yield the rows in order: they come here, part by part."""
        for blocks in self.apply(_blocks):
            yield from blocks


def stream_from(
    cluster: Cluster, roles: Roles, *, missing: Missing = "error", memory: int | None = None
) -> DistantSource:
    """Look once at rows that lie elsewhere, as `mixtura.stream` does at files."""
    survey = _Survey(cluster, roles, memory)
    chosen, facts, least = _candidates.settle(cluster, roles, missing, survey.look)
    cut = survey.cut(chosen.names, least)
    return DistantSource(
        chosen.names, facts, cluster.origin, chosen.dropped, cluster, cut, survey.parts_of(cut)
    )  # fmt: skip


@dataclass
class _Survey:
    """How first passes are made; parts stay for as long as their columns do."""

    cluster: Cluster
    roles: Roles
    memory: int | None
    _kept: tuple[Cut, Parts] | None = None

    def cut(self, names: Sequence[str], least: int) -> Cut:
        size = default_block_rows(1 << 40, len(names))
        return Cut(tuple(names), self.roles.weight, least, size, of_levels(names, self.roles.levels))

    def parts_of(self, cut: Cut) -> Parts:
        if self._kept is None or self._kept[0] != cut:
            self._kept = None  # makes room
            self._kept = cut, self.cluster.hold(cut)
        return self._kept[1]

    def look(self, names: tuple[str, ...], least: int) -> Facts:
        """One pass that counts, and one over what has been counted, of the rows that have so many cells there."""
        cut = self.cut(names, least)
        parts = self.parts_of(cut)
        tallies = parts.reduce(tally, add)
        n_rows, total = sum(t.n_rows for t in tallies), sum(t.total_weight for t in tallies)
        n_read = sum(t.n_read for t in tallies)
        if not n_rows:
            raise DataError(why_nothing(self.cluster.origin, n_read, cut.drops_incomplete))
        size = sample_rows(len(names), cut.n_rows, self.memory)
        starts = dict(
            zip((t.number for t in tallies), accumulate((t.n_rows for t in tallies), initial=0), strict=False)
        )
        for threshold in (total / (_SPARE * size), 0.0) if n_rows > size else (0.0,):
            glance = Glance(names, starts, size, threshold)
            (facts,) = parts.reduce(
                partial(where_rows, function=partial(look, glance=glance)),
                partial(join_some, join=partial(_scout.join, size=size)),
            )
            if len(facts.sample.points) == min(size, n_rows):
                break
        return facts._replace(n_left_out=n_read - n_rows)


def _blocks(part: Part) -> list[Block]:
    return list(part.blocks())
