"""Lengths of time and sizes of memory, as people write them."""

import click
import pytest

from mixtura.cli._limits import seconds, size


@pytest.mark.parametrize(("text", "length"), [("90", 90), ("90s", 90), ("10m", 600), ("1.5h", 5400)])
def test_a_length_of_time(text, length):
    assert seconds(text) == length


@pytest.mark.parametrize(("text", "n_bytes"), [("500MB", 5e8), ("2 GB", 2e9), ("1.5GiB", 1.5 * 2**30), ("1tb", 1e12)])
def test_a_size(text, n_bytes):
    assert size(text) == n_bytes


@pytest.mark.parametrize("text", ["", "x", "-1GB", "0MB", "nan", "1e9", "GB", "infGB", "3 apples"])
def test_what_is_no_size(text):
    with pytest.raises(click.BadParameter, match="is not a size such as 500MB"):
        size(text)


@pytest.mark.parametrize("text", ["", "x", "-1s", "0", "nan", "inf", "1e9h"])
def test_what_is_no_length_of_time(text):
    with pytest.raises(click.BadParameter, match="is not a length of time such as 90s"):
        seconds(text)
