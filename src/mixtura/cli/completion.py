"""`mixtura completion`: what a shell needs to know for the tab key."""

import click

_VARIABLE = "_MIXTURA_COMPLETE"  # by which the script asks; click answers where it is set


@click.command("completion", epilog="Example: mixtura completion bash")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Teach the tab key of a SHELL commands, options and files.

    Prints what the shell has to read when it starts: for bash (4.4 or later) by a line
    eval "$(mixtura completion bash)" in ~/.bashrc, for zsh likewise in ~/.zshrc, for fish by
    mixtura completion fish | source in config.fish.
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is not None:
        about = kind(ctx.find_root().command, {}, "mixtura", _VARIABLE)
        click.echo(about.source_template % about.source_vars())
