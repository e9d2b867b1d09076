"""Answers about the rows of Dask's collections, as collections of the same partitions, computed when needed."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mixtura.sources._found import Batch
from mixtura.sources._questions import Question
from mixtura.sources.dask import batch_of_array, batch_of_frame, table_of


def answer(data: Any, question: Question, features: Sequence[str], n_columns: int) -> Any:
    """Of a data frame a series (or a frame, for several numbers a row) with its index; of an array an array."""
    table = table_of(data, None)
    names = question.chosen(list(table.fields.values()), features, n_columns, table.origin)
    if hasattr(data, "columns"):
        meta = _shaped(data._meta, np.empty((0, len(question.answers)), question.dtype), question)
        return data.map_partitions(_of_frame, question, names, meta=meta)
    shape: dict[str, Any] = {"drop_axis": 1}
    if question.is_matrix:
        shape = {"chunks": (data.chunks[0], (len(question.answers),))}
    return data.rechunk({1: -1}).map_blocks(_of_array, question, names, dtype=question.dtype, **shape)


def _of_frame(frame: Any, question: Question, names: Sequence[str]) -> Any:
    (cells,) = batch_of_frame(frame, names)
    return _shaped(frame, question.ask(Batch("the Dask data frame", 1, cells), names), question)


def _of_array(array: np.ndarray, question: Question, names: Sequence[str]) -> np.ndarray:
    (cells,) = batch_of_array(array, names)
    return question.ask(Batch("the Dask array", 1, cells), names)


def _shaped(frame: Any, found: np.ndarray, question: Question) -> Any:
    """The answers beside the index of the rows; pandas is theirs, and not loaded here."""
    columns = dict(zip(question.answers, found.reshape(len(found), len(question.answers)).T, strict=True))
    answers = frame[[]].assign(**columns)
    return answers if question.is_matrix else answers[question.answers[0]]
