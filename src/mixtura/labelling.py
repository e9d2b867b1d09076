"""The clusters of rows that are read and written a few at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.grouped import Grouped
from mixtura.emissions.normal_wishart import NormalWishart
from mixtura.errors import DataError
from mixtura.fitted import FittedMixture
from mixtura.labels import label_columns, named_shares
from mixtura.remoteness import Remoteness, outlier_columns
from mixtura.runners.local import Local
from mixtura.sources.table import Missing
from mixtura.statistics import Block, Incomplete

if TYPE_CHECKING:
    from mixtura.sources._candidates import Fields
    from mixtura.sources._found import Batch

Columns = dict[str, Any]


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
    """

    fitted: FittedMixture
    id: str | None = None
    missing: Missing = "error"
    proba: str = "top"
    n_threads: int = 1
    far: Remoteness | None = None

    @property
    def is_of_numbers(self) -> bool:
        """Whether the mixture is of columns of numbers, and no other kind."""
        return isinstance(self.fitted.model.emission, (Gaussian, Grouped, NormalWishart))

    def columns(self, found: "Fields") -> Iterator[Columns]:
        """Labels and probabilities of all rows in order, some rows at a time, as columns to write.

        Raises
        ------
        DataError
            If a column is not there or holds no numbers, or a cell is infinite, or missing where that is an error.
        """
        from mixtura.sources._candidates import candidates
        from mixtura.sources.prefetch import prefetched
        from mixtura.sources.roles import Roles

        names = candidates(found, Roles(self.fitted.features, id=self.id)).names
        taken = [*names, *([self.id] if self.id else [])]
        batches = prefetched(lambda: _counted(found, taken))
        yield from Local(self.n_threads).map(lambda counted: self._label(names, *counted), batches)

    def _label(self, names: Sequence[str], n_before: int, batch: "Batch") -> Columns:
        from mixtura.sources._floats import check_cells_of, matrix

        check_cells_of(batch, names)
        points = matrix(batch.cells, names)
        complete = ~np.isnan(points).any(axis=1)
        if self.missing == "error" and not complete.all():
            raise _missing_cells(batch, names, points)
        kept = complete | (self.missing == "model")
        rows, kind = np.ascontiguousarray(points[kept]), Block if complete[kept].all() else Incomplete
        return self._said(kind(rows, np.ones(len(rows))), kept, n_before, batch)

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
