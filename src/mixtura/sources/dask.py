"""Rows on a Dask cluster: of its data frames and arrays, or of files that its workers read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa

from mixtura.errors import DataError, EngineError, MissingExtraError
from mixtura.sources._arrays import to_arrow
from mixtura.sources._floats import Cut
from mixtura.sources._found import Batch, Found
from mixtura.sources._parts import EmptyPart, HeldPart, held
from mixtura.sources._pieces import PART_ROWS, Piece, in_parts
from mixtura.sources.dask_parts import DaskParts, told, wait_for

Result = TypeVar("Result")

_ANSWER = 10.0  # seconds in which a scheduler should say something


class Parcel(NamedTuple):
    """Rows that are to become a part: what holds them (a task, or files), what that is called, and their first row."""

    rows: Any
    name: str
    first_row: int = 1


@dataclass(frozen=True)
class DaskTable:
    """A table whose parts Dask's workers make."""

    client: Any
    origin: str
    fields: Mapping[str, pa.Field]
    parcels: Callable[[Sequence[str]], Sequence[Parcel]]  # of some columns
    read: Callable[[Any, Sequence[str]], Iterator[pa.RecordBatch]]

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """The rows of these columns come here, part by part; files are read here."""
        from dask import is_dask_collection

        for rows, *place in self.parcels(columns):
            found = self.client.compute(rows, sync=True) if is_dask_collection(rows) else rows
            yield from _batches(found, self.read, columns, place)

    def ask(self, columns: Sequence[str], look: Callable[[Iterable[Batch]], Result]) -> Iterator[Result]:
        """What `look` says of the batches of every part."""
        from dask import delayed

        ask = delayed(_asked, pure=False)
        parts = [ask(parcel.rows, self.read, columns, look, parcel[1:]) for parcel in self.parcels(columns)]
        for future in self.client.compute(parts):
            with told(self.client):
                said = wait_for(future, self.client)
            yield said

    def hold(self, cut: Cut) -> "DaskParts":
        """The rows as numbers in the memory of the workers; those of one that is lost are made again by others."""
        from dask import delayed

        columns = [*cut.names, *([cut.weight] if cut.weight else [])]
        make = delayed(_held, pure=False)
        made = [
            make(parcel.rows, number, self.read, columns, cut, parcel[1:])
            for number, parcel in enumerate(self.parcels(columns))
        ]
        return DaskParts(self.client, self.client.compute(made))


def table_of(data: Any, client: Any) -> DaskTable:
    """A Dask data frame, or an array of two axes, as a table.

    Raises
    ------
    DataError
        If it is something else.
    """
    if hasattr(data, "_meta") and hasattr(data, "columns"):
        return _of_frame(data, client)
    if getattr(data, "ndim", 0) != 2 or data.dtype.kind not in "fiub":
        raise DataError(
            f"{type(data).__name__} is not a table: give a Dask data frame, or an array of numbers with two axes."
        )
    return _of_array(data, client)


def table_of_files(found: Found, client: Any) -> DaskTable:
    """Files that every worker reads by itself, under the same names."""

    def parcels(columns: Sequence[str]) -> Sequence[Parcel]:
        # `found` stays alive as long as it is asked: text that was put down for a while goes with it.
        return [Parcel(*part) for piece in found.pieces for part in in_parts(piece, PART_ROWS)]

    return DaskTable(client, found.origin, found.fields, parcels, Piece.batches)


def computed(data: Any) -> pa.RecordBatchReader:
    """The rows of a collection that lies on no cluster, computed by Dask's own scheduler, part by part."""
    import dask

    def compute(rows: Any, sync: bool) -> Any:
        return dask.compute(rows)[0]

    table = table_of(data, SimpleNamespace(compute=compute))
    schema = pa.schema(table.fields.values())
    batches = (batch.cells.cast(schema) for batch in table.batches(schema.names))
    return pa.RecordBatchReader.from_batches(schema, batches)


def counting(data: Any, count: Callable[[pa.RecordBatch], Any]) -> tuple[str, list[str], Callable[..., Iterable[Any]]]:
    """What a collection is called, its columns, and a function that counts some of these, part by part, there."""
    import dask

    table = table_of(data, None)

    def begin(names: Sequence[str]) -> Iterable[Any]:
        parts = [dask.delayed(_counted)(parcel.rows, table.read, names, count) for parcel in table.parcels(names)]
        return (one for some in dask.compute(*parts) for one in some)

    return table.origin, list(table.fields), begin


def _counted(rows: Any, read: Callable[..., Any], names: Sequence[str], count: Callable[..., Any]) -> list[Any]:
    return [count(cells) for cells in read(rows, names)]


def client_at_hand() -> Any:
    """The client that Dask's collections are computed by now; None if there is none."""
    from distributed import get_client

    try:
        return get_client()
    except ValueError:
        return None


@contextmanager
def connected(address: str | None, n_workers: int | None) -> Iterator[Any]:
    """A client of the scheduler at an address, or of as many processes of this machine.

    Raises
    ------
    MissingExtraError
        If Dask is not installed.
    EngineError
        If nobody answers at the address.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise missing_extra() from None
    if address is None:
        with (
            LocalCluster(n_workers=n_workers, threads_per_worker=1, dashboard_address=":0") as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = Client(address, timeout=_ANSWER)
    except (OSError, ValueError, TimeoutError) as error:
        raise EngineError(f"No Dask scheduler answers at {address} ({error}): check --address.") from None
    with client:
        yield client


def missing_extra() -> MissingExtraError:
    """What to say where Dask is not installed."""
    return MissingExtraError("Rows on a cluster need Dask: pip install 'mixtura[dask]'.")


def _of_frame(frame: Any, client: Any) -> DaskTable:
    origin, labels = "the Dask data frame", {str(label): label for label in frame.columns}
    schema = pa.Schema.from_pandas(frame._meta.rename(columns=str), preserve_index=False)

    def parcels(columns: Sequence[str]) -> list[Parcel]:
        parts = frame[[labels[name] for name in columns]].to_delayed()
        return [Parcel(rows, f"{origin}, partition {number}") for number, rows in enumerate(parts)]

    return DaskTable(client, origin, {field.name: field for field in schema}, parcels, batch_of_frame)


def _of_array(array: Any, client: Any) -> DaskTable:
    origin, kind = "the Dask array", pa.from_numpy_dtype(array.dtype)
    parts = array.rechunk({1: -1}).to_delayed().ravel()
    parcels = [Parcel(rows, f"{origin}, block {number}") for number, rows in enumerate(parts)]
    fields = {f"x{d}": pa.field(f"x{d}", kind) for d in range(array.shape[1])}
    return DaskTable(client, origin, fields, lambda columns: parcels, batch_of_array)


def batch_of_frame(frame: Any, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Columns of a partition, which is a data frame of pandas."""
    yield pa.RecordBatch.from_pandas(frame.rename(columns=str)[list(columns)], preserve_index=False)


def batch_of_array(array: np.ndarray, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Columns of a block of an array."""
    cells = [to_arrow(array[:, int(name.removeprefix("x"))]) for name in columns]
    yield pa.RecordBatch.from_arrays(cells, names=list(columns))


def _held(
    rows: Any, number: int, read: Callable[..., Iterator[pa.RecordBatch]], columns: Sequence[str], cut: Cut,
    place: tuple[str, int],
) -> HeldPart | EmptyPart:  # fmt: skip
    """Runs on a worker."""
    return held(_batches(rows, read, columns, place), number, cut)


def _asked(
    rows: Any, read: Callable[..., Any], columns: Sequence[str], look: Callable[..., Result], place: tuple[str, int]
) -> Result:
    """Runs on a worker too."""
    return look(_batches(rows, read, columns, place))


def _batches(
    rows: Any, read: Callable[..., Iterator[pa.RecordBatch]], columns: Sequence[str], place: Sequence[Any]
) -> Iterator[Batch]:
    name, row = place
    for cells in read(rows, columns):
        yield Batch(name, row, cells)
        row += cells.num_rows
