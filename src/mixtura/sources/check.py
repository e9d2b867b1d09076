"""Facts about the columns of a table before anything is fitted; also of tables that cannot be fitted."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from mixtura.sources.roles import Roles
from mixtura.sources.table import Table

Severity = Literal["error", "warning", "note"]  # stops a fit | may spoil it | good to know


class Finding(NamedTuple):
    """What a fit to the table has to reckon with.

    Examples
    --------
    >>> Finding("infinite", "error", ("width",), "1 cell is infinite, first in row 7", "correct it").severity
    'error'
    """

    about: str  # in a word or two, the same for all tables: "constant", "skewed", "copy" …
    severity: Severity
    columns: tuple[str, ...]
    sentence: str  # with the numbers
    remedy: str  # what to do, with the option of `mixtura fit`; empty where nothing has to be done


class ColumnFacts(NamedTuple):
    """What one column holds; numbers are None where they mean nothing. Infinite and missing cells are not averaged."""

    name: str
    kind: str  # number, category (text whose values come again, truth values), text, date, nested, empty, other
    role: str  # feature, left out, excluded, unused, id, weight, truth, by, profile
    n_missing: int
    n_distinct: int | None
    minimum: float | None = None
    median: float | None = None
    maximum: float | None = None
    mean: float | None = None
    sd: float | None = None
    skewness: float | None = None
    top_share: float | None = None  # share of the most frequent value among the cells that are not missing
    levels: dict[str, int] | None = None  # of a category the twenty most frequent, with their cells


class TableFacts(NamedTuple):
    """What a table holds."""

    origin: str
    n_rows: int
    n_duplicated_rows: int
    n_incomplete_rows: int  # that lack cells to cluster on
    columns: tuple[ColumnFacts, ...]
    findings: tuple[Finding, ...]  # the gravest first


def table_facts(
    data: Any,
    roles: Roles | None = None,
    *,
    format: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    na: Sequence[str] = (),
) -> TableFacts:
    """Look at every column of a table before a fit, as ``mixtura check`` does; nothing in the cells is an error here.

    Parameters
    ----------
    data : path, list of paths, array, data frame or Table
        See `mixtura.sources.table.read_table`.
    roles, format, delimiter, decimal, na
        See `mixtura.sources.table.read_table`.

    Returns
    -------
    TableFacts
        The number of rows, facts about each column, and what a fit has to reckon with: columns that it would leave out
        and why, cells that are missing, spread, tails, steps, copies, categories; each with its remedy.

    Raises
    ------
    DataError
        If the data cannot be read at all, or a column with a role is not there.

    Examples
    --------
    >>> import mixtura
    >>> facts = mixtura.table_facts({"width": [1.0, 1.0, 4.0], "kind": ["a", "a", None]})
    >>> facts.n_duplicated_rows
    1
    >>> [(column.name, column.n_missing, column.n_distinct) for column in facts.columns]
    [('width', 0, 2), ('kind', 1, 1)]
    >>> [(finding.about, finding.columns) for finding in facts.findings]
    [('few rows', ('width',)), ('repeated rows', ()), ('constant', ('kind',))]
    """
    from mixtura.sources._facts import facts_of
    from mixtura.sources._files import Options
    from mixtura.sources._gather import gather

    if isinstance(data, Table):
        data = dict(zip(data.names, data.points.T, strict=True))
    gathered = gather(data, Options(format, delimiter, decimal, na))
    return facts_of(gathered, roles or Roles())
