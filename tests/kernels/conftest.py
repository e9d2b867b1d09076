"""What is tested here are the kernels, however little there is to do."""

import pytest

from mixtura._kernels import passes


@pytest.fixture(autouse=True)
def nothing_is_little(monkeypatch):
    monkeypatch.setattr(passes, "LITTLE", 0)
