"""What README and the documentation show is what happens: their Python runs, their answers are the program's."""

import ast
import doctest
import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from mixtura import datasets
from mixtura.cli.main import program

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = sorted((ROOT / "docs").glob("*.md"))


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


NUMBER = r"\d[\d,]*(?:\.\d+)?"


def words(text):
    return " ".join(re.sub(NUMBER, "#", text).split())


def numbers(text):
    return [float(number.replace(",", "")) for number in re.findall(NUMBER, text)]


@pytest.fixture
def in_the_repository(monkeypatch, tmp_path):
    """A folder with the examples of the repository, to which anything may be written."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)  # shells that export it would have screens of another width


@pytest.mark.usefixtures("in_the_repository")
def test_python_in_the_readme_runs_and_prints_what_it_says(capsys):
    (code,) = blocks(README, "python")
    exec(compile(code, "README.md", "exec"), {})
    said = re.search(r"print\(selection.*# (.*)", code).group(1)
    assert capsys.readouterr().out.startswith(said)


@pytest.mark.usefixtures("in_the_repository")
def test_commands_in_the_readme_give_the_answer_it_shows():
    fit, predict = (
        shlex.split(line.partition("uv run mixtura ")[2], comments=True)
        for line in "".join(blocks(README, "console")).splitlines()
        if "uv run mixtura" in line
    )
    (shown,) = blocks(README, "text")
    answer = CliRunner().invoke(program, [*fit, "--progress", "none"], catch_exceptions=False).stdout
    assert words(answer).startswith(words(shown))
    n_numbers = len(
        numbers(shown.partition("BIC +")[0])
    )  # fits that were not chosen may end elsewhere on other machines
    assert numbers(answer)[:n_numbers] == pytest.approx(numbers(shown)[:n_numbers], rel=0.01)
    assert CliRunner().invoke(program, predict, catch_exceptions=False).exit_code == 0
    assert Path("labels.csv").read_text().count("\n") == 1 + 272


@pytest.mark.usefixtures("in_the_repository")
def test_commands_in_the_tutorial_run():
    commands = re.findall(r"^\$ mixtura (.*)", "".join(blocks(ROOT / "docs" / "tutorial.md", "console")), re.MULTILINE)
    assert len(commands) == 3
    datasets.get("people", "newcomers.csv")
    for command in commands:
        assert CliRunner().invoke(program, shlex.split(command), catch_exceptions=False).exit_code == 0
    text = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    assert {path.name for path in Path("out").iterdir()} <= set(re.findall(r"`(\w+\.\w+)`", text))


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.name)
def test_python_in_the_documentation_gives_what_it_shows(page):
    """A page is one session; a block without prompts just has to run."""
    names = {}
    for block in blocks(page, "python"):
        if ">>>" not in block:
            exec(compile(block, page.name, "exec"), names)
            continue
        session = doctest.DocTestParser().get_doctest(block, names, page.name, str(page), 0)
        assert doctest.DocTestRunner().run(session, clear_globs=False).failed == 0
        names |= session.globs


@pytest.mark.parametrize("page", [README, ROOT / "CONTRIBUTING.md", *PAGES], ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_example_is_on_its_page_and_says_how_to_run_it():
    scripts = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "examples").glob("*.py")}
    page = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^```\{example\} (\w+)$", page, re.MULTILINE)) == sorted(scripts)
    for name, text in scripts.items():
        assert re.search(rf"\n\npython examples/{name}\.py \[[A-Z]+\]$", ast.get_docstring(ast.parse(text)))


def test_every_key_of_the_summary_is_documented():
    arguments = ["fit", str(ROOT / "examples" / "faithful.csv"), "-k", "1", "--json", "--progress", "none"]
    summary = CliRunner().invoke(program, arguments, catch_exceptions=False).stdout
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    section = page.partition("## What `summary.json` holds")[2].partition("\n## ")[0]
    told = [key for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)]
    assert told == list(json.loads(summary))


def test_the_readme_is_short():
    assert README.read_text(encoding="utf-8").count("\n") < 100
