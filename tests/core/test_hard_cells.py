"""Searches end as high as R's mclust where good ends are hard to find: thin groups that share a volume or a shape."""

import json
from pathlib import Path

import numpy as np
import pytest

from mixtura import Options, select

KNOWN = json.loads((Path(__file__).parents[1] / "references" / "mclust_cells.json").read_text())


@pytest.mark.parametrize(
    "cell", KNOWN["fits"], ids=lambda cell: f"{cell['table']}-{cell['model']}-{cell['n_components']}"
)
def test_no_cell_is_worse(cell):
    points = np.array(KNOWN["tables"][cell["table"]], dtype=float)
    found = select(
        points, n_components=[cell["n_components"]], covariances=[cell["model"]], options=Options(scale="none")
    )
    assert found.best.criteria["bic"] < cell["bic"] + 0.05
