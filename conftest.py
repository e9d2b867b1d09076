"""For tests and examples in docstrings alike: pictures go nowhere, and none stays open."""

import os
import sys

import pytest

os.environ.setdefault("MPLBACKEND", "agg")

collect_ignore = ["tests/references"]  # scripts of other software, which is not installed for the tests


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
