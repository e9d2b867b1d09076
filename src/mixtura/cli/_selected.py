"""`mixtura fit --select-columns`: before anything is fitted, the columns that tell of clusters."""

from dataclasses import replace

import numpy as np

from mixtura.cli._described import Reading
from mixtura.cli._progress import Progress
from mixtura.cli._request import Request
from mixtura.columns import Tried, find_columns
from mixtura.sources.table import Table

_REASON = "no evidence of clusters beside the others"


def narrowed(request: Request, reading: Reading, progress: Progress) -> Reading:
    """The rows in the columns that tell of clusters; what is left out goes on record with the reason."""
    if request.select_columns == "none":
        return reading
    progress.stage("looking for columns that tell of clusters")
    table = reading.table
    numbers = tuple(k for k in request.k or () if k > 1) or Tried().n_components
    options = request.options._replace(n_init=1)
    found = find_columns(table, request.select_columns, Tried(numbers, request.covariances, request.seed, options))
    reasons = [(name, _REASON) for d, name in enumerate(table.names) if d not in found.kept]
    everything = replace(reading.everything, dropped=(*reading.everything.dropped, *reasons))
    return reading._replace(everything=everything, table=_of(table, found.kept))


def _of(table: Table, kept: list[int]) -> Table:
    names = tuple(table.names[d] for d in kept)
    return replace(table, names=names, points=np.ascontiguousarray(table.points[:, kept]), columns=())
