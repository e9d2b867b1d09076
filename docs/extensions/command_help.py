"""The help pages of the command line, printed by the commands themselves: `command-help` shows all of them."""

import click
from docutils import nodes
from docutils.parsers.rst import Directive

from mixtura.cli.main import program

WIDTH = {"max_content_width": 96, "terminal_width": 96}


def help_pages():
    """The name and the help page of the program and of each of its commands."""
    top = click.Context(program, info_name="mixtura", **program.context_settings | WIDTH)
    yield "mixtura", program.get_help(top)
    for name in program.list_commands(top):
        command = program.get_command(top, name)
        yield f"mixtura {name}", command.get_help(click.Context(command, info_name=name, parent=top))


class CommandHelp(Directive):
    """One section for each command."""

    def run(self):
        return [self._section(name, page) for name, page in help_pages()]

    @staticmethod
    def _section(name, page):
        title = nodes.title(name, name)
        return nodes.section("", title, nodes.literal_block(page, page, language="text"), ids=[nodes.make_id(name)])


def setup(app):
    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True}
