"""The clusters of rows that are read and written a few at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.errors import DataError
from mixtura.families import roles_of
from mixtura.fitted import FittedMixture
from mixtura.labels import label_columns, named_shares
from mixtura.remoteness import Remoteness, outlier_columns
from mixtura.runners.local import Local
from mixtura.sources.column import Column
from mixtura.sources.table import Missing
from mixtura.statistics import Block, Incomplete

if TYPE_CHECKING:
    from mixtura.sources._candidates import Fields
    from mixtura.sources._found import Batch

Columns = dict[str, Any]


def _ignore(batch: "Batch", columns: Columns) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Labeller:
    """What is said of every row.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture.
    id : str, optional
        The column that names the rows; else they are counted from 1.
    missing : {"error", "drop", "model"}
        Whether a row with missing cells is an error, gets no label, or is labelled by its other cells.
    proba : {"top", "all", "none"}
        Which probabilities are said: of the label, of all clusters too, or none.
    n_threads : int
        The result is the same for any number of them.
    far : Remoteness, optional
        What says how far out every row lies, if that is wanted too; see `mixtura.remoteness`.
    unknown : dict of str to set of str
        Levels that the fit never saw, by column; they are taken for missing, and gathered here on the way.
    wants_a_cell : bool
        Whether a row without any cell gets no label even where missing cells are modelled: it has no part in a fit.
    beside : sequence of str
        Columns that are read too, for `watch`.
    watch : callable
        Called with some rows at a time, in order, and the columns that are said of them.
    """

    fitted: FittedMixture
    id: str | None = None
    missing: Missing = "error"
    proba: str = "top"
    n_threads: int = 1
    far: Remoteness | None = None
    unknown: dict[str, set[str]] = field(default_factory=dict)
    wants_a_cell: bool = False
    beside: Sequence[str] = ()
    watch: Callable[["Batch", Columns], None] = _ignore

    def columns(self, found: "Fields") -> Iterator[Columns]:
        """Labels and probabilities of all rows in order, some rows at a time, as columns to write.

        Raises
        ------
        DataError
            If a column is not there or holds no numbers where it should, or a cell is infinite or of another kind, or
            missing where that is an error.
        """
        from mixtura.sources.far_kinds import columns_to_read
        from mixtura.sources.prefetch import prefetched

        fitted = self.fitted
        roles = roles_of(fitted.features, fitted.levels, fitted.model.emission, fitted.parameters.emission)
        columns = columns_to_read(found, replace(roles, id=self.id))
        names = [*(column.name for column in columns), *([self.id] if self.id else []), *self.beside]
        batches = prefetched(lambda: _counted(found, list(dict.fromkeys(names))))
        labelled = Local(self.n_threads).map(lambda counted: (counted[1], *self._label(columns, *counted)), batches)
        for batch, labels, unknown in labelled:
            for name, levels in unknown.items():
                self.unknown.setdefault(name, set()).update(levels)
            self.watch(batch, labels)
            yield labels

    def _label(
        self, columns: Sequence[Column], n_before: int, batch: "Batch"
    ) -> tuple[Columns, dict[str, tuple[str, ...]]]:
        from mixtura.sources.far_kinds import coded

        points, unknown = coded(batch, columns)
        complete = ~np.isnan(points).any(axis=1)
        if self.missing == "error" and not complete.all():
            raise _missing_cells(batch, [column.name for column in columns], points)
        kept = complete | self._are_modelled(points)
        rows, kind = np.ascontiguousarray(points[kept]), Block if complete[kept].all() else Incomplete
        return self._said(kind(rows, np.ones(len(rows))), kept, n_before, batch), unknown

    def _are_modelled(self, points: Float[ndarray, "N D"]) -> ndarray:
        """Whether rows count by the cells that they have."""
        if self.missing != "model":
            return np.zeros(len(points), dtype=bool)
        return ~np.isnan(points).all(axis=1) | (not self.wants_a_cell)

    def _others(self, block: Block, log_density: Float[ndarray, " N"]) -> Columns:
        """What is said besides label and probability: every probability, and how far out rows lie."""
        columns: Columns = {}
        if self.proba == "all":
            shares = self.fitted.model.posterior(self.fitted.parameters)(block)[0]
            columns |= named_shares(self.fitted, shares)
        if self.far is not None:
            columns |= outlier_columns(self.far.p_values(block.points), log_density)
        return columns

    def _said(self, block: Block, complete: ndarray, n_before: int, batch: "Batch") -> Columns:
        model, parameters = self.fitted.model, self.fitted.parameters
        rows = np.arange(n_before + 1, n_before + 1 + len(complete))
        found = model.classify(parameters)(block)
        columns: Columns = label_columns(
            found,
            complete,
            probabilities=self.proba != "none",
            others=self._others(block, found.log_density),
            names=(self.id or "row", rows),
            cluster_names=self.fitted.cluster_names if self.fitted.is_named else (),
        )
        return columns if self.id is None else columns | {next(iter(columns)): batch.cells.column(self.id)}


def _counted(found: "Fields", names: Sequence[str]) -> Iterator[tuple[int, "Batch"]]:
    """Batches of a size that fits the cache, each with the number of rows before it."""
    n_before = 0
    for batch in found.batches(names):
        for part in batch.parts():
            yield n_before, part
            n_before += part.cells.num_rows


def _missing_cells(batch: "Batch", names: Sequence[str], points: ndarray) -> DataError:
    row, column = np.argwhere(np.isnan(points))[0]
    return DataError(
        f"{batch.name}: a cell is missing in column '{names[column]}', row {batch.first_row + row}; --missing drop "
        "leaves rows with missing cells without a label."
    )
