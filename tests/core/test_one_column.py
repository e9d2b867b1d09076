"""Galaxies and acidity, which many papers fit: no fit is worse than mclust's, nor is the choice."""

import json
from pathlib import Path

import numpy as np
import pytest

from mixtura import Options, select
from mixtura.selection import Selection

REFERENCE = json.loads((Path(__file__).parent.parent / "references" / "mclust_one_column.json").read_text())


@pytest.fixture(scope="module", params=REFERENCE["tables"])
def case(request) -> tuple[Selection, list[dict]]:
    """The fits by both models of one column, ours and mclust's."""
    points = np.array(REFERENCE["tables"][request.param])[:, None]
    how = {
        "n_components": range(1, 6),
        "covariances": ["E", "V"],
        "options": Options(scale="none", ridge=0.0, prune=False),
    }
    theirs = [fit for fit in REFERENCE["fits"] if fit["table"] == request.param and fit["n_components"] < 6]
    return select(points, **how), theirs


def test_no_fit_is_worse_than_mclusts(case):
    ours, theirs = case
    found = {(row["covariance"], row["n_components"]): row for row in ours.table()}
    for fit in theirs:
        own = found[fit["model"], fit["n_components"]]
        assert own["bic"] < fit["bic"] + 0.05 or own["remark"], fit


def test_the_choice_is_no_worse_than_mclusts(case):
    ours, theirs = case
    best = min(theirs, key=lambda fit: fit["bic"])
    assert ours.best.criteria["bic"] < best["bic"] + 0.01
    if ours.best.criteria["bic"] > best["bic"] - 0.01:
        assert ours.best.setting == (best["n_components"], best["model"])
