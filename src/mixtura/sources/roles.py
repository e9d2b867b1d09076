"""What each column of a table is for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from shlex import quote

from mixtura.errors import DataError


@dataclass(frozen=True)
class Roles:
    """What the columns of a table are for; columns are given by name or by a shell pattern such as ``c*``.

    Parameters
    ----------
    features : sequence of str
        The columns to cluster on, in this order. None given: every usable numeric column.
    exclude : sequence of str
        Columns to leave out.
    id, weight, truth, by : str, optional
        The column that names the rows; that says how much each row counts; that holds known labels; that splits the
        table. None of them is clustered on.
    profile : sequence of str
        Columns to show for each cluster, but not to cluster on.
    categorical : sequence of str
        Columns whose different values are categories, whatever they look like; they are clustered on, besides
        `features` or the usable numeric columns.
    counts : sequence of str
        Columns of whole numbers from zero on that count something; they are clustered on as counts.
    transforms : dict of str to str
        Columns of numbers that are seen through "log", "sqrt", "logit", "box-cox" or "yeo-johnson"; see
        `mixtura.emissions.transforms`.
    levels : dict of str to sequence of str
        Columns of categories whose levels are known, as those of a fitted mixture are: other levels are missing cells.

    Examples
    --------
    >>> from mixtura.sources.roles import Roles
    >>> Roles(features=("width*",), id="plate").others
    ('plate',)
    """

    features: Sequence[str] = ()
    exclude: Sequence[str] = ()
    id: str | None = None
    weight: str | None = None
    profile: Sequence[str] = ()
    truth: str | None = None
    by: str | None = None
    categorical: Sequence[str] = ()
    counts: Sequence[str] = ()
    transforms: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def others(self) -> tuple[str, ...]:
        """The names and patterns of the columns that are kept but not clustered on."""
        return tuple(name for name in (self.id, self.weight, self.truth, self.by, *self.profile) if name is not None)


def match_columns(patterns: Iterable[str], names: Sequence[str], origin: str) -> tuple[str, ...]:
    """Return the names that the patterns stand for, each once, in the order of the patterns."""
    return tuple(dict.fromkeys(name for pattern in patterns for name in _match(pattern, names, origin)))


def match_column(name: str | None, names: Sequence[str], origin: str) -> str | None:
    """Return the one column called `name`, or None if none is asked for."""
    if name is not None and name not in names:
        raise _unknown_column(name, names, origin)
    return name


def _match(pattern: str, names: Sequence[str], origin: str) -> list[str]:
    if pattern in names:
        return [pattern]
    matches = [name for name in names if fnmatchcase(name, pattern)]
    if not matches and is_pattern(pattern):
        raise DataError(f"{origin}: no column matches '{pattern}'; its columns are {shorten(names)}.")
    if not matches:
        raise _unknown_column(pattern, names, origin)
    return matches


def _unknown_column(name: str, names: Sequence[str], origin: str) -> DataError:
    lowered = {candidate.lower(): candidate for candidate in names}
    close = [lowered[match] for match in get_close_matches(name.lower(), lowered, n=3)]
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else f"its columns are {shorten(names)}."
    return DataError(f"{origin} has no column '{name}'; {hint}")


def is_pattern(name: str) -> bool:
    """Whether a name stands for all names that it matches, as in a shell."""
    return not set("*?[").isdisjoint(name)


def shorten(names: Sequence[str], most: int = 12) -> str:
    """Return the names in one line, the first few of them if there are many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def plural(count: int, noun: str) -> str:
    """So many of something."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def option(flag: str, *names: str) -> str:
    """Return an option of the command line with columns, as one types it.

    Examples
    --------
    >>> print(option("--exclude", "bill length", "bill,depth"))
    --exclude 'bill length,"bill,depth"'
    """
    return f"{flag} {quote(','.join(_listed(name) for name in names))}"


def _listed(name: str) -> str:
    return f'"{name}"' if "," in name else name
