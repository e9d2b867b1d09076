"""Benchmarks are scripts beside each other, no package: tests import them from where they are."""

import importlib
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def load(monkeypatch):
    """A function that imports a module of the benchmarks; afterwards it is as if it had never been there."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    monkeypatch.syspath_prepend(BENCHMARKS / "asv")
    before = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in (
            "suite",
            "compare",
            "comparison",
            "answers",
            "optima",
            "how_many",
            "mclust_choice",
            "mclust_cells",
            "many_rows",
        ):
            del sys.modules[name]
