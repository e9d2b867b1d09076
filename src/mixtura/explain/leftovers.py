"""Columns that were left out, told together where the reason is the same."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

_MENTIONED = 6  # columns of one reason


class Leftover(NamedTuple):
    """Some columns, how many more there are, and why they were left out."""

    names: tuple[str, ...]
    n_more: int
    reason: str


def by_reason(columns: Sequence[Mapping[str, Any]]) -> list[Leftover]:
    """The columns by reason, of each the first few.

    Examples
    --------
    >>> by_reason([{"name": "id", "reason": "constant"}, {"name": "one", "reason": "constant"}])
    [Leftover(names=('id', 'one'), n_more=0, reason='constant')]
    """
    groups: dict[str, list[str]] = {}
    for column in columns:
        groups.setdefault(column["reason"], []).append(column["name"])
    return [
        Leftover(tuple(names[:_MENTIONED]), max(len(names) - _MENTIONED, 0), reason) for reason, names in groups.items()
    ]
