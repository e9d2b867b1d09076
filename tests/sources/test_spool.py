"""Text is put into a file of columns once: the types of the first lines may turn out too narrow."""

import numpy as np
import pytest

from mixtura.errors import DataError
from mixtura.sources import _spool
from mixtura.sources.streamed import stream

MANY = 300_000  # lines: more than a megabyte, from which types are guessed


@pytest.fixture
def text(tmp_path):
    def write(last, first="1,2"):
        path = tmp_path / "rows.csv"
        path.write_text("a,b\n" + f"{first}\n3,4\n5,6\n" * (MANY // 3) + last + "\n")
        return path

    return write


def test_a_column_of_whole_numbers_that_ends_in_others(text):
    source = stream(text("7.5,8"))
    assert source.facts.maxima.tolist() == [7.5, 8]


def test_a_column_that_is_empty_at_first(text, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n" + "1,\n3,\n5,\n" * MANY + "7,8\n9,8.5\n")
    source = stream(path, missing="drop")
    np.testing.assert_array_equal(next(iter(source.blocks())).points, [[7, 8], [9, 8.5]])


def test_a_cell_that_is_no_number(text):
    with pytest.raises(DataError, match=r"rows\.csv: a cell is not of the kind .*invalid value 'x'.*--na"):
        stream(text("7,x"))


def test_a_cell_that_is_no_number_among_the_first(tmp_path):
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n3,x\n5,6\n7,8\n")
    with pytest.raises(DataError, match=r"column 'b' is numeric except 'x' in row 2; correct it, or add --na 'x'"):
        stream(tmp_path / "rows.csv")


def test_a_line_of_other_length(text):
    with pytest.raises(DataError, match=rf"rows\.csv: line {3 * (MANY // 3) + 2} has 3 cells where line 1 has 2"):
        stream(text("7,8,9"))


def test_a_quote_that_is_never_closed(text):
    with pytest.raises(DataError, match=r"a quote opened in line \d+ is never closed"):
        stream(text('7,"8\n9,10'))


def test_a_cache_is_made_once_and_only_for_these_bytes(text, tmp_path, monkeypatch):
    path, cache = text("7,8"), tmp_path / "cache"
    expected = [block.points for block in stream(path, cache=cache).blocks()]
    (kept,) = cache.iterdir()
    with monkeypatch.context() as patch:
        patch.setattr(_spool, "spool", None)  # cannot be made again
        again = [block.points for block in stream(path, cache=cache).blocks()]
    np.testing.assert_array_equal(np.concatenate(again), np.concatenate(expected))
    stream(text("7,9"), cache=cache)
    stream(text("7,9"), cache=cache, na=["3"], missing="drop")
    assert len(list(cache.iterdir())) == 3
    assert kept.suffix == ".arrow"


def test_a_cache_that_is_interrupted_is_made_again(text, tmp_path, monkeypatch):
    path, cache = text("7,8"), tmp_path / "cache"

    def interrupted(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(_spool, "refuse_open_quote", interrupted)  # asked for after the last row
        stream(path, cache=cache)
    assert list(cache.iterdir()) == []
    assert stream(path, cache=cache).n_rows == 3 * (MANY // 3) + 1


def test_a_cache_where_there_is_no_room(text, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"the folder .* of --cache cannot be made"):
        stream(text("7,8"), cache=tmp_path / "file" / "cache")
