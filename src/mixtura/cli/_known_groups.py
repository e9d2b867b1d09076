"""Known groups of rows that are read block by block, against their clusters: a cross table that grows on the way."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mixtura.comparison.partitions import agreement_in
from mixtura.labelling import Columns


@dataclass
class KnownGroups:
    """How much the rows of each group and each cluster weigh: those of no known group or no cluster are counted."""

    truth: str
    weight: str | None
    weights: dict[str, Counter[int]] = field(default_factory=dict)  # by group, of each label
    n_unknown: int = 0
    n_counting: int = 0
    total: float = 0.0
    are_whole: bool = True

    @property
    def columns(self) -> list[str]:
        """Those to be read."""
        return [self.truth, *([self.weight] if self.weight else [])]

    def watch(self, batch: Any, said: Columns) -> None:
        """Take some rows and their labels into account."""
        cells, labels = batch.cells.column(self.truth).dictionary_encode(), np.ma.filled(said["label"], -1)
        groups, names = cells.indices.fill_null(-1).to_numpy(), cells.dictionary.to_pylist()
        weights = np.ones(len(labels))
        if self.weight:
            weights = batch.cells.column(self.weight).to_numpy(zero_copy_only=False).astype(float)
        known = (groups >= 0) & (labels >= 0)
        self.n_counting += int(np.count_nonzero(weights))
        self.total += float(weights.sum())
        self.are_whole &= bool((weights == np.round(weights)).all())
        for code, name in enumerate(names):
            rows = known & (groups == code)
            if name is None or name != name:
                known &= ~rows
            elif rows.any():
                found = np.bincount(labels[rows], weights[rows])
                self.weights.setdefault(str(name), Counter()).update(dict(enumerate(found.tolist())))
        self.n_unknown += int((~known).sum())

    def agreement(self) -> dict[str, Any]:
        """How far groups and clusters agree; weights that are no whole numbers add up to the number of rows."""
        groups = sorted(self.weights)
        shape = len(groups), 1 + max((label for found in self.weights.values() for label in found), default=-1)
        table = np.zeros(shape)
        for row, group in zip(table, groups, strict=True):
            for label, weight in self.weights[group].items():
                row[label] = weight
        whole = table.astype(np.int64) if self.are_whole else (table * (self.n_counting / self.total)).round(1)
        return agreement_in(whole, groups, self.n_unknown)
