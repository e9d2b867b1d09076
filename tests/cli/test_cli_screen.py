"""Every screen fits the terminal, however narrow, and needs no letter that the terminal lacks."""

import io
import sys

import pytest
from click import unstyle
from click.testing import CliRunner

from mixtura.cli import _screen
from mixtura.cli._tables import lay_out_in_parts, lay_out_within, width
from mixtura.cli.main import program

SCREENS = (
    ("fit", "TABLE", "-k", "1-3", "-v"),
    ("fit", "TABLE", "--dry-run"),
    ("show", "MODEL", "-v"),
    ("show", "MODEL", "TABLE"),
    ("show", "MODEL", "TABLE", "--row", "7"),
    ("compare", "MODEL", "MODEL"),
    ("check", "TABLE"),
    ("datasets", "list"),
)
BAR = set("▏▎▍▌▋▊▉█")


@pytest.fixture(scope="module")
def screen(output, faithful):
    """What a command prints on a terminal of a width, and the letters that it has."""
    places = {"TABLE": str(faithful), "MODEL": str(output / "model.safetensors")}

    def see(words, columns, charset="utf-8"):
        runner = CliRunner(env={"COLUMNS": str(columns)}, charset=charset)
        result = runner.invoke(program, [places.get(word, word) for word in words], color=True)
        assert result.exit_code == 0, result.output
        return unstyle(result.stdout)

    return see


@pytest.mark.parametrize("words", SCREENS, ids=" ".join)
@pytest.mark.parametrize("columns", [40, 80])
def test_no_line_is_wider_than_the_terminal(screen, words, columns):
    files = ("/", ".csv", ".safetensors")  # a path is one word, to be copied whole
    lines = [line for line in screen(words, columns).splitlines() if not any(part in line for part in files)]
    assert max(map(width, lines)) <= columns


@pytest.mark.parametrize("words", SCREENS, ids=" ".join)
def test_ascii_will_do(screen, words):
    plain, rich = (screen(words, 80, charset).splitlines() for charset in ("ascii", "utf-8"))
    assert [line.isascii() and "?" not in line for line in plain] == [True] * len(plain)
    assert [len(line) for line in plain] == [width(line) for line in rich]


def test_bars_show_how_large_clusters_are(screen):
    lines = screen(SCREENS[0], 80).splitlines()
    bars = [sum(letter in BAR for letter in line) for line in lines if line.startswith("cluster ") and BAR & set(line)]
    assert len(bars) == 3
    assert bars == sorted(bars, reverse=True)
    assert bars[0] == 6


@pytest.mark.parametrize("share", [0.0, 1e-9, 0.1, 0.5, 0.99, 1.0])
def test_a_bar_is_as_long_as_its_share(share):
    drawn = _screen.bar(share, 10)
    eighths = sum(" ▏▎▍▌▋▊▉█".index(letter) for letter in drawn)
    assert len(drawn) == 10
    assert eighths == max(round(80 * share), int(share > 0))


def test_a_table_in_parts_has_all_cells_and_one_cut_has_the_first():
    header, rows = ["name", "aaaa", "bbbb", "cccc"], [["x", "1", "2", "3"], ["y", "4", "5", "6"]]
    assert lay_out_in_parts(header, rows, 16) == [
        "name  aaaa  bbbb", "x        1     2", "y        4     5", "", "name  cccc", "x        3", "y        6"
    ]  # fmt: skip
    assert lay_out_within(header, rows, 16) == ["name  aaaa  bbbb", "x        1     2", "y        4     5"]
    assert lay_out_within(header, rows, 3) == ["name  aaaa", "x        1", "y        4"]


@pytest.mark.parametrize("text", ["overlap 10 % of them", "cluster-like words do not break at hyphens"])
def test_what_belongs_together_stays_on_one_line(text, monkeypatch):
    for columns in range(36, 60):
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = _screen.wrap(f"{'x' * 24} {text}")
        assert not any(line.lstrip().startswith("%") or line.endswith("-") for line in lines)


def test_a_stream_that_is_no_terminal_has_80_columns():
    assert _screen.width_of(io.StringIO()) == 80
    assert _screen.width_of(sys.stderr) > 0


def test_names_from_right_to_left_keep_to_their_place_but_in_json(run, table, tmp_path):
    width, height = "\u05e8\u05d5\u05d7\u05d1", "\u05d2\u05d5\u05d1\u05d4"
    named = tmp_path / "named.csv"
    named.write_text(table.read_text().replace("width,height", f"{width},{height}"), encoding="utf-8")
    words = ("fit", named, "-k", "2", "--covariance", "tied", "--features", f"{width},{height}")
    on_screen = run(*words).stdout
    assert on_screen.count(width) == on_screen.count(f"\u2068{width}\u2069") > 0
    assert on_screen.count(height) == on_screen.count(f"\u2068{height}\u2069") > 0
    assert "\u2068" not in run(*words, "--json").stdout
