"""Rows of a Spark data frame: executors pass over them by `mapInArrow`, which Spark Connect knows as well."""

import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any, TypeVar
from weakref import finalize

import pyarrow as pa

from mixtura.errors import DataError, EngineError
from mixtura.sources._columns import simplify
from mixtura.sources._floats import Cut
from mixtura.sources._found import Batch
from mixtura.sources._parts import passing

Result = TypeVar("Result")

_FAN_IN = 64  # results that one task joins, where there are more
_HEAD = 1000  # rows that tell what a column of text holds
ORIGIN = "the Spark data frame"
_SCHEMA = "number int, result binary"


@dataclass(frozen=True)
class SparkTable:
    """A data frame whose partitions are passed over where they are."""

    frame: Any
    fields: Mapping[str, pa.Field]
    origin: str = ORIGIN

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """The first of its rows."""
        with _told():
            cells = plainly_named(self.frame, columns).limit(_HEAD).toArrow()
        for batch in cells.rename_columns(list(columns)).to_batches():
            yield Batch(self.origin, 1, batch)

    def ask(self, columns: Sequence[str], look: Callable[[Iterable[Batch]], Result]) -> Iterator[Result]:
        """What `look` says of the batches of every partition."""
        return iter(asked(plainly_named(self.frame, columns), columns, _numbered, look))

    def hold(self, cut: Cut) -> "SparkParts":
        """The rows of some columns, which Spark keeps in memory unless somebody has asked it to do so already."""
        columns = [*cut.names, *([cut.weight] if cut.weight else [])]
        frame = plainly_named(self.frame, columns)
        parts = SparkParts(frame, cut, _numbered)
        if not self.frame.storageLevel.useMemory:
            finalize(parts, _forget, frame.persist())
        return parts


@dataclass(eq=False)
class SparkParts:
    """Rows in the partitions of a data frame."""

    frame: Any
    cut: Cut
    read: Callable[..., Iterator[Batch]]  # from what a partition holds, by columns and its number
    n_parts: int = 0  # known after the first pass, which also checks the cells

    def reduce(self, function: Callable[[Any], Result], join: Callable[[Result, Result], Result]) -> Result:
        """What `join` makes of `function(part)` of all parts, in their order."""
        found = self._begin(function)
        if self.n_parts > _FAN_IN:
            found = _in_branches(found, join)
        return reduce(join, self._collected(found))

    def apply(self, function: Callable[[Any], Result]) -> Iterator[Result]:
        """`function(part)` for each part, in order."""
        return iter(self._collected(self._begin(function)))

    def _begin(self, function: Callable[[Any], Any]) -> Any:
        """A data frame of a row for each part."""
        cut = self.cut
        columns = [*cut.names, *([cut.weight] if cut.weight else [])]
        look = partial(_of_part, function=function, cut=cut, is_checked=self.n_parts > 0)
        return _begun(self.frame, columns, self.read, look)

    def _collected(self, found: Any) -> list[Any]:
        results = _collected(found)
        self.n_parts = self.n_parts or len(results)
        return results


def asked(frame: Any, columns: Sequence[str], read: Callable[..., Iterator[Batch]], look: Callable[..., Any]) -> Any:
    """What `look` says of the batches that `read` finds in every partition, in their order."""
    return _collected(_begun(frame, columns, read, partial(_of_batches, look=look)))


def table_of(frame: Any) -> SparkTable:
    """A Spark data frame as a table."""
    from pyspark.sql.pandas.types import to_arrow_schema

    return SparkTable(frame, {field.name: field for field in to_arrow_schema(frame.schema)})


def counting(frame: Any) -> tuple[str, list[str], Callable[[Sequence[str]], list[pa.Table]]]:
    """What a frame is called, its columns, and a function that lets Spark count the different rows of some of these."""

    def count(names: Sequence[str]) -> list[pa.Table]:
        keys = [f"c{number}" for number in range(len(names))]
        with _told():
            found = plainly_named(frame, names).groupBy(*keys).count().toArrow()
        return [simplify(found).rename_columns([*keys, "n"])]

    return ORIGIN, list(frame.columns), count


def plainly_named(frame: Any, names: Sequence[str]) -> Any:
    """Some of its columns, called c0, c1, …: `mapInArrow` takes dots in names for those of a path."""
    quoted = [f"`{name.replace('`', '``')}`" for name in names]
    return frame.select(*quoted).toDF(*(f"c{number}" for number in range(len(quoted))))


def _in_branches(found: Any, join: Callable[[Any, Any], Any]) -> Any:
    """Neighbouring results joined by tasks of their own, so that few come to one place."""
    branches = found.selectExpr("*", f"number div {_FAN_IN} as branch").groupBy("branch")
    return branches.applyInArrow(_joining(join), _SCHEMA)


def _travelling(look: Callable[[Iterable[pa.RecordBatch]], tuple[int, bytes]]) -> Any:
    """A function that Spark sends as it is, not by its name."""

    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        number, result = look(batches)
        yield pa.RecordBatch.from_arrays([pa.array([number], pa.int32()), pa.array([result])], ["number", "result"])

    return run


def _joining(join: Callable[[Any, Any], Any]) -> Any:
    def run(rows: pa.Table) -> pa.Table:
        rows = rows.sort_by("number")
        results = [pickle.loads(cell.as_py()) for cell in rows["result"]]
        wrong = next((result for result in results if isinstance(result, DataError)), None)
        joined = pickle.dumps(reduce(join, results) if wrong is None else wrong)
        return pa.table([rows["number"].slice(0, 1), pa.array([joined])], ["number", "result"])

    return run


def _begun(frame: Any, columns: Sequence[str], read: Callable[..., Any], look: Callable[..., Any]) -> Any:
    """A data frame of what is to be said of each partition."""
    answer = partial(_answered, columns=columns, read=read, look=look)
    with _told():
        return frame.mapInArrow(_travelling(answer), _SCHEMA)


def _collected(found: Any) -> list[Any]:
    with _told():
        rows = found.collect()
    results = [pickle.loads(row.result) for row in sorted(rows, key=lambda row: row.number)]
    for result in results:
        if isinstance(result, DataError):
            raise result
    return results


def _of_part(rows: Iterator[Batch], number: int, function: Callable[[Any], Any], cut: Cut, is_checked: bool) -> Any:
    return function(passing(rows, number, cut, is_checked=is_checked))


def _of_batches(rows: Iterator[Batch], number: int, look: Callable[[Iterable[Batch]], Any]) -> Any:
    return look(rows)


def _answered(
    batches: Iterable[pa.RecordBatch], columns: Sequence[str], read: Callable[..., Iterator[Batch]],
    look: Callable[..., Any],
) -> tuple[int, bytes]:  # fmt: skip
    """Runs in an executor: the number of a partition, and what is to be said of it."""
    from pyspark import TaskContext

    context = TaskContext.get()
    number = 0 if context is None else context.partitionId()
    try:
        result = look(read(batches, columns, number), number)
    except DataError as error:
        result = error
    return number, pickle.dumps(result)


def _numbered(batches: Iterable[pa.RecordBatch], columns: Sequence[str], number: int) -> Iterator[Batch]:
    row = 1
    for cells in batches:
        yield Batch(f"{ORIGIN}, partition {number}", row, cells.rename_columns(columns))
        row += cells.num_rows


def _forget(frame: Any) -> None:
    with suppress(Exception):  # the session may be gone, and its memory with it
        frame.unpersist()


@contextmanager
def _told() -> Iterator[None]:
    """Say in a sentence what Spark cannot do."""
    try:
        yield
    except failures() as error:
        first_line = next(iter(str(error).splitlines()), type(error).__name__)
        raise EngineError(f"Spark could not do a pass over the rows: {first_line}") from None


def failures() -> tuple[type[Exception], ...]:
    """What Spark raises; a client of Spark Connect has no Java to fail beside it."""
    from pyspark.errors import PySparkException

    try:
        from py4j.protocol import Py4JError
    except ImportError:
        return PySparkException, ConnectionError
    return PySparkException, ConnectionError, Py4JError
