"""Rows that stay where they are: read block by block, as often as a fit asks for them."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from mixtura.sources.column import Column
from mixtura.sources.digest import digest
from mixtura.sources.engines import cluster_of
from mixtura.sources.holes import by_pattern
from mixtura.sources.prefetch import prefetched
from mixtura.sources.roles import Roles
from mixtura.sources.table import Missing
from mixtura.statistics import Block, Placed

if TYPE_CHECKING:
    from mixtura.sources._candidates import Fields
    from mixtura.sources._floats import Cut
    from mixtura.sources._found import Found
    from mixtura.sources._scout import Facts
    from mixtura.sources._survey import Looks
    from mixtura.sources.distant import Cluster


@dataclass(frozen=True, eq=False)
class StreamedSource:
    """Rows in files as a source of blocks; `stream` makes one, and has then read all rows once.

    A pass gives the same blocks as `ArraySource` does of the same rows in memory, so a fit ends in the same
    parameters, to the last bit.

    Parameters
    ----------
    names : tuple of str
        The columns to cluster on.
    facts : Facts
        What the first pass found out: numbers of rows, moments and extremes of the columns, a digest, and a sample.
    origin : str
        What the files are called in messages.
    dropped : tuple of (str, str)
        The columns left out without being asked to, each with the reason.
    columns : tuple of Column
        What each column is, where some hold categories or counts or are seen through a transform.
    """

    names: tuple[str, ...]
    facts: "Facts"
    origin: str
    dropped: tuple[tuple[str, str], ...]
    found: "Fields"
    cut: "Cut"
    columns: tuple[Column, ...] = field(default=(), kw_only=True)

    @property
    def n_rows(self) -> int:
        """Number of rows that take part, N."""
        return self.facts.n_rows

    @property
    def n_columns(self) -> int:
        """Number of columns, D."""
        return len(self.names)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the numbers: float64."""
        return np.dtype(np.float64)

    @property
    def total_weight(self) -> float:
        """Sum of the weights: N when every row counts once."""
        return self.facts.total_weight

    @property
    def digest(self) -> str:
        """SHA-256 of values, names and weights: that of the same rows in memory."""
        facts = self.facts
        return digest(self.names, facts.digests, facts.digest_of_weights if self.cut.weight else b"")

    @property
    def sample(self) -> Block:
        """Some of the rows, each with the weight that it stands for; all of them where they are few."""
        return self.facts.sample.block

    def arranged(self, function: Any) -> "StreamedSource | _ByPattern":
        """The rows for a sum: of each block those that lack the same cells together, if some are missing."""
        return _ByPattern(self) if self.facts.n_missing.any() else self

    def blocks(self) -> Generator[Block, None, None]:
        """Yield the rows in order; the next blocks are decoded meanwhile."""
        from mixtura.sources._floats import blocks_of
        from mixtura.sources._survey import AHEAD

        return prefetched(lambda: blocks_of(self.found, self.cut), AHEAD)

    def placed(self, n_read: int) -> Generator[Placed, None, None]:
        """The blocks that come after so many rows have been read, where one was full then."""
        from mixtura.sources._floats import placed_blocks
        from mixtura.sources._survey import AHEAD

        found, cut = cast("Found", self.found), self.cut
        return prefetched(lambda: placed_blocks(found.batches(cut.columns, n_read), cut, n_read), AHEAD)


@dataclass(frozen=True)
class _ByPattern:
    source: StreamedSource

    def blocks(self) -> Iterator[Block]:
        return map(by_pattern, self.source.blocks())

    def placed(self, n_read: int) -> Iterator[Placed]:
        return (Placed(by_pattern(block), n_then) for block, n_then in self.source.placed(n_read))


def stream(
    data: Any,
    roles: Roles | None = None,
    *,
    missing: Missing = "error",
    memory: int | None = None,
    cache: str | Path | None = None,
    sql: str | None = None,
    engine: Any = None,
    **how: Any,
) -> StreamedSource:
    """Open rows that need not fit into memory, and look at them once.

    Parameters
    ----------
    data : path, list of paths, stream, Dask data frame or array, Spark data frame
        Parquet, Arrow (Feather), NumPy (.npy) or text files (also gzipped); globs, folders; ``"-"`` for standard input;
        anything that gives a stream of Arrow batches (``__arrow_c_stream__``). Text, standard input, streams and
        queries are written once to an Arrow file, which every pass then reads. Rows of a Dask collection stay on the
        workers of the current client; without one they are computed here and treated as a stream.
        Those of a Spark data frame stay in its partitions.
    roles : Roles, optional
        What the columns are for; by default every usable column of numbers is clustered on.
    missing : {"error", "drop", "model"}
        Whether missing cells are an error, the rows that have some are left out, or these count by their other cells;
        a row without any cell takes no part.
    memory : int, optional
        Bytes that the whole process should stay below: the sample is made as large as there is room for.
    cache : path, optional
        A folder where the columns of text files are kept for the next time; else they go to a temporary one.
    sql : str, optional
        A SELECT for DuckDB; `data` is then its database (or SQLite's), or an empty list if the query reads files.
    engine : distributed.Client or SparkSession, optional
        The workers of this cluster read the files, each some of them, under the same names.
    how
        `format`, `delimiter`, `decimal`, `na`: as for `mixtura.sources.table.read_table`.

    Returns
    -------
    StreamedSource
        To be given to ``GaussianMixture.fit``, ``mixtura.select`` and the runners. Of rows on a cluster it is a
        `DistantSource`.

    Raises
    ------
    EngineError
        If a cluster is lost.
    DataError
        If the data cannot be read or used; the message names file, column and row.

    Examples
    --------
    >>> import tempfile
    >>> import pyarrow as pa
    >>> from pyarrow import parquet
    >>> from mixtura.sources.streamed import stream
    >>> path = tempfile.mkdtemp() + "/widths.parquet"
    >>> parquet.write_table(pa.table({"width": [1.0, 2.5, 2.0, 4.0], "kind": ["a", "b", "b", "a"]}), path)
    >>> source = stream(path)
    >>> source.names, source.n_rows, [block.points.ravel().tolist() for block in source.blocks()]
    (('width',), 4, [[1.0, 2.5, 2.0, 4.0]])
    """
    table = opened(data, cache=cache, sql=sql, engine=engine, **how)
    return require_variation(look_at(table, roles or Roles(), missing=missing, memory=memory))


def opened(data: Any, *, engine: Any = None, **how: Any) -> "Found | Cluster":
    """Rows on a cluster, or in files, before anybody has looked into them."""
    cluster = cluster_of(data, engine, partial(files, data, **how))
    return files(data, **how) if cluster is None else cluster


def look_at(
    table: "Found | Cluster", roles: Roles, *, missing: Missing, memory: int | None = None, looks: "Looks | None" = None
) -> StreamedSource:
    """Look once at what has been opened; before that at its categories, if there are any.

    Of files, `looks` are what an earlier run has found, which is not looked for again.
    """
    from mixtura.sources._found import Found
    from mixtura.sources._survey import Looks
    from mixtura.sources.far_kinds import columns_of, with_kinds_of

    looks = looks or Looks()
    roles = with_kinds_of(table, roles, looks)
    if isinstance(table, Found):
        source = _stream_files(table, roles, missing, memory, looks)
    else:
        from mixtura.sources.distant import stream_from

        source = stream_from(table, roles, missing=missing, memory=memory)
    return replace(source, columns=columns_of(source, roles, looks))


def require_variation(source: StreamedSource) -> StreamedSource:
    """The source, if a mixture can be fitted to it; DataError otherwise: rows that are asked about need not vary."""
    from mixtura.sources import _candidates

    _candidates.require_variation(source.names, source.facts, source.origin)
    return source


def _stream_files(found: "Found", roles: Roles, missing: Missing, memory: int | None, looks: "Looks") -> StreamedSource:
    from mixtura.sources import _candidates
    from mixtura.sources._survey import Survey

    survey = Survey(found, roles, memory, looks)
    chosen, facts, least = _candidates.settle(found, roles, missing, survey.look)
    cut = survey.cut(chosen.names, facts.n_rows, least)
    return StreamedSource(chosen.names, facts, found.origin, chosen.dropped, found, cut)


def files(data: Any, *, cache: str | Path | None = None, sql: str | None = None, **how: Any) -> "Found":
    """The files of columns behind any data, as for `stream`, before anybody has looked into them."""
    from mixtura.sources._files import Options
    from mixtura.sources._found import find

    options = Options(how.get("format"), how.get("delimiter"), how.get("decimal"), how.get("na", ()))
    return find(data, options, cache=cache, sql=sql)
