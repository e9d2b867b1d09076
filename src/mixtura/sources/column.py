"""What a column of a table is. Loads nothing: `kinds` finds it out, fits go by it."""

from typing import Literal, NamedTuple

Kind = Literal["number", "category", "count"]


class Column(NamedTuple):
    """A name, a kind and, of a category, its levels as text in their order.

    Examples
    --------
    >>> Column("town", "category", ("Oslo", "Rom")).levels[1]
    'Rom'
    """

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()
