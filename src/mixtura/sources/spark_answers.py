"""Answers about the rows of Spark data frames, as more columns of them, which are worked out when they are needed."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from mixtura.sources._arrays import to_arrow
from mixtura.sources._found import Batch
from mixtura.sources._questions import Question
from mixtura.sources.spark import ORIGIN, plainly_named, table_of


def answer(frame: Any, question: Question, features: Sequence[str], n_columns: int) -> Any:
    """The data frame with the answers at its end."""
    from pyspark.sql.types import DoubleType, LongType, StructField, StructType

    names = question.chosen(list(table_of(frame).fields.values()), features, n_columns, ORIGIN)
    kind = LongType() if question.answers == ("label",) else DoubleType()
    known = [field for field in frame.schema.fields if field.name not in question.answers]
    schema = StructType([*known, *(StructField(name, kind) for name in question.answers)])
    return plainly_named(frame, frame.columns).mapInArrow(_asking(question, frame.columns, names), schema)


def _asking(question: Question, columns: Sequence[str], names: Sequence[str]) -> Any:
    """A function that Spark sends as it is, not by its name."""

    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            cells = batch.rename_columns(columns)
            found = question.ask(Batch(ORIGIN, 1, cells), names).reshape(cells.num_rows, len(question.answers))
            known = {name: cells[name] for name in columns if name not in question.answers}
            said = {name: to_arrow(column) for name, column in zip(question.answers, found.T, strict=True)}
            yield pa.RecordBatch.from_pydict(known | said)

    return run
