"""Text that lines up and fits, also where letters take two cells of a terminal or none."""

from hypothesis import given, settings
from hypothesis import strategies as st

from mixtura.cli._tables import clip, lay_out, squeeze, width

TEXT = st.text(max_size=30)
ROOM = st.integers(3, 20)


def test_widths():
    assert width("abc") == 3
    assert width("東京") == 4
    assert width("e\u0301") == 1


@settings(deadline=None)
@given(TEXT, ROOM)
def test_what_is_cut_fits_and_what_fits_is_not_cut(text, most):
    for cut in (clip, squeeze):
        line = cut(text, most)
        assert width(line) <= most
        assert "\n" not in line and "\x1b" not in line
        if text.isprintable() and width(text) <= most:
            assert line == text


def test_cut_at_the_end_or_in_the_middle():
    assert clip("a long name 1", 8) == "a long …"
    assert squeeze("a long name 1", 8) == "a lo…e 1"


@settings(deadline=None)
@given(st.lists(st.tuples(TEXT.map(lambda text: clip(text, 10)), st.integers(0, 10**6)), min_size=1, max_size=5))
def test_columns_line_up(rows):
    lines = lay_out(["name", "number"], [[name, str(number)] for name, number in rows])
    assert len({width(line) for line in lines}) == 1
    assert all(line.endswith(str(number)) for line, (_, number) in zip(lines[1:], rows, strict=True))
