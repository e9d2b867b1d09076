"""What a column of a table is. Loads nothing: `kinds` finds it out, fits go by it."""

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
