"""Questions about every row of a table that lies elsewhere: columns go in, columns come out, where the rows are."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy import ndarray

from mixtura.errors import DataError
from mixtura.sources._columns import kind_of
from mixtura.sources._floats import block_of, check_cells_of, matrix
from mixtura.sources._found import Batch
from mixtura.sources.column import Column
from mixtura.sources.far_kinds import coded
from mixtura.sources.roles import match_column
from mixtura.statistics import Block


class Question(NamedTuple):
    """What is asked of a block, which field of what is said is the answer, and what the answer's columns are called."""

    function: Callable[[Block], Any]
    field: int
    answers: tuple[str, ...]
    dtype: Any
    is_matrix: bool
    columns: tuple[Column, ...] = ()  # what the columns are, where some hold no plain numbers

    def ask(self, batch: Batch, names: Sequence[str]) -> ndarray:
        """The answer about some rows, one for each; a level that the fit never saw is taken for missing."""
        points = self._coded(batch, names) if self.columns else _plain(batch, names)
        if not len(points):
            return np.empty((0, len(self.answers)) if self.is_matrix else 0, self.dtype)
        return self.of_block(block_of(points, np.ones(len(points))))

    def chosen(
        self, fields: Sequence[pa.Field], features: Sequence[str], n_columns: int, origin: str
    ) -> tuple[str, ...]:
        """The columns of a table that the question is about; all of them where it knows no names.

        Raises
        ------
        DataError
            If one is not there or holds no numbers where it should, or there are too few or too many.
        """
        names = [field.name for field in fields]
        for name in features:
            match_column(name, names, origin)
        chosen = tuple(features) or tuple(names)
        require_number(chosen, n_columns, origin)
        for field in fields if not self.columns else ():
            if field.name in chosen and kind_of(field) not in ("number", "empty"):
                raise DataError(f"{origin}: column '{field.name}' holds values of type {field.type}, not numbers.")
        return chosen

    def _coded(self, batch: Batch, names: Sequence[str]) -> ndarray:
        columns = [column._replace(name=name) for column, name in zip(self.columns, names, strict=True)]
        return coded(batch, columns).points

    def of_block(self, block: Block) -> ndarray:
        """The answer about the rows of a block."""
        said: ndarray = self.function(block)[self.field]
        return said.astype(self.dtype, copy=False)


def require_number(names: Sequence[str], n_columns: int, origin: str) -> None:
    """Raise DataError if there are more or fewer columns than a fit was to."""
    if len(names) != n_columns:
        raise DataError(f"{origin} has {len(names)} columns, but the fit was to {n_columns}.")


def _plain(batch: Batch, names: Sequence[str]) -> ndarray:
    check_cells_of(batch, names)
    return matrix(batch.cells, names)
