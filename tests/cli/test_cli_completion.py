"""`mixtura completion`: scripts that shells take, and what the program answers them."""

import shutil
import subprocess

import pytest
from click.shell_completion import ShellComplete

from mixtura.cli.main import program


@pytest.fixture
def complete():
    asked = ShellComplete(program, {}, "mixtura", "_MIXTURA_COMPLETE")
    return lambda *words: [(one.type, one.value) for one in asked.get_completions([*words[:-1]], words[-1])]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_asks_the_program(run, shell):
    script = run("completion", shell).stdout
    assert f"_MIXTURA_COMPLETE={shell}_complete" in script


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_takes_its_script(run):
    script = run("completion", "bash").stdout + "\ncomplete -p mixtura"
    said = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, timeout=60)
    assert said.returncode == 0 and said.stdout.rstrip().endswith("mixtura"), said.stderr


def test_commands_options_and_values_are_completed(complete):
    assert ("plain", "sample") in complete("sa")
    assert ("plain", "--covariance") in complete("fit", "--cov")
    assert ("plain", "holdout") in complete("fit", "--criterion", "hol")


@pytest.mark.parametrize("words", [("fit",), ("predict", "m"), ("show",), ("predict", "-o"), ("report", "m", "-o")])
def test_files_are_left_to_the_shell(complete, words):
    assert complete(*words, "some") == [("file", "some")]


@pytest.mark.parametrize("command", ["fit", "learn"])
def test_folders_too(complete, command):
    assert complete(command, "-o", "some") == [("dir", "some")]
