"""First passes over files: what is known of all rows is found out stretch by stretch, and may be kept on the way."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import numpy as np

from mixtura.errors import DataError
from mixtura.sources import _scout
from mixtura.sources._budget import sample_rows
from mixtura.sources._floats import Cut, check_cells, placed_blocks
from mixtura.sources._found import Batch, Found
from mixtura.sources._scout import Facts, Scout
from mixtura.sources.array import default_block_rows
from mixtura.sources.column import of_levels
from mixtura.sources.digest import STRETCH
from mixtura.sources.prefetch import prefetched
from mixtura.sources.roles import Roles
from mixtura.sources.sampling import Reservoir
from mixtura.statistics import Placed

Thing = TypeVar("Thing")

AHEAD = 2  # blocks that are decoded while one is worked on


class Looked(NamedTuple):
    """How far a look at all rows is: how many have been read, and what is known of them."""

    n_read: int
    facts: Facts
    is_whole: bool


def ignore(found: Mapping[str, Any]) -> None:
    """What to do with what nobody wants to know."""


@dataclass
class Looks:
    """What passes before the first of a fit have found, by what they looked for, and who is told whenever it is more.

    It depends on the files and on what is asked of them alone: a run that was killed need not look again.
    """

    found: dict[str, Any] = field(default_factory=dict)
    keep: Callable[[Mapping[str, Any]], None] = ignore

    def once(self, name: str, find: Callable[[], Thing]) -> Thing:
        """What there is by this name, or can be found."""
        if name not in self.found:
            self.note(name, find())
        found: Thing = self.found[name]
        return found

    def note(self, name: str, thing: Any) -> None:
        """Something has been found."""
        self.found[name] = thing
        self.keep(self.found)


@dataclass(frozen=True)
class Survey:
    """How first passes over files are made."""

    found: Found
    roles: Roles
    memory: int | None
    looks: Looks

    def cut(self, names: Sequence[str], n_rows: int, least: int) -> Cut:
        """How so many rows are cut into blocks."""
        size = min(default_block_rows(n_rows, len(names)), n_rows)
        return Cut(tuple(names), self.roles.weight, least, size, of_levels(names, self.roles.levels))

    def look(self, names: tuple[str, ...], least: int) -> Facts:
        """One pass over these columns of the rows that have so many cells there."""
        cut = self.cut(names, 1 << 40, least)
        cut = cut._replace(n_rows=1 << (cut.n_rows.bit_length() - 1))  # of which a stretch is a multiple
        known = self.looks.found.get(_name_of(cut))
        return known.facts if known is not None and known.is_whole else self._look_on(cut, known)

    def _look_on(self, cut: Cut, known: Looked | None) -> Facts:
        """From where an earlier look was."""
        n_read, facts = (known.n_read, known.facts) if known is not None else (0, None)
        size = sample_rows(len(cut.names), cut.n_rows, self.memory)
        counted, scout = _Counted(self.found, cut, n_read), _scout_of(cut, size, facts)
        for block, n_then in prefetched(counted.blocks, AHEAD):
            scout.look(block)
            if scout.n_rows == STRETCH:
                facts = _together(facts, scout, size)
                self.looks.note(_name_of(cut), Looked(n_then, facts, is_whole=False))
                scout = _scout_of(cut, size, facts)
        if scout.n_rows:
            facts = _together(facts, scout, size)
        if facts is None:
            raise DataError(why_nothing(self.found.origin, counted.n_read, cut.drops_incomplete))
        facts = facts._replace(n_left_out=counted.n_read - facts.n_rows)
        self.looks.note(_name_of(cut), Looked(counted.n_read, facts, is_whole=True))
        return facts


@dataclass
class _Counted:
    """Rows of which it is known how many have been read."""

    found: Found
    cut: Cut
    n_read: int

    def blocks(self) -> Iterator[Placed]:
        """The blocks of those that follow; cells that cannot be used raise a DataError."""
        return placed_blocks(self._checked(), self.cut, self.n_read)

    def _checked(self) -> Iterator[Batch]:
        for batch in self.found.batches(self.cut.columns, self.n_read):
            self.n_read += batch.cells.num_rows
            check_cells(batch, self.cut)
            yield batch


def why_nothing(origin: str, n_read: int, drops_incomplete: bool) -> str:
    """What to say where no row takes part."""
    if not n_read:
        return f"{origin} has column names but no rows."
    if drops_incomplete:
        return f"{origin}: no row is complete. Leave out the emptiest columns with --exclude."
    return f"{origin}: the weight is zero in every row, so no row counts."


def _name_of(cut: Cut) -> str:
    return f"{cut.least} cells in {', '.join(cut.names)}"


def _scout_of(cut: Cut, size: int, before: Facts | None) -> Scout:
    """Who looks at the next stretch."""
    n_rows = 0 if before is None else before.n_rows
    rng = np.random.default_rng([0, n_rows] if n_rows else 0)
    return Scout(cut.names, Reservoir(size, rng, n_seen=n_rows))


def _together(before: Facts | None, scout: Scout, size: int) -> Facts:
    return scout.facts(0) if before is None else _scout.join(before, scout.facts(0), size)
