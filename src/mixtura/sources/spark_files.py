"""Files that Spark's executors read, each some of their rows, and the session that they are read in."""

import os
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pyarrow as pa

from mixtura.errors import EngineError, MissingExtraError
from mixtura.sources._floats import Cut
from mixtura.sources._found import Batch, Found
from mixtura.sources._pieces import PART_ROWS, Piece, in_parts
from mixtura.sources.spark import SparkParts, asked, failures

Result = TypeVar("Result")

_QUIET = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
_PORTS = {"sc": 15_002, "spark": 7_077}  # unless an address says
_ANSWER = 10.0  # seconds in which somebody should take a call


@dataclass(frozen=True)
class SparkFiles:
    """Files under names by which executors find them too; every pass decodes them again."""

    session: Any
    found: Found

    @property
    def origin(self) -> str:
        return self.found.origin

    @property
    def fields(self) -> Mapping[str, pa.Field]:
        return self.found.fields

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """The rows, read here."""
        return self.found.batches(columns)

    def ask(self, columns: Sequence[str], look: Callable[[Iterable[Batch]], Result]) -> Iterator[Result]:
        """What `look` says of the batches of every part, read by executors."""
        numbers, read = self._parted()
        return iter(asked(numbers, columns, read, look))

    def hold(self, cut: Cut) -> SparkParts:
        """The rows of some columns."""
        numbers, read = self._parted()
        return SparkParts(numbers, cut, read)

    def _parted(self) -> tuple[Any, Callable[..., Iterator[Batch]]]:
        """A frame whose every partition is the number of a part of the files, and what reads that."""
        parcels = [part for piece in self.found.pieces for part in in_parts(piece, PART_ROWS)]
        return self.session.range(0, len(parcels), 1, len(parcels)), partial(_read, parcels=parcels)


def _read(
    batches: Iterable[pa.RecordBatch], columns: Sequence[str], number: int, parcels: Sequence[tuple[Piece, str, int]]
) -> Iterator[Batch]:
    """Runs in an executor: the rows of the parts whose numbers come by."""
    for batch in batches:
        for part in batch.column(0).to_pylist():
            piece, name, row = parcels[part]
            for cells in piece.batches(columns):
                yield Batch(name, row, cells)
                row += cells.num_rows


@contextmanager
def connected(address: str | None, n_workers: int) -> Iterator[Any]:
    """A session with the master at an address (or, at sc://, with a server of Spark Connect), or on this machine.

    One that is active already is taken, and stays.

    Raises
    ------
    MissingExtraError
        If Spark is not installed.
    EngineError
        If there is no Java, or nobody answers at the address.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise MissingExtraError("Fits on Spark need it: pip install 'mixtura[spark]'.") from None
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    is_there = SparkSession.getActiveSession() is not None
    _require_answer(address or "")
    builder = SparkSession.builder
    if address and address.startswith("sc://"):
        builder = builder.remote(address)
    else:
        builder = builder.appName("mixtura").config(map=_QUIET).master(address or f"local[{n_workers}]")
    refused: tuple[type[Exception], ...] = (*failures(), ImportError, ValueError)
    try:
        session = builder.getOrCreate()
    except refused as error:
        where = address or "this machine (it needs Java)"
        raise EngineError(f"Spark cannot begin on {where}: {next(iter(str(error).splitlines()), '')}") from None
    try:
        yield session
    finally:
        if not is_there:
            session.stop()


def _require_answer(address: str) -> None:
    """Raise EngineError where nobody listens: Spark itself would go on trying for minutes."""
    place = urlsplit(address)
    if place.scheme not in _PORTS or "," in address:
        return
    try:
        with socket.create_connection((place.hostname or "", place.port or _PORTS[place.scheme]), _ANSWER):
            return
    except (OSError, ValueError) as error:
        raise EngineError(f"No Spark answers at {address} ({error}): check --address.") from None
