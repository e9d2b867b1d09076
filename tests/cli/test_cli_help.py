"""Help: every command has some, it ends in an example, and asking for it is quick."""

import inspect
import shlex

import click
import pytest

from mixtura import __version__
from mixtura.cli._options import FiniteRange
from mixtura.cli.main import COMMANDS, program
from mixtura.options import Options
from mixtura.scaling import RIDGE
from mixtura.selection import FOUR, select

CONTEXT = click.Context(program, info_name="mixtura")


def commands():
    for name in COMMANDS:
        command = program.get_command(CONTEXT, name)
        yield name, command
        for inner, subcommand in getattr(command, "commands", {}).items():
            yield f"{name} {inner}", subcommand


ALL = dict(commands())


@pytest.mark.parametrize("name", ALL)
def test_help_ends_in_an_example_that_can_be_typed(run, name):
    result = run(*name.split(), "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: mixtura {name} ")
    example = result.stdout.rstrip().splitlines()[-1].strip()
    start, words = shlex.split(example)[: 2 + len(name.split())], shlex.split(example)[2 + len(name.split()) :]
    assert start == ["Example:", "mixtura", *name.split()]
    if not isinstance(ALL[name], click.Group):
        ALL[name].make_context(name, words, parent=CONTEXT).close()


@pytest.mark.parametrize("name", ALL)
def test_every_option_says_what_it_does(name):
    for parameter in ALL[name].params:
        assert not isinstance(parameter, click.Option) or parameter.hidden or parameter.help, parameter.name


@pytest.mark.parametrize("name", ALL)
def test_numbers_are_numbers_and_work_has_an_end(name):
    """Ranges of click's own let nan pass, and 999999999 fits, slips of the finger, would never end."""
    kinds = {parameter.name: parameter.type for parameter in ALL[name].params}
    assert not any(isinstance(kind, click.FloatRange) and not isinstance(kind, FiniteRange) for kind in kinds.values())
    work = kinds.keys() & {"workers", "replicates", "bootstrap", "draws", "stability", "n_init"}
    assert [option for option in work if getattr(kinds[option], "max", None) is None] == []


def test_the_summary_of_every_command_is_shown_whole(run):
    _, shown = run("--help").stdout.split("\n", maxsplit=1)
    assert "..." not in shown
    assert all(f"  {name} " in shown for name in COMMANDS)
    assert shown.rstrip().splitlines()[-1].strip().startswith("Example: mixtura fit")


def test_version(run):
    for flag in ("-V", "--version"):
        assert run(flag).stdout == f"mixtura, version {__version__}\n"


def test_defaults_are_those_of_the_library():
    given = {parameter.name: parameter.default for parameter in ALL["fit"].params}
    assert (given["reg"], given["max_iter"], given["scale"]) == (RIDGE, Options().max_iterations, Options().scale)
    defaults = inspect.signature(select).parameters
    assert (given["criterion"], given["seed"]) == (defaults["criterion"].default, defaults["seed"].default)
    assert defaults["covariances"].default == FOUR
    covariance = next(parameter for parameter in ALL["fit"].params if parameter.name == "covariance")
    assert ",".join(FOUR) in covariance.help
