"""The program: finds a command when it is asked for, and turns errors into one line and an exit code."""

import sys
import traceback
from importlib import import_module
from typing import Any

import click

from mixtura import __version__, errors
from mixtura.cli._tables import printable

COMMANDS = (
    "fit", "learn", "predict", "impute", "sample", "show", "report", "name", "merge", "directions", "compare",
    "stability", "errors", "test", "check", "datasets", "info", "completion",
)  # fmt: skip

UNEXPECTED, INTERRUPTED = 1, 130  # 2 is click's, for usage
EXIT_CODES: tuple[tuple[type[Exception], int], ...] = (
    (errors.OptionError, 2),
    (errors.DataError, 3),
    (errors.FitError, 4),
    (errors.MissingExtraError, 5),
    (errors.EngineError, 5),
    (errors.OutputError, 6),
)


def _remember(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        ctx.find_root().params["debug"] = True


# --debug is an option of the program; people add it to the end of what they typed, so there it works too
_DEBUG = click.Option(["--debug"], is_flag=True, expose_value=False, hidden=True, callback=_remember)


class Program(click.Group):
    """A group whose commands live in files of their own, which are read when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"mixtura.cli.{cmd_name}").command
        if _DEBUG not in command.params:
            command.params.append(_DEBUG)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except KeyboardInterrupt as interrupt:
            new_line = "\n" if sys.stderr.isatty() else ""  # the terminal has just shown ^C
            click.echo(new_line + (str(interrupt) or "Interrupted: nothing was written."), err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            raise  # the reader of standard output has had enough; click ends quietly
        except Exception as error:
            if ctx.params["debug"]:
                traceback.print_exc()
            click.echo(f"Error: {_one_line(error)}", err=True)
            ctx.exit(_exit_code(error))


def _exit_code(error: Exception) -> int:
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), UNEXPECTED)


def _one_line(error: Exception) -> str:
    text = printable(" ".join(str(error).split()))
    if _exit_code(error) != UNEXPECTED:
        return text
    return f"{type(error).__name__}: {text} (unexpected; --debug shows where)"


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: mixtura fit measurements.csv -o out/",
)
@click.version_option(__version__, "-V", "--version", prog_name="mixtura")
@click.option("--debug", is_flag=True, help="Show where an error came from.")
def program(debug: bool) -> None:
    """Gaussian mixtures: from a table to the groups in it.

    Exit codes: 0 done, 1 unexpected, 2 usage, 3 data, 4 no usable fit, 5 a package is missing or a cluster lost,
    6 the output exists or cannot be written, 130 interrupted.
    """


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter of a column's name shows a "?"
    program(prog_name="mixtura")
