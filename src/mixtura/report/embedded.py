"""The numbers that the page's own program works with: packed rows, names, ellipses, steps.

Columns travel as 32-bit floats in standard deviations from their means, so offsets cost no digits.
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy import ndarray

from mixtura.drawing.sample import Sample, draw_sample
from mixtura.explain.records import Explanation, Rows
from mixtura.explain.words import short
from mixtura.report.marks import N_COLOURS, SHAPES

LIVE_ROWS = 20_000
_BYTES = 1_040_000  # of packed rows
_CELL_BYTES = 200  # of a cell of the table of profiles
_NAME_BYTES = 200_000  # of names of rows
_LONGEST_ID = 40


def live_rows(n_columns: int, n_cells: int = 0) -> int:
    """How many rows the page can hold with so many columns of them, beside so many cells of profiles."""
    room = max(_BYTES - _CELL_BYTES * n_cells, _BYTES // 4)
    return min(LIVE_ROWS, int(room / (4 / 3 * (4 * n_columns + 14))))


def live_sample(explanation: Explanation, rows: Rows, columns: Sequence[int]) -> Sample:
    """The rows that can be pointed at, brushed and listed."""
    return draw_sample(rows, live_rows(len(columns), len(explanation.clusters) * len(explanation.columns)))


def embed(data: dict[str, Any]) -> Markup:
    """JSON that can stand in a page: nothing in it ends a script or begins a tag."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def live_data(explanation: Explanation, rows: Rows | None, columns: Sequence[int]) -> dict[str, Any]:
    """What the program needs to know; without rows only the clusters."""
    data: dict[str, Any] = {
        "clusters": [{"name": short(c.name), "share": c.share} for c in explanation.clusters],
        "n_colours": N_COLOURS,
        "shapes": [[shape.dx, shape.dy, shape.outline] for shape in SHAPES],
    }
    return data if rows is None else data | {"rows": _packed_rows(explanation, rows, columns)}


def _packed_rows(explanation: Explanation, rows: Rows, columns: Sequence[int]) -> dict[str, Any]:
    sample = live_sample(explanation, rows, columns)
    told = [explanation.columns[d] for d in columns]
    means, sds = (np.array(values) for values in zip(*((c.mean, c.sd or 1.0) for c in told), strict=True))
    return {
        "n": len(sample.labels),
        "total": explanation.n_rows,
        "columns": [
            {"name": short(c.name), "mean": c.mean, "sd": c.sd or 1.0, "at": d}
            for c, d in zip(told, columns, strict=True)
        ],
        "values": _pack(((sample.points[:, columns] - means) / sds).T, "<f4"),
        "labels": _pack(sample.labels, "<u2"),
        "sure": _pack(np.floor(rows.classification.probabilities[sample.positions] * 65535), "<u2"),
        "weights": _pack(sample.weights, "<f4"),
        "names": _names(rows, sample),
    }


def _names(rows: Rows, sample: Sample) -> list[str] | str:
    """What rows are called; packed numbers where these are the names, or names would take too much room."""
    ids = None if rows.ids is None else np.asarray(rows.ids)[sample.positions]
    if ids is not None and ids.dtype.kind not in "iu":
        names = [short(str(name), _LONGEST_ID) for name in ids.tolist()]
        if sum(len(name.encode()) + 3 for name in names) <= _NAME_BYTES:
            return names
        ids = None
    return _pack(sample.positions + 1 if ids is None else ids, "<f8")


def _pack(values: ndarray, kind: str) -> str:
    return b64encode(np.ascontiguousarray(values).astype(kind).tobytes()).decode()
