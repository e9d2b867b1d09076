"""What a column of a table is. Loads nothing: `kinds` finds it out, fits go by it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

Kind = Literal["number", "category", "count"]


class Column(NamedTuple):
    """A name, a kind; of a category its levels as text in their order, of numbers the transform they are seen through.

    Examples
    --------
    >>> Column("town", "category", ("Oslo", "Rom")).levels[1]
    'Rom'
    """

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()
    transform: str = "none"

    @property
    def is_plain(self) -> bool:
        """Whether it holds numbers that are taken as they are."""
        return self.kind == "number" and self.transform == "none"


def of_levels(names: Iterable[str], levels: Mapping[str, Sequence[str]]) -> tuple[Column, ...]:
    """The columns among these whose levels are known, as categories.

    Examples
    --------
    >>> of_levels(["age", "town"], {"town": ["Oslo", "Rom"]})
    (Column(name='town', kind='category', levels=('Oslo', 'Rom'), transform='none'),)
    """
    return tuple(Column(name, "category", tuple(levels[name])) for name in names if name in levels)
